// Presets and options that published figures rest on: what they make stays as it is.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "cytomo/core/fnv.h"
#include "cytomo/simulation/simulate.h"

namespace cytomo {
namespace {

template <class T>
void add_to(Fnv1a& sum, const Volume<T>& volume) {
    sum.add(volume.data(), static_cast<std::size_t>(volume.count()) * sizeof(T));
}

/// Places and values together: what other rounding changes by next to nothing and anything else changes.
double moment(const Volume<float>& volume) {
    double sum = 0, weights = 0;
    for (std::int64_t i = 0; i < volume.count(); ++i) {
        const double weight = 1 + 0.5 * std::sin(0.37 * static_cast<double>(i));
        sum += weight * volume[i];
        weights += weight * std::fabs(volume[i]);
    }
    return weights + 3 * sum;
}

struct Kept {
    const char* name;
    SimulationOptions options;
    std::uint64_t bytes;  ///< of tomogram, classes and instances
    double moment;        ///< of the tomogram
};

SimulationOptions standard(const std::string& preset) {
    SimulationOptions o;
    o.seed = 11;
    o.preset = preset;
    o.size = {40, 36, 24};
    o.voxel_um = {0.05, 0.05, 0.05};
    o.acquisition.tilt_step_deg = 5;
    o.acquisition.iterations = 8;
    return o;
}

SimulationOptions varied(const std::string& preset, std::uint64_t seed) {
    SimulationOptions o;
    o.seed = seed;
    o.preset = preset;
    o.size = {32, 36, 20};
    o.voxel_um = {0.05, 0.05, 0.05};
    Random random(seed, 2);
    return random_acquisition(random_contents(o, random), random);
}

SimulationOptions training(std::uint64_t seed) {
    return random_training_options(seed, {32, 32, 16}, {0.04, 0.04, 0.04});
}

TEST(Kept, PresetsMakeWhatTheyMade) {
    const std::vector<Kept> all{
        {"cell-edge", standard("cell-edge"), 0xde188c02354947b1, -7363.55},
        {"perinuclear", standard("perinuclear"), 0xc63f8275dd76e199, -14615.4},
        {"suspension-cell", standard("suspension-cell"), 0xa1fc431e1d7e41c0, -16501.5},
        {"yeast", standard("yeast"), 0x6cde41939ea40aa7, -16758.4},
        {"varied cell-edge", varied("cell-edge", 5), 0x452db174d42bdfa7, -3525.73},
        {"varied perinuclear", varied("perinuclear", 6), 0x903e23e40344044c, 7.2396e+06},
        {"varied suspension-cell", varied("suspension-cell", 7), 0xd95c6951be38425a, 1.32351e+07},
        {"varied yeast", varied("yeast", 8), 0x51fd2ee7f43007cd, 1.06427e+07},
        {"training 1", training(1), 0x341c104d31b7e1af, -3908.56},
        {"training 2", training(2), 0xb9a357c1fd0707e2, 7.53443e+06},
        {"training 3", training(3), 0x63d0d2f30a399012, 4.55118e+06},
        {"training 4", training(4), 0x1f42b40489f01db, -4991.16},
        {"training 6", training(6), 0xdcd32c38c383f469, 13124.8},
        {"training 9", training(9), 0x78bd4c64cbba0027, -6382.95},
    };
    for (const Kept& kept : all) {
        const SimulatedTomogram made = simulate_tomogram(kept.options);
        Fnv1a sum;
        add_to(sum, made.tomogram);
        add_to(sum, made.classes);
        add_to(sum, made.instances);
        const double found = moment(made.tomogram);
#if defined(NDEBUG) && defined(__AVX2__) && defined(__GNUC__) && !defined(__clang__)
        // With the compiler of the release preset to the last bit; others may round otherwise.
        EXPECT_EQ(sum.value(), kept.bytes)
            << kept.name << std::hex << " 0x" << sum.value() << std::hexfloat << ' ' << found;
#endif
        EXPECT_NEAR(found, kept.moment, 2e-3 * std::fabs(kept.moment)) << kept.name;
    }
}

}  // namespace
}  // namespace cytomo
