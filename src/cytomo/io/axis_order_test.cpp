#include "cytomo/io/axis_order.h"

#include "cytomo/io/test_files.h"

namespace cytomo::io {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

ArrayAxes axes_of(std::vector<std::int64_t> shape, const std::string& letters = "",
                  const AxisChoice& choice = {}, std::vector<std::string>* remarks = nullptr) {
    std::vector<std::string> said;
    const ArrayAxes axes =
        find_axes("file.h5", {std::move(shape), letters, "it", false}, choice, "--dataset a:", said);
    if (remarks) *remarks = said;
    return axes;
}

TEST(AxisOrder, NamesDecide) {
    const ArrayAxes axes = axes_of({7, 1, 5, 6, 4}, "xczyt", {{'t', 3}});
    EXPECT_EQ(axes.size, (Size3{7, 6, 5}));
    EXPECT_EQ(axes.position, (std::array{0, 3, 2}));
    EXPECT_EQ(axes.fixed, (std::vector<std::int64_t>{0, 0, 0, 0, 3}));
    EXPECT_FALSE(axes.in_order());
    EXPECT_TRUE(axes_of({1, 5, 6, 7, 1}, "tzyxc").in_order());
    EXPECT_EQ(axes_of({6, 7}, "yx").size, (Size3{7, 6, 1}));
    EXPECT_EQ(axes_of({6, 7}, "xy").size, (Size3{6, 7, 1}));
}

TEST(AxisOrder, WhatHasToDoForZ) {
    std::vector<std::string> remarks;
    EXPECT_EQ(axes_of({5, 6, 7}, "tyx", {}, &remarks).size, (Size3{7, 6, 5}));
    EXPECT_THAT(remarks, Contains(HasSubstr("calls its slices times")));
    EXPECT_EQ(axes_of({5, 6, 7}, "qyx").size, (Size3{7, 6, 5}));
    EXPECT_THROW(axes_of({5, 2, 6, 7}, "tqyx"), InputError);
    EXPECT_THROW(axes_of({5, 6, 7}, "cyx"), InputError);  // channels are no slices
    EXPECT_THROW(axes_of({5, 2, 6, 7}, "zqyx"), InputError);
}

TEST(AxisOrder, ChoicesAreChecked) {
    EXPECT_THAT(test::error_of([] { axes_of({2, 5, 6, 7}, "czyx"); }), HasSubstr("--dataset a:c0 … c1"));
    EXPECT_THROW(axes_of({2, 5, 6, 7}, "czyx", {{'c', 2}}), InputError);
    EXPECT_THROW(axes_of({2, 5, 6, 7}, "czyx", {{'t', 0}}), InputError);
    EXPECT_THROW(axes_of({5, 6, 7}, "", {{'c', 0}}), InputError);
    EXPECT_EQ(parse_axis_choice("t1C12"), (AxisChoice{{'t', 1}, {'c', 12}}));
    for (const char* bad : {"", "c", "1", "c-1", "c1c2", "c1x", "z1", "c99999999999999999999"})
        EXPECT_FALSE(parse_axis_choice(bad)) << bad;
}

TEST(AxisOrder, WithoutNamesTheLastThreeCount) {
    std::vector<std::string> remarks;
    EXPECT_EQ(axes_of({5, 6, 7}, "", {}, &remarks).size, (Size3{7, 6, 5}));
    EXPECT_THAT(remarks, IsEmpty());
    EXPECT_EQ(axes_of({6, 7}).size, (Size3{7, 6, 1}));
    EXPECT_EQ(axes_of({1, 1, 6, 7}).size, (Size3{7, 6, 1}));
    EXPECT_EQ(axes_of({1, 6, 7, 1}).size, (Size3{7, 6, 1}));
    EXPECT_EQ(axes_of({5, 1, 6, 7, 1}).size, (Size3{7, 6, 5}));
    EXPECT_EQ(axes_of({1, 1, 1, 1}).size, (Size3{1, 1, 1}));
    EXPECT_EQ(axes_of({1, 1, 1, 7}).size, (Size3{7, 1, 1}));
    for (const auto& shape : std::vector<std::vector<std::int64_t>>{{}, {7}, {2, 5, 6, 7}})
        EXPECT_THROW(axes_of(shape), InputError);
}

TEST(AxisOrder, DoubtsAreSaid) {
    std::vector<std::string> remarks;
    axes_of({64, 64, 20}, "", {}, &remarks);
    EXPECT_THAT(remarks, Contains(HasSubstr("though the last is the shortest")));
    axes_of({64, 64, 1}, "", {}, &remarks);
    EXPECT_THAT(remarks, Contains(HasSubstr("If the last one is a channel")));
    axes_of({64, 64, 40}, "", {}, &remarks);
    EXPECT_THAT(remarks, IsEmpty());
    EXPECT_EQ(axes_of({5, 6, 7}, "abc", {}, &remarks).size, (Size3{7, 6, 5}));
    EXPECT_THAT(remarks, Contains(HasSubstr("do not fit")));
    axes_of({5, 6, 7}, "xyy", {}, &remarks);
    EXPECT_THAT(remarks, Contains(HasSubstr("do not fit")));
}

TEST(AxisOrder, NamesAreReadInManyForms) {
    for (const char* text : {"zyx", "ZYX", "z,y,x", "[\"z\", \"y\", \"x\"]", "depth height width", "Z:Y:X"})
        EXPECT_EQ(axis_letters(std::string_view(text)), "zyx") << text;
    EXPECT_EQ(axis_letters(std::vector<std::string>{"frame", "Channel", "row", "col"}), "tcyx");
    for (const char* text : {"", "12", "z, y, something"})
        EXPECT_EQ(axis_letters(std::string_view(text)), "") << text;
    EXPECT_EQ(axis_letters(std::string_view(std::string(1000, 'x'))), "");
}

TEST(AxisOrder, OnlyWholeVolumesAreTakenUnasked) {
    EXPECT_TRUE(is_plain_volume({{5, 6, 7}, "", "", false}));
    EXPECT_TRUE(is_plain_volume({{1, 5, 6, 7, 1}, "tzyxc", "", false}));
    EXPECT_TRUE(is_plain_volume({{6, 7}, "", "", false}));
    EXPECT_FALSE(is_plain_volume({{7}, "", "", false}));
    EXPECT_FALSE(is_plain_volume({{2, 5, 6, 7}, "czyx", "", false}));
    EXPECT_FALSE(is_plain_volume({{2, 5, 6, 7}, "", "", false}));
}

}  // namespace
}  // namespace cytomo::io
