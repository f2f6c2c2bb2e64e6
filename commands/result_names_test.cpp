#include "result_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "cytomo/core/error.h"

namespace cytomo::commands {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

class CheckApart : public testing::Test {
protected:
    void SetUp() override {
        fs::create_directories(folder / "sub");
        for (const char* name : {"a", "b"}) std::ofstream(folder / name) << name;
        fs::create_symlink("a", folder / "link");
        fs::create_hard_link(folder / "a", folder / "hard");
    }
    void TearDown() override { fs::remove_all(folder); }

    static std::string refusal(const std::vector<NamedResult>& results, const std::vector<fs::path>& inputs) {
        try {
            check_apart(results, inputs);
        } catch (const UsageError& e) {
            return e.what();
        }
        return {};
    }

    fs::path folder = fs::temp_directory_path() / ("cytomo-apart-" + std::to_string(::getpid()));
};

TEST_F(CheckApart, ResultsAreNotWhatIsRead) {
    for (const fs::path name : {"a", "sub/../a", "./a", "link", "hard"})
        EXPECT_THAT(refusal({{"-o", folder / name}}, {folder / "b", folder / "a"}),
                    HasSubstr("-o: expected a file of its own, found '" + (folder / name).string() +
                              "', which is read"));
    EXPECT_THAT(refusal({{"-o", folder / "a"}}, {folder / "link"}), HasSubstr("which is read"));
    EXPECT_THAT(refusal({{"-o", folder / "new"}, {"--picture", {}}}, {folder / "a", "", folder / "none"}),
                IsEmpty());
    EXPECT_THAT(refusal({{"-o", folder / "b"}}, {folder / "a"}), IsEmpty());  // a former result
}

TEST_F(CheckApart, ResultsAreNotOneFile) {
    EXPECT_THAT(refusal({{"-o", folder / "new"}, {"--report", folder / "sub/../new"}}, {}),
                HasSubstr("--report: expected a file of its own, found '" + (folder / "sub/../new").string() +
                          "', that of -o"));
    EXPECT_THAT(refusal({{"-o", folder / "a"}, {"--report", folder / "link"}}, {}), HasSubstr("that of -o"));
    EXPECT_THAT(refusal({{"-o", folder / "a"}, {"--report", folder / "b"}}, {}), IsEmpty());
    EXPECT_THAT(refusal({{"-o", "not-there-yet"}, {"--report", "./not-there-yet"}}, {}),
                HasSubstr("that of -o"));
}

TEST_F(CheckApart, ANameBesideAFolderIsFree) {
    const std::string sub = (folder / "sub").string();
    EXPECT_EQ(free_name_beside(sub, "surfaces"), sub + "-surfaces");
    EXPECT_EQ(free_name_beside(sub + "/", "surfaces"), sub + "-surfaces");
    std::ofstream(sub + "-surfaces") << "taken";
    EXPECT_EQ(free_name_beside(sub + "/../sub", "surfaces"), sub + "-surfaces-2");
    fs::create_symlink("nowhere", sub + "-surfaces-2");
    EXPECT_EQ(free_name_beside(sub, "surfaces"), sub + "-surfaces-3");
    EXPECT_EQ(free_name_beside("cell", "analysis"), "cell-analysis");
    const fs::path here = fs::current_path(), beside = free_name_beside(".", "bias");
    EXPECT_EQ(beside.parent_path(), here.parent_path());
    EXPECT_EQ(beside.filename(), here.filename().string() + "-bias");
}

TEST_F(CheckApart, EachCommandNamesAnotherFolder) {
    for (const char* command : {"analyze", "bias", "compare", "measure", "simulate", "surface"}) {
        const ResultsOf results = results_of(command, "cell");
        EXPECT_EQ(results.command, command);
        EXPECT_THAT(results.remedy(), testing::StartsWith("Choose another folder, such as cell-")) << command;
    }
}

}  // namespace
}  // namespace cytomo::commands
