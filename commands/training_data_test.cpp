#include "training_data.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cytomo/io/test_files.h"

namespace cytomo::commands {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

const Grid grid{{12, 10, 8}, {0.02, 0.02, 0.01}, {}};

class Data : public test::InFolder {
protected:
    void SetUp() override {
        InFolder::SetUp();
        Volume<float> v(grid);
        for (std::int64_t i = 0; i < v.count(); ++i) v[i] = static_cast<float>(i % 13);
        write_volume(folder / "image.mrc", v, true);
        image = v;
    }
    /// Slices z = 1, 2 and 5 are labelled: class 1 where x < 3, else 0.
    static ClassVolume three_slices() {
        ClassVolume v(grid, ignore_label);
        for (const std::int64_t z : {1, 2, 5})
            for (std::int64_t y = 0; y < 10; ++y)
                for (std::int64_t x = 0; x < 12; ++x) v(x, y, z) = x < 3 ? 1 : 0;
        return v;
    }
    TrainingData read(const ClassVolume& labels, const DataOptions& options = {}, bool alone = true) const {
        write_volume(folder / "labels.tif", labels, true);
        return read_training_data({{folder / "image.mrc", folder / "labels.tif", {}, {}}}, two_classes(),
                                  options, alone);
    }
    static LabelMeaning two_classes() { return parse_label_meaning("1=ball", {}, default_legend()); }

