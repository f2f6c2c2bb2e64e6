#include "train_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace cytomo::commands {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TrainingPoint point(std::int64_t step, std::vector<double> dice) {
    TrainingPoint p;
    p.step = step;
    p.minutes = 0.1 * static_cast<double>(step);
    p.loss = 0.5;
    p.validation_dice = std::move(dice);
    return p;
}

TEST(TrainingWatch, RaisesTheAlarmOnceAndTakesItBack) {
    Legend legend = default_legend();
    legend.entries.resize(4);
    TrainOptions options;
    options.steps = 100;
    std::array<std::int64_t, 256> voxels{};
    voxels[1] = 5000;
    voxels[3] = 40000;
    std::vector<std::string> said;
    TrainingWatch watch(legend, options, voxels, [&](const std::string& line) { said.push_back(line); });
    watch(point(40, {0.9, 0.0, 0.0, 0.0}));
    ASSERT_EQ(said.size(), 1U);  // too early
    EXPECT_THAT(said[0], AllOf(HasSubstr("step 40: loss 0.500"), HasSubstr("about 6 min left"),
                               HasSubstr("nucleus 0.000")));
    said.clear();
    watch(point(60, {0.9, std::nan(""), 0.0, 0.0}));
    ASSERT_EQ(said.size(), 2U);
    // The nucleus has no labels, and for the cytoplasm nothing is known.
    EXPECT_THAT(said[1], AllOf(HasSubstr("mitochondrion (40,000"), Not(HasSubstr("nucleus")),
                               HasSubstr("Label more")));
    EXPECT_THAT(watch.alarms(), ElementsAre(HasSubstr("mitochondrion")));
    said.clear();
    watch(point(70, {0.9, 0.1, 0.0, 0.0}));
    EXPECT_EQ(said.size(), 1U);
    watch(point(80, {0.9, 0.1, 0.0, 0.2}));
    EXPECT_THAT(watch.alarms(), IsEmpty());
}

TEST(TrainingWatch, SaysPlainlyWhatIsHeldOut) {
    Legend legend = default_legend();
    legend.entries.resize(3);
    std::vector<std::string> said;
    TrainingWatch watch(legend, {}, {}, [&](const std::string& line) { said.push_back(line); });
    const double none = std::nan("");
    watch(point(10, {0.9, none, none}));
    ASSERT_EQ(said.size(), 1U);
    EXPECT_THAT(said[0], HasSubstr("validation Dice 0.900 of background, as nothing else is held out"));
    EXPECT_THAT(watch.alarms(), IsEmpty());
    said.clear();
    watch(point(20, {none, none, none}));
    watch(point(30, {none, none, none}));
    ASSERT_EQ(said.size(), 3U);  // one warning
    EXPECT_THAT(said[0], AllOf(HasSubstr("nothing is held out"), Not(HasSubstr("nan"))));
    EXPECT_THAT(said[1], HasSubstr("warning: Nothing is held out"));
    EXPECT_THAT(watch.alarms(), ElementsAre(HasSubstr("the last model is kept")));
    EXPECT_EQ(validation_text(point(1, {0.9, 0.5, none})), ", validation Dice 0.500");
    EXPECT_THAT(validation_text({}), HasSubstr("nothing is held out"));
}

TEST(TrainingWatch, TextsForPeople) {
    EXPECT_EQ(duration_text(0), "about 1 s");
    EXPECT_EQ(duration_text(600), "about 10 min");
    EXPECT_EQ(duration_text(3 * 3600), "about 3.0 h");
    EXPECT_EQ(held_out_text(3, 0.1), "about 10 % of the labelled voxels");
    EXPECT_EQ(held_out_text(5, 0.1), "1 of 5 labelled tomograms");
    EXPECT_EQ(held_out_text(40, 0.1), "4 of 40 labelled tomograms");
}

TEST(TrainingWatch, StepsAreMeasured) {
    TrainOptions options;
    options.patch = {32, 32, 16};
    const double seconds = measure_step_seconds(make_model({}, 1), options, {});
    EXPECT_GT(seconds, 0);
    EXPECT_LT(seconds, 60);
    const Progress stopped({}, [] { return true; });
    EXPECT_ANY_THROW(measure_step_seconds(make_model({}, 1), options, stopped));
}

}  // namespace
}  // namespace cytomo::commands
