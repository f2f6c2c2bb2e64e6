// Learning on volumes whose truth is known without any simulation: bright balls in noise.
#include "cytomo/network/train.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "cytomo/core/error.h"
#include "cytomo/core/random.h"
#include "cytomo/core/test_progress.h"
#include "cytomo/image/pixel_features.h"
#include "cytomo/network/predict.h"
#include "pseudo_labels.h"

namespace cytomo {
namespace {

LabelledTomogram balls(std::uint64_t seed, Polarity polarity) {
    const Grid grid{{64, 56, 32}, {0.02, 0.02, 0.02}};
    auto values = std::make_shared<Volume<float>>(grid);
    ClassVolume labels(grid);
    Random r(seed);
    for (auto& v : values->values()) v = static_cast<float>(r.normal(0, 0.3));
    for (int b = 0; b < 7; ++b) {
        const Vec3 c{r.uniform(8, 56), r.uniform(8, 48), r.uniform(6, 26)};
        const double radius = r.uniform(4, 7);
        for (std::int64_t z = 0; z < 32; ++z)
            for (std::int64_t y = 0; y < 56; ++y)
                for (std::int64_t x = 0; x < 64; ++x)
                    if (length(Vec3{static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)} -
                               c) < radius &&
                        labels(x, y, z) == 0) {
                        labels(x, y, z) = 1;
                        (*values)(x, y, z) += 1.5F;
                    }
    }
    if (polarity == Polarity::dense_is_dark)
        for (auto& v : values->values()) v = 100 - 20 * v;
    return {tomogram_from(values), labels, polarity, "balls", false};
}

/// Labels of slice 16 only.
LabelledTomogram balls_in_one_slice() {
    auto item = balls(1, Polarity::dense_is_bright);
    for (std::int64_t z = 0; z < 32; ++z)
        if (z != 16) std::fill_n(&item.labels(0, 0, z), 64 * 56, ignore_label);
    return item;
}

TrainOptions quick() {
    TrainOptions o;
    o.steps = 40;
    o.patch = {32, 32, 16};
    o.learning_rate = 1e-2;
    o.average = 0.9;
    return o;
}

double dice(const ClassVolume& a, const ClassVolume& b) {
    double both = 0, sum = 0;
    for (std::int64_t i = 0; i < a.count(); ++i) {
        both += a[i] == 1 && b[i] == 1 ? 2 : 0;
        sum += (a[i] == 1 ? 1 : 0) + (b[i] == 1 ? 1 : 0);
    }
    return both / sum;
}

TEST(Train, FindsBallsAfterThreeLabelledSlices) {
    auto item = balls(1, Polarity::dense_is_bright);
    for (std::int64_t z = 0; z < 32; ++z)
        if (z != 8 && z != 16 && z != 24) std::fill_n(&item.labels(0, 0, z), 64 * 56, ignore_label);
    const auto result = train(make_model({{16, 16}, 2}, 1), {item}, {}, quick());
    ASSERT_FALSE(result.curve.empty());
    for (const Polarity polarity : {Polarity::dense_is_bright, Polarity::dense_is_dark}) {
        const auto other = balls(2, polarity);
        PredictOptions options;
        options.polarity = polarity;
        options.tile = {32, 32, 16};
        options.overlap = 8;
        const auto p = predict(other.tomogram, result.model, options);
        EXPECT_GT(dice(most_probable_classes(p, other.tomogram.grid), other.labels), 0.85);
    }
}

TEST(Train, SameSeedSameModelAndResumeContinues) {
    const auto item = balls(1, Polarity::dense_is_bright);
    auto options = quick();
    options.steps = 6;
    auto start = make_model({{16, 16}, 2}, 1);
    start.error_model = "{}";  // what was learnt of other weights
    const auto a = train(start, {item}, {}, options);
    EXPECT_EQ(a.model.error_model, "");
    const auto file = std::filesystem::path(testing::TempDir()) / "train_checkpoint.safetensors";
    options.checkpoint = file;
    // What began anew with the same seed and was stopped: before and after the statistics are frozen.
    for (const int stop_at : {3, 5}) {
        std::filesystem::remove(file);
        int steps = 0;
        const Progress stop(
            [&](std::string_view stage, double, std::string_view) { steps += stage == "training" ? 1 : 0; },
            [&] { return steps >= stop_at; });
        EXPECT_THROW(train(start, {item}, {}, options, {}, stop), Cancelled);
        const auto rest = train(start, {item}, {}, options);
        EXPECT_EQ(rest.model.checksum(), a.model.checksum()) << "stopped at " << stop_at;
        EXPECT_EQ(rest.curve.size(), a.curve.size());
        EXPECT_LT(steps, 6);
    }
    // A training that is over gives its model again.
    const auto again = train(start, {item}, {}, options);
    EXPECT_EQ(again.model.checksum(), a.model.checksum());
    EXPECT_EQ(again.curve.size(), a.curve.size());
    options.checkpoint.clear();
    options.seed = 2;
    EXPECT_NE(train(start, {item}, {}, options).model.checksum(), a.model.checksum());
}

TEST(Train, UnlabelledVoxelsCountAsTheirWeightSays) {
    const auto item = balls_in_one_slice();
    auto options = quick();
    options.steps = 6;
    options.method = TrainMethod::semi;
    options.keep_best = false;
    const auto start = make_model({{16, 16}, 2}, 1);
    const auto learn = [&](double weight) {
        options.unlabelled_weight = weight;
        return train(start, {item}, {}, options).model.checksum();
    };
    const auto never = learn(0), strongly = learn(4);
    EXPECT_NE(strongly, never);
    EXPECT_NE(learn(0.5), strongly);
}

TEST(Train, AForestLabelsTheRestForSemiAndAgainWhenResumed) {
    const auto item = balls_in_one_slice();
    auto options = quick();
    options.steps = 8;
    options.unlabelled_weight = 0;
    options.keep_best = false;
    const auto start = make_model({{16, 16}, 2}, 1);
    const auto learn = [&](TrainMethod method, bool forest) {
        options.method = method;
        options.forest = forest;
        return train(start, {item}, {}, options).model.checksum();
    };
    EXPECT_EQ(learn(TrainMethod::supervised, true), learn(TrainMethod::supervised, false));
    const auto without = learn(TrainMethod::semi, false), with = learn(TrainMethod::semi, true);
    EXPECT_NE(with, without);
    options.checkpoint = std::filesystem::path(testing::TempDir()) / "train_forest.safetensors";
    std::filesystem::remove(options.checkpoint);
    int steps = 0;
    const Progress stop(
        [&](std::string_view stage, double, std::string_view) { steps += stage == "training" ? 1 : 0; },
        [&] { return steps >= 3; });
    EXPECT_THROW(train(start, {item}, {}, options, {}, stop), Cancelled);
    EXPECT_EQ(learn(TrainMethod::semi, true), with);
}

TEST(Train, AForestLeavesTimeToLearn) {
    auto options = quick();
    options.method = TrainMethod::semi;
    options.forest = true;
    options.minutes = 1e-4;  // less than the forest takes
    const auto result = train(make_model({{16, 16}, 2}, 1), {balls_in_one_slice()}, {}, options);
    EXPECT_GE(result.curve.back().step, 1);
}

TEST(Train, RandomWeightsAreNormalisedByWhatIsMeasured) {
    auto options = quick();
    options.steps = 1;
    options.frozen_share = 1;
    options.start_share = 0;
    const auto start = make_model({{16, 16}, 2}, 1);
    const auto moved = [&](bool untrained) {
        options.untrained = untrained;
        const auto result = train(start, {balls_in_one_slice()}, {}, options);
        float most = 0;
        for (const auto& [name, before] : start.weights)
            if (name.ends_with(".variance"))
                for (std::size_t i = 0; i < before.values.size(); ++i)
                    most =
                        std::max(most, std::abs(result.model.weights.at(name).values[i] - before.values[i]));
        return most;
    };
    EXPECT_EQ(moved(false), 0);
    EXPECT_GT(moved(true), 0.1F);
}

TEST(Train, AForestKnowsBallsFromOneSlice) {
    const auto item = balls_in_one_slice();
    const auto truth = balls(1, Polarity::dense_is_bright).labels;
    Examples examples{pixel_feature_count, 2, {}, {}};
    const auto values = item.tomogram.load();
    add_examples(values, item.labels, 1, 1, examples);
    ASSERT_EQ(examples.labels.size(), 64U * 56U);
    const RandomForest forest(examples, {});
    const auto found = likely_labels(forest_opinion(values, forest), item.labels);
    EXPECT_GT(dice(found, truth), 0.85);
}

TEST(Train, CheckpointsOfOtherTrainingsAreRefused) {
    const auto item = balls(1, Polarity::dense_is_bright);
    auto options = quick();
    options.steps = 1;
    options.checkpoint = std::filesystem::path(testing::TempDir()) / "train_identity.safetensors";
    std::filesystem::remove(options.checkpoint);
    const auto start = make_model({{16, 16}, 3}, 1);
    train(start, {item}, {}, options);
    auto renamed = start;
    std::swap(renamed.legend.entries[1].name, renamed.legend.entries[2].name);
    EXPECT_THROW(train(renamed, {item}, {}, options), InputError);
    EXPECT_THROW(train(make_model({{16}, 3}, 1), {item}, {}, options), InputError);
    auto relabelled = item;
    relabelled.labels[7] = 2;
    EXPECT_THROW(train(start, {relabelled}, {}, options), InputError);
    auto simulated = item;
    simulated.simulated = true;
    options.steps = 2;
    EXPECT_EQ(train(start, {item, simulated}, {}, options).curve.back().step, 2);
}

TEST(Train, AVolumeThatAloneHoldsAClassIsNotHeldOut) {
    std::vector<LabelledTomogram> items;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) items.push_back(balls(seed, Polarity::dense_is_bright));
    for (auto& label : items.back().labels.values()) label = label == 1 ? 2 : label;
    auto options = quick();
    options.steps = 1;
    const auto result = train(make_model({{16, 16}, 3}, 1), items, {}, options);
    ASSERT_EQ(result.held_out.size(), 1U);
    EXPECT_EQ(result.held_out[0].tomogram, 3U);
}

