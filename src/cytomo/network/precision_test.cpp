#include "cytomo/network/precision.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>

#include "cytomo/core/error.h"
#include "cytomo/core/machine.h"
#include "cytomo/core/parallel.h"
#include "layer_rates.h"
#include "rate_memory.h"

namespace cytomo {
namespace {

namespace fs = std::filesystem;

/// A cache of one's own, and a process that knows nothing yet.
class PrecisionMemory : public testing::Test {
protected:
    PrecisionMemory() {
        for (const char* name : {"XDG_CACHE_HOME", "HOME"})
            if (const char* value = std::getenv(name)) before_[name] = value;
        setenv("XDG_CACHE_HOME", folder_.c_str(), 1);
        forget_rates();
    }
    ~PrecisionMemory() override {
        for (const char* name : {"XDG_CACHE_HOME", "HOME"})
            if (before_.count(name) > 0)
                setenv(name, before_[name].c_str(), 1);
            else
                unsetenv(name);
        forget_rates();
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }

    /// Asks for the rates of a key as a new process would, and counts how often they are measured.
    PrecisionRates ask(const std::string& key, PrecisionRates measured, bool again = false) {
        forget_rates();
        return remembered_rates(key, again, [&] {
            ++measured_;
            return measured;
        });
    }
    fs::path only_file() const {
        std::vector<fs::path> files;
        for (const auto& entry : fs::directory_iterator(folder_ / "cytomo")) files.push_back(entry.path());
        EXPECT_EQ(files.size(), 1U);
        return files.empty() ? fs::path() : files.front();
    }

