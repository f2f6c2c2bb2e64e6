#include "cytomo/report/measure_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "cytomo/report/comparison_page.h"

namespace cytomo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// Two groups of three samples with one cell each; measures as given: (name, class, unit, values of six
/// cells).
CellGroups three_and_three(std::vector<CellMeasure> measures) {
    CellGroups out;
    out.groups = {"control", "treated"};
    for (std::size_t c = 0; c < 6; ++c)
        out.cells.push_back({"cell " + std::to_string(c), c / 3, "sample " + std::to_string(c)});
    out.measures = std::move(measures);
    return out;
}

TEST(MeasureOrder, NumbersThatAreTheSameAreShownOnce) {
    const double nan = std::nan("");
    const std::vector<double> sizes{1.5, 2.5, 1.25, 3.5, 4.5, 4.25}, counts{1, 2, 3, 4, 5, 6};
    const CellGroups groups =
        three_and_three({{"median_longest_width_um", "nucleus", "µm", sizes},
                         {"median_volume_um3", "nucleus", "µm³", sizes},
                         {"volume_um3", "nucleus", "µm³", sizes},
                         {"mean_object_volume_um3", "nucleus", "µm³", {1.5, 2.5, 1.25, 3.5, 4.5, nan}},
                         {"volume_um3", "vesicle", "µm³", sizes},
                         {"objects", "filopodium", "", counts},
                         {"median_branches", "filopodium", "", counts},
                         {"count", "filopodium", "", counts}});
    // The total comes first; another unit or class, a gap, or counts of other things are other measures.
    EXPECT_THAT(same_numbers(groups), ElementsAre(0, 2, 2, 3, 4, 5, 6, 5));
    const auto comparisons = compare_groups(groups);
    ComparisonPage page;
    page.title = "t";
    const std::string text = comparison_page(page, groups, comparisons);
    EXPECT_THAT(text, HasSubstr("The same number: median volume."));
    EXPECT_THAT(text, Not(HasSubstr("<h3>nucleus: median volume</h3>")));
    EXPECT_THAT(text, Not(HasSubstr(" nan")));
}

TEST(MeasureOrder, TiesGoByWhatIsAskedNotByClass) {
    const std::vector<double> differ{1, 2, 3, 11, 12, 13}, alike{1, 5, 3, 2, 4, 3.5}, same(6, 1.0);
    const CellGroups groups =
        three_and_three({{"median_elongation", "cytoplasm", "", differ},
                         {"objects", "cytoplasm", "", same},
                         {"median_gaussian_curvature_per_um2", "nucleus", "1/µm²", differ},
                         {"median_volume_um3", "nucleus", "µm³", alike},
                         {"median_volume_um3", "vesicle", "µm³", differ},
                         {"objects", "vesicle", "", {1, 2, 3, 11, 12, 14}}});
    // With three samples each no p is below 0.1: how many, size, shape, curvature; what never varies comes
    // last.
    EXPECT_THAT(by_importance(groups, compare_groups(groups)), ElementsAre(5, 4, 3, 0, 2, 1));
}

TEST(MeasureOrder, WhatDiffersAfterCorrectionComesFirst) {
    CellGroups groups;
    groups.groups = {"control", "treated"};
    for (std::size_t c = 0; c < 12; ++c)
        groups.cells.push_back({"cell " + std::to_string(c), c / 6, "sample " + std::to_string(c)});
    groups.measures = {{"objects", "vesicle", "", {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8}},
                       {"median_flatness", "vesicle", "", {1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16}}};
    EXPECT_THAT(by_importance(groups, compare_groups(groups)), ElementsAre(1, 0));
}

}  // namespace
}  // namespace cytomo
