#include "cytomo/io/table_reading.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>

#include "cytomo/core/error.h"
#include "cytomo/io/table_io.h"

namespace cytomo {
namespace {

using Rows = std::vector<std::vector<std::string>>;

class TableReading : public testing::Test {
protected:
    TableReading()
        : file_(std::filesystem::temp_directory_path() /
                ("cytomo_table_reading_" + std::to_string(::getpid()) + ".csv")) {}
    ~TableReading() override { std::filesystem::remove(file_); }
    TextTable read(const std::string& text) {
        std::ofstream(file_, std::ios::binary) << text;
        return read_csv(file_);
    }
    std::string complaint(const std::string& text) {
        try {
            read(text);
        } catch (const InputError& e) {
            return e.what();
        }
        return "";
    }
    std::filesystem::path file_;
};

TEST_F(TableReading, ReadsWhatSpreadsheetsWrite) {
    const Rows rows{{"a", "1"}, {"b", "2"}};
    for (const char* text :
         {"name,n\na,1\nb,2\n", "name,n\r\na,1\r\nb,2", "\xEF\xBB\xBFname,n\na,1\n\n\nb,2\n\n",
          "name;n\na;1\nb;2\n", "name\tn\na\t1\nb\t2\n", " name , n\n\"a\",\"1\"\nb,2\n"}) {
        const auto table = read(text);
        EXPECT_EQ(table.columns, (std::vector<std::string>{"name", "n"})) << text;
        EXPECT_EQ(table.rows, rows) << text;
    }
}

TEST_F(TableReading, Quotes) {
    const auto table = read("a,b\n\"x, y\",\"say \"\"so\"\"\"\n\"two\nlines\",\n\"\",z\n");
    EXPECT_EQ(table.rows, (Rows{{"x, y", "say \"so\""}, {"two\nlines", ""}, {"", "z"}}));
}

TEST_F(TableReading, Numbers) {
    const auto table = read("v,t\n1,a\n-2.5e-3,b\n,c\nNA,d\n +7 ,e\ninf,f\n");
    const auto v = table.numbers("v");
    EXPECT_EQ(v[0], 1);
    EXPECT_EQ(v[1], -0.0025);
    EXPECT_TRUE(std::isnan(v[2]));
    EXPECT_TRUE(std::isnan(v[3]));
    EXPECT_EQ(v[4], 7);
    EXPECT_TRUE(std::isinf(v[5]));
    EXPECT_TRUE(table.are_numbers("v"));
    EXPECT_FALSE(table.are_numbers("t"));
    EXPECT_EQ(table.texts("t")[4], "e");
    EXPECT_FALSE(table.has("volume"));
    EXPECT_THROW(table.texts("volume"), InputError);
    for (const char* wrong : {"1.5um", "1,5", "--1", "0x10", "1 2"}) {
        const auto bad = read("v;t\n" + std::string(wrong) + ";a\n");
        EXPECT_THROW(bad.numbers("v"), InputError) << wrong;
    }
}

TEST_F(TableReading, ReadsBackWhatWriteCsvWrote) {
    const double nan = std::nan("");
    const Table table{"t",
                      {{"id", "", ""}, {"volume_um3", "µm³", ""}, {"name, in full", "", ""}},
                      {{std::int64_t{1}, 0.1, std::string("plain")},
                       {std::int64_t{-7}, nan, std::string("say \"a,b\"\r\nand more")},
                       {std::int64_t{3}, 1.0 / 3, std::string()}}};
    write_csv(file_, table, true);
    const auto back = read_csv(file_);
    EXPECT_EQ(back.numbers("volume_um3")[0], 0.1);
    EXPECT_TRUE(std::isnan(back.numbers("volume_um3")[1]));
    EXPECT_EQ(back.numbers("volume_um3")[2], 0.3333333333) << "ten significant digits";
    EXPECT_EQ(back.texts("name, in full")[1], "say \"a,b\"\r\nand more");
}

TEST_F(TableReading, HeaderAlone) {
    EXPECT_TRUE(read("a,b").rows.empty());
    EXPECT_EQ(read("a\n1\n\n2\n").rows.size(), 2U);
}

TEST_F(TableReading, SaysWhatIsWrong) {
    EXPECT_NE(complaint("a,b\n1,2\n3\n").find("1 in line 3"), std::string::npos);
    EXPECT_NE(complaint("a,b\n1,2,3\n").find("3 in line 2"), std::string::npos);
    EXPECT_NE(complaint("a,b\n1,\"2\n\n").find("opens in line 2"), std::string::npos);
    EXPECT_NE(complaint("a,b\n\"1\"x,2\n").find("line 2"), std::string::npos);
    EXPECT_NE(complaint("a,a\n1,2\n").find("\"a\" twice"), std::string::npos);
    EXPECT_NE(complaint("").find("an empty file"), std::string::npos);
    EXPECT_NE(complaint("\n\r\n").find("an empty file"), std::string::npos);
    EXPECT_THROW(read_csv(file_.string() + ".missing"), InputError);
    EXPECT_THROW(read_csv(std::filesystem::temp_directory_path()), InputError);
    // Whatever the bytes, an error or a table.
    std::string junk;
    for (int i = 0; i < 2000; ++i) junk += static_cast<char>((i * 7919 + i * i) % 256);
    try {
        read(junk);
    } catch (const InputError&) {
    }
}

}  // namespace
}  // namespace cytomo
