#include "cytomo/labels/distance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "cytomo/core/golden_file.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"

namespace cytomo {
namespace {

double brute_force(const InstanceVolume& labels, std::int64_t at, Beyond beyond) {
    if (labels[at] == 0) return 0;
    const Grid& g = labels.grid();
    const std::int64_t x = at % g.size.x, y = at / g.size.x % g.size.y, z = at / (g.size.x * g.size.y);
    double best = std::numeric_limits<double>::infinity();
    const std::int64_t margin = beyond == Beyond::other ? 1 : 0;
    for (std::int64_t k = -margin; k < g.size.z + margin; ++k)
        for (std::int64_t j = -margin; j < g.size.y + margin; ++j)
            for (std::int64_t i = -margin; i < g.size.x + margin; ++i) {
                if (g.contains(i, j, k) && labels(i, j, k) == labels[at]) continue;
                const double dx = static_cast<double>(i - x) * g.voxel_um.x;
                const double dy = static_cast<double>(j - y) * g.voxel_um.y;
                const double dz = static_cast<double>(k - z) * g.voxel_um.z;
                best = std::min(best, dx * dx + dy * dy + dz * dz);
            }
    return best;
}

InstanceVolume blobs(Size3 size, Vec3 voxel_um, int count, int labels, std::uint64_t seed) {
    InstanceVolume volume(Grid{size, voxel_um, {}});
    Random random(seed);
    for (int b = 0; b < count; ++b) {
        const double cx = random.uniform(0, static_cast<double>(size.x)),
                     cy = random.uniform(0, static_cast<double>(size.y)),
                     cz = random.uniform(0, static_cast<double>(size.z)), r = random.uniform(1, 7);
        const auto label = static_cast<std::uint32_t>(random.integer(1, labels));
        for (std::int64_t z = 0; z < size.z; ++z)
            for (std::int64_t y = 0; y < size.y; ++y)
                for (std::int64_t x = 0; x < size.x; ++x)
                    if (std::hypot(static_cast<double>(x) - cx, static_cast<double>(y) - cy,
                                   static_cast<double>(z) - cz) < r)
                        volume(x, y, z) = label;
    }
    return volume;
}

void expect_exact(const InstanceVolume& labels) {
    for (const Beyond beyond : {Beyond::unknown, Beyond::other}) {
        const Volume<float> found = find_squared_distances_um2(labels, beyond);
        for (std::int64_t i = 0; i < labels.count(); ++i) {
            const double expected = brute_force(labels, i, beyond);
            if (std::isinf(expected))
                ASSERT_TRUE(std::isinf(found[i]));
            else
                ASSERT_NEAR(found[i], expected, 1e-6 * expected) << "voxel " << i;
        }
    }
}

TEST(Distance, EqualsBruteForceWithUnequalEdges) {
    expect_exact(blobs({15, 13, 10}, {0.01, 0.02, 0.035}, 9, 1, 3));
    expect_exact(blobs({12, 15, 11}, {0.03, 0.011, 0.02}, 20, 4, 4));
    expect_exact(blobs({33, 2, 9}, {1, 1, 1}, 6, 2, 5));
    expect_exact(blobs({1, 1, 25}, {1, 2, 3}, 3, 2, 6));
}

TEST(Distance, EqualsScipy) {
    const GoldenFile golden("labels_golden.txt");
    const Volume<float> found =
        find_squared_distances_um2(golden.volume<std::uint8_t>("mask"), Beyond::unknown);
    const auto& expected = golden["distance_um"];
    for (std::int64_t i = 0; i < found.count(); ++i)
        ASSERT_NEAR(std::sqrt(found[i]), expected[static_cast<std::size_t>(i)], 1e-7);
}

TEST(Distance, ObjectThatFillsTheVolume) {
    const InstanceVolume full(Grid{{5, 6, 7}, {0.1, 0.2, 0.3}, {}}, 9);
    const Volume<float> found = find_squared_distances_um2(full, Beyond::unknown);
    for (const float d : found.values()) EXPECT_TRUE(std::isinf(d));
    expect_exact(full);
}

TEST(Distance, ClassesAndInstancesAgree) {
    const InstanceVolume labels = blobs({30, 20, 20}, {0.01, 0.01, 0.02}, 20, 3, 8);
    ClassVolume classes(labels.grid());
    for (std::int64_t i = 0; i < labels.count(); ++i) classes[i] = static_cast<std::uint8_t>(labels[i]);
    const Volume<float> a = find_squared_distances_um2(labels, Beyond::unknown);
    set_thread_count(5);
    const Volume<float> b = find_squared_distances_um2(classes, Beyond::unknown);
    set_thread_count(0);
    EXPECT_TRUE(std::equal(a.values().begin(), a.values().end(), b.values().begin()));
}

}  // namespace
}  // namespace cytomo
