#include "cytomo/measures/intervals.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "cytomo/core/error.h"
#include "cytomo/core/golden_file.h"
#include "cytomo/core/random.h"
#include "test_intervals.h"

namespace cytomo {
namespace {

using std::numbers::pi;
using test_intervals::ball;
using test_intervals::holds;
using test_intervals::usual_errors;

/// Only the errors that a test sets.
ErrorModel no_errors() {
    ErrorModel model;
    for (auto& e : model.classes) {
        e.emplace();
        e->real_offset = 50;  // all objects are real
        e->usual_blur_um = 0;
    }
    model.filopodia.emplace();
    return model;
}

IntervalOptions exact_voxels(double level = 0.9) {
    return {level, 0};
}

TEST(Intervals, BallsWithDisplacedSurfaces) {
    // True radii are normally distributed about what is measured: by definition nine in ten lie within.
    ErrorModel errors = no_errors();
    errors.classes[vesicle]->own_um = 0.02;
    errors.classes[vesicle]->mean_um = 0.015;
    const double radius = 0.2;
    const auto found = object_intervals({ball(radius)}, {}, errors, exact_voxels());
    ASSERT_EQ(found.size(), 1U);
    const double z = GoldenFile("intervals_golden.txt")["normal_quantiles"][1];
    const double low = radius + 0.015 - z * 0.02, high = radius + 0.015 + z * 0.02;
    EXPECT_NEAR(found[0].volume_um3.low, 4 * pi / 3 * std::pow(low, 3), 1e-9);
    EXPECT_NEAR(found[0].volume_um3.high, 4 * pi / 3 * std::pow(high, 3), 1e-9);
    EXPECT_NEAR(found[0].surface_um2.low, 4 * pi * low * low, 1e-9);
    EXPECT_NEAR(found[0].surface_um2.high, 4 * pi * high * high, 1e-9);
    EXPECT_NEAR(found[0].equivalent_diameter_um.low, 2 * low, 1e-9);
    EXPECT_NEAR(found[0].longest_width_um.high, 2 * high, 1e-9);

    Random random(3);
    int inside = 0;
    for (int i = 0; i < 20'000; ++i) {
        const double r = radius + random.normal(0.015, 0.02);
        inside += holds(found[0].volume_um3, 4 * pi / 3 * r * r * r) ? 1 : 0;
    }
    EXPECT_NEAR(inside / 20'000.0, 0.9, 0.01);
}

TEST(Intervals, GrowWithBlurVoxelSizeAndLevel) {
    ErrorModel errors = no_errors();
    errors.classes[vesicle]->blur_share = 0.5;
    errors.classes[vesicle]->usual_blur_um = 0.03;
    const std::vector<Object> one{ball(0.2)};
    const auto width = [&](double blur, IntervalOptions options) {
        const std::vector<Certainty> certainty{{}, {1, blur}};
        const Interval i = object_intervals(one, certainty, errors, options)[0].volume_um3;
        EXPECT_TRUE(holds(i, one[0].volume_um3));
        return std::log(i.high / i.low);
    };
    EXPECT_NEAR(width(0, exact_voxels()), 0, 1e-12);
    EXPECT_NEAR(width(0.004, exact_voxels()) / width(0.002, exact_voxels()), 2, 0.01);
    // Without probabilities the usual blur of the class stands in.
    const Interval usual = object_intervals(one, {}, errors, exact_voxels())[0].volume_um3;
    EXPECT_NEAR(std::log(usual.high / usual.low), width(0.03, exact_voxels()), 1e-12);
    EXPECT_NEAR(width(not_defined, exact_voxels()), width(0.03, exact_voxels()), 1e-12);

    // The voxel size alone: 3, 2 and 1 times its error.
    const double z = GoldenFile("intervals_golden.txt")["normal_quantiles"][1];
    const auto voxels = object_intervals(one, {{}, {1, 0}}, errors, {0.9, 0.02})[0];
    EXPECT_NEAR(voxels.volume_um3.high / one[0].volume_um3, std::exp(3 * z * 0.02), 1e-9);
    EXPECT_NEAR(voxels.surface_um2.low / one[0].surface_um2, std::exp(-2 * z * 0.02), 1e-9);
    EXPECT_NEAR(voxels.equivalent_diameter_um.high / 0.4, std::exp(z * 0.02), 1e-9);
    // Both at once: squares add up (small errors).
    const double both = width(0.002, {0.9, 0.01}), blur = width(0.002, exact_voxels()),
                 voxel = width(0, {0.9, 0.01});
    EXPECT_NEAR(both, std::hypot(blur, voxel), 0.01 * both);

    EXPECT_LT(width(0.03, exact_voxels(0.5)), width(0.03, exact_voxels(0.9)));
    EXPECT_LT(width(0.03, exact_voxels(0.9)), width(0.03, exact_voxels(0.99)));
}

TEST(Intervals, ABlurThatIsNoEdgeCountsAsTheWidest) {
    // An object that the network does not believe in has a blur of 400 µm (certainty.cpp).
    ErrorModel errors = usual_errors();
    errors.filopodia->radius_blur_share = 0.3;
    errors.classes[vesicle]->real_offset = 50;
    const std::vector<Object> one{ball(0.4)};
    Filopodium f;
    f.instance = 1;
    f.length_um = f.volume_um3 = 1;
    f.mean_radius_um = f.minimum_radius_um = 0.1;
    const auto highs = [&](double blur) {
        const std::vector<Certainty> certainty{{}, {0.5, blur}};
        const auto all =
            class_intervals({}, Grid{{9, 9, 9}, {0.1, 0.1, 0.1}, {}}, one, certainty, errors, exact_voxels());
        return std::vector<double>{
            object_intervals(one, certainty, errors, exact_voxels())[0].volume_um3.high, all[0].volume.high,
            filopodium_intervals({f}, certainty, vesicle, errors, exact_voxels())[0].mean_radius_um.high};
    };
    EXPECT_EQ(highs(400), highs(widest_blur_um));
    for (std::size_t i = 0; i < 3; ++i) EXPECT_LT(highs(0.1)[i], highs(widest_blur_um)[i]) << i;
    // Nor is the usual one wider, whatever a model file says.
    errors.classes[vesicle]->usual_blur_um = 400;
    EXPECT_EQ(highs(not_defined), highs(widest_blur_um));
}

TEST(Intervals, BlurredBallsFromVoxelsToErrorBars) {
    // A vesicle in cytoplasm whose probability falls across its surface like a blurred edge.
    const Grid grid{{60, 44, 52}, {0.02, 0.028, 0.024}, {3, -1, 0}};
    const Vec3 centre = grid.world_from_voxel({29.3, 21.8, 25.6});
    const ErrorModel errors = usual_errors();
    for (const double radius : {0.15, 0.25, 0.4}) {
        double before = 0;
        for (const double blur : {0.02, 0.04, 0.08}) {
            Instances instances;
            instances.volume = InstanceVolume(grid);
            instances.class_of = {0, vesicle};
            ClassVolume classes(grid, cytoplasm);
            Probabilities p{grid, default_class_count, {}};
            const auto n = static_cast<std::size_t>(grid.count());
            p.values.assign(n * default_class_count, 0);
            for (std::int64_t z = 0; z < grid.size.z; ++z)
                for (std::int64_t y = 0; y < grid.size.y; ++y)
                    for (std::int64_t x = 0; x < grid.size.x; ++x) {
                        const Vec3 at = grid.world_from_voxel(
                            {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
                        const double share =
                            0.5 * std::erfc((length(at - centre) - radius) / blur / std::numbers::sqrt2);
                        const auto i = static_cast<std::size_t>(grid.index(x, y, z));
                        const auto value = static_cast<std::uint8_t>(std::lround(255 * share));
                        p.values[vesicle * n + i] = value;
                        p.values[cytoplasm * n + i] = static_cast<std::uint8_t>(255 - value);
                        instances.volume[grid.index(x, y, z)] = share >= 0.5 ? 1 : 0;
                        if (share >= 0.5) classes(x, y, z) = vesicle;
                    }
            const auto found = object_intervals(measure_objects(instances, nullptr),
                                                measure_certainty(instances, classes, p), errors);
            ASSERT_EQ(found.size(), 1U);
            const Object truth = ball(radius);
            EXPECT_TRUE(holds(found[0].volume_um3, truth.volume_um3)) << radius << ' ' << blur;
            EXPECT_TRUE(holds(found[0].surface_um2, truth.surface_um2)) << radius << ' ' << blur;
            EXPECT_TRUE(holds(found[0].equivalent_diameter_um, 2 * radius)) << radius << ' ' << blur;
            EXPECT_GT(found[0].volume_um3.high - found[0].volume_um3.low, before);
            before = found[0].volume_um3.high - found[0].volume_um3.low;
        }
    }
}

TEST(Intervals, TinyObjectsStayDefined) {
    ErrorModel errors = usual_errors();
    Object o = ball(0.001);
    for (const std::uint8_t c : {1, 2, 3, 4, 5, 6, 77}) {
        o.class_id = c;
        const auto i = object_intervals({o}, {}, errors, {0.99, 0.2})[0];
        for (const Interval& interval :
             {i.volume_um3, i.surface_um2, i.equivalent_diameter_um, i.longest_width_um}) {
            EXPECT_GT(interval.low, 0);
            EXPECT_TRUE(std::isfinite(interval.high));
        }
        EXPECT_TRUE(holds(i.volume_um3, o.volume_um3));
    }
    o.longest_width_um = 0;  // one voxel
    EXPECT_EQ(object_intervals({o}, {}, errors, {})[0].longest_width_um.low, 0);
    EXPECT_TRUE(object_intervals({}, {}, errors, {}).empty());
}

TEST(Intervals, Filopodia) {
    ErrorModel errors = no_errors();
    errors.filopodia->length_mean_um = 0.1;
    errors.filopodia->length_deviation_um = 0.06;
    errors.filopodia->length_share = 0.08;
    errors.filopodia->radius_deviation_um = 0.01;
    Filopodium f;
    f.instance = 4;
    f.length_um = 1;
    f.mean_radius_um = 0.1;
    f.minimum_radius_um = 0.06;
    f.volume_um3 = 0.03;
    const auto i = filopodium_intervals({f}, {}, filopodium, errors, exact_voxels())[0];
    const double z = GoldenFile("intervals_golden.txt")["normal_quantiles"][1];
    EXPECT_EQ(i.instance, 4U);
    EXPECT_NEAR(i.length_um.low, 1.1 - z * 0.1, 1e-9);
    EXPECT_NEAR(i.length_um.high, 1.1 + z * 0.1, 1e-9);
    EXPECT_NEAR(i.mean_radius_um.low, 0.1 - z * 0.01, 1e-9);
    EXPECT_NEAR(i.minimum_radius_um.high, 0.06 + z * 0.01, 1e-9);
    EXPECT_TRUE(filopodium_intervals({}, {}, filopodium, errors, {}).empty());
}

TEST(Intervals, ClassTotalsKnowWhatObjectsShare) {
    const Grid grid{{100, 100, 100}, {0.02, 0.02, 0.02}, {}};
    std::vector<Object> objects;
    double volume = 0;
    for (std::uint32_t n = 1; n <= 100; ++n) {
        objects.push_back(ball(0.1, n));
        volume += objects.back().volume_um3;
    }
    const std::vector<ClassTotal> totals{
        {vesicle, static_cast<std::int64_t>(std::lround(volume / grid.voxel_volume_um3()))}};
    const auto width = [&](double shared, double own) {
        ErrorModel errors = no_errors();
        errors.classes[vesicle]->shared_um = shared;
        errors.classes[vesicle]->own_um = own;
        const auto c = class_intervals(totals, grid, objects, {}, errors, exact_voxels());
        EXPECT_EQ(c.size(), 1U);
        EXPECT_EQ(c[0].count.low, 100);
        EXPECT_EQ(c[0].count.high, 100);
        EXPECT_TRUE(holds(c[0].volume, c[0].volume_um3));
        return std::log(c[0].volume.high / c[0].volume.low);
    };
    EXPECT_NEAR(width(0, 0), 0, 1e-3);
    // Errors of single objects cancel as the root of their number, shared ones do not.
    EXPECT_NEAR(width(0.001, 0) / width(0, 0.001), 10, 0.1);
}

TEST(Intervals, CountsOfDoubtfulAndMissedObjects) {
    const Grid grid{{100, 100, 100}, {0.02, 0.02, 0.02}, {}};
    std::vector<Object> objects;
    std::vector<Certainty> certainty(26);
    for (std::uint32_t n = 1; n <= 25; ++n) {
        objects.push_back(ball(0.1, n));
        certainty[n] = {0.7, 0.02};
    }
    ErrorModel errors = no_errors();
    errors.classes[vesicle]->real_offset = 0;
    errors.classes[vesicle]->real_slope = 1;  // the chance is the mean probability
    const auto doubtful = class_intervals({}, grid, objects, certainty, errors, {})[0];
    EXPECT_NEAR(doubtful.expected_real, 17.5, 1e-9);
    EXPECT_NEAR(doubtful.expected_um3, 0.7 * doubtful.volume_um3, 1e-12);
    EXPECT_NEAR(doubtful.expected_um2, 0.7 * doubtful.surface_um2, 1e-12);
    EXPECT_EQ(doubtful.count.low, 14);  // scipy.stats.binom.ppf([0.05, 0.95], 25, 0.7)
    EXPECT_EQ(doubtful.count.high, 21);

    errors = no_errors();
    errors.classes[vesicle]->missed_share = 0.2;
    const auto missed = class_intervals({}, grid, objects, {}, errors, {})[0];
    EXPECT_NEAR(missed.expected_missed, 5, 1e-9);
    EXPECT_EQ(missed.count.low, 27);  // 25 + scipy.stats.poisson.ppf([0.05, 0.95], 5)
    EXPECT_EQ(missed.count.high, 34);
}

TEST(Intervals, ClassesWithoutObjects) {
    const Grid grid{{10, 10, 10}, {0.02, 0.02, 0.02}, {}};
    const ErrorModel errors = usual_errors();
    EXPECT_TRUE(class_intervals({}, grid, {}, {}, errors, {}).empty());
    const auto specks = class_intervals({{0, 900}, {vesicle, 0, not_defined, not_defined, 3}, {255, 97}},
                                        grid, {}, {}, errors, {});
    ASSERT_EQ(specks.size(), 1U);
    EXPECT_EQ(specks[0].objects, 0);
    EXPECT_EQ(specks[0].volume_um3, 0);
    EXPECT_NEAR(specks[0].outside_objects_um3, 3 * 8e-6, 1e-15);
    EXPECT_EQ(specks[0].count.low, 0);
    EXPECT_EQ(specks[0].volume.low, 0);
    EXPECT_GE(specks[0].volume.high, specks[0].outside_objects_um3);
}

/// More than quadratic work, or numbers kept for every possible count, would not end in time.
TEST(Intervals, HundredThousandObjects) {
    std::vector<Object> objects;
    for (std::uint32_t n = 1; n <= 100'000; ++n) objects.push_back(ball(0.05 + 1e-6 * n, n));
    const ErrorModel errors = usual_errors();
    const auto each = object_intervals(objects, {}, errors, {});
    const auto all = class_intervals({}, Grid{{10, 10, 10}, {1, 1, 1}, {}}, objects, {}, errors, {});
    EXPECT_EQ(each.size(), 100'000U);
    EXPECT_TRUE(holds(all[0].count, all[0].expected_real + all[0].expected_missed));
}

TEST(Intervals, OptionsOutOfRange) {
    EXPECT_THROW((IntervalOptions{0.3, 0.01}.check()), UsageError);
    EXPECT_THROW((IntervalOptions{1, 0.01}.check()), UsageError);
    EXPECT_THROW((IntervalOptions{0.9, -0.01}.check()), UsageError);
    EXPECT_THROW((IntervalOptions{0.9, not_defined}.check()), UsageError);
    EXPECT_THROW(object_intervals({}, {}, {}, {0.9, 3}), UsageError);
}

}  // namespace
}  // namespace cytomo
