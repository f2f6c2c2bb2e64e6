#include <algorithm>

#include "cytomo/io/test_files.h"

namespace cytomo {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class Labels : public test::InFolder {
protected:
    template <class T>
    ClassVolume classes_of(std::initializer_list<T> values, std::vector<std::string>* remarks = nullptr) {
        Volume<T> v(Grid{{static_cast<std::int64_t>(values.size()), 1, 1}, {1, 1, 1}, {}});
        std::copy(values.begin(), values.end(), v.data());
        write_volume(folder / "labels.tif", v, true);
        return read_classes(folder / "labels.tif", {}, remarks);
    }
    static std::vector<int> list(const ClassVolume& v) { return {v.values().begin(), v.values().end()}; }
};

TEST_F(Labels, ClassIdsComeBackExactly) {
    std::vector<std::string> remarks;
    EXPECT_EQ(list(classes_of<std::uint8_t>({0, 1, 6, 254, 255}, &remarks)),
              (std::vector{0, 1, 6, 254, 255}));
    EXPECT_EQ(list(classes_of<std::uint16_t>({0, 200, 255}, &remarks)), (std::vector{0, 200, 255}));
    EXPECT_EQ(list(classes_of<std::uint32_t>({0, 3}, &remarks)), (std::vector{0, 3}));
    EXPECT_EQ(list(classes_of<float>({0, 2, 5}, &remarks)), (std::vector{0, 2, 5}));
    EXPECT_THAT(remarks, IsEmpty());
}

TEST_F(Labels, MasksBecomeZeroAndOne) {
    std::vector<std::string> remarks;
    EXPECT_EQ(list(classes_of<std::uint8_t>({255, 0, 255}, &remarks)), (std::vector{1, 0, 1}));
    EXPECT_THAT(remarks, Contains(HasSubstr("0 and 255 only")));
    EXPECT_EQ(list(classes_of<std::uint8_t>({0, 128})), (std::vector{0, 1}));
    // One class and background is no mask: its id has a meaning.
    EXPECT_EQ(list(classes_of<std::uint8_t>({0, 3})), (std::vector{0, 3}));
}

TEST_F(Labels, IgnoreStaysIgnore) {
    EXPECT_EQ(list(classes_of<std::uint8_t>({0, 1, 255})), (std::vector{0, 1, 255}));
    EXPECT_EQ(list(classes_of<std::uint8_t>({1, 255})), (std::vector{1, 255}));
    std::vector<std::string> remarks;
    EXPECT_EQ(list(classes_of<std::int16_t>({0, 1, -1}, &remarks)), (std::vector{0, 1, 255}));
    EXPECT_THAT(remarks, Contains(HasSubstr("-1")));
    EXPECT_EQ(list(classes_of<std::int8_t>({-1, 4})), (std::vector{255, 4}));
}

TEST_F(Labels, GreyValuesAreNoLabels) {
    EXPECT_THAT(test::error_of([&] {
                    classes_of<float>({0, 1, 0.5F});
                }),
                HasSubstr("0.5 at voxel (2, 0, 0)"));
    EXPECT_THAT(test::error_of([&] {
                    classes_of<std::uint16_t>({0, 256});
                }),
                HasSubstr("256 at voxel (1, 0, 0)"));
    EXPECT_THAT(test::error_of([&] { classes_of<std::int16_t>({-2}); }), HasSubstr("-2"));
    EXPECT_THROW(classes_of<float>({std::nanf("")}), InputError);
    EXPECT_THROW(classes_of<float>({1e30F}), InputError);
}

TEST_F(Labels, InstancesAreExactBeyondFloat) {
    Volume<std::uint32_t> v(test::unequal);
    for (std::int64_t i = 0; i < v.count(); ++i) v[i] = 4294967295U - static_cast<std::uint32_t>(i);
    for (const char* name : {"a.tif", "a.npy", "a.h5"}) {
        write_volume(folder / name, v, false);
        const InstanceVolume back = read_instances(folder / name);
        EXPECT_TRUE(std::equal(back.values().begin(), back.values().end(), v.values().begin())) << name;
        EXPECT_EQ(back.grid(), test::unequal);
    }
    Volume<float> real(test::unequal, 16777216);
    write_volume(folder / "b.tif", real, false);
    EXPECT_EQ(read_instances(folder / "b.tif")[3], 16777216U);
    for (const float bad : {-1.0F, 0.25F, 1e20F}) {
        real[3] = bad;
        write_volume(folder / "b.tif", real, true);
        EXPECT_THAT(test::error_of([&] { read_instances(folder / "b.tif"); }), HasSubstr("voxel (3, 0, 0)"));
    }
}

TEST_F(Labels, CodedLabelsKeepAnyWholeNumber) {
    const auto coded_of = [&]<class T>(std::initializer_list<T> values) {
        Volume<T> v(Grid{{static_cast<std::int64_t>(values.size()), 1, 1}, {1, 1, 1}, {}});
        std::copy(values.begin(), values.end(), v.data());
        write_volume(folder / "labels.tif", v, true);
        return read_coded_labels(folder / "labels.tif");
    };
    const auto coded = coded_of(std::initializer_list<std::int32_t>{70000, 0, -3, 0, 70000, 70000});
    EXPECT_EQ(coded.values, (std::vector<std::int64_t>{70000, 0, -3}));
    EXPECT_EQ(coded.counts, (std::vector<std::int64_t>{3, 2, 1}));
    EXPECT_EQ(list(coded.codes), (std::vector{0, 1, 2, 1, 0, 0}));
    // A mask stays what it is in the file.
    EXPECT_EQ(coded_of(std::initializer_list<std::uint8_t>{0, 255}).values,
              (std::vector<std::int64_t>{0, 255}));
    EXPECT_EQ(coded_of(std::initializer_list<float>{2, 1e6F}).values,
              (std::vector<std::int64_t>{2, 1000000}));
    EXPECT_EQ(coded_of(std::initializer_list<std::uint32_t>{4294967295U}).values,
              (std::vector<std::int64_t>{4294967295LL}));
    EXPECT_THAT(test::error_of([&] {
                    coded_of(std::initializer_list<float>{0, 0.25F});
                }),
                HasSubstr("0.25 at voxel (1, 0, 0)"));
    EXPECT_THROW(coded_of(std::initializer_list<float>{std::nanf("")}), InputError);
}

TEST_F(Labels, CodedLabelsRefuseGreyValues) {
    Volume<std::uint16_t> v(Grid{{16, 16, 2}, {1, 1, 1}, {}});
    for (std::int64_t i = 0; i < v.count(); ++i)
        v[i] = static_cast<std::uint16_t>(std::min<std::int64_t>(i, 254));
    write_volume(folder / "labels.tif", v, true);
    EXPECT_EQ(read_coded_labels(folder / "labels.tif").values.size(), 255U);
    v[300] = 9999;
    write_volume(folder / "labels.tif", v, true);
    EXPECT_THAT(test::error_of([&] { read_coded_labels(folder / "labels.tif"); }),
                HasSubstr("9999 at voxel (12, 2, 1)"));
}

}  // namespace
}  // namespace cytomo