TEST(Train, MeanDiceIsOverWhatTheUserLooksFor) {
    EXPECT_EQ(first_counted_class(default_legend()), 2U);
    EXPECT_EQ(first_counted_class({{{0, "background", {}}, {1, "Cytosol", {}}}}), 1U);
    EXPECT_EQ(first_counted_class({{{0, "background", {}}, {1, "mitochondrion", {}}, {2, "droplet", {}}}}),
              1U);
    TrainingPoint p{1, 0, 0, {0.9, 0.5, std::nan(""), 0.7}};
    EXPECT_DOUBLE_EQ(p.mean_dice(), 0.6);
    p.first_counted = 2;
    EXPECT_DOUBLE_EQ(p.mean_dice(), 0.7);
    p.validation_dice = {0.9, 0.5, std::nan("")};
    EXPECT_DOUBLE_EQ(p.mean_dice(), 0.5);
    p.validation_dice = {0.9, std::nan(""), std::nan("")};
    EXPECT_DOUBLE_EQ(p.mean_dice(), 0.9);
    p.validation_dice = {std::nan(""), std::nan(""), std::nan("")};
    EXPECT_TRUE(std::isnan(p.mean_dice()));
}

TEST(Train, AFigureChoosesWheneverAnythingIsHeldOut) {
    const auto model = make_model({{16, 16}, 3}, 1);
    auto options = quick();
    options.steps = 2;
    const auto figure = [&](const LabelledTomogram& item) {
        const auto result = train(model, {item}, {}, options);
        bool any = false;
        for (const auto& part : result.held_out)
            any = any || std::any_of(part.labels.values().begin(), part.labels.values().end(),
                                     [](auto label) { return label != ignore_label; });
        EXPECT_EQ(any, !std::isnan(result.curve.back().mean_dice()));
        return result.curve.back().mean_dice();
    };
    // Two objects of own classes in one labelled slice, the first of the volume; each lies in one block.
    auto item = balls(1, Polarity::dense_is_bright);
    std::fill(item.labels.values().begin(), item.labels.values().end(), ignore_label);
    std::fill_n(&item.labels(0, 0, 0), 64 * 56, std::uint8_t{0});
    for (std::int64_t y = 2; y < 8; ++y)
        for (std::int64_t x = 1; x < 7; ++x) item.labels(x, y, 0) = item.labels(x + 40, y + 32, 0) = 1;
    EXPECT_FALSE(std::isnan(figure(item)));
    // One voxel of a class cannot be parted: it teaches, and nothing is tested.
    std::fill_n(&item.labels(0, 0, 0), 64 * 56, std::uint8_t{0});
    item.labels(30, 30, 0) = 1;
    EXPECT_TRUE(std::isnan(figure(item)));
}

