// The same training by cytomo's operations and by plain libtorch, step by step on the same patches: loss
// curves that agree show that the fast operations learn as well. Rounding alone makes two trainings part
// after a while; how far is measured too, by the plain one with weights changed by a millionth.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "cytomo/core/clock.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "cytomo/image/grey_scale.h"
#include "cytomo/network/engine.h"
#include "cytomo/simulation/simulate.h"
#include "training_path.h"

namespace {

using namespace cytomo;
using bench::Path;

struct Options {
    int steps = 150, every = 10, tomograms = 4, threads = 0;
    std::uint64_t seed = 1;
    double rate = 2e-3;
    std::string csv;
    bool good = true;
};

struct Sample {
    Volume<float> values;
    ClassVolume labels;
};

/// One of the trainings that run side by side.
struct Lane {
    std::string name;
    std::unique_ptr<bench::TrainingPath> path;
    std::vector<double> losses;
    double seconds = 0;
};

Options parse(int argc, char** argv) {
    Options o;
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        const char* value = i + 1 < argc ? argv[++i] : "";
        if (name == "--steps")
            o.steps = std::atoi(value);
        else if (name == "--every")
            o.every = std::atoi(value);
        else if (name == "--tomograms")
            o.tomograms = std::atoi(value);
        else if (name == "--threads")
            o.threads = std::atoi(value);
        else if (name == "--seed")
            o.seed = std::strtoull(value, nullptr, 10);
        else if (name == "--rate")
            o.rate = std::atof(value);
        else if (name == "--csv")
            o.csv = value;
        else
            o.good = false;
    }
    o.good = o.good && o.steps > 0 && o.every > 0 && o.tomograms > 0 && o.threads >= 0 && o.rate > 0;
    return o;
}

Sample make_sample(std::uint64_t seed) {
    auto made = simulate_tomogram(random_training_options(seed, {96, 96, 48}, {0.02, 0.02, 0.02}));
    const auto scale = make_grey_scale(
        measure_grey_statistics(tomogram_from(std::make_shared<Volume<float>>(made.tomogram)), 0.02),
        made.truth.options.output.polarity);
    for (auto& v : made.tomogram.values()) v = scale.apply(v);
    return {std::move(made.tomogram), std::move(made.classes)};
}

/// Two patches, drawn as the step says and not as the training before it went.
bench::Batch draw(const std::vector<Sample>& samples, const Options& o, int step) {
    std::vector<Patch> patches;
    for (std::uint64_t i = 0; i < 2; ++i) {
        Random random(o.seed, 1000 + 2 * static_cast<std::uint64_t>(step) + i);
        const Sample& s = samples[static_cast<std::size_t>(
            random.integer(0, static_cast<std::int64_t>(samples.size()) - 1))];
        patches.push_back(cut_augmented_patch(
            s.values, s.labels, {64, 64, 32},
            {random.uniform(30, 66), random.uniform(30, 66), random.uniform(16, 32)}, {}, random));
    }
    return bench::make_batch(patches);
}

/// All weights times one plus a millionth or so.
Model disturbed(Model model) {
    Random random(3);
    for (auto& [name, t] : model.weights)
        for (auto& v : t.values) v *= static_cast<float>(1 + random.normal(0, 1e-6));
    return model;
}

std::vector<Lane> make_lanes(std::uint64_t seed) {
    const Model model = make_model({}, seed);
    const auto path = [](const Model& start, Path way, torch::ScalarType type) {
        return std::make_unique<bench::TrainingPath>(start, way, type);
    };
    std::vector<Lane> lanes;
    lanes.push_back({"libtorch", path(model, Path::plain, torch::kFloat32), {}, 0});
    lanes.push_back({"disturbed", path(disturbed(model), Path::plain, torch::kFloat32), {}, 0});
    lanes.push_back({"blocked f32", path(model, Path::blocked, torch::kFloat32), {}, 0});
    if (can_compute(Precision::bf16))
        lanes.push_back({"blocked bf16", path(model, Path::blocked, torch::kBFloat16), {}, 0});
    return lanes;
}

