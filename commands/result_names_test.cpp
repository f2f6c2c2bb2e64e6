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

}  // namespace
}  // namespace cytomo::commands
