#include "cytomo/core/output.h"

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