    Volume<float> image;
};

TEST_F(Data, SaysWhatWasFound) {
    const auto data = read(three_slices());
    ASSERT_EQ(data.found.size(), 1U);
    const auto& f = data.found[0];
    EXPECT_EQ(f.voxels[1], 3 * 3 * 10);
    EXPECT_EQ(f.voxels[0], 3 * 9 * 10);
    EXPECT_EQ(f.voxels[255], 5 * 120);
    EXPECT_EQ(f.where, "slices 2, 3, 6 along z (index 1, 2, 5)");
    EXPECT_DOUBLE_EQ(f.share_there, 1);
    std::string text;
    for (const auto& line : describe(f, two_classes().legend)) text += line + "\n";
    EXPECT_THAT(text, AllOf(HasSubstr("12 x 10 x 8 voxels of 20 x 20 x 10 nm"),
                            HasSubstr("slices 2, 3, 6 along z (index 1, 2, 5)"), HasSubstr("ball"),
                            HasSubstr("90 voxels  25 %"), HasSubstr("(guessed)")));
    const Table table = found_table(data, two_classes().legend);
    EXPECT_EQ(std::get<std::int64_t>(table.rows.at(0).back()), 90);
    EXPECT_THAT(data.warnings, Contains(HasSubstr("Only 90 voxels of ball")));
}

TEST_F(Data, ImagesAreGreyAndLabelsAreNot) {
    Volume<std::uint16_t> noise(grid), cell(grid);
    for (std::int64_t i = 0; i < noise.count(); ++i) {
        noise[i] = static_cast<std::uint16_t>(i * 7919 % 1009);
        cell[i] = i % 12 < 5 ? 1 : 0;
    }
    write_volume(folder / "noise.tif", noise, true);
    write_volume(folder / "cell.tif", cell, true);
    const auto learn = [&](const char* image, const char* labels, const DataOptions& options = {}) {
        return read_training_data({{folder / image, labels == nullptr ? "" : folder / labels, {}, {}}},
                                  parse_label_meaning("", {}, default_legend()), options, true);
    };
    const auto error = [&](const char* image, const char* labels) {
        return test::error_of([&] { learn(image, labels); });
    };
    EXPECT_THAT(learn("noise.tif", "cell.tif").warnings, Each(Not(HasSubstr("grey"))));
    EXPECT_THAT(error("cell.tif", "cell.tif"),
                HasSubstr("cell.tif: expected a tomogram, grey values, found what"));
    EXPECT_THAT(error("cell.tif", nullptr),
                HasSubstr("cell.tif: expected a tomogram, grey values, found what"));
    EXPECT_THAT(error("cell.tif", "noise.tif"),
                AllOf(HasSubstr("cell.tif: expected a tomogram"),
                      HasSubstr("and none in " + (folder / "noise.tif").string())));
    EXPECT_THAT(error("noise.tif", "noise.tif"),
                AllOf(HasSubstr("noise.tif: expected labels of"),
                      HasSubstr("found what seems to be grey values"), HasSubstr("--unlabelled")));
    DataOptions options;
    options.grey = true;
    EXPECT_THAT(learn("cell.tif", "cell.tif", options).warnings,
                Contains(HasSubstr("was taken as grey values (--grey)")));
    // Whoever names values knows what they are: each without a name is told.
    options = {};
    options.values_named = true;
    EXPECT_THAT(test::error_of([&] { learn("noise.tif", "noise.tif", options); }), Not(HasSubstr("grey")));
}

TEST_F(Data, LabelsAcrossOtherAxesAreRecognised) {
    ClassVolume v(grid, ignore_label);
    for (std::int64_t z = 0; z < 8; ++z)
        for (std::int64_t x = 0; x < 12; x += 2) v(x, 4, z) = x < 6 ? 1 : 0;
    const auto data = read(v);
    EXPECT_EQ(data.found[0].where, "slice 5 along y (index 4)");
    EXPECT_DOUBLE_EQ(data.found[0].share_there, 0.5);
}

TEST_F(Data, SizesMustAgreeAndTheMessageHelps) {
    const auto error = [&](Size3 size) {
        const ClassVolume v(Grid{size, grid.voxel_um, {}}, 1);
        return test::error_of([&] { read(v); });
    };
    EXPECT_THAT(error({8, 10, 12}), AllOf(HasSubstr("12 x 10 x 8, found 8 x 10 x 12"),
                                          HasSubstr("x, y, z of the image are z, y, x of the labels")));
    EXPECT_THAT(error({10, 12, 8}), HasSubstr("are y, x, z of the labels"));
    EXPECT_THAT(error({12, 6, 8}), HasSubstr("a crop"));
    EXPECT_THAT(error({6, 5, 4}), HasSubstr("2 times smaller"));
    EXPECT_THAT(error({24, 20, 16}), HasSubstr("2 times larger"));
    EXPECT_THAT(error({13, 10, 8}), HasSubstr("another tomogram"));
}

TEST_F(Data, VoxelSizesMustAgree) {
    ClassVolume v = three_slices();
    v.set_geometry({0.02, 0.02, 0.02}, {});
    EXPECT_THAT(test::error_of([&] { read(v); }),
                AllOf(HasSubstr("20 x 20 x 10 nm, found 20 x 20 x 20 nm"), HasSubstr("--voxel-nm")));
    DataOptions given;
    given.voxel_um = Vec3{0.02, 0.02, 0.01};
    EXPECT_EQ(read(v, given).found[0].grid.voxel_um, (Vec3{0.02, 0.02, 0.01}));
}

TEST_F(Data, UnusableLabelsAreRefused) {
    EXPECT_THAT(test::error_of([&] { read(ClassVolume(grid, ignore_label)); }),
                HasSubstr("at least one labelled voxel"));
    ClassVolume only_zero(grid, ignore_label);
    std::fill_n(&only_zero(0, 0, 3), 120, std::uint8_t{0});
    EXPECT_THAT(test::error_of([&] { read(only_zero); }), HasSubstr("--classes 255=NAME"));
    EXPECT_THAT(test::error_of([&] { read(ClassVolume(grid, 0)); }), HasSubstr("only background"));
    ClassVolume only_ball(grid, ignore_label);
    std::fill_n(&only_ball(0, 0, 3), 120, std::uint8_t{1});
    EXPECT_THAT(test::error_of([&] { read(only_ball); }), HasSubstr("only ball"));
    EXPECT_NO_THROW(read(only_ball, {}, false));  // something else will bring background
    ClassVolume other = three_slices();
    other(0, 0, 0) = 3;
    EXPECT_THAT(test::error_of([&] { read(other); }), HasSubstr("3 (1 voxels)"));
}

TEST_F(Data, EmptySlicesAreSuspected) {
    ClassVolume v = three_slices();
    for (std::uint8_t& c : v.values()) c = c == ignore_label ? 0 : c;
    auto data = read(v);
    EXPECT_THAT(
        data.warnings,
        Contains(AllOf(HasSubstr("slices 1, 4, 5, 7, 8 along z (index 0, 3, 4, 6, 7) hold nothing but 0"),
                       HasSubstr("--empty-slices-unlabelled"))));
    DataOptions unlabelled;
    unlabelled.empty_slices_unlabelled = true;
    data = read(v, unlabelled);
    EXPECT_EQ(data.found[0].where, "slices 2, 3, 6 along z (index 1, 2, 5)");
    EXPECT_EQ(data.labelled[0].labels(0, 0, 0), ignore_label);
    EXPECT_THAT(data.warnings, Each(Not(HasSubstr("nothing but 0"))));
}

TEST_F(Data, MissingBackgroundIsTold) {
    ClassVolume v = three_slices();
    for (std::uint8_t& c : v.values()) c = c == 0 ? 2 : c;
    write_volume(folder / "labels.tif", v, true);
    const auto data =
        read_training_data({{folder / "image.mrc", folder / "labels.tif", {}, {}}},
                           parse_label_meaning("1=ball,2=shell,3=rod", {}, default_legend()), {}, true);
    EXPECT_THAT(data.warnings, Contains(HasSubstr("no voxel is 0")));
    EXPECT_THAT(data.warnings, Contains(HasSubstr("Nothing is labelled as rod")));
}

TEST_F(Data, NotANumberIsNotLearntFrom) {
    image(4, 3, 1) = std::nanf("");
    image(5, 3, 1) = std::numeric_limits<float>::infinity();
    image(6, 3, 3) = std::nanf("");
    write_volume(folder / "image.mrc", image, true);
    const auto data = read(three_slices());
    EXPECT_EQ(data.found[0].gaps, 3);
    EXPECT_THAT(data.warnings, Contains(AllOf(HasSubstr("3 voxels"), HasSubstr("the first at (4, 3, 1)"),
                                              HasSubstr("slices 2, 4 along z (index 1, 3)"),
                                              HasSubstr("2 of them had labels"))));
    EXPECT_EQ(data.labelled[0].labels(4, 3, 1), ignore_label);
    EXPECT_EQ(data.labelled[0].labels(6, 3, 1), 0);
    const auto values = data.labelled[0].tomogram.load();
    for (const float v : values.values()) EXPECT_TRUE(std::isfinite(v));
    EXPECT_NEAR(values(5, 3, 1), 6, 0.3);
    EXPECT_EQ(values(0, 0, 1), image(0, 0, 1));

    for (std::int64_t i = 0; i < image.count() * 6 / 10; ++i) image[i] = std::nanf("");
    write_volume(folder / "image.mrc", image, true);
    EXPECT_THAT(test::error_of([&] { read(three_slices()); }), HasSubstr("no finite numbers (60 %"));
}

TEST_F(Data, PolarityThatDiffersIsTold) {
    Volume<float> other = image;
    for (auto* v : {&image, &other})  // a few strong absorbers make the long tail
        for (std::int64_t i = 0; i < v->count(); ++i)
            (*v)[i] = static_cast<float>((i % 3) + (i % 97 < 12 ? 30 : 0)) * (v == &other ? -1.F : 1.F);
    write_volume(folder / "image.mrc", image, true);
    write_volume(folder / "other.mrc", other, true);
    write_volume(folder / "labels.tif", three_slices(), true);
    const std::vector<TrainingFile> files{{folder / "image.mrc", folder / "labels.tif", {}, {}},
                                          {folder / "other.mrc", {}, {}, {}}};
    const auto data = read_training_data(files, two_classes(), {}, true);
    EXPECT_EQ(data.unlabelled.size(), 1U);
    EXPECT_NE(data.found[0].polarity, data.found[1].polarity);
    EXPECT_THAT(data.warnings, Contains(HasSubstr("dark in 1 of 2")));
    DataOptions given;
    given.polarity = Polarity::dense_is_dark;
    const auto told = read_training_data(files, two_classes(), given, true);
    EXPECT_THAT(told.warnings, Each(Not(HasSubstr("of 2 tomograms"))));
    EXPECT_EQ(told.labelled[0].polarity, Polarity::dense_is_dark);

    // Who may know better than the longer tail of the grey values is asked, but not where it was said.
    int asked = 0;
    given.choose_polarity = [&](const Tomogram& t) {
        ++asked;
        EXPECT_TRUE(t.grid.size == grid.size);
        return Polarity::dense_is_bright;
    };
    EXPECT_EQ(read_training_data(files, two_classes(), given, true).labelled[0].polarity,
              Polarity::dense_is_dark);
    EXPECT_EQ(asked, 0);
    given.polarity = Polarity::unknown;
    const auto chosen = read_training_data(files, two_classes(), given, true);
    EXPECT_EQ(asked, 2);
    EXPECT_EQ(chosen.labelled[0].polarity, Polarity::dense_is_bright);
    EXPECT_EQ(chosen.unlabelled[0].polarity, Polarity::dense_is_bright);
    EXPECT_TRUE(chosen.found[1].polarity_guessed);
}

TEST_F(Data, NoVoxelSizeIsAnError) {
    VolumeWriter writer(folder / "image.tif", grid, ScalarType::float32, true, false);
    writer.write_slices<float>(0, grid.size.z, image.values());
    writer.finish();
    EXPECT_THAT(test::error_of([&] {
                    read_training_data({{folder / "image.tif", {}, {}, {}}}, two_classes(), {}, true);
                }),
                HasSubstr("--voxel-nm"));
}

}  // namespace
}  // namespace cytomo::commands
