// Results of a folder are swapped as a whole, whenever the process is killed: at each of its system calls.
#include "result_folder.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <functional>

#include "cytomo/core/output.h"
#include "cytomo/io/test_files.h"
#include "leftovers.h"
#include "test_contents.h"

namespace cytomo {
namespace {

namespace fs = std::filesystem;
using test::Contents, test::contents_of, test::write_all, test::operator+;
using testing::HasSubstr;
const Contents former{{"classes.tif", "former"},
                      {"surfaces/", ""},
                      {"surfaces/nucleus.ply", "former"},
                      {"surfaces/instances/", ""},
                      {"surfaces/instances/nucleus-1.ply", "former"},
                      {"old.csv", "former"}};
const Contents later{{"classes.tif", "later"},
                     {"surfaces/", ""},
                     {"surfaces/nucleus.ply", "later"},
                     {"pictures/", ""},
                     {"pictures/a.png", "later"}};
const Contents others{{"notes.txt", "of the user"},
                      {"surfaces/mine.ply", "of the user"},
                      {"surfaces/instances/", ""},
                      {"surfaces/instances/mine.ply", "of the user"},
                      {"corrections/", ""},
                      {"corrections/first/", ""},
                      {"corrections/first/a.tif", "x"},
                      {"corrections/none/", ""},
                      {"tomogram.mrc", "-> ../tomogram.mrc"}};

class ResultFolder : public test::InFolder {
protected:
    fs::path cell() const { return folder / "cell"; }

    void run(const Contents& results, bool overwrite = true) const {
        PendingOutput output(cell(), overwrite, PendingOutput::Kind::folder);
        write_all(output.path(), results);
        output.commit();
    }
    /// As `run` would, on a file system that cannot exchange names.
    void run_without_exchange(const Contents& results) const {
        const fs::path made = temporary_name(cell(), "partial");
        fs::create_directory(made);
        write_all(made, results);
        EXPECT_EQ(replace_results(made, cell(), {}, {}, false), "");
    }
    /// Where the folder cannot be renamed: the working folder.
    void run_within(const Contents& results) const {
        fs::current_path(cell());
        PendingOutput output(".", true, PendingOutput::Kind::folder);
        write_all(output.path(), results);
        output.commit();
    }
    std::vector<std::string> names_beside() const {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
        return names;
    }