/// Mean over steps [first, end).
double mean(const std::vector<double>& v, std::size_t first, std::size_t end) {
    double sum = 0;
    for (auto i = first; i < end; ++i) sum += v[i];
    return sum / static_cast<double>(end - first);
}

void print_summary(const std::vector<Lane>& lanes, std::size_t every) {
    std::printf("\n%-14s %22s %22s %12s\n", "", "mean |difference|", "mean difference", "Mvoxel/s");
    const auto& reference = lanes[0].losses;
    for (const Lane& lane : lanes) {
        double away = 0, signed_away = 0;
        int blocks = 0;
        for (std::size_t first = 0; first + every <= reference.size(); first += every, ++blocks) {
            const double d = mean(lane.losses, first, first + every) - mean(reference, first, first + every);
            away += std::abs(d);
            signed_away += d;
        }
        const double voxels = 2.0 * 64 * 64 * 32 * static_cast<double>(reference.size());
        std::printf("%-14s %22.5f %22.5f %12.3f\n", lane.name.c_str(), away / std::max(blocks, 1),
                    signed_away / std::max(blocks, 1), 1e-6 * voxels / lane.seconds);
    }
    std::printf(
        "\nDifferences are those of means over %zu steps from libtorch's; \"disturbed\" is what rounding "
        "alone "
        "does.\n",
        every);
}

void write_csv(const std::string& file, const std::vector<Lane>& lanes) {
    std::ofstream out(file);
    out << "step";
    for (const Lane& lane : lanes) out << ',' << lane.name;
    out << '\n';
    for (std::size_t i = 0; i < lanes[0].losses.size(); ++i) {
        out << i;
        for (const Lane& lane : lanes) out << ',' << lane.losses[i];
        out << '\n';
    }
}

}  // namespace

int main(int argc, char** argv) {
    const Options o = parse(argc, argv);
    if (!o.good) {
        std::fprintf(stderr,
                     "usage: %s [--steps 150] [--every 10] [--tomograms 4] [--seed 1] [--rate 0.002] "
                     "[--threads N] [--csv FILE]\n",
                     argv[0]);
        return 2;
    }
    set_thread_count(o.threads);
    torch::set_num_threads(thread_count());
    std::vector<Sample> samples;
    for (int i = 0; i < o.tomograms; ++i)
        samples.push_back(make_sample(o.seed * 1000 + static_cast<std::uint64_t>(i)));
    std::vector<Lane> lanes = make_lanes(o.seed);
    std::printf("Mean loss of %d steps each; batches of 2×64×64×32, %d threads\n\n%6s", o.every,
                thread_count(), "steps");
    for (const Lane& lane : lanes) std::printf(" %14s", lane.name.c_str());
    std::printf("\n");
    const auto every = static_cast<std::size_t>(o.every);
    for (int step = 0; step < o.steps; ++step) {
        const auto batch = draw(samples, o, step);
        const double t = static_cast<double>(step) / o.steps;
        const double rate = o.rate * std::min(1.0, t / 0.05 + 0.02) * 0.5 * (1 + std::cos(M_PI * t));
        for (Lane& lane : lanes) {
            const auto start = Clock::now();
            lane.losses.push_back(lane.path->learn(batch));
            lane.seconds += seconds_since(start);
            lane.path->update(rate);
        }
        const auto done = static_cast<std::size_t>(step) + 1;
        if (done % every != 0) continue;
        std::printf("%6zu", done);
        for (const Lane& lane : lanes) std::printf(" %14.4f", mean(lane.losses, done - every, done));
        std::printf("\n");
        std::fflush(stdout);
    }
    print_summary(lanes, every);
    if (!o.csv.empty()) write_csv(o.csv, lanes);
    return 0;
}
