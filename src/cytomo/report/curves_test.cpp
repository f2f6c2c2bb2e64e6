#include "cytomo/report/curves.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <regex>

namespace cytomo {
namespace {

using testing::HasSubstr;
using testing::Not;

/// The points of the n-th line.
std::vector<std::pair<double, double>> points_of(const std::string& svg, int n) {
    const std::regex lines("<polyline points=\"([^\"]*)\""), pairs("([-0-9.]+),([-0-9.]+)");
    auto it = std::sregex_iterator(svg.begin(), svg.end(), lines);
    std::advance(it, n);
    const std::string text = (*it)[1];
    std::vector<std::pair<double, double>> out;
    for (auto p = std::sregex_iterator(text.begin(), text.end(), pairs); p != std::sregex_iterator(); ++p)
        out.emplace_back(std::stod((*p)[1]), std::stod((*p)[2]));
    return out;
}

TEST(Curves, PointsLieWhereTheirValuesAre) {
    const std::vector<Curve> curves{{"rising", {200, 0, 0}, {0, 50, 100}, {0, 0.5, 1}, false},
                                    {"with a gap", {0, 0, 200}, {0, 50, 100}, {1, std::nan(""), 0}, false}};
    const Figure f = curve_figure("t", {"step", "Dice", 0, 1, false}, curves);
    const auto rising = points_of(f.svg, 0), gap = points_of(f.svg, 1);
    ASSERT_EQ(rising.size(), 3U);
    ASSERT_EQ(gap.size(), 2U);
    // Straight, upwards (y grows downwards), and both lines share their corners.
    EXPECT_NEAR(rising[1].first, (rising[0].first + rising[2].first) / 2, 0.01);
    EXPECT_NEAR(rising[1].second, (rising[0].second + rising[2].second) / 2, 0.01);
    EXPECT_GT(rising[0].second, rising[2].second + 100);
    EXPECT_NEAR(gap[0].second, rising[2].second, 0.01);
    EXPECT_NEAR(gap[1].second, rising[0].second, 0.01);
}

TEST(Curves, LogarithmsMakeFactorsEqual) {
    const std::vector<Curve> curves{{"loss", {200, 0, 0}, {0, 1, 2}, {1, 0.1, 0.01}, false}};
    const auto p = points_of(curve_figure("t", {"x", "y", 0, 0, true}, curves).svg, 0);
    EXPECT_NEAR(p[1].second - p[0].second, p[2].second - p[1].second, 0.01);
}

TEST(Curves, NamesDoNotCoverEachOther) {
    std::vector<Curve> curves;
    for (int i = 0; i < 12; ++i)
        curves.push_back({"n" + std::to_string(i), {100, 100, 100}, {0, 1}, {0, 0.001 * i}, false});
    const std::string svg = curve_figure("t", {"x", "y", 0, 1, false}, curves).svg;
    const std::regex name("y=\"([-0-9.]+)\" text-anchor=\"start\"");
    std::vector<double> at;
    for (auto it = std::sregex_iterator(svg.begin(), svg.end(), name); it != std::sregex_iterator(); ++it)
        at.push_back(std::stod((*it)[1]));
    ASSERT_EQ(at.size(), 12U);
    for (std::size_t i = 1; i < at.size(); ++i) EXPECT_GE(at[i] - at[i - 1], 14.9);
    EXPECT_GT(at.front(), 0);
    EXPECT_LT(at.back(), 300);
}

TEST(Curves, HostileNamesAndEmptyCurvesDoNoHarm) {
    const std::vector<Curve> curves{{"<script>", {1, 2, 3}, {5}, {0.25}, true},
                                    {"nothing", {1, 2, 3}, {0, 1}, {std::nan(""), std::nan("")}, false}};
    const Figure f = curve_figure("a < b", {"<x>", "y", 0, 0, false}, curves);
    EXPECT_THAT(f.svg, Not(HasSubstr("<script>")));
    EXPECT_THAT(f.svg, Not(HasSubstr("nothing")));
    EXPECT_THAT(f.svg, Not(HasSubstr("nan")));
    EXPECT_THAT(curve_figure("t", {}, {}).caption, HasSubstr("No values"));
}

TEST(Curves, FileStandsAlone) {
    const std::vector<Curve> curves{{"a", {1, 2, 3}, {0, 1}, {0, 1}, false}};
    const std::vector<Figure> figures(2, curve_figure("two of <me>", {"x", "y", 0, 1, false}, curves));
    const std::string svg = svg_file(figures);
    EXPECT_EQ(svg.find("<svg xmlns=\"http://www.w3.org/2000/svg\""), 0U);
    EXPECT_THAT(svg, HasSubstr("two of &lt;me&gt;"));
    EXPECT_THAT(svg, HasSubstr("translate(0 360)"));
}

}  // namespace
}  // namespace cytomo
