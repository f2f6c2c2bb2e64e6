#include "cytomo/io/value_conversion.h"

#include <algorithm>
#include <cmath>

#include "cytomo/io/test_files.h"

namespace cytomo {
namespace {

using testing::HasSubstr;

class Conversion : public test::InFolder {
protected:
    template <class T>
    StoredVolume stored(std::initializer_list<T> values) {
        Volume<T> v(Grid{{static_cast<std::int64_t>(values.size()), 1, 1}, {0.02, 0.0125, 0.01}, {1, 2, 3}});
        std::copy(values.begin(), values.end(), v.data());
        write_volume(folder / "in.tif", v, true);
        return open_volume(folder / "in.tif");
    }
    std::vector<float> converted(const StoredVolume& in, ConvertOptions options) {
        options.overwrite = true;
        convert_volume(in, folder / "out.h5", options, &remarks);
        const auto v = test::load(folder / "out.h5");
        EXPECT_EQ(v.grid(), in.grid);
        return {v.values().begin(), v.values().end()};
    }
    std::vector<std::string> remarks;
};

TEST_F(Conversion, ValuesThatFitStay) {
    EXPECT_EQ(converted(stored<float>({0, 5, 255}), {ScalarType::uint8}), (std::vector<float>{0, 5, 255}));
    EXPECT_EQ(converted(stored<std::int16_t>({-128, 127}), {ScalarType::int8}),
              (std::vector<float>{-128, 127}));
    EXPECT_EQ(converted(stored<std::uint32_t>({0, 16777216}), {ScalarType::float32}),
              (std::vector<float>{0, 16777216}));
    EXPECT_EQ(converted(stored<float>({0.5F, -3}), {}), (std::vector<float>{0.5F, -3}));
}

TEST_F(Conversion, ValuesThatDoNotFitAreNamed) {
    const auto error = [&](const StoredVolume& in, ScalarType type) {
        return test::error_of([&] { converted(in, {type}); });
    };
    EXPECT_THAT(error(stored<float>({0, 256}), ScalarType::uint8), HasSubstr("256 at voxel (1, 0, 0)"));
    EXPECT_THAT(error(stored<float>({0, 0.5F}), ScalarType::uint8), HasSubstr("--scale-to-type"));
    EXPECT_THAT(error(stored<std::int16_t>({-1}), ScalarType::uint16), HasSubstr("-1 at"));
    EXPECT_THAT(error(stored<float>({std::nanf("")}), ScalarType::int16), HasSubstr("nan"));
    EXPECT_THAT(error(stored<std::uint32_t>({16777217}), ScalarType::float32),
                HasSubstr("float32 holds exactly"));
    EXPECT_FALSE(std::filesystem::exists(folder / "out.h5"));
}

TEST_F(Conversion, ScalingFillsTheRangeAndTellsHow) {
    const auto v = converted(stored<float>({0.25F, 0.5F, 0.75F}), {ScalarType::uint8, true});
    EXPECT_EQ(v, (std::vector<float>{0, 128, 255}));
    EXPECT_THAT(remarks, testing::Contains(HasSubstr("Scaled")));
    EXPECT_EQ(converted(stored<float>({-1, 1}), {ScalarType::int16, true}),
              (std::vector<float>{-32768, 32767}));
    EXPECT_EQ(converted(stored<float>({7, 7}), {ScalarType::uint8, true}), (std::vector<float>{0, 0}));
    EXPECT_THAT(test::error_of([&] {
                    converted(stored<float>({std::nanf("")}), {ScalarType::uint8, true});
                }),
                HasSubstr("finite"));
}

TEST_F(Conversion, OptionsAreChecked) {
    EXPECT_THROW((ConvertOptions{ScalarType::float64}.check()), UsageError);
    EXPECT_THROW((ConvertOptions{ScalarType::float32, true}.check()), UsageError);
    EXPECT_THROW((ConvertOptions{std::nullopt, true}.check()), UsageError);
    EXPECT_EQ(scalar_type_from("uint16"), ScalarType::uint16);
    EXPECT_FALSE(scalar_type_from("word"));
}

TEST_F(Conversion, DoublesAndHalvesBecomeFloat) {
    convert_volume(open_volume(test::golden("io_fortran_float64.npy")), folder / "out.tif", {}, &remarks);
    EXPECT_EQ(open_volume(folder / "out.tif").type, ScalarType::float32);
    EXPECT_FALSE(open_volume(folder / "out.tif").voxel_size_known);
    EXPECT_EQ(test::load(folder / "out.tif")(4, 3, 2), 234 * 0.25F);
    EXPECT_THAT(remarks, testing::Contains(HasSubstr("float64")));
}

TEST_F(Conversion, AFileCanReplaceItself) {
    const StoredVolume in = stored<std::int16_t>({1, 2, 3});
    convert_volume(in, folder / "in.tif", {ScalarType::uint8, false, true});
    EXPECT_EQ(open_volume(folder / "in.tif").type, ScalarType::uint8);
    EXPECT_EQ(test::load(folder / "in.tif")[2], 3);
}

}  // namespace
}  // namespace cytomo
