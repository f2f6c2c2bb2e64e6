#include "record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "cytomo/io/test_files.h"

namespace cytomo::commands {
namespace {

using testing::HasSubstr;
using ResultFiles = test::InFolder;
using Json = nlohmann::json;

TEST(Record, SmoothingAndTiltsOfEarlierVersionsHaveNamesOfTheirOwn) {
    const Record former(
        Json{{"Options", "precision f32, mirror images (views) by size, smoothing 8"},
             {"Measures",
              "absorption ice=0.11,box:0:0:0:1:1:1=0.3, tilts -65,65 (assumed), tilt axis 12.5 "
              "degrees, voxel size known to 1 %, 999 random placements"}});
    EXPECT_EQ(former.value(record_names::options), "precision f32, mirror images (views) by size");
    EXPECT_EQ(former.value(record_names::smoothing), "8");
    EXPECT_EQ(former.value(record_names::tilts), "-65,65 (assumed), axis 12.5 degrees");
    EXPECT_EQ(former.value(record_names::measures),
              "absorption ice=0.11,box:0:0:0:1:1:1=0.3, voxel size known to 1 %, 999 random placements");
    // A result that was measured again had the options of the one before, and its own smoothing.
    const Record again(Json{{"Command", "measure"}, {"Options", "views 1, smoothing 8"}, {"Smoothing", "3"}});
    EXPECT_EQ(again.value(record_names::smoothing), "3");
    EXPECT_EQ(again.value(record_names::options), "views 1");
}

TEST(Record, WhatHasANameStaysAsItIs) {
    const Record now(Json{{"Options", "views 1"},
                          {"Smoothing", "0"},
                          {"Tilts", "-60,60, axis 0 degrees"},
                          {"Measures", "absorption as in the file"}});
    EXPECT_EQ(now.value(record_names::options), "views 1");
    EXPECT_EQ(now.value(record_names::smoothing), "0");
    EXPECT_EQ(now.value(record_names::tilts), "-60,60, axis 0 degrees");
    EXPECT_EQ(now.value(record_names::measures), "absorption as in the file");
    const Record none(Json{{"Program", "cytomo 0.1.0"}});
    for (const char* name : {record_names::options, record_names::smoothing, record_names::tilts})
        EXPECT_EQ(none.value(name), "") << name;
}

TEST(Record, DefinitionsOfASummary) {
    EXPECT_EQ(definitions_in(Json{{"definitions", 7}}), 7);
    EXPECT_EQ(definitions_in(Json{{"definitions", "7"}}), std::nullopt);
    EXPECT_EQ(definitions_in(Json::object()), std::nullopt);
}

TEST_F(ResultFiles, AreReadWithTheChecksumOfTheirBytes) {
    const std::string text = "{\"record\": {\"Model\": \"default\"}}\n";
    write("summary.json", text);
    const ResultFile file = read_result_file(folder, summary_name, "Mend it");
    EXPECT_EQ(file.path, folder / "summary.json");
    EXPECT_EQ(file.checksum, "31cc14a16921cab0");
    EXPECT_EQ(record_in(file.json).value(record_names::model), "default");
    EXPECT_EQ(read_record(folder).value(record_names::model), "default");
}

TEST_F(ResultFiles, SayWhatIsMissing) {
    const auto error = [](const std::filesystem::path& where) {
        return test::error_of([&] { read_result_file(where, summary_name, "Mend it"); });
    };
    EXPECT_THAT(error(folder / "none"),
                HasSubstr("none: expected a folder with results of cytomo, found none"));
    EXPECT_THAT(error(folder), HasSubstr("expected results of cytomo, found no summary.json. Mend it"));
    EXPECT_EQ(read_record(folder).value(record_names::model), "");
    for (const char* text : {"", "{\"record\": {", "[1, 2]", "\xFF"}) {
        write("summary.json", text);
        EXPECT_THAT(error(folder), HasSubstr("summary.json: expected what cytomo writes there")) << text;
        EXPECT_EQ(read_record(folder).value(record_names::model), "") << text;
    }
}

}  // namespace
}  // namespace cytomo::commands
