#include "cytomo/core/likely_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <fstream>

namespace cytomo {
namespace {

TEST(LikelyName, DistancesAreThoseCountedByHand) {
    EXPECT_EQ(spelling_distance("analyze", "analyze"), 0);
    EXPECT_EQ(spelling_distance("analyse", "analyze"), 1);  // one replaced
    EXPECT_EQ(spelling_distance("anlayze", "analyze"), 1);  // two exchanged
    EXPECT_EQ(spelling_distance("analye", "analyze"), 1);   // one missing
    EXPECT_EQ(spelling_distance("kitten", "sitting"), 3);   // the textbook's
    EXPECT_EQ(spelling_distance("", "abc"), 3);
}

TEST(LikelyName, OnlyWhatIsNearIsNamed) {
    const std::vector<std::string> commands{"analyze", "measure", "segment", "info"};
    EXPECT_EQ(nearest_name("analyse", commands), "analyze");
    EXPECT_EQ(nearest_name("Mesure", commands), "measure");
    EXPECT_EQ(nearest_name("inof", commands), "info");
    EXPECT_EQ(nearest_name("frobnicate", commands), "");
    EXPECT_EQ(nearest_name("x", {"y"}), "");
    EXPECT_EQ(nearest_name("voxel_nm", {"voxel-nm"}), "voxel-nm");
}

TEST(LikelyName, ClassesAreFoundByAnySpelling) {
    const Legend legend = default_legend();
    const auto meant = [&](const char* given) {
        const LegendEntry* entry = nearest_class(legend, given);
        return entry == nullptr ? std::string() : entry->name;
    };
    EXPECT_EQ(meant("mitocondrion"), "mitochondrion");
    EXPECT_EQ(meant("Mitocondria"), "mitochondrion");
    EXPECT_EQ(meant("lipid_droplt"), "lipid droplet");
    EXPECT_EQ(meant("nuclues"), "nucleus");
    EXPECT_EQ(meant("filipodia"), "filopodium");
    EXPECT_EQ(meant("nuclei"), "");  // no mistake
    EXPECT_EQ(meant("chloroplast"), "");
}

TEST(LikelyName, MissingFilesAreToldInWords) {
    const auto folder = std::filesystem::path(testing::TempDir()) / "likely_name";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "tomogram.mrc") << "x";
    const FileTrouble missing = file_trouble(folder / "tomgram.mrc", ENOENT);
    EXPECT_EQ(missing.found, "nothing of that name");
    EXPECT_THAT(missing.remedy,
                testing::HasSubstr("Did you mean '" + (folder / "tomogram.mrc").string() + "'?"));
    EXPECT_THAT(file_trouble(folder / "tomogram", ENOENT).remedy, testing::HasSubstr("tomogram.mrc"));
    EXPECT_THAT(file_trouble(folder / "nowhere" / "a.mrc", ENOENT).found, testing::HasSubstr("no folder"));
    EXPECT_EQ(file_trouble(folder / "tomogram.mrc", EACCES).found, "no right to read it");
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace cytomo
