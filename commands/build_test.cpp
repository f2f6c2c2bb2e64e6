#include "build.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace cytomo::commands {
namespace {

TEST(Build, IsReadFromAProgram) {
    const auto file = std::filesystem::path(testing::TempDir()) / "build_test_program";
    std::string bytes(3'000'000, '\0');
    bytes.insert(2'500'000, "cytomo-build:0.1.0-0123456789abcdef;");
    std::ofstream(file, std::ios::binary) << bytes;
    EXPECT_EQ(build_of(file), "0.1.0-0123456789abcdef");
    std::filesystem::remove(file);
    EXPECT_EQ(build_of(file), "");
}

TEST(Build, IsTheFirstThatIsOne) {
    EXPECT_EQ(build_in(""), "");
    EXPECT_EQ(build_in("cytomo-build:"), "");
    EXPECT_EQ(build_in("cytomo-build:;"), "");
    EXPECT_EQ(build_in("cytomo-build:0.1.0-01"), "");  // cut off
    EXPECT_EQ(build_in("cytomo-build:" + std::string(5000, '1') + ";"), "");
    // The words by themselves, as programs that look for them hold them, and words that go on with another
    // text.
    const std::string words = std::string("cytomo-build:") + '\0' + "x;";
    EXPECT_EQ(build_in(words), "");
    EXPECT_EQ(build_in(words + "cytomo-build:not this;cytomo-build:1.2-a;cytomo-build:3-b;"), "1.2-a");
}

}  // namespace
}  // namespace cytomo::commands
