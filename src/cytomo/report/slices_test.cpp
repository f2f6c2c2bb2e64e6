#include "cytomo/report/slices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "cytomo/core/error.h"
#include "cytomo/report/drawing.h"
#include "cytomo/report/plane_views.h"

namespace cytomo {
namespace {

const Grid unequal{{40, 30, 20}, {0.02, 0.03, 0.05}, {1, 2, 3}};

/// Grey 0 with a bright box, in memory.
Tomogram bright_box(const Grid& grid, Size3 first, Size3 size) {
    auto values = std::make_shared<Volume<float>>(grid, 0.0F);
    for (auto z = first.z; z < first.z + size.z; ++z)
        for (auto y = first.y; y < first.y + size.y; ++y)
            for (auto x = first.x; x < first.x + size.x; ++x) (*values)(x, y, z) = 1;
    return tomogram_from(values);
}

TEST(Slices, HoldTheRightValues) {
    auto values = std::make_shared<Volume<float>>(unequal);
    for (std::int64_t z = 0; z < 20; ++z)
        for (std::int64_t y = 0; y < 30; ++y)
            for (std::int64_t x = 0; x < 40; ++x)
                (*values)(x, y, z) = static_cast<float>(x + 100 * y + 10000 * z);
    const std::vector<SlicePosition> wanted{{Plane::xy, 7}, {Plane::xz, 29}, {Plane::yz, 13}, {Plane::xy, 0}};
    const auto slices = read_grey_slices(tomogram_from(values), wanted);
    ASSERT_EQ(slices.size(), 4U);
    EXPECT_EQ(slices[0].values[5 * 40 + 3], 3 + 500 + 70000);
    EXPECT_EQ(slices[1].values[5 * 40 + 3], 3 + 2900 + 50000);
    EXPECT_EQ(slices[2].values[5 * 30 + 3], 13 + 300 + 50000);
    EXPECT_EQ(slices[3].values[39], 39);
    EXPECT_EQ(slices[2].width, 30);
    EXPECT_EQ(slices[2].height, 20);
    EXPECT_EQ(slices[2].edge_across_um, 0.03);
    EXPECT_EQ(slices[2].edge_down_um, 0.05);
}

TEST(Slices, OnlyWhatIsNeededIsRead) {
    Tomogram t = bright_box(unequal, {0, 0, 0}, {1, 1, 1});
    auto read = std::make_shared<std::atomic<std::int64_t>>(0);
    t.read_slices = [inner = t.read_slices, read](std::int64_t first, std::int64_t count,
                                                  std::span<float> out) {
        *read += count;
        inner(first, count, out);
    };
    const SlicePosition one{Plane::xy, 11};
    (void)read_grey_slices(t, {&one, 1});
    EXPECT_EQ(*read, 1);
    const std::vector<SlicePosition> many{{Plane::xz, 0}, {Plane::yz, 5}, {Plane::xz, 9}};
    (void)read_grey_slices(t, many);
    EXPECT_EQ(*read, 21);  // each slice once more
}

TEST(Slices, OutsideIsAUsageError) {
    const Tomogram t = bright_box(unequal, {0, 0, 0}, {1, 1, 1});
    for (const SlicePosition p :
         {SlicePosition{Plane::xy, 20}, {Plane::xz, 30}, {Plane::yz, 40}, {Plane::xy, -1}})
        EXPECT_THROW((void)read_grey_slices(t, {&p, 1}), UsageError);
    EXPECT_THROW((void)class_slice(ClassVolume(unequal), {Plane::xz, 30}), UsageError);
}

TEST(Pictures, KeepPhysicalProportions) {
    // 0.8 µm × 0.9 µm × 1.0 µm
    const auto xy = picture_size(40, 30, 0.02, 0.03, 900), xz = picture_size(40, 20, 0.02, 0.05, 900),
               yz = picture_size(30, 20, 0.03, 0.05, 900);
    EXPECT_EQ(xy.width, 800);
    EXPECT_EQ(xy.height, 900);
    EXPECT_EQ(xz.width, 720);
    EXPECT_EQ(xz.height, 900);
    EXPECT_EQ(yz.width, 810);
    EXPECT_NEAR(xy.um_per_pixel, 0.001, 1e-12);
}

TEST(Pictures, ShowThingsWhereTheyAre) {
    const Tomogram t = bright_box(unequal, {30, 3, 12}, {6, 6, 4});
    struct Case {
        SlicePosition position;
        double across, down;  // centre of the box as part of the picture
    };
    for (const Case& c :
         {Case{{Plane::xy, 14}, 33.0 / 40, 6.0 / 30}, Case{{Plane::xz, 5}, 33.0 / 40, 14.0 / 20},
          Case{{Plane::yz, 33}, 6.0 / 30, 14.0 / 20}}) {
        const auto slices = read_grey_slices(t, {&c.position, 1});
        const auto size = picture_size(slices[0].width, slices[0].height, slices[0].edge_across_um,
                                       slices[0].edge_down_um, 400);
        const Image image = draw_grey(slices[0], {0, 1}, size);
        double sum = 0, x_sum = 0, y_sum = 0;
        for (int y = 0; y < image.height; ++y)
            for (int x = 0; x < image.width; ++x) {
                const double v = image.at(x, y)[0];
                sum += v, x_sum += v * (x + 0.5), y_sum += v * (y + 0.5);
            }
        EXPECT_NEAR(x_sum / sum / image.width, c.across, 0.003);
        EXPECT_NEAR(y_sum / sum / image.height, c.down, 0.003);
    }
}

TEST(Pictures, ShrinkingAverages) {
    Slice<float> checks;
    checks.width = checks.height = 400;
    checks.values.resize(160000);
    for (std::size_t i = 0; i < checks.values.size(); ++i)
        checks.values[i] = static_cast<float>((i % 400 + i / 400) % 2);
    const Image image = draw_grey(checks, {0, 1}, picture_size(400, 400, 1, 1, 90));
    for (int x = 5; x < 85; ++x) EXPECT_NEAR(image.at(x, 45)[0], 127.5, 12);
}

TEST(GreyRanges, ArePercentilesOfFiniteValues) {
    Slice<float> ramp;
    ramp.width = 2001;
    ramp.height = 1;
    for (int i = 0; i < 2001; ++i)
        ramp.values.push_back(static_cast<float>((i * 1009) % 2001));  // 0 … 2000 shuffled
    ramp.values[0] = std::numeric_limits<float>::quiet_NaN();
    ramp.values[5] = std::numeric_limits<float>::infinity();
    const auto range = find_grey_range({&ramp, 1}, 0.5, 99.5);
    EXPECT_NEAR(range.black, 10, 2);
    EXPECT_NEAR(range.white, 1990, 2);
    ramp.values.assign(2001, 7);
    const auto flat = find_grey_range({&ramp, 1});
    EXPECT_GT(flat.white, flat.black);
}

TEST(Overlays, ColourTheRightPlaces) {
    ClassVolume classes(unequal);
    for (std::int64_t y = 5; y < 25; ++y)
        for (std::int64_t x = 8; x < 32; ++x)
            classes(x, y, 10) = x < 20 ? std::uint8_t{mitochondrion} : ignore_label;
    const Legend legend = default_legend();
    const auto slice = class_slice(classes, {Plane::xy, 10});
    const auto size = picture_size(40, 30, 0.02, 0.03, 900);  // 20 × 30 pixels a voxel
    const auto overlay = draw_classes(slice, legend, size);
    const Image image = with_overlay(Image(size.width, size.height, {100, 100, 100}), overlay);
    const Colour c = legend.find(mitochondrion)->colour;
    const auto at_voxel = [&](double x, double y) {
        return image.at(static_cast<int>((x + 0.5) * 20), static_cast<int>((y + 0.5) * 30));
    };
    for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(at_voxel(14, 15)[k], 65 + 0.35 * c[k], 1);
    EXPECT_EQ(at_voxel(2, 2), (Colour{100, 100, 100}));
    EXPECT_EQ(at_voxel(26, 15), (Colour{100, 100, 100}));  // ignore stays clear
    bool contour = false;                                  // across the left edge at x = 7.5 voxels
    for (int x = 140; x < 180; ++x) contour |= image.at(x, 450) == c;
    EXPECT_TRUE(contour);
}

TEST(Overlays, ContourOfTheBodyIsOnlyDrawnWhereTheCellEnds) {
    ClassVolume classes(unequal, cytoplasm);
    for (std::int64_t y = 10; y < 20; ++y)
        for (std::int64_t x = 10; x < 20; ++x) classes(x, y, 0) = lipid_droplet;
    const auto overlay = draw_classes(class_slice(classes, {Plane::xy, 0}), default_legend(),
                                      picture_size(40, 30, 0.02, 0.03, 900));
    const Colour body = default_legend().find(cytoplasm)->colour;
    for (std::size_t p = 0; p < overlay.rgba.size(); p += 4)
        EXPECT_FALSE(overlay.rgba[p + 3] > 200 && overlay.rgba[p] == body[0] &&
                     overlay.rgba[p + 1] == body[1]);
}

TEST(SlicePictures, ScaleBarMeansWhatItSays) {
    const Tomogram t = bright_box(unequal, {0, 0, 0}, {1, 1, 1});
    SlicePictureOptions options;
    options.longer_side = 800;
    const Image image = slice_picture(t, nullptr, default_legend(), {Plane::xz, 20}, options);
    // 0.8 × 1.0 µm: 640 × 800 pixels, a bar of at most 192 pixels: 0.2 µm are 160.
    int longest = 0;
    for (int y = image.height / 2; y < image.height - 16; ++y) {
        int run = 0;
        for (int x = 60; x < image.width - 15; ++x) {
            run = image.at(x, y) == Colour{255, 255, 255} ? run + 1 : 0;
            longest = std::max(longest, run);
        }
    }
    EXPECT_NEAR(longest, 160, 1);
}

TEST(SlicePictures, ShowTwoPicturesWithClassesAndOneWithout) {
    const Tomogram t = bright_box(unequal, {0, 0, 0}, {9, 9, 9});
    const ClassVolume classes(unequal, nucleus);
    const Image one = slice_picture(t, nullptr, default_legend(), {Plane::xy, 3});
    const Image two = slice_picture(t, &classes, default_legend(), {Plane::xy, 3});
    EXPECT_GT(two.width, 2 * one.width - 60);
    EXPECT_GT(two.height, one.height);  // the legend
    const ClassVolume other(Grid{{40, 30, 21}, {0.02, 0.03, 0.05}, {}});
    EXPECT_THROW((void)slice_picture(t, &other, default_legend(), {Plane::xy, 3}), UsageError);
    SlicePictureOptions wrong;
    wrong.overlay.fill = 2;
    EXPECT_THROW((void)slice_picture(t, nullptr, default_legend(), {Plane::xy, 3}, wrong), UsageError);
}

TEST(SlicePictures, WideOnesStandOneBelowTheOther) {
    const Grid flat{{90, 80, 30}, {0.02, 0.02, 0.02}, {}};  // xz: 1 : 3
    const Tomogram t = bright_box(flat, {0, 0, 0}, {9, 9, 9});
    const ClassVolume classes(flat, nucleus);
    const Image one = slice_picture(t, nullptr, default_legend(), {Plane::xz, 3});
    const Image two = slice_picture(t, &classes, default_legend(), {Plane::xz, 3});
    EXPECT_EQ(two.width, one.width);
    EXPECT_GT(two.height, one.height + 300);  // 900 × 300 pixels each
    EXPECT_LT(two.width, 2 * two.height);
    const auto upper = two.at(two.width / 2, 150), lower = two.at(two.width / 2, 150 + 310);
    EXPECT_EQ(upper[0], upper[2]);  // grey
    EXPECT_NE(lower[0], lower[2]);  // coloured
}

TEST(SlicePictures, WithoutVoxelSizeTheScaleBarCountsVoxels) {
    const Grid cubes{{40, 30, 20}, {0.001, 0.001, 0.001}, {}};
    Tomogram t = bright_box(cubes, {0, 0, 0}, {1, 1, 1});
    const Image in_um = slice_picture(t, nullptr, default_legend(), {Plane::xy, 3});
    t.voxel_size_known = false;
    const Image in_voxels = slice_picture(t, nullptr, default_legend(), {Plane::xy, 3});
    EXPECT_FALSE(in_um == in_voxels);
    EXPECT_EQ(slice_caption(cubes, {Plane::xy, 3}, false), "xy slice 4 of 20 (index 3)");
    EXPECT_EQ(make_plane_views(t, nullptr, default_legend(), {1, 64})[0].slices[0].width_um, 0);
}

TEST(SlicePictures, FlatSlicesAreDrawnTallerAndSaySo) {
    const auto one_in_twelve = taller_if_flat(picture_size(240, 20, 1, 1, 960));
    EXPECT_EQ(one_in_twelve.taller, 1);
    EXPECT_EQ(taller_text(one_in_twelve), "");
    const auto flat =
        taller_if_flat(picture_size(1000, 20, 1, 1, 1000));  // 1000 × 20 pixels: 5 × 20 ≥ 1000 / 12
    EXPECT_EQ(flat.width, 1000);
    EXPECT_EQ(flat.height, 100);
    EXPECT_EQ(taller_text(flat), ", heights × 5");
    EXPECT_EQ(taller_if_flat(picture_size(1000, 1, 1, 1, 1000)).height, 8);  // no more than eight times
    const Grid thin{{400, 300, 8}, {0.01, 0.01, 0.01}, {}};
    const auto views =
        make_plane_views(bright_box(thin, {0, 0, 0}, {9, 9, 1}), nullptr, default_legend(), {1, 400});
    EXPECT_EQ(views[0].slices[0].grey.height, 300);
    EXPECT_EQ(views[1].slices[0].grey.height, 8 * 5);
    EXPECT_THAT(views[1].slices[0].caption, testing::EndsWith(", heights × 5"));
    PlaneViewOptions options;
    options.fewest_rows = 9;
    EXPECT_EQ(
        make_plane_views(bright_box(thin, {0, 0, 0}, {9, 9, 1}), nullptr, default_legend(), options).size(),
        1U);
}

TEST(Legends, KnowClassesThatAreNotListed) {
    EXPECT_EQ(entry_for(default_legend(), mitochondrion), *default_legend().find(mitochondrion));
    const auto a = entry_for(default_legend(), 40), b = entry_for(default_legend(), 41);
    EXPECT_EQ(a.name, "class 40");
    EXPECT_NE(a.colour, b.colour);
}

TEST(Captions, NameTheSlice) {
    EXPECT_EQ(slice_caption(unequal, {Plane::xy, 4}), "xy slice 5 of 20 (index 4, z = 3.2 µm)");
    EXPECT_EQ(slice_caption(unequal, {Plane::xz, 10}), "xz slice 11 of 30 (index 10, y = 2.3 µm)");
    EXPECT_EQ(slice_caption(unequal, {Plane::yz, 0}), "yz slice 1 of 40 (index 0, x = 1 µm)");
}

TEST(PlaneViews, ShowTheRichestSliceFirst) {
    ClassVolume classes(unequal);
    for (std::int64_t z = 4; z < 16; ++z)
        for (std::int64_t y = 10; y < 20; ++y)
            for (std::int64_t x = 10; x < 30; ++x) classes(x, y, z) = cytoplasm;
    classes(12, 11, 13) = vesicle;
    classes(13, 11, 13) = lipid_droplet;
    const auto richest = richest_slices(classes);
    EXPECT_EQ(richest[0].index, 13);
    EXPECT_EQ(richest[1].index, 11);
    EXPECT_EQ(richest[2].index, 12);
    const auto views =
        make_plane_views(bright_box(unequal, {0, 0, 0}, {5, 5, 5}), &classes, default_legend(), {3, 100});
    ASSERT_EQ(views.size(), 3U);
    for (const auto& view : views) {
        ASSERT_EQ(view.slices.size(), 3U);
        for (const auto& s : view.slices) EXPECT_EQ(s.overlay.width, s.grey.width);
    }
    EXPECT_EQ(views[0].slices[views[0].shown].caption, slice_caption(unequal, {Plane::xy, 13}));
    EXPECT_EQ(views[1].slices[views[1].shown].caption, slice_caption(unequal, {Plane::xz, 11}));
    EXPECT_NEAR(views[0].slices[0].width_um, 0.8, 0.01);
}

TEST(PlaneViews, ShowTheSlicesOfObjects) {
    // Two boxes of objects; 20 slices of 0.05 µm from z = 3 on.
    const auto box = [](std::uint32_t number, Size3 low, Size3 high) {
        const auto at = [](Size3 v, double aside) {
            return unequal.world_from_voxel({static_cast<double>(v.x) + aside,
                                             static_cast<double>(v.y) + aside,
                                             static_cast<double>(v.z) + aside});
        };
        return PageObject{number, "vesicle", {}, at(low, -0.5), at(high, 0.5), 1};
    };
    const std::vector<PageObject> objects{box(5, {1, 2, 2}, {5, 6, 6}), box(300, {20, 20, 12}, {26, 28, 14})};
    PlaneViewOptions options;
    options.per_plane = 7;
    options.longer_side = 80;
    options.map_side = 40;
    options.objects = objects;
    options.read_objects = [](std::int64_t first, std::int64_t, std::span<std::uint32_t> out) {
        std::fill(out.begin(), out.end(), 0U);
        if (first >= 2 && first <= 6)
            for (std::int64_t y = 2; y <= 6; ++y)
                for (std::int64_t x = 1; x <= 5; ++x) out[static_cast<std::size_t>(y * 40 + x)] = 5;
    };
    const auto views =
        make_plane_views(bright_box(unequal, {0, 0, 0}, {5, 5, 5}), nullptr, default_legend(), options);
    const auto captions = [](const PlaneView& view) {
        std::vector<std::string> out;
        for (const auto& s : view.slices) out.push_back(s.caption);
        return out;
    };
    // The middles of both are among them, and the first that is shown is one of the two.
    for (const auto& view : views) {
        const std::int64_t middles[2] = {view.plane == Plane::xy   ? 4
                                         : view.plane == Plane::xz ? 4
                                                                   : 3,
                                         view.plane == Plane::xy   ? 13
                                         : view.plane == Plane::xz ? 24
                                                                   : 23};
        const auto found = captions(view);
        EXPECT_EQ(found.size(), 7U);
        for (const auto m : middles)
            EXPECT_THAT(found, testing::Contains(slice_caption(unequal, {view.plane, m})));
        EXPECT_EQ(found[view.shown], slice_caption(unequal, {view.plane, middles[0]}));
    }
    const auto slice_at = [&](const PlaneView& view, std::int64_t index) -> const SliceView& {
        return *std::find_if(view.slices.begin(), view.slices.end(), [&](const SliceView& s) {
            return s.caption == slice_caption(unequal, {view.plane, index});
        });
    };
    const SliceObjects& map = slice_at(views[0], 4).objects;
    ASSERT_EQ(map.width, 36);  // 0.8 × 0.9 µm: the longer side, 30 voxels, has no more pixels than voxels
    ASSERT_EQ(map.height, 30);
    EXPECT_GT(std::count(map.numbers.begin(), map.numbers.end(), 5U), 0);
    EXPECT_EQ(slice_at(views[0], 13).objects.numbers, std::vector<std::uint32_t>(36 * 30));
    const SliceObjects& across = slice_at(views[2], 3).objects;
    EXPECT_EQ(across.numbers[static_cast<std::size_t>(4 * across.width + 4)], 5U);  // z = 4, y = 4
    EXPECT_EQ(across.numbers[static_cast<std::size_t>(4 * across.width + 9)], 0U);
}

TEST(PlaneViews, WorkWithoutClassesAndWithFewSlices) {
    const Grid thin{{30, 20, 2}, {0.02, 0.02, 0.01}, {}};
    const auto views =
        make_plane_views(bright_box(thin, {0, 0, 0}, {5, 5, 1}), nullptr, default_legend(), {5, 64});
    EXPECT_EQ(views[0].slices.size(), 2U);
    EXPECT_EQ(views[1].slices.size(), 5U);
    EXPECT_TRUE(views[0].slices[0].overlay.empty());
}

}  // namespace
}  // namespace cytomo
