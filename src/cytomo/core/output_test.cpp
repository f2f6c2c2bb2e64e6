#include "cytomo/core/output.h"

#include <functional>
#include <iterator>
#include <map>

#include "cytomo/io/test_files.h"
#include "test_contents.h"

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

/// What each command writes, as version 0.1.0 did: told by what the files say.
const std::string of_cytomo = R"({"record": {"program": "cytomo 0.1.0"}})",
                  of_cytomo_mesh =
                      "ply\nformat binary_little_endian 1.0\ncomment cytomo mesh, coordinates in micrometres";
const std::map<std::string, test::Contents> files_of_commands{
    {"analyze",
     {{"summary.json", of_cytomo},
      {"report.html", "cytomo"},
      {"classes.tif", "a"},
      {"objects.csv", "a"},
      {"surfaces/", ""},
      {"surfaces/nucleus.ply", of_cytomo_mesh}}},
    {"bias", {{"bias.csv", "b"}, {"bias_samples.csv", "b"}, {"report.html", "cytomo"}}},
    {"compare", {{"cells.csv", "c"}, {"comparison.csv", "c"}, {"report.html", "cytomo"}}},
    {"measure", {{"summary.json", of_cytomo}, {"instances.tif", "m"}, {"objects.csv", "m"}}},
    {"simulate", {{"tomogram.mrc", "s"}, {"classes.tif", "s"}, {"truth.json", of_cytomo}}},
    {"surface",
     {{"nucleus.ply", of_cytomo_mesh}, {"objects/", ""}, {"objects/nucleus-1.ply", of_cytomo_mesh}}}};

class OutputOfCommands : public test::InFolder {
protected:
    fs::path place() const { return folder / "place"; }
    void run(const std::string& command, bool overwrite) const {
        PendingOutput output(place(), overwrite, ResultsOf{command, {}});
        test::write_all(output.path(), files_of_commands.at(command));
        output.commit();
    }
    std::string refusal(const std::string& command, bool overwrite) const {
        return test::error_of([&] { run(command, overwrite); });
    }
    /// Results of a command, beside a file of the user's, with the list that `change` makes of this
    /// version's.
    void make_former(const std::string& command, const std::function<void(const fs::path&)>& change) const {
        fs::remove_all(place());
        run(command, false);
        test::write_all(place(), {{"notes.txt", "mine"}});
        change(place() / result_list_name);
    }
    void expect_each_stays(const std::function<void(const fs::path&)>& change) const {
        const test::Contents mine{{"notes.txt", "mine"}};
        for (const auto& [former, files] : files_of_commands) {
            for (const auto& [later, other_files] : files_of_commands) {
                const std::string what = later + " over " + former;
                make_former(former, change);
                if (former == later) {
                    EXPECT_THAT(refusal(later, false), HasSubstr("found a result of cytomo " + former +
                                                                 ". Choose another name or pass --overwrite"))
                        << what;
                    EXPECT_NO_THROW(run(later, true)) << what;
                } else {
                    for (const bool overwrite : {false, true})
                        EXPECT_THAT(
                            refusal(later, overwrite),
                            HasSubstr("place: expected a new folder or an earlier result of cytomo " + later +
                                      ", found a result of cytomo " + former + ". Choose another folder"))
                            << what;
                }
                EXPECT_EQ(test::contents_of(place()), test::operator+(files, mine)) << what;
            }
        }
    }
};

TEST_F(OutputOfCommands, ResultsOfAnotherAreNotReplaced) {
    expect_each_stays([](const fs::path&) {});
}

TEST_F(OutputOfCommands, NorThoseWhoseListDoesNotNameTheCommand) {
    expect_each_stays([](const fs::path& list) {
        std::ifstream in(list);
        std::string kept;
        for (std::string line; std::getline(in, line);)
            if (!line.starts_with("# Written by")) kept += line + '\n';
        std::ofstream(list) << kept;
    });
}

TEST_F(OutputOfCommands, NorThoseWithoutAList) {
    expect_each_stays([](const fs::path& list) { fs::remove(list); });
}

