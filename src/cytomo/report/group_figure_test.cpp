#include "cytomo/report/group_figure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <regex>

namespace cytomo {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Circle {
    double x, y, radius;
};

std::vector<Circle> circles(const std::string& svg) {
    std::vector<Circle> out;
    const std::regex pattern("<circle cx=\"([^\"]*)\" cy=\"([^\"]*)\" r=\"([^\"]*)\"");
    for (std::sregex_iterator it(svg.begin(), svg.end(), pattern), end; it != end; ++it)
        out.push_back({std::stod((*it)[1]), std::stod((*it)[2]), std::stod((*it)[3])});
    return out;
}

TEST(GroupFigure, EveryCellIsAPointAndEverySampleAMean) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<GroupOfSamples> groups{
        {"control", {{"a", {1, 2, 3}}, {"b", {2, nan}}, {"none", {nan}}}}, {"treated", {{"c", {4, 6}}}}};
    const auto figure = group_figure("Volumes", "volume", "µm³", groups);
    const auto all = circles(figure.svg);
    const auto large = std::count_if(all.begin(), all.end(), [](const Circle& c) { return c.radius > 5; });
    EXPECT_EQ(large, 3);
    EXPECT_EQ(all.size(), 6U + 3U);
    for (const Circle& c : all) {
        EXPECT_GT(c.x, 70);
        EXPECT_LT(c.x, 600);
        EXPECT_GT(c.y, 0);
        EXPECT_LT(c.y, 300 - 44);
    }
    // Linear: means of 2, 2 and 5; larger values stand higher.
    EXPECT_EQ(all[4].y, all[5].y);
    EXPECT_LT(all[8].y, all[4].y);
    EXPECT_NEAR((all[8].y - all[6].y) / (all[7].y - all[6].y), 0.5, 0.01);  // the mean lies between 4 and 6
    EXPECT_THAT(figure.svg, HasSubstr("2 samples, 4 cells"));
    EXPECT_THAT(figure.svg, HasSubstr("1 sample, 2 cells"));
    EXPECT_THAT(figure.svg, HasSubstr("volume (µm³)"));
    EXPECT_THAT(figure.svg, Not(HasSubstr("logarithmic")));
    EXPECT_EQ(group_figure("Volumes", "volume", "µm³", groups).svg, figure.svg);
}

TEST(GroupFigure, WideRangesAreLogarithmic) {
    const std::vector<GroupOfSamples> groups{{"a", {{"s", {0.01, 1}}}}, {"b", {{"t", {100}}}}};
    const auto figure = group_figure("t", "volume", "", groups);
    EXPECT_THAT(figure.svg, HasSubstr("volume, logarithmic"));
    const auto all = circles(figure.svg);
    EXPECT_NEAR(all[0].y - all[1].y, all[1].y - all[3].y, 0.1);  // 0.01, 1, 100: equal steps
}

TEST(GroupFigure, NoPointTouchesTheFrame) {
    for (const std::vector<double>& values :
         {std::vector<double>{0, 1}, {0.001, 1}, {0.1, 0.2, 1}, {5, 7}, {-2, 3}, {0.01, 1, 100}, {4, 4}}) {
        const std::vector<GroupOfSamples> groups{{"a", {{"s", values}, {"t", {values.back()}}}}};
        for (const Circle& c : circles(group_figure("t", "q", "", groups).svg)) {
            EXPECT_GT(c.y - c.radius, 12);
            EXPECT_LT(c.y + c.radius, 256);
        }
    }
}

TEST(GroupFigure, WhatHardlyDiffersIsNotBlownUp) {
    const std::vector<GroupOfSamples> groups{{"a", {{"s", {0.735266}}, {"t", {0.735272}}}},
                                             {"b", {{"u", {0.735272}}}}};
    const std::string svg = group_figure("t", "fraction of cell", "", groups).svg;
    const auto all = circles(svg);
    for (const Circle& c : all) EXPECT_NEAR(c.y, all[0].y, 1);
    // The label along the edge, which reaches to x = 18, and the numbers stand apart.
    const std::regex number("<text x=\"([-0-9.]+)\" y=\"[-0-9.]+\" text-anchor=\"end\"[^>]*>([^<]*)<");
    int seen = 0;
    for (std::sregex_iterator it(svg.begin(), svg.end(), number), end; it != end; ++it, ++seen)
        EXPECT_GT(std::stod((*it)[1]) - 0.636 * 13 * static_cast<double>((*it)[2].length()), 18);
    EXPECT_GE(seen, 2);
}

TEST(GroupFigure, ASingleCellSaysItsNumber) {
    const std::vector<GroupOfSamples> groups{{"one", {{"s", {2.5}}}}, {"two", {{"t", {3, 4}}}}};
    const std::string svg = group_figure("t", "q", "", groups).svg;
    EXPECT_THAT(svg, HasSubstr(">2.5 (n = 1)<"));
    EXPECT_THAT(svg, Not(HasSubstr("(n = 2)")));
    EXPECT_THAT(svg, HasSubstr("1 sample, 1 cell"));
}

TEST(GroupFigure, LongNamesFit) {
    const std::string label = "median supported gaussian curvature of many";
    const std::vector<GroupOfSamples> groups(6, {"a group with a name that is long", {{"s", {1, 2}}}});
    const std::string svg = group_figure("t", label, "1/µm²", groups).svg;
    const std::regex text("<text [^>]*>[^<]*<"), size("font-size=\"([0-9.]+)\"");
    int small = 0;
    for (std::sregex_iterator it(svg.begin(), svg.end(), text), end; it != end; ++it) {
        const std::string tag = it->str();
        const auto first = tag.find("font-size");
        if (first != std::string::npos) {
            EXPECT_EQ(tag.find("font-size", first + 1), std::string::npos) << tag;
        }
        std::smatch found;
        if (std::regex_search(tag, found, size) && std::stod(found[1]) < 11.5) ++small;
    }
    EXPECT_THAT(svg, HasSubstr("a group with a …<"));
    EXPECT_GE(small, 7);  // the names of six groups and the label along the edge
}

TEST(GroupFigure, OddInput) {
    for (const std::vector<double>& values : {std::vector<double>{},
                                              {std::nan("")},
                                              {0},
                                              {0, 0},
                                              {-3, -3},
                                              {2.958208, 2.9582080000000004},  // no ticks fit between
                                              {5, std::numeric_limits<double>::infinity()},
                                              {1e-200, 1e200}}) {
        const std::vector<GroupOfSamples> groups{{"<b>", {{"\"&", values}}}, {"empty", {}}};
        const auto figure = group_figure("<t>", "<q>", "<u>", groups);
        EXPECT_THAT(figure.svg, Not(HasSubstr("<b>")));
        EXPECT_THAT(figure.svg, Not(HasSubstr("nan")));
        EXPECT_THAT(figure.svg, Not(HasSubstr("inf")));
        EXPECT_TRUE(figure.svg.ends_with("</svg>"));
    }
    EXPECT_EQ(group_figure("t", "q", "u", {}).caption, "No values to show.");
}

}  // namespace
}  // namespace cytomo