    fs::path folder_ = fs::path(testing::TempDir()) / ("cytomo-cache-" + std::to_string(::getpid()));
    int measured_ = 0;

private:
    std::map<std::string, std::string> before_;
};

TEST_F(PrecisionMemory, WhatWasMeasuredOnceIsKept) {
    const PrecisionRates first = ask("machine one", {2e6, 3e6, false});
    EXPECT_FALSE(first.remembered);
    const PrecisionRates second = ask("machine one", {5e6, 1e6, false});
    EXPECT_EQ(measured_, 1);
    EXPECT_TRUE(second.remembered);
    EXPECT_EQ(second.f32, 2e6);
    EXPECT_EQ(second.bf16, 3e6);
    EXPECT_EQ(second.fastest(), Precision::bf16);
    // Another machine, version or model is another key.
    ask("machine two", {5e6, 1e6, false});
    EXPECT_EQ(measured_, 2);
    EXPECT_EQ(ask("machine one", {}).f32, 2e6);
    // Within a process, too: without a place to keep it, it is measured once.
    EXPECT_EQ(ask("machine one", {7e6, 8e6, false}, true).f32, 7e6);
    EXPECT_EQ(measured_, 3);
    EXPECT_EQ(ask("machine one", {}).f32, 7e6);
}

TEST_F(PrecisionMemory, DamagedFilesAreMeasuredAnew) {
    for (const char* damaged :
         {"", "{", "[]", "null", "{\"key\": \"k\"}", "{\"key\": \"k\", \"f32\": \"fast\", \"bf16\": 1}",
          "{\"key\": \"k\", \"f32\": -1, \"bf16\": 1}", "{\"key\": \"k\", \"f32\": 0, \"bf16\": 1}",
          "{\"key\": \"k\", \"f32\": 1e999, \"bf16\": 1}", "{\"key\": \"k\", \"f32\": null, \"bf16\": null}",
          "{\"key\": \"another\", \"f32\": 9, \"bf16\": 1}", "{\"key\": 3, \"f32\": 9, \"bf16\": 1}"}) {
        ask("k", {2, 3, false}, true);
        std::ofstream(only_file(), std::ios::trunc) << damaged;
        measured_ = 0;
        EXPECT_EQ(ask("k", {4, 5, false}).f32, 4) << damaged;
        EXPECT_EQ(measured_, 1) << damaged;
        EXPECT_EQ(ask("k", {}).f32, 4) << "not mended: " << damaged;
    }
}

TEST_F(PrecisionMemory, AKeyThatIsNoUtf8IsRememberedToo) {
    EXPECT_FALSE(ask("processor \xE4", {2e6, 3e6, false}).remembered);
    EXPECT_EQ(ask("processor \xE4", {5e6, 1e6, false}).f32, 2e6);
    EXPECT_EQ(measured_, 1);
}

TEST_F(PrecisionMemory, WithoutAPlaceItIsMeasuredEachTime) {
    const auto measured_twice = [&] {
        measured_ = 0;
        EXPECT_EQ(ask("k", {2, 3, false}).f32, 2);
        EXPECT_EQ(ask("k", {4, 5, false}).f32, 4);
        EXPECT_EQ(measured_, 2);
        remembered_rates("k", false, [&] { return ++measured_, PrecisionRates{}; });
        EXPECT_EQ(measured_, 2) << "once a process is enough";
    };
    std::ofstream(folder_) << "a file where the folder should be";
    measured_twice();
    fs::remove(folder_);
    setenv("XDG_CACHE_HOME", "relative/path", 1);  // counts as none
    unsetenv("HOME");
    EXPECT_TRUE(cache_folder().empty());
    measured_twice();
    setenv("HOME", "/proc/1/nowhere", 1);
    EXPECT_EQ(cache_folder(), fs::path("/proc/1/nowhere/.cache/cytomo"));
    measured_twice();
}

TEST_F(PrecisionMemory, KeysTellApartWhatRatesDependOn) {
    const Model model = make_model({{16, 32}, 3}, 1);
    const std::string key = rates_key(NetworkUse::inference, model);
    EXPECT_NE(key, rates_key(NetworkUse::training, model));
    EXPECT_NE(key, rates_key(NetworkUse::inference, make_model({{16, 48}, 3}, 1)));
    Architecture refined{{16, 32}, 3};
    refined.refine = {1};
    EXPECT_NE(key, rates_key(NetworkUse::inference, make_model(refined, 1)));
    // Neither weights nor classes make a difference.
    EXPECT_EQ(key, rates_key(NetworkUse::inference, make_model({{16, 32}, 5}, 2)));
    set_thread_count(thread_count() + 1);
    EXPECT_NE(key, rates_key(NetworkUse::inference, model));
    set_thread_count(0);
    EXPECT_NE(key.find(instruction_set()), std::string::npos);
    EXPECT_NE(key.find(processor_name()), std::string::npos);
}

TEST_F(PrecisionMemory, AutoTakesTheFasterOne) {
    const Model model = make_model({{16, 32}, 3}, 1);
    const std::string key = rates_key(NetworkUse::inference, model);
    for (const bool bf16 : {true, false}) {
        keep_rates(key, {2e6, bf16 ? 2.1e6 : 1.9e6, false});
        forget_rates();
        const bool can = can_compute(Precision::bf16);
        EXPECT_EQ(precision_for("auto", model), bf16 && can ? Precision::bf16 : Precision::f32);
    }
    keep_rates(key, {1, 2, false});
    forget_rates();
    EXPECT_EQ(precision_for("f32", model), Precision::f32);
    EXPECT_THROW(precision_for("f16", model), UsageError);
    Architecture plane{{8}, 2};
    plane.kind = NetworkKind::double_decoder;
    EXPECT_EQ(precision_for("auto", make_model(plane, 1)), Precision::f32);
    if (!can_compute(Precision::bf16)) {
        EXPECT_THROW(precision_for("bf16", model), UsageError);
    }
}

TEST_F(PrecisionMemory, TrainingHasRatesOfItsOwn) {
    const Model model = make_model({{16, 32}, 3}, 1);
    keep_rates(rates_key(NetworkUse::inference, model), {1, 2, false});
    EXPECT_FALSE(known_training_rates(model));
    if (!can_compute(Precision::bf16)) GTEST_SKIP() << "this processor has no AVX-512: nothing to choose";
    const PrecisionRates rates = training_rates(model);
    EXPECT_GT(rates.f32, 0);
    EXPECT_GT(rates.bf16, 0);
    ASSERT_TRUE(known_training_rates(model));
    EXPECT_EQ(known_training_rates(model)->f32, rates.f32);
}

TEST(LayerRates, AreMeasuredInWhatTheMachineCanCompute) {
    const PrecisionRates rates = measure_layer_rates(make_model({{16, 32}, 3}, 1));
    EXPECT_GT(rates.f32, 0);
    EXPECT_EQ(rates.bf16 > 0, can_compute(Precision::bf16));
    EXPECT_FALSE(rates.remembered);
}

TEST(LayerRates, FallAsTheWorkOfANetworkGrows) {
    // If a multiply-add took 1 ps in every layer, a thread would compute as many voxels in a second as the
    // multiply-adds of one go into 10^12. These are counted on paper: at full resolution, at the coarser one,
    // an eighth of the voxels, and in the head.
    struct Case {
        Architecture architecture;
        double work;
    };
    for (const auto& [architecture, work] :
         {Case{{{16, 32}, 3}, 27.0 * (16 + 2 * 16 * 16) + (8.0 * 16 * 32 + 54 * 32 * 32 + 32 * 16) / 8 + 256},
          Case{{{48, 64}, 3},
               27.0 * (48 + 2 * 48 * 48) + (8.0 * 48 * 64 + 54 * 64 * 64 + 64 * 48) / 8 + 768}}) {
        std::vector<LayerTimes> times;
        for (const LayerKind& kind : layer_kinds(architecture)) {
            const Layer& l = kind.layer;
            times.push_back({kind, {1e-12 * l.in * l.out * l.kernel * l.kernel * l.kernel}});
        }
        EXPECT_NEAR(voxels_per_second(times, architecture.multiply_adds_per_voxel(), 1), 1e12 / work, 1);
    }
}

TEST(LayerRates, ClicksThatAreAbsentCostNothing) {
    // The first layer reads grey values alone: what is timed is what would be timed without an object head.
    Architecture architecture{{16, 32}, 3};
    const auto before = layer_kinds(architecture);
    architecture.objects = true;
    const auto after = layer_kinds(architecture);
    ASSERT_EQ(after.size(), before.size());
    EXPECT_EQ(after.front().layer.in, object_inputs);
    double work = 0;
    for (std::size_t i = 0; i < after.size(); ++i) {
        EXPECT_EQ(after[i].layer.inputs_without_clicks(), before[i].layer.inputs_without_clicks());
        EXPECT_EQ(after[i].layer.out, before[i].layer.out);
        EXPECT_EQ(after[i].level, before[i].level);
        EXPECT_EQ(after[i].count, before[i].count);
        EXPECT_EQ(after[i].work, before[i].work);
        EXPECT_EQ(timed_size(after[i]), timed_size(before[i]));
        work += after[i].work;
    }
    EXPECT_DOUBLE_EQ(work + 16 * 16, architecture.multiply_adds_per_voxel()) << "all layers but the head";
    Model model = make_model({{16, 32}, 3}, 1);
    add_object_head(model, 2);
    EXPECT_GT(measure_layer_rates(model).f32, 0);
}

TEST(LayerRates, AreWhatTheTimesOfLayersSay) {
    const double none = std::numeric_limits<double>::infinity();
    LayerKind fine, coarse;
    fine.count = 2;
    fine.work = 600;
    coarse.level = 1;
    coarse.work = 200;
    // A voxel takes 2 * 3 µs at full resolution and a coarse one, which is eight of them, 16 µs.
    const std::vector<LayerTimes> times{{fine, {2e-6, 4e-6}}, {coarse, {16e-6, 16e-6}}};
    EXPECT_NEAR(voxels_per_second(times, 800, 2), 2 / 8e-6, 1e-3);
    EXPECT_NEAR(voxels_per_second(times, 1600, 2), 1 / 8e-6, 1e-3) << "half of it was not timed";
    // Threads that OpenMP did not give say nothing, and layers that nobody ran are as fast as the others.
    EXPECT_NEAR(voxels_per_second({{fine, {3e-6, none}}, {coarse, {none, none}}}, 800, 2), 2 * 0.75 / 6e-6,
                1e-3);
    // Nothing timed is no rate, not a number that is none.
    EXPECT_EQ(voxels_per_second({}, 800, 2), 0);
    EXPECT_EQ(voxels_per_second({{fine, {none, none}}, {coarse, {}}}, 800, 2), 0);
    Architecture plane{{8}, 2};
    plane.kind = NetworkKind::double_decoder;
    const PrecisionRates rates = measure_layer_rates(make_model(plane, 1));
    EXPECT_EQ(rates.f32, 0);
    EXPECT_EQ(rates.bf16, 0);
    EXPECT_EQ(rates.fastest(), Precision::f32);
}

}  // namespace
}  // namespace cytomo
