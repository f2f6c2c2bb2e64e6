#include "cytomo/io/table_io.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cytomo/core/error.h"
#include "cytomo/core/written_number.h"

namespace cytomo {
namespace {

class TableIo : public testing::Test {
protected:
    TableIo()
        : folder_(std::filesystem::temp_directory_path() /
                  ("cytomo_table_io_" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(folder_);
    }
    ~TableIo() override { std::filesystem::remove_all(folder_); }
    static std::string content(const std::filesystem::path& path) {
        std::ifstream file(path, std::ios::binary);
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }
    std::filesystem::path folder_;
};

TEST_F(TableIo, WritesNumbersTextAndGaps) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const Table table{"t",
                      {{"id", "", ""}, {"volume_um3", "µm³", ""}, {"name, in full", "", ""}},
                      {{std::int64_t{1}, 0.1, std::string("plain")},
                       {std::int64_t{-7}, nan, std::string("say \"a,b\"")},
                       {std::int64_t{9007199254740993}, 1.0 / 3, std::string("two\nlines")}}};
    write_csv(folder_ / "t.csv", table, false);
    EXPECT_EQ(content(folder_ / "t.csv"),
              "id,volume_um3,\"name, in full\"\n"
              "1,0.1,plain\n"
              "-7,,\"say \"\"a,b\"\"\"\n"
              "9007199254740993,0.3333333333,\"two\nlines\"\n");
}

TEST_F(TableIo, WritesNoDigitsThatArithmeticMakesUp) {
    Table table{"t", {{"a", "", ""}}, {}};
    // What sums leave behind, and ends of what ten digits can tell apart.
    for (const double value :
         {18.314120000000003, 0.1 + 0.2, -1234567890.25, 2e-7 / 3, 1e300, -0.00005, 65536.0,
          std::numeric_limits<double>::infinity(), std::numeric_limits<double>::max()})
        table.rows.push_back({value});
    write_csv(folder_ / "t.csv", table, false);
    EXPECT_EQ(content(folder_ / "t.csv"),
              "a\n18.31412\n0.3\n-1234567890\n6.666666667e-08\n1e+300\n-5e-05\n65536\ninf\n"
              "1.7976931348623157e+308\n");  // ten digits of it would be more than there is
    // The same digits in JSON, and as many again after what was read is written once more.
    write_json(folder_ / "t.json", std::vector<Table>{table}, false);
    const auto read = nlohmann::json::parse(content(folder_ / "t.json"));
    EXPECT_NE(content(folder_ / "t.json").find("{\"a\": 18.31412}"), std::string::npos);
    for (std::size_t r = 0; r < 7; ++r) {
        const double value = std::get<double>(table.rows[r][0]), again = read["t"]["rows"][r]["a"];
        EXPECT_NEAR(again / value, 1, 1e-9) << value;
        EXPECT_EQ(as_written(again), again) << value;
    }
}

TEST_F(TableIo, KeepsExistingFiles) {
    const Table table{"t", {{"a", "", ""}}, {}};
    write_csv(folder_ / "t.csv", table, false);
    EXPECT_THROW(write_csv(folder_ / "t.csv", table, false), InputError);
    EXPECT_NO_THROW(write_csv(folder_ / "t.csv", table, true));
    EXPECT_EQ(content(folder_ / "t.csv"), "a\n");
    EXPECT_THROW(write_csv(folder_ / "missing" / "t.csv", table, false), InputError);
}

TEST_F(TableIo, WritesJsonThatOthersRead) {
    const Table table{"objects",
                      {{"id", "", "number"}, {"volume_um3", "µm³", "its \"volume\""}, {"class", "", ""}},
                      {{std::int64_t{9007199254740993}, 0.1, std::string("a\tb")},
                       {std::int64_t{-7}, std::numeric_limits<double>::quiet_NaN(), std::string("µ")}}};
    const Table empty{"none", {{"a", "", ""}}, {}};
    const std::vector<Table> tables{table, empty};
    write_json(folder_ / "t.json", tables, false);
    const auto read = nlohmann::json::parse(content(folder_ / "t.json"));
    EXPECT_EQ(read["objects"]["columns"]["volume_um3"]["unit"], "µm³");
    EXPECT_EQ(read["objects"]["columns"]["volume_um3"]["description"], "its \"volume\"");
    ASSERT_EQ(read["objects"]["rows"].size(), 2U);
    EXPECT_EQ(read["objects"]["rows"][0]["id"], 9007199254740993);
    EXPECT_EQ(read["objects"]["rows"][0]["volume_um3"], 0.1);
    EXPECT_EQ(read["objects"]["rows"][0]["class"], "a\tb");
    EXPECT_TRUE(read["objects"]["rows"][1]["volume_um3"].is_null());
    EXPECT_TRUE(read["none"]["rows"].empty());
    EXPECT_THROW(write_json(folder_ / "t.json", tables, false), InputError);
}

TEST_F(TableIo, RefusesRaggedRows) {
    const Table table{"t", {{"a", "", ""}, {"b", "", ""}}, {{1.0}}};
    EXPECT_THROW(write_csv(folder_ / "t.csv", table, false), std::invalid_argument);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "t.csv"));
}

}  // namespace
}  // namespace cytomo
