#include "train_schedule.h"

#include <gtest/gtest.h>

namespace cytomo::commands {
namespace {

TrainOptions scheduled(bool from_nothing, bool with_files, TrainMethod method = TrainMethod::semi) {
    TrainOptions options;
    set_schedule(options, training_case(from_nothing, with_files, method));
    return options;
}

TEST(TrainSchedule, SimulatedCellsAloneAreSeenInWideAndFlatPatches) {
    for (const bool from_nothing : {false, true}) {
        const auto alone = scheduled(from_nothing, false), files = scheduled(from_nothing, true);
        EXPECT_EQ(alone.patch, (Size3{128, 128, 32}));
        EXPECT_EQ(alone.flat_share, 0.35);
        EXPECT_EQ(alone.slice_share, 0.35);
        EXPECT_EQ(alone.frozen_share, 0.5);
        EXPECT_FALSE(alone.untrained);
        EXPECT_EQ(alone.learning_rate, TrainOptions{}.learning_rate);
        EXPECT_EQ(alone.patience, 1);
        EXPECT_EQ(alone.keep_tolerance, 0.05);
        EXPECT_EQ(files.flat_share, 0);
        EXPECT_EQ(files.slice_share, 0);
        EXPECT_EQ(files.frozen_share, 1) << "from the first step";
        EXPECT_EQ(files.untrained, from_nothing) << "random weights have no statistics yet";
    }
}

TEST(TrainSchedule, FromNothingTakesItsTime) {
    for (const bool with_files : {false, true}) {
        const auto nothing = scheduled(true, with_files), model = scheduled(false, with_files);
        EXPECT_EQ(nothing.unlabelled_weight, 0);
        EXPECT_EQ(nothing.simulated_share, 0.5);
        EXPECT_EQ(nothing.patience, 1);
        EXPECT_EQ(nothing.keep_tolerance, 0.05);
        EXPECT_EQ(model.unlabelled_weight, TrainOptions{}.unlabelled_weight);
        EXPECT_EQ(model.simulated_share, TrainOptions{}.simulated_share);
        EXPECT_EQ(model.patience, with_files ? TrainOptions{}.patience : 1);
        EXPECT_EQ(model.keep_tolerance, with_files ? 0 : 0.05);
    }
    EXPECT_EQ(scheduled(true, true).patch, (Size3{64, 64, 32}));
    EXPECT_EQ(scheduled(true, true).learning_rate, 6e-4);
    EXPECT_EQ(scheduled(false, true).patch, TrainOptions{}.patch);
}

TEST(TrainSchedule, TheDoubleDecoderKeepsItsOwnWays) {
    const auto published = scheduled(true, true, TrainMethod::double_decoder);
    EXPECT_EQ(published.learning_rate, TrainOptions{}.learning_rate)
        << "which it takes for its published one";
    EXPECT_EQ(published.patch, TrainOptions{}.patch);
    EXPECT_FALSE(published.untrained);
    EXPECT_EQ(training_case(true, false, TrainMethod::double_decoder), TrainingCase::nothing_with_simulated);
    EXPECT_EQ(training_case(false, true, TrainMethod::double_decoder), TrainingCase::model_with_files);
}

TEST(TrainSchedule, LeavesTheRest) {
    TrainOptions options;
    options.steps = 7;
    options.minutes = 3;
    options.seed = 9;
    options.start_share = 0.25;
    set_schedule(options, TrainingCase::nothing_with_files);
    EXPECT_EQ(options.steps, 7);
    EXPECT_EQ(options.minutes, 3);
    EXPECT_EQ(options.seed, 9U);
    EXPECT_EQ(options.start_share, 0.25);
}

}  // namespace
}  // namespace cytomo::commands
