#include "cytomo/core/class_names.h"

#include <gtest/gtest.h>

namespace cytomo {
namespace {

TEST(ClassNames, TheCellBodyIsKnownInAnySpelling) {
    for (const char* name : {"cytoplasm", "Cytosol", "cell", "Cell_body"})
        EXPECT_TRUE(is_cell_body_name(name)) << name;
    for (const char* name : {"background", "nucleus", "cells", ""})
        EXPECT_FALSE(is_cell_body_name(name)) << name;
    const Legend legend{{{0, "ice", {}}, {2, "Mito", {}}, {5, "Cell", {}}}};
    EXPECT_EQ(find_cell_body(legend)->id, 5);
    EXPECT_EQ(find_cell_body({}), nullptr);
    // What is no class is no body either, whatever the user calls it.
    EXPECT_EQ(find_cell_body({{{0, "cytoplasm", {}}, {1, "nucleus", {}}}}), nullptr);
    EXPECT_EQ(find_cell_body({{{0, "cell", {}}, {3, "cytosol", {}}}})->id, 3);
    EXPECT_EQ(legend_text(legend), "0 ice, 2 Mito, 5 Cell");
}

TEST(ClassNames, TheNameItselfComesFirst) {
    const Legend legend{{{0, "background", {}}, {1, "endosome", {}}, {2, "lysosome", {}}}};
    EXPECT_EQ(find_class(legend, "lysosome")->id, 2);
    EXPECT_EQ(find_class(legend, "endosome")->id, 1);
    EXPECT_EQ(find_class(legend, "Vesicles")->id, 1);
    EXPECT_EQ(find_class(legend, "nucleus"), nullptr);
}

}  // namespace
}  // namespace cytomo
