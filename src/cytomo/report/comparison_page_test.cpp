#include "cytomo/report/comparison_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace cytomo {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Two groups of three samples with two cells; the first measure differs, the second does not.
CellGroups two_groups() {
    CellGroups out;
    out.groups = {"control", "treated"};
    out.measures = {{"median_volume_um3", "vesicle", "µm³", {}}, {"objects", "mitochondrion", "", {}}};
    for (std::size_t c = 0; c < 12; ++c) {
        const std::size_t group = c / 6;
        out.cells.push_back({"cell " + std::to_string(c), group, "sample " + std::to_string(c / 2)});
        out.measures[0].values.push_back(static_cast<double>(c) * 0.1 + static_cast<double>(group) * 5);
        out.measures[1].values.push_back(static_cast<double>(c % 4));
    }
    return out;
}

TEST(ComparisonPage, ShowsNumbersFiguresAndRemarks) {
    const CellGroups groups = two_groups();
    const auto comparisons = compare_groups(groups);
    ComparisonPage page;
    page.title = "control and treated";
    page.warnings = {"A warning of the reader."};
    page.provenance = {{"Program", "cytomo"}};
    const std::string text = comparison_page(page, groups, comparisons);
    EXPECT_THAT(text, HasSubstr("<h1>control and treated</h1>"));
    EXPECT_THAT(text, HasSubstr("A warning of the reader."));
    EXPECT_THAT(text, HasSubstr("no p can be smaller than 0.1"));
    EXPECT_THAT(text, HasSubstr("vesicle: median volume"));
    EXPECT_THAT(text, HasSubstr("mitochondrion: objects"));
    EXPECT_THAT(text, HasSubstr("hedges g"));
    // Nothing differs after correction: how many there are is asked first.
    EXPECT_LT(text.find("<h3>mitochondrion: objects"), text.find("<h3>vesicle: median volume"));
    EXPECT_THAT(text, HasSubstr("sample 5"));
    EXPECT_THAT(text, Not(HasSubstr(">nan<")));
    page.most_figures = 1;
    EXPECT_THAT(comparison_page(page, groups, comparisons), Not(HasSubstr("<h3>vesicle: median volume")));
}

TEST(ComparisonPage, CaptionsSayWhatWasFound) {
    const CellGroups groups = two_groups();
    const auto figures = comparison_figures(groups, compare_groups(groups));
    ASSERT_EQ(figures.size(), 2U);
    EXPECT_THAT(figures[0].caption, HasSubstr("treated − control: 5.6 µm³ ("));
    EXPECT_THAT(figures[0].caption, HasSubstr("p = 0.1, corrected 0.2 (Holm: 0.2)"));
    CellGroups one = groups;
    for (auto& cell : one.cells) cell.sample = "the only one";
    EXPECT_THAT(comparison_figures(one, compare_groups(one))[0].caption, HasSubstr("no test"));
    CellGroups unknown = groups;
    for (std::size_t c = 6; c < 12; ++c) unknown.measures[0].values[c] = std::nan("");
    EXPECT_EQ(comparison_figures(unknown, compare_groups(unknown))[0].caption,
              "treated − control: no cell of treated has this measure.");
}

TEST(ComparisonPage, NoTwoPlotsHaveOneTitle) {
    CellGroups groups = two_groups();
    groups.measures.push_back({"objects_per_um3", "mitochondrion", "1/µm³", groups.measures[1].values});
    const auto figures = comparison_figures(groups, compare_groups(groups));
    ASSERT_EQ(figures.size(), 3U);
    EXPECT_EQ(figures[0].title, "vesicle: median volume");
    EXPECT_EQ(figures[1].title, "mitochondrion: objects");
    EXPECT_EQ(figures[2].title, "mitochondrion: objects (1/µm³)");
}

}  // namespace
}  // namespace cytomo
