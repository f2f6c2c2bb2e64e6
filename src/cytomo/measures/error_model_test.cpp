#include "cytomo/measures/error_model.h"

#include <gtest/gtest.h>

#include <cmath>

#include "cytomo/core/error.h"

namespace cytomo {
namespace {

ClassErrors errors_of(double seed) {
    return {-seed,    2 * seed,   3 * seed,   4 * seed,  5 * seed,  -6 * seed,  7 * seed, -8 * seed,
            9 * seed, -10 * seed, 0.5 + seed, 11 * seed, 12 * seed, -13 * seed, 14 * seed};
}

LearntErrors two_classes() {
    LearntErrors learnt;
    learnt.model = "0123456789abcdef";
    learnt.program = "cytomo 9.8.7";
    learnt.note = "cells of ä \"kind\"";
    learnt.cells = 12;
    learnt.classes = {{"mitochondrion", 40, errors_of(0.01)}, {"endosome", 33, errors_of(0.02)}};
    return learnt;
}

KnownErrors known(const LearntErrors& learnt) {
    return known_errors(error_model_json(learnt), learnt.model, "mine.safetensors");
}

TEST(ErrorModel, SurvivesItsText) {
    LearntErrors learnt = two_classes();
    learnt.classes[0].errors.mean_um = 1.0 / 3;  // every digit counts
    EXPECT_EQ(parse_error_model(error_model_json(learnt), "f"), learnt);
    learnt.filopodia = FilopodiumErrors{-0.04, 0.12, 0.05, -0.006, 0.01, 0.3};
    learnt.filopodia_compared = 15;
    EXPECT_EQ(parse_error_model(error_model_json(learnt), "f"), learnt);
    EXPECT_EQ(error_model_json(learnt).find('\n'), std::string::npos);
}

TEST(ErrorModel, NamesInLatin1DoNotCostTheResult) {
    LearntErrors learnt = two_classes();
    learnt.classes[0].name = "K\xF6rper";
    EXPECT_EQ(parse_error_model(error_model_json(learnt), "f").classes[0].name, "K\uFFFDrper");
}

TEST(ErrorModel, FollowsNamesNotNumbers) {
    const Legend other{
        {{0, "background", {}}, {9, "Mitochondria", {}}, {3, "golgi", {}}, {4, "lysosome", {}}}};
    const ErrorModel model = errors_for(known(two_classes()), other);
    ASSERT_TRUE(model.classes[9]);
    EXPECT_EQ(*model.classes[9], errors_of(0.01));
    ASSERT_TRUE(model.classes[4]);  // the only class of that kind
    EXPECT_EQ(*model.classes[4], errors_of(0.02));
    EXPECT_FALSE(model.classes[3]);  // nothing was learnt of it, and nothing is made up
    EXPECT_FALSE(model.classes[0]);
    EXPECT_FALSE(model.filopodia);
    // Two of a kind: what was learnt is that of the one with this very name.
    const Legend both{{{0, "background", {}}, {1, "lysosome", {}}, {2, "endosome", {}}}};
    const ErrorModel apart = errors_for(known(two_classes()), both);
    EXPECT_FALSE(apart.classes[1]);
    EXPECT_TRUE(apart.classes[2]);
}

TEST(ErrorModel, SaysWhyThereIsNone) {
    const Legend mine{{{0, "background", {}}, {1, "mitochondrion", {}}, {2, "endosome", {}}}};
    EXPECT_EQ(why_no_intervals(known(two_classes()), mine), "");
    const auto says = [](const std::string& text, const char* words) {
        return text.find(words) != std::string::npos;
    };
    const std::string unknown = why_no_intervals({}, mine);
    EXPECT_TRUE(says(unknown, "not known which model")) << unknown;
    const std::string none = why_no_intervals(known_errors("", "0123456789abcdef", "m"), mine);
    EXPECT_TRUE(says(none, "nobody has learnt") && says(none, "cytomo bias")) << none;
    const Legend more{
        {{0, "background", {}}, {1, "mitochondrion", {}}, {2, "golgi", {}}, {3, "filopodia", {}}}};
    const std::string some = why_no_intervals(known(two_classes()), more);
    EXPECT_TRUE(says(some, "for golgi, filopodia, lengths and radii of filopodia:")) << some;
    EXPECT_TRUE(says(some, "cytomo bias")) << some;
}

TEST(ErrorModel, BelongsToItsWeights) {
    const std::string json = error_model_json(two_classes());
    EXPECT_TRUE(known_errors(json, "0123456789abcdef", "m").learnt);
    const KnownErrors other = known_errors(json, "fedcba9876543210", "m");
    EXPECT_FALSE(other.learnt);
    EXPECT_NE(other.absent.find("other weights"), std::string::npos);
}

TEST(ErrorModel, StrangersFilesAreRefused) {
    const std::string good = error_model_json(two_classes());
    const auto with = [&](const std::string& from, const std::string& to) {
        std::string text = good;
        text.replace(text.find(from), from.size(), to);
        return text;
    };
    for (const std::string& bad :
         {std::string("nonsense"), std::string("[]"), std::string("{}"), good.substr(0, good.size() / 2),
          with("\"format\":1", "\"format\":7"), with("\"own_um\":0.03", "\"own_um\":-0.03"),
          with("\"own_um\":0.03", "\"own_um\":1e300"), with("\"own_um\":0.03", "\"own_um\":\"wide\""),
          with("\"own_um\":0.03,", "")})
        try {
            known_errors(bad, "0123456789abcdef", "stranger.safetensors");
            ADD_FAILURE() << "accepted: " << bad;
        } catch (const InputError& e) {
            EXPECT_NE(std::string(e.what()).find("stranger.safetensors"), std::string::npos) << e.what();
        }
}

TEST(ErrorModel, ChanceToBeReal) {
    ClassErrors e;
    e.real_slope = 1;  // the mean probability itself
    e.usual_probability = 0.6;
    EXPECT_NEAR(chance_real(e, 0.8, 5), 0.8, 1e-12);
    EXPECT_NEAR(chance_real(e, std::nan(""), 5), 0.6, 1e-12);
    e.real_volume_slope = 2;  // odds grow with the square of the volume
    EXPECT_NEAR(chance_real(e, 0.5, 0.03), 0.9, 1e-12);
    EXPECT_GE(chance_real(e, 0, 0), 0);
    EXPECT_LE(chance_real(e, 1, 1e9), 1);
}

}  // namespace
}  // namespace cytomo
