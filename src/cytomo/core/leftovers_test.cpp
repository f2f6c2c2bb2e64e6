#include "leftovers.h"

#include <sys/wait.h>

#include <iterator>

#include "cytomo/core/output.h"
#include "cytomo/io/test_files.h"

namespace cytomo {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using Leftovers = test::InFolder;

/// Runs in a process of its own, which is over when this returns.
template <class F>
void in_another_process(F&& f) {
    const pid_t child = ::fork();
    if (child == 0) {
        f();
        ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
}

TEST_F(Leftovers, NamesTellTheProcessAndTheResult) {
    const fs::path own = temporary_name(folder / "a.b.tif", "partial");
    EXPECT_EQ(own.parent_path(), folder);
    EXPECT_EQ(own.extension(), ".tif");
    EXPECT_TRUE(is_temporary_name(own.filename().string()));
    EXPECT_THAT(own.string(), HasSubstr("-" + std::to_string(::getpid()) + ".tif"));
    EXPECT_TRUE(is_temporary_name(temporary_name(folder / "cell", "former").filename().string()));
    EXPECT_TRUE(is_temporary_name(temporary_name(folder / "", "finished").filename().string()));
    for (const char* name : {"a.tif", "a.partial", "a.partial-", "a.partial-12.tif", "my.partial-results.tif",
                             "a.partial-0123abcd-.tif", "a.partial-0123abcd-x", "a.partial-0123abcg-7",
                             "a.partial-0123abcd-7x", "a.other-0123abcd-7"})
        EXPECT_FALSE(is_temporary_name(name)) << name;
}

TEST_F(Leftovers, OfDeadProcessesOnThisComputerOnly) {
    in_another_process([&] {
        std::ofstream(temporary_name(folder / "dead.csv", "partial")) << "half";
        fs::create_directories(temporary_name(folder / "cell", "partial") / "surfaces");
    });
    std::ofstream(temporary_name(folder / "alive.csv", "partial")) << "half";
    write("elsewhere.partial-01234567-999999.csv", "half");
    write("a.partial-mine.csv", "of the user");
    std::set<std::string> found;
    for (const auto& left : find_leftovers(folder)) {
        EXPECT_EQ(left.kind, "partial");
        found.insert(left.final_path.filename().string());
    }
    EXPECT_EQ(found, (std::set<std::string>{"cell", "dead.csv"}));
}

TEST_F(Leftovers, TheNextRunThereRemovesThem) {
    in_another_process([&] {
        auto* killed = new PendingOutput(folder / "cell", false, PendingOutput::Kind::folder);
        std::ofstream(killed->path() / "half.csv") << "half";
        auto* file = new PendingOutput(folder / "a.csv", false);
        std::ofstream(file->path()) << "half";
    });
    EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 2);
    const PendingOutput living(folder / "cell", false, PendingOutput::Kind::folder);
    {
        const PendingOutput next(folder / "b.csv", false);
        EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 1);
    }
    EXPECT_TRUE(fs::exists(living.path()));
}

}  // namespace
}  // namespace cytomo
