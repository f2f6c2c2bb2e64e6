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

TEST(Curves, NothingLiesOnTheFrame) {
    // 600 × 300 pixels; values from 0 to 1 where the axis was asked to reach from 0 to 1.
    for (const bool logarithmic : {false, true}) {
        const std::vector<Curve> curves{
            {"a", {200, 0, 0}, {0, 1, 2}, {logarithmic ? 0.01 : 0, 1, 0.5}, false}};
        const std::string svg = curve_figure("t", {"x", "y", 0, 0, logarithmic}, curves).svg;
        for (const auto& [x, y] : points_of(svg, 0)) {
            EXPECT_GT(x, 62 + 5);
            EXPECT_LT(x, 450 - 5);
            EXPECT_GT(y, 12 + 5);
            EXPECT_LT(y, 252 - 5);
        }
    }
}

TEST(Curves, BandsLieAroundTheirLines) {
    Curve curve{"median", {100, 0, 0}, {0, 1}, {2, 3}, true};
    curve.band_low = {1, 2};
    curve.band_high = {4, 3.5};
    const std::string svg = curve_figure("t", {"x", "y", 0, 0, false}, {&curve, 1}).svg;
    const auto line = points_of(svg, 0);
    const std::regex polygon("<polygon points=\"([^\"]*)\""), pairs("([-0-9.]+),([-0-9.]+)");
    std::smatch found;
    ASSERT_TRUE(std::regex_search(svg, found, polygon));
    const std::string text = found[1];
    std::vector<double> heights;
    for (auto p = std::sregex_iterator(text.begin(), text.end(), pairs); p != std::sregex_iterator(); ++p)
        heights.push_back(std::stod((*p)[2]));
    ASSERT_EQ(heights.size(), 4U);  // upper edge to the right, lower edge back: 4, 3.5, 2, 1
    const double unit = line[0].second - line[1].second;
    EXPECT_GT(unit, 0);
    EXPECT_NEAR(line[0].second - heights[0], 2 * unit, 0.05);
    EXPECT_NEAR(line[1].second - heights[1], 0.5 * unit, 0.05);
    EXPECT_NEAR(heights[2] - line[1].second, unit, 0.05);
    EXPECT_NEAR(heights[3] - line[0].second, unit, 0.05);
    EXPECT_GT(heights[0], 12 + 5);
    EXPECT_LT(heights[3], 252 - 5);
}

TEST(Curves, TheLabelStandsBesideTheNumbers) {
    const std::vector<Curve> curves{{"a", {1, 2, 3}, {0, 1}, {0.7352720, 0.7352660}, false}};
    const std::string svg = curve_figure("t", {"x", "y", 0, 0, false}, curves).svg;
    const std::regex number("<text x=\"([-0-9.]+)\" y=\"[-0-9.]+\" text-anchor=\"end\"[^>]*>([^<]*)<");
    int seen = 0;
    for (auto it = std::sregex_iterator(svg.begin(), svg.end(), number); it != std::sregex_iterator(); ++it) {
        // The label reaches to x = 18; a digit of 13 pixels is at most 0.636 of that wide.
        EXPECT_GT(std::stod((*it)[1]) - 0.636 * 13 * static_cast<double>((*it)[2].length()), 18) << (*it)[2];
        ++seen;
    }
    EXPECT_GE(seen, 2);
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

TEST(Curves, ManyFiguresFillAPage) {
    const std::vector<Curve> curves{{"a", {1, 2, 3}, {0, 1}, {0, 1}, false}};
    std::vector<Figure> figures(13, curve_figure("high", {"x", "y", 0, 1, false}, curves));
    for (std::size_t i = 0; i < figures.size(); i += 2)
        figures[i] = {"flat", "", "<svg viewBox=\"0 0 600 100\"></svg>"};
    const std::string svg = svg_file(figures);
    std::smatch sheet;
    ASSERT_TRUE(std::regex_search(svg, sheet, std::regex("width=\"([0-9.]+)\" height=\"([0-9.]+)\"")));
    const double width = std::stod(sheet[1]), height = std::stod(sheet[2]);
    EXPECT_GT(height / width, 1);
    EXPECT_LT(height / width, 2);
    struct Box {
        double left, top, right, bottom;
    };
    std::vector<Box> boxes;
    const std::regex place(
        "translate\\(([0-9.]+) ([0-9.]+)\\)\"><svg width=\"([0-9.]+)\" height=\"([0-9.]+)\"");
    for (auto it = std::sregex_iterator(svg.begin(), svg.end(), place); it != std::sregex_iterator(); ++it) {
        const double left = std::stod((*it)[1]), top = std::stod((*it)[2]);
        EXPECT_EQ(std::stod((*it)[4]), boxes.size() % 2 == 0 ? 100 : 300);  // no more than it needs
        boxes.push_back({left, top, left + std::stod((*it)[3]), top + std::stod((*it)[4])});
    }
    ASSERT_EQ(boxes.size(), 13U);
    for (std::size_t i = 0; i < boxes.size(); ++i) {
        EXPECT_LE(boxes[i].right, width);
        EXPECT_LE(boxes[i].bottom, height);
        for (std::size_t k = 0; k < i; ++k)
            EXPECT_TRUE(boxes[i].right <= boxes[k].left || boxes[k].right <= boxes[i].left ||
                        boxes[i].bottom <= boxes[k].top - 20 || boxes[k].bottom <= boxes[i].top - 20)
                << i << " and " << k;
    }
}

}  // namespace
}  // namespace cytomo
