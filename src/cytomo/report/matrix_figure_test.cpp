#include "cytomo/report/matrix_figure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "cytomo/core/error.h"

namespace cytomo {
namespace {

using testing::HasSubstr;

/// Opacities of the fields, in order.
std::vector<double> shades(const std::string& svg) {
    std::vector<double> out;
    const std::string name = "fill-opacity=\"";
    for (auto at = svg.find(name); at != std::string::npos; at = svg.find(name, at + 1))
        out.push_back(std::stod(svg.substr(at + name.size())));
    return out;
}

TEST(MatrixFigure, TheSmallerTheDarker) {
    const NumberMatrix m{
        {"near", "far <"}, {"a", "b"}, {0, 0.5, std::nan(""), 1}, {"", "median of 3", "", "n"}};
    const std::string svg = matrix_figure("t", m).svg;
    const auto dark = shades(svg);
    ASSERT_EQ(dark.size(), 3U);  // none where there is no number
    EXPECT_GT(dark[0], dark[1]);
    EXPECT_GT(dark[1], dark[2]);
    EXPECT_THAT(svg, HasSubstr("<title>near, b: median of 3</title>"));
    EXPECT_THAT(svg, HasSubstr("far &lt;</text>"));
    EXPECT_THAT(svg, HasSubstr(">0.5</text>"));
}

TEST(MatrixFigure, LongNamesOfManyColumnsAreSlanted) {
    NumberMatrix m{{"a"}, {"mitochondrion", "lipid droplet"}, {1, 2}, {"", ""}};
    EXPECT_EQ(matrix_figure("t", m).svg.find("rotate"), std::string::npos);
    for (int i = 0; i < 6; ++i) {
        m.columns.push_back("mitochondrion");
        m.values.push_back(1);
        m.notes.emplace_back();
    }
    EXPECT_THAT(matrix_figure("t", m).svg, HasSubstr("rotate(-45"));
}

TEST(MatrixFigure, SaysWhatDoesNotFit) {
    EXPECT_EQ(matrix_figure("t", {{"a"}, {"b"}, {std::nan("")}, {""}}).caption, "No values to show.");
    EXPECT_THROW((void)matrix_figure("t", {{"a"}, {"b"}, {1, 2}, {"", ""}}), UsageError);
    EXPECT_THROW((void)matrix_figure("t", {{"a"}, {"b"}, {1}, {}}), UsageError);
}

}  // namespace
}  // namespace cytomo