    /// Runs `work` in another process and kills that at its n-th system call. Returns whether it came so far.
    static bool killed_at_call(int n, const std::function<void()>& work) {
        const pid_t child = ::fork();
        if (child == 0) {
            ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
            ::raise(SIGSTOP);
            work();
            ::_exit(testing::Test::HasFailure() ? 1 : 0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        for (int k = 0; k < 2 * n - 1; ++k) {  // a stop before each call and one after it
            EXPECT_EQ(::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr), 0);
            ::waitpid(child, &status, 0);
            if (WIFEXITED(status) || WIFSIGNALED(status)) {
                EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
                return false;
            }
        }
        ::kill(child, SIGKILL);
        ::waitpid(child, &status, 0);
        return true;
    }
    static bool can_trace() {
        const pid_t child = ::fork();
        if (child == 0) ::_exit(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0 ? 0 : 1);
        int status = 0;
        ::waitpid(child, &status, 0);
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    /// Kills `work`, a run that follows one with results `former`, at each call. `at_once`: what must hold
    /// right after that, not only after the next run has begun.
    void kill_everywhere(const std::function<void()>& work, bool at_once) {
        if (!can_trace()) GTEST_SKIP() << "no process may be traced here";
        int calls = 1, seen_former = 0, seen_later = 0;
        for (bool killed = true; killed; ++calls) {
            fs::remove_all(cell());
            run(former);
            write_all(cell(), others);
            killed = killed_at_call(calls, work);
            if (at_once) {
                const Contents now = contents_of(cell(), false);
                ASSERT_TRUE(now == former + others || now == later + others) << "call " << calls;
            }
            { const PendingOutput next(cell(), true, PendingOutput::Kind::folder); }
            const Contents now = contents_of(cell());
            const bool is_former = now == former + others, is_later = now == later + others;
            ASSERT_TRUE(is_former || is_later) << "call " << calls << ": " << testing::PrintToString(now);
            EXPECT_TRUE(killed || is_later);
            ASSERT_THAT(names_beside(), testing::ElementsAre("cell")) << "call " << calls;
            ++(is_former ? seen_former : seen_later);
        }
        EXPECT_GT(seen_former, 20);
        EXPECT_GT(seen_later, 5);
    }
};

TEST_F(ResultFolder, FormerResultsVanishAndFilesOfOthersStay) {
    run(former, false);
    write_all(cell(), others);
    run(later);
    EXPECT_EQ(contents_of(cell()), later + others);
    run(former);
    EXPECT_EQ(contents_of(cell()), former + others);
    EXPECT_THAT(names_beside(), testing::ElementsAre("cell"));
    EXPECT_THROW(run(later, false), InputError);
}

TEST_F(ResultFolder, KilledAnywhereItIsWhole) {
    kill_everywhere([&] { run(later); }, true);
}

TEST_F(ResultFolder, KilledAnywhereItIsMendedWhereNamesCannotBeExchanged) {
    kill_everywhere([&] { run_without_exchange(later); }, false);
}

TEST_F(ResultFolder, KilledAnywhereItIsMendedWhereTheFolderCannotBeRenamed) {
    kill_everywhere([&] { run_within(later); }, false);
}

TEST_F(ResultFolder, KilledTheFirstTimeThereIsNothingOrAll) {
    if (!can_trace()) GTEST_SKIP() << "no process may be traced here";
    int calls = 1;
    for (bool killed = true; killed; ++calls) {
        fs::remove_all(cell());
        killed = killed_at_call(calls, [&] { run(later, false); });
        if (fs::exists(cell())) {
            ASSERT_EQ(contents_of(cell()), later) << "call " << calls;
        }
        { const PendingOutput next(folder / "another", true, PendingOutput::Kind::folder); }
        ASSERT_LE(names_beside().size(), 1U) << "call " << calls;
    }
    EXPECT_GT(calls, 30);
}

TEST_F(ResultFolder, WhatCannotBeLinkedIsMovedAndMovedAlsoAfterAKill) {
    // As a killed run leaves it where there are no hard links: the former results under the temporary name.
    run(later);
    fs::rename(cell(), folder / "new");
    run(former);
    write_all(cell(), others);
    write_all(folder / "new", {{"notes.txt", "made meanwhile"}});
    const pid_t child = ::fork();
    if (child == 0) {
        fs::rename(cell(), temporary_name(cell(), "partial"));
        fs::rename(folder / "new", cell());
        ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
    mend_leftovers(folder);
    Contents wanted = later + others;
    wanted["notes.txt"] = "made meanwhile";
    wanted["notes.kept.txt"] = "of the user";
    EXPECT_EQ(contents_of(cell()), wanted);
    EXPECT_THAT(names_beside(), testing::ElementsAre("cell"));
}

TEST_F(ResultFolder, FilesOfOthersThatAreInTheWayGetAnotherName) {
    write_all(cell(), {{"classes.tif", "by hand"}, {"pictures", "a file"}, {"surfaces/nucleus.ply", "mine"}});
    run(later);
    const Contents kept{
        {"classes.kept.tif", "by hand"}, {"pictures.kept", "a file"}, {"surfaces/nucleus.kept.ply", "mine"}};
    EXPECT_EQ(contents_of(cell()), later + kept);
    run(later);
    EXPECT_EQ(contents_of(cell()), later + kept);
    fs::remove(cell() / result_list_name);
    run(later);
    EXPECT_EQ(contents_of(cell())["classes.kept-2.tif"], "later");  // nobody knows whose it was
}

TEST_F(ResultFolder, InTheWayWhereTheFolderCannotBeRenamed) {
    const fs::path here = fs::current_path();
    write_all(cell(), {{"classes.tif", "by hand"}, {"pictures", "a file"}, {"surfaces/nucleus.ply", "mine"}});
    struct stat before {
    }, after{};
    ASSERT_EQ(::stat(cell().c_str(), &before), 0);
    run_within(later);
    fs::current_path(here);
    EXPECT_EQ(contents_of(cell()), (later + Contents{{"classes.kept.tif", "by hand"},
                                                     {"pictures.kept", "a file"},
                                                     {"surfaces/nucleus.kept.ply", "mine"}}));
    ASSERT_EQ(::stat(cell().c_str(), &after), 0);
    EXPECT_EQ(before.st_ino, after.st_ino);  // who stands in it stands in the results
}

TEST_F(ResultFolder, AListIsNoOrderToRemoveWhatLiesElsewhere) {
    const fs::path here = fs::current_path();
    write_all(cell(), {{result_list_name, "../precious\n/etc/none\nold.csv\n"}, {"old.csv", "former"}});
    write("precious", "of the user");
    run(later);
    std::ofstream(cell() / result_list_name) << "../precious\npictures/../../precious\n";
    run_within(later);
    fs::current_path(here);
    EXPECT_TRUE(fs::exists(folder / "precious"));
    EXPECT_FALSE(fs::exists(cell() / "old.csv"));
}

TEST_F(ResultFolder, WhatTheRunReadsStays) {
    run(former);
    const auto again = [&](const fs::path& input, const Contents& results) {
        PendingOutput output(cell(), true, PendingOutput::Kind::folder);
        output.keep(input);
        output.keep(folder / "no such file");
        write_all(output.path(), results);
        output.commit();
        return contents_of(cell());
    };
    const Contents tables{{"objects.csv", "later"}};
    EXPECT_EQ(again(cell() / "classes.tif", tables), (tables + Contents{{"classes.tif", "former"}}));
    EXPECT_EQ(again(cell() / "../cell/classes.tif", {{"classes.tif", "corrected"}}),
              (Contents{{"classes.tif", "corrected"}, {"classes.kept.tif", "former"}}));
    run(former);
    EXPECT_EQ(again(cell(), tables)["old.csv"], "former");  // results to compare, for example
    run(later);
    EXPECT_EQ(contents_of(cell()), (later + Contents{{"classes.kept.tif", "former"}}));
}

TEST_F(ResultFolder, AFailureLeavesTheFormerListToo) {
    const fs::path made = folder / "made", list = cell() / result_list_name;
    const fs::path former_name = temporary_name(cell(), "former"),
                   finished_name = temporary_name(cell() / "", "finished");
    run(former);
    write_all(cell(), others);
    const ResultNames kept{"classes.tif"}, listed = read_result_names(cell());
    ASSERT_EQ(listed.count("classes.tif"), 1U);
    write_result_names(cell(), listed, {"bias", "surface"});
    const auto expect_all_as_before = [&](const char* what) {
        fs::remove_all(finished_name);
        EXPECT_EQ(read_result_names(cell()), listed) << what;
        EXPECT_EQ(read_writers(cell()), (Writers{"bias", "surface"})) << what;
        EXPECT_EQ(contents_of(cell()), former + others) << what;
        fs::remove_all(made);
    };
    const auto make = [&](const Contents& results) { write_all(made, results); };

    make(later + Contents{{std::string(result_list_name) + "/a.txt", "where the list should be"}});
    EXPECT_THROW(replace_results(made, cell(), kept, {}), InputError);
    expect_all_as_before("no new list");

    make(later);
    write_all(former_name, {{"a.txt", "in the way"}});
    EXPECT_THROW(replace_results(made, cell(), kept, {}, false), fs::filesystem_error);
    expect_all_as_before("no swap");

    make(later);
    write_all(finished_name, {{"a.txt", "in the way"}});
    EXPECT_THROW(replace_results_within(made, cell(), kept, {}), fs::filesystem_error);
    expect_all_as_before("no swap within");

    // Of a folder without a list none remains.
    fs::remove(list);
    make(later);
    EXPECT_THROW(replace_results(made, cell(), {}, {}, false), fs::filesystem_error);
    EXPECT_FALSE(fs::exists(list));
}

TEST_F(ResultFolder, RightsAndLinksStay) {
    run(former);
    fs::permissions(cell(), fs::perms(0750));
    write_all(cell(), {{"locked/a.txt", "a"}});
    fs::permissions(cell() / "locked", fs::perms(0500));
    fs::create_directory_symlink(cell(), folder / "link");
    PendingOutput output(folder / "link", true, PendingOutput::Kind::folder);
    write_all(output.path(), later);
    output.commit();
    EXPECT_TRUE(fs::is_symlink(folder / "link"));
    EXPECT_EQ(fs::status(cell()).permissions(), fs::perms(0750));
    EXPECT_EQ(fs::status(cell() / "locked").permissions(), fs::perms(0500));
    EXPECT_EQ(contents_of(cell()), (later + Contents{{"locked/", ""}, {"locked/a.txt", "a"}}));
    fs::permissions(cell() / "locked", fs::perms(0700));
}

}  // namespace
}  // namespace cytomo