TEST_F(OutputOfCommands, ManySimulationsAreASimulation) {
    test::write_all(place(), {{"0001/truth.json", of_cytomo}, {"0001/tomogram.mrc", "s"}});
    EXPECT_THAT(refusal("analyze", true), HasSubstr("found a result of cytomo simulate"));
    std::ofstream(place() / result_list_name) << "0001/\n0001/tomogram.mrc\n0001/truth.json\n";
    EXPECT_THAT(refusal("analyze", true), HasSubstr("found a result of cytomo simulate"));
    EXPECT_EQ(test::bytes_of(place() / "0001/tomogram.mrc").size(), 1U);
}

TEST_F(OutputOfCommands, FoldersOfAResultAreOfItsCommand) {
    for (const bool listed : {true, false}) {
        fs::remove_all(place());
        run("analyze", false);
        if (!listed) fs::remove(place() / result_list_name);
        EXPECT_THAT(
            test::error_of([&] {
                PendingOutput(place() / "surfaces", true, ResultsOf{"surface", {}});
            }),
            HasSubstr("surfaces: expected a new folder or an earlier result of cytomo surface, found a "
                      "result of cytomo analyze"));
        test::write_all(place(), {{"mine/notes.txt", "mine"}});
        EXPECT_NO_THROW(PendingOutput(place() / "mine", true, ResultsOf{"surface", {}}));
        EXPECT_NO_THROW(PendingOutput(place() / "new", true, ResultsOf{"surface", {}}));
    }
}

TEST_F(OutputOfCommands, ResultsOfSeveralAreNoOnes) {
    test::write_all(place(),
                    test::operator+(files_of_commands.at("analyze"), files_of_commands.at("simulate")));
    for (const char* command : {"analyze", "simulate", "surface"})
        EXPECT_THAT(
            refusal(command, true),
            HasSubstr(command == std::string("surface")   ? "results of cytomo analyze and cytomo simulate"
                      : command == std::string("analyze") ? "found a result of cytomo simulate"
                                                          : "found a result of cytomo analyze"));
}

TEST_F(OutputOfCommands, WhereNothingIsLeftOfThemTheFolderIsFree) {
    run("analyze", false);
    for (const auto& [name, text] : files_of_commands.at("analyze"))
        if (!name.ends_with('/')) fs::remove(place() / name);
    test::write_all(place(), {{"surfaces/notes.txt", "mine"}});
    run("simulate", true);
    EXPECT_EQ(test::contents_of(place()), test::operator+
              (files_of_commands.at("simulate"), {{"surfaces/", ""}, {"surfaces/notes.txt", "mine"}}));
}

TEST_F(OutputOfCommands, FilesOfTheUserAreOfNoCommand) {
    test::write_all(place(), {{"summary.json", "{}"}, {"report.html", "mine"}, {"nucleus.ply", "mine"}});
    EXPECT_THAT(
        refusal("surface", false),
        HasSubstr("found a folder with files in it. Choose another name or pass --overwrite: files that "
                  "cytomo did not write stay"));
    run("surface", true);
    EXPECT_EQ(test::contents_of(place())["nucleus.kept.ply"], "mine");
}

TEST_F(OutputOfCommands, AnotherThatCameMeanwhileStays) {
    PendingOutput output(place(), true, ResultsOf{"surface", {}});
    test::write_all(output.path(), files_of_commands.at("surface"));
    run("analyze", false);
    EXPECT_THAT(test::error_of([&] { output.commit(); }), HasSubstr("found a result of cytomo analyze"));
    EXPECT_EQ(test::contents_of(place()), files_of_commands.at("analyze"));
}

TEST_F(OutputOfCommands, TheRemedyIsAskedForWhereItIsNeeded) {
    int asked = 0;
    const ResultsOf surfaces{"surface", [&] {
                                 ++asked;
                                 return std::string("Name it s");
                             }};
    { const PendingOutput output(place(), true, surfaces); }
    EXPECT_EQ(asked, 0);
    run("bias", false);
    EXPECT_THAT(test::error_of([&] { PendingOutput(place(), true, surfaces); }),
                testing::EndsWith("found a result of cytomo bias. Name it s"));
    EXPECT_EQ(asked, 1);
    EXPECT_FALSE(fs::exists(folder / "s"));
}

}  // namespace
}  // namespace cytomo
