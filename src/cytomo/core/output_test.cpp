#include "cytomo/core/output.h"

#include <iterator>

#include "cytomo/io/test_files.h"

namespace cytomo {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using Output = test::InFolder;

TEST_F(Output, AppearsWithCommitOrNotAtAll) {
    {
        const PendingOutput abandoned(folder / "a.csv", false);
        std::ofstream(abandoned.path()) << "half";
        EXPECT_EQ(abandoned.path().extension(), ".csv");
        EXPECT_FALSE(fs::exists(folder / "a.csv"));
    }
    EXPECT_TRUE(fs::is_empty(folder));
    PendingOutput kept(folder / "a.csv", false);
    std::ofstream(kept.path()) << "whole";
    kept.commit();
    EXPECT_EQ(fs::file_size(folder / "a.csv"), 5U);
    EXPECT_FALSE(fs::exists(kept.path()));
}

TEST_F(Output, ExistingResultsAreKeptUnlessToldOtherwise) {
    const auto path = write("a.csv", "old");
    EXPECT_THAT(test::error_of([&] { PendingOutput(path, false); }), HasSubstr("--overwrite"));
    PendingOutput output(path, true);
    std::ofstream(output.path()) << "newer";
    EXPECT_EQ(fs::file_size(path), 3U);  // until the commit
    output.commit();
    EXPECT_EQ(fs::file_size(path), 5U);
}

TEST_F(Output, FoldersKeepTheirOtherFiles) {
    fs::create_directories(folder / "out/sub");
    write("out/keep.txt", "k");
    write("out/sub/replace.txt", "old");
    EXPECT_THROW(PendingOutput(folder / "out", false, PendingOutput::Kind::folder), InputError);
    PendingOutput output(folder / "out/", true, PendingOutput::Kind::folder);
    fs::create_directory(output.path() / "sub");
    std::ofstream(output.path() / "sub/replace.txt") << "newer";
    output.commit();
    EXPECT_TRUE(fs::exists(folder / "out/keep.txt"));
    EXPECT_EQ(fs::file_size(folder / "out/sub/replace.txt"), 5U);
    EXPECT_FALSE(fs::exists(output.path()));
}

TEST_F(Output, AnEmptyFolderIsFree) {
    fs::create_directory(folder / "out");
    PendingOutput output(folder / "out", false, PendingOutput::Kind::folder);
    std::ofstream(output.path() / "a.txt") << "a";
    output.commit();
    EXPECT_TRUE(fs::exists(folder / "out/a.txt"));
}

TEST_F(Output, WhatCameMeanwhileStays) {
    {
        PendingOutput output(folder / "a.csv", false);
        std::ofstream(output.path()) << "ours";
        write("a.csv", "theirs");
        EXPECT_THAT(test::error_of([&] { output.commit(); }), HasSubstr("results that came meanwhile"));
    }
    EXPECT_EQ(test::bytes_of(folder / "a.csv").size(), 6U);
    EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 1);  // nothing of ours is left
    PendingOutput told(folder / "a.csv", true);
    std::ofstream(told.path()) << "ours";
    told.commit();
    EXPECT_EQ(fs::file_size(folder / "a.csv"), 4U);
}

TEST_F(Output, ResultsThatCameMeanwhileIntoTheWorkingFolderStay) {
    const fs::path here = fs::current_path();
    fs::create_directory(folder / "out");
    fs::current_path(folder / "out");
    {
        PendingOutput output(".", false, PendingOutput::Kind::folder);
        std::ofstream(output.path() / "a.csv") << "ours";
        write("out/a.csv", "theirs");
        write("out/.cytomo-files", "a.csv\n");
        EXPECT_THAT(test::error_of([&] { output.commit(); }), HasSubstr("results that came meanwhile"));
    }
    fs::current_path(here);
    EXPECT_EQ(fs::file_size(folder / "out/a.csv"), 6U);
}

TEST_F(Output, ALinkThatLeadsNowhereIsATakenName) {
    fs::create_symlink("nowhere.csv", folder / "a.csv");
    EXPECT_THAT(test::error_of([&] { PendingOutput(folder / "a.csv", false); }), HasSubstr("a link"));
    EXPECT_THAT(test::error_of([&] { PendingOutput(folder / "a.csv", true, PendingOutput::Kind::folder); }),
                HasSubstr("a link"));
    PendingOutput output(folder / "a.csv", true);
    std::ofstream(output.path()) << "a";
    output.commit();
    EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(folder / "a.csv")));
}

TEST_F(Output, NamesThatCannotBe) {
    fs::create_directory(folder / "taken");
    EXPECT_THAT(test::error_of([&] { PendingOutput(folder / "taken", true); }), HasSubstr("a file"));
    const auto file = write("file", "x");
    EXPECT_THAT(test::error_of([&] { PendingOutput(file, true, PendingOutput::Kind::folder); }),
                HasSubstr("a folder"));
    EXPECT_THAT(test::error_of([&] { PendingOutput(folder / "none/a.csv", false); }), HasSubstr("none"));
    EXPECT_THROW(PendingOutput("", false), InputError);
}

}  // namespace
}  // namespace cytomo