TEST(Train, ProgressNeverFallsWithinAStage) {
    auto options = quick();
    options.steps = 3;
    options.method = TrainMethod::semi;
    options.forest = true;
    test::ForwardOnly listener;
    train(make_model({{16, 16}, 2}, 1), {balls_in_one_slice()}, {}, options, {}, listener.progress());
    EXPECT_GT(listener.reports, 5);
}

TEST(Train, EveryOptionIsChecked) {
    EXPECT_NO_THROW(TrainOptions{}.check());
    const double none = std::nan("");
    const auto refused = [](auto change) {
        TrainOptions options;
        change(options);
        EXPECT_THROW(options.check(), UsageError);
    };
    const auto field = [&](double TrainOptions::*number, std::initializer_list<double> bad) {
        for (const double value : bad) refused([&](TrainOptions& o) { o.*number = value; });
    };
    refused([](TrainOptions& o) { o.steps = 0; });
    refused([](TrainOptions& o) { o.batch = 0; });
    for (auto edge : {&Size3::x, &Size3::y, &Size3::z}) refused([&](TrainOptions& o) { o.patch.*edge = 8; });
    field(&TrainOptions::minutes, {-1, none, 1e9});
    field(&TrainOptions::learning_rate, {0, -1, 1, none});
    field(&TrainOptions::weight_decay, {-0.1, 1.1, none});
    field(&TrainOptions::frozen_share, {-0.1, 1.1, none});
    field(&TrainOptions::average, {-0.1, 1, none});
    field(&TrainOptions::validation_share, {-0.1, 0.6, none});
    field(&TrainOptions::unlabelled_weight, {-1, 1001, none});
    field(&TrainOptions::simulated_share, {-0.1, 1.1, none});
    field(&TrainOptions::centred_share, {-0.1, 1.1, none});
    field(&TrainOptions::flat_share, {-0.1, 1.1, none});
    field(&TrainOptions::click_share, {-0.1, 1.1, none});
    field(&TrainOptions::patience, {-0.1, 1.1, none});
    field(&TrainOptions::start_share, {-0.1, 1, none});
    field(&TrainOptions::keep_tolerance, {-0.1, 1.1, none});
    for (auto augment : {&TrainOptions::augment, &TrainOptions::augment_own})
        for (auto number : {&AugmentOptions::scale, &AugmentOptions::rotation, &AugmentOptions::contrast,
                            &AugmentOptions::brightness, &AugmentOptions::noise, &AugmentOptions::blur,
                            &AugmentOptions::thin_slab})
            for (const double value : {-0.1, 11.0, none})
                refused([&](TrainOptions& o) { o.*augment.*number = value; });
    TrainOptions options;
    options.device = "abacus";
    EXPECT_THROW(options.check(), InputError);
}

