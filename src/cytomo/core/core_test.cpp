// The types that everything else stands on: geometry, volumes, meshes, random numbers, loops.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

#include "cytomo/core/error.h"
#include "cytomo/core/fnv.h"
#include "cytomo/core/fresh_memory.h"
#include "cytomo/core/grid.h"
#include "cytomo/core/legend.h"
#include "cytomo/core/mesh.h"
#include "cytomo/core/neighbours.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/progress.h"
#include "cytomo/core/random.h"
#include "cytomo/core/stretches.h"
#include "cytomo/core/volume.h"

namespace cytomo {
namespace {

TEST(Fnv1a, IsTheChecksumOfItsAuthors) {
    // Test vectors of draft-eastlake-fnv, appendix C.
    EXPECT_EQ(Fnv1a().text(), "cbf29ce484222325");
    EXPECT_EQ(Fnv1a().add("a").text(), "af63dc4c8601ec8c");
    EXPECT_EQ(Fnv1a().add("foobar").text(), "85944171f73967e8");
    EXPECT_EQ(Fnv1a().add("foo").add("bar").value(), 0x85944171f73967e8ULL) << "whatever the pieces";
}

TEST(FreshMemory, GivenBackItCanBeUsedAgain) {
    // Only whole pages within go back: what lies before and behind stays.
    constexpr std::size_t size = 100'000;
    std::vector<unsigned char> values(size, 7);
    give_back_memory(values.data() + 100, size - 200);
    for (std::size_t i = 0; i < 100; ++i) {
        ASSERT_EQ(values[i], 7);
        ASSERT_EQ(values[size - 1 - i], 7);
    }
    std::fill(values.begin(), values.end(), static_cast<unsigned char>(9));
    EXPECT_EQ(std::count(values.begin(), values.end(), 9), static_cast<std::ptrdiff_t>(size));
}

TEST(FreshMemory, IsZeroAndWhatIsThereStays) {
    for (const std::size_t n : {0U, 5U, 3'000'000U}) {
        std::vector<std::uint16_t> values;
        resize_fresh(values, n);
        EXPECT_EQ(values, std::vector<std::uint16_t>(n, 0));
        std::fill(values.begin(), values.end(), std::uint16_t{7});
        claim_memory(values.data(), n * sizeof(std::uint16_t));
        EXPECT_EQ(values, std::vector<std::uint16_t>(n, 7));
    }
}

TEST(Neighbours, AreAllVoxelsAtMostOneStepAwayAlongEachAxis) {
    for (const Size3 size : {Size3{4, 3, 5}, Size3{1, 4, 2}, Size3{1, 1, 1}}) {
        const Grid grid{size};
        const auto place = [&](std::int64_t i) {
            return std::array{i % size.x, i / size.x % size.y, i / (size.x * size.y)};
        };
        for (std::int64_t at = 0; at < grid.count(); ++at) {
            std::vector<std::int64_t> found, expected;
            for_neighbours(size, at, [&](std::int64_t next) { found.push_back(next); });
            for (std::int64_t i = 0; i < grid.count(); ++i) {
                std::int64_t farthest = 0;
                for (std::size_t axis = 0; axis < 3; ++axis)
                    farthest = std::max(farthest, std::abs(place(i)[axis] - place(at)[axis]));
                if (farthest == 1) expected.push_back(i);
            }
            EXPECT_EQ(found, expected) << at;
        }
    }
}

TEST(Grid, WorldAndVoxelCoordinatesAreInverse) {
    const Grid g{{5, 7, 11}, {0.02, 0.03, 0.05}, {1, -2, 3}};
    const Vec3 p = g.world_from_voxel({1, 2, 4});
    EXPECT_DOUBLE_EQ(p.x, 1.02);
    EXPECT_DOUBLE_EQ(p.y, -1.94);
    EXPECT_DOUBLE_EQ(p.z, 3.2);
    const Vec3 v = g.voxel_from_world(p);
    EXPECT_NEAR(v.x, 1, 1e-12);
    EXPECT_NEAR(v.y, 2, 1e-12);
    EXPECT_NEAR(v.z, 4, 1e-12);
    EXPECT_EQ(g.index(1, 2, 4), 1 + 5 * (2 + 7 * 4));
}

TEST(Grid, ResampledCoversTheSameBox) {
    const Grid g{{473, 473, 6}, {0.02, 0.02, 0.01}, {0, 0, 0}};
    const Grid r = g.resampled({0.02, 0.02, 0.02});
    EXPECT_EQ(r.size, (Size3{473, 473, 3}));
    // Outer face of the first voxel: centre minus half an edge.
    EXPECT_NEAR(r.origin_um.z - 0.01, g.origin_um.z - 0.005, 1e-12);
    EXPECT_EQ(g.resampled({1, 1, 1}).size.z, 1);
}

TEST(Volume, BoxesOfATomogramCarryTheirPlaceInSpace) {
    auto v = std::make_shared<Volume<float>>(Grid{{4, 5, 6}, {0.1, 0.2, 0.3}, {1, 1, 1}});
    for (std::int64_t i = 0; i < v->count(); ++i) (*v)[i] = static_cast<float>(i);
    const Tomogram t = tomogram_from(v);
    const auto box = t.load_box({1, 2, 3}, {2, 2, 2});
    EXPECT_EQ(box(0, 0, 0), (*v)(1, 2, 3));
    EXPECT_EQ(box(1, 1, 1), (*v)(2, 3, 4));
    EXPECT_NEAR(box.grid().origin_um.y, 1.4, 1e-12);
    EXPECT_EQ(t.load().values()[119], 119.F);
}

TEST(Mesh, TetrahedronHasItsAreaAndVolume) {
    Mesh m;
    m.vertices = {{0, 0, 0}, {1, 0, 0}, {0, 2, 0}, {0, 0, 3}};
    m.triangles = {{0, 2, 1}, {0, 1, 3}, {0, 3, 2}, {1, 2, 3}};
    EXPECT_NEAR(volume_um3(m), 1.0, 1e-6);
    EXPECT_NEAR(area_um2(m), 1 + 1.5 + 3 + 3.5, 1e-6);
    Mesh twice = m;
    append(twice, m);
    EXPECT_EQ(twice.triangles.size(), 8U);
    EXPECT_NEAR(volume_um3(twice), 2.0, 1e-6);
}

TEST(Random, MomentsAndIndependenceOfStreams) {
    Random r(7);
    double sum = 0, squares = 0, poisson = 0;
    const int n = 200000;
    for (int i = 0; i < n; ++i) {
        const double x = r.normal();
        sum += x;
        squares += x * x;
    }
    EXPECT_NEAR(sum / n, 0, 0.01);
    EXPECT_NEAR(squares / n, 1, 0.02);
    for (int i = 0; i < n; ++i) poisson += r.poisson(4.2);
    EXPECT_NEAR(poisson / n, 4.2, 0.03);
    EXPECT_NE(Random(7, 0).bits(), Random(7, 1).bits());
    EXPECT_EQ(Random(7, 3).bits(), Random(7, 3).bits());
    for (int i = 0; i < 1000; ++i) {
        const auto k = r.integer(-2, 2);
        EXPECT_GE(k, -2);
        EXPECT_LE(k, 2);
    }
}

TEST(Parallel, VisitsEveryItemOnceAndPassesErrorsOn) {
    for (const int threads : {1, 2, 5}) {
        set_thread_count(threads);
        std::vector<std::atomic<int>> seen(1003);
        parallel_chunks(1003, 10, [&](std::int64_t b, std::int64_t e) {
            EXPECT_LE(e - b, 10);
            for (auto i = b; i < e; ++i) ++seen[static_cast<std::size_t>(i)];
        });
        for (const auto& s : seen) EXPECT_EQ(s.load(), 1);
        EXPECT_THROW(parallel_for(100,
                                  [](std::int64_t i) {
                                      if (i == 50) throw std::runtime_error("x");
                                  }),
                     std::runtime_error);
    }
    set_thread_count(0);
}

TEST(Stretches, AreAsLongAsTheyCanBeAndLeaveNothingOut) {
    const std::array<int, 9> values{4, 4, 4, 0, 7, 7, 0, 0, 5};
    std::vector<std::array<std::int64_t, 3>> found;
    for_stretches(values.data(), 8, [&](int value, std::int64_t begin, std::int64_t end) {
        found.push_back({value, begin, end});
    });
    EXPECT_EQ(found, (std::vector<std::array<std::int64_t, 3>>{{4, 0, 3}, {0, 3, 4}, {7, 4, 6}, {0, 6, 8}}));
    for_stretches(values.data(), 0, [](int, std::int64_t, std::int64_t) { FAIL(); });
}

TEST(Stretches, OfTwoRowsEndWhereEitherChanges) {
    const std::array<int, 9> a{4, 4, 4, 0, 0, 0, 7, 7, 7};
    const std::array<char, 9> b{'x', 'x', 'y', 'y', 'y', 'y', 'y', 'x', 'z'};
    std::vector<std::array<std::int64_t, 4>> found;
    for_stretches(a.data(), b.data(), 8, [&](int of_a, char of_b, std::int64_t begin, std::int64_t end) {
        found.push_back({of_a, of_b, begin, end});
    });
    EXPECT_EQ(found, (std::vector<std::array<std::int64_t, 4>>{
                         {4, 'x', 0, 2}, {4, 'y', 2, 3}, {0, 'y', 3, 6}, {7, 'y', 6, 7}, {7, 'x', 7, 8}}));
    for_stretches(a.data(), b.data(), 0, [](int, char, std::int64_t, std::int64_t) { FAIL(); });
}

TEST(Progress, PartsNestAndCancellationThrows) {
    double last = -1;
    std::string stage;
    bool stop = false;
    const Progress p(
        [&](std::string_view s, double f, std::string_view) {
            last = f;
            stage = s;
        },
        [&] { return stop; });
    const Progress inner = p.stage("reading").part(0.5, 1).part(0, 0.5);
    inner(1);
    EXPECT_DOUBLE_EQ(last, 0.75);
    EXPECT_EQ(stage, "reading");
    stop = true;
    EXPECT_THROW(inner(1), Cancelled);
    EXPECT_NO_THROW(Progress{}(0.5));
}

TEST(Legend, FindsByIdAndName) {
    const Legend l = default_legend();
    EXPECT_EQ(l.entries.size(), static_cast<std::size_t>(default_class_count));
    EXPECT_EQ(l.find(mitochondrion)->name, "mitochondrion");
    EXPECT_EQ(l.find("filopodium")->id, filopodium);
    EXPECT_EQ(l.find(99), nullptr);
    EXPECT_EQ(l.name_of(99), "class 99");
}

TEST(Error, NamesFileExpectationFindingAndRemedy) {
    const InputError e("a.mrc", "an MRC header of 1024 bytes", "12 bytes", "Copy the file again");
    EXPECT_STREQ(e.what(),
                 "a.mrc: expected an MRC header of 1024 bytes, found 12 bytes. Copy the file again");
}

TEST(StageTimes, CountsEachStageOnceHoweverOftenItIsEntered) {
    std::vector<std::string> heard;
    const Progress outer([&](std::string_view stage, double, std::string_view) { heard.emplace_back(stage); },
                         {});
    StageTimes times;
    EXPECT_TRUE(times.seconds().empty());
    const Progress progress = times.watch(outer);
    const auto wait = [] { std::this_thread::sleep_for(std::chrono::milliseconds(3)); };
    for (const char* name : {"one", "two", "one"}) {
        progress.stage(name)(0);
        wait();
        progress.stage(name)(1);
    }
    const auto seconds = times.seconds();
    ASSERT_EQ(seconds.size(), 2U);
    EXPECT_EQ(seconds[0].first, "one");
    EXPECT_GE(seconds[0].second, 0.006);
    EXPECT_EQ(seconds[1].first, "two");
    EXPECT_GE(seconds[1].second, 0.003);
    EXPECT_EQ(heard, (std::vector<std::string>{"one", "one", "two", "two", "one", "one"}));
}

}  // namespace
}  // namespace cytomo
