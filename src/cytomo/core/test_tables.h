// What the tests of all tables ask of their columns.
#pragma once

#include <gtest/gtest.h>

#include <cctype>
#include <string>
#include <vector>

#include "cytomo/core/table.h"

namespace cytomo {

/// Sentences end with a mark that a blank or nothing follows: "0.3 µm" and "classes.tif" end none.
inline int count_sentences(const std::string& text) {
    int count = 0;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] == '.' && (i + 1 == text.size() || text[i + 1] == ' ')) ++count;
    return count;
}

/// Every column is described by one or two whole sentences. They begin with a capital letter, a number, or
/// the name of a column.
inline void expect_whole_sentences(const std::vector<TableColumn>& columns) {
    for (const TableColumn& column : columns) {
        SCOPED_TRACE(column.name + ": " + column.description);
        ASSERT_FALSE(column.description.empty());
        EXPECT_EQ(column.description.back(), '.');
        EXPECT_GE(count_sentences(column.description), 1);
        EXPECT_LE(count_sentences(column.description), 2);
        bool names_column = false;
        for (const TableColumn& other : columns)
            names_column = names_column || column.description.starts_with(other.name);
        EXPECT_TRUE(names_column || std::islower(static_cast<unsigned char>(column.description[0])) == 0);
    }
}

}  // namespace cytomo