TEST(Train, RefusesWhatCannotTeach) {
    auto item = balls(1, Polarity::dense_is_bright);
    const auto model = make_model({{16, 16}, 2}, 1);
    std::fill(item.labels.values().begin(), item.labels.values().end(), ignore_label);
    EXPECT_THROW(train(model, {item}, {}, quick()), InputError);
    item.labels[5] = 9;
    EXPECT_THROW(train(model, {item}, {}, quick()), InputError);
    item.labels = ClassVolume(Grid{{8, 8, 8}});
    EXPECT_THROW(train(model, {item}, {}, quick()), InputError);
    auto bad = quick();
    bad.learning_rate = -1;
    EXPECT_THROW(train(model, {balls(1, Polarity::dense_is_bright)}, {}, bad), UsageError);
    bad = quick();
    bad.device = "abacus";
    EXPECT_THROW(train(model, {balls(1, Polarity::dense_is_bright)}, {}, bad), UsageError);
    bad = quick();
    bad.fit_patch = false;
    bad.patch.x = 33;
    EXPECT_THROW(train(model, {balls(1, Polarity::dense_is_bright)}, {}, bad), UsageError);
}

TEST(Train, SixLevelsLearnFromAVolumeOfAnyDepth) {
    auto options = quick();
    options.steps = 1;
    options.patch = {32, 32, 48};
    const auto result = train(make_model({{16, 16, 16, 16, 16, 16}, 2}, 1),
                              {balls(1, Polarity::dense_is_bright)}, {}, options);
    EXPECT_EQ(result.curve.size(), 1U);
}

}  // namespace
}  // namespace cytomo
