#include "cytomo/report/figures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numeric>
#include <regex>
#include <string>
#include <vector>

#include "cytomo/report/matrix_figure.h"

namespace cytomo {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<double> numbers_of(const std::string& svg, const std::string& pattern) {
    std::vector<double> out;
    const std::regex found(pattern);
    for (std::sregex_iterator it(svg.begin(), svg.end(), found), end; it != end; ++it)
        out.push_back(std::stod((*it)[1]));
    return out;
}

TEST(StripFigure, WhatCannotBeResolvedDoesNotStretchTheAxis) {
    const std::vector<NamedValues> groups{{"vesicle", {9, 150, 80}, {0.00004, 0.02, 0.05, 0.1, 0.3}}};
    const Figure whole = strip_figure("Gaps", "gap", "µm", groups),
                 cut = strip_figure("Gaps", "gap", "µm", groups, "object", 0.01);
    EXPECT_THAT(whole.svg, HasSubstr(">0.0001<"));
    EXPECT_THAT(whole.caption, Not(HasSubstr("Triangle")));
    EXPECT_THAT(cut.svg, Not(HasSubstr(">0.0001<")));
    EXPECT_THAT(cut.svg, HasSubstr("logarithmic"));
    EXPECT_THAT(cut.caption, HasSubstr("1 of 5 values, smaller than 0.01 µm"));
    // Four points and one triangle, at the left of them all.
    const auto points = numbers_of(cut.svg, "<circle cx=\"([0-9.]+)\""),
               triangles = numbers_of(cut.svg, "<path d=\"M([0-9.]+) ");
    ASSERT_EQ(points.size(), 4U);
    ASSERT_EQ(triangles.size(), 1U);
    EXPECT_LT(triangles[0], *std::min_element(points.begin(), points.end()) - 20);
    // A factor of 15 above what can be resolved: linear, and nothing is left out.
    const std::vector<NamedValues> near{{"vesicle", {9, 150, 80}, {0.00004, 0.1, 0.15}}};
    const Figure linear = strip_figure("Gaps", "gap", "µm", near, "object", 0.01);
    EXPECT_THAT(linear.svg, Not(HasSubstr("logarithmic")));
    EXPECT_EQ(numbers_of(linear.svg, "<circle cx=\"([0-9.]+)\"").size(), 3U);
}

TEST(StripFigure, NoPointTouchesTheEnds) {
    for (const std::vector<double>& values :
         {std::vector<double>{0, 1}, {0.001, 0.5, 1}, {5, 7}, {-2, 3}, {0.01, 1, 100}}) {
        const std::vector<NamedValues> groups{{"a", {9, 9, 9}, values}};
        for (const double x :
             numbers_of(strip_figure("t", "v", "", groups).svg, "<circle cx=\"([0-9.]+)\"")) {
            EXPECT_GT(x, 118 + 3.4);
            EXPECT_LT(x, 600 - 80 - 3.4);
        }
    }
}

TEST(GreyFigure, ShapesOfSmallClassesAreNotCutOff) {
    // One voxel in 2000 is a droplet, far denser than all else: beyond the 99.9 % of all voxels.
    const Grid grid{{100, 100, 20}, {0.01, 0.01, 0.01}, {}};
    auto values = std::make_shared<Volume<float>>(grid);
    ClassVolume classes(grid);
    for (std::int64_t i = 0; i < grid.count(); ++i) {
        const bool droplet = i % 2003 == 0;
        classes[i] = droplet ? lipid_droplet : background;
        const double noise = std::sin(0.7 * static_cast<double>(i));
        (*values)[i] = static_cast<float>(droplet ? -5 + noise : noise);
    }
    const auto histograms = sample_grey_values(tomogram_from(values), classes, default_legend());
    ASSERT_EQ(histograms.size(), 2U);
    const GreyHistogram& h = histograms[1];
    EXPECT_EQ(h.name, default_legend().name_of(lipid_droplet));
    EXPECT_LT(h.low, -5.9);
    EXPECT_GT(h.low, -7);
    // All but the outermost of its voxels are in the bins, and the first bin is empty.
    EXPECT_GE(std::accumulate(h.counts.begin(), h.counts.end(), std::int64_t{0}), 98);
    EXPECT_EQ(h.counts.front(), 0);
    EXPECT_EQ(histograms[0].counts.back(), 0);
}

TEST(MatrixFigure, SlantedNamesEndWithinThePicture) {
    NumberMatrix m{{"a"}, {}, {}, {}};
    for (int i = 0; i < 8; ++i) {
        m.columns.push_back("endoplasmic");
        m.values.push_back(i);
        m.notes.emplace_back();
    }
    const std::string svg = matrix_figure("t", m).svg;
    const auto starts = numbers_of(svg, "<text x=\"([0-9.]+)\" y=\"[0-9.]+\" text-anchor=\"start\"");
    ASSERT_EQ(starts.size(), 8U);
    // 11 letters of at most 8.3 pixels, at 45 degrees.
    EXPECT_LE(starts.back() + 11 * 8.3 * std::sqrt(0.5), 601);
}

}  // namespace
}  // namespace cytomo
