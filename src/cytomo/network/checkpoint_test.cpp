#include "checkpoint.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

namespace cytomo {
namespace {

/// Latin-1, as old files have it: "Zähne" is Z E4 h n e.
Model latin_model() {
    Model m = make_model({{16}, 2}, 1);
    m.legend.entries[1].name = "Z\xE4hne";
    m.record["image"] = "Z\xE4hne.mrc";
    return m;
}

TEST(Checkpoint, ClassesWhoseNamesAreNoUtf8HaveAnIdentity) {
    const Model model = latin_model();
    const std::string identity = training_identity(model, {}, {});
    EXPECT_EQ(identity.size(), 16U);
    EXPECT_EQ(training_identity(model, {}, {}), identity);
    Model renamed = model;
    renamed.legend.entries[1].name = "teeth";
    EXPECT_NE(training_identity(renamed, {}, {}), identity);
}

TEST(Checkpoint, SurvivesTheFileWithNamesThatAreNoUtf8) {
    const Model start = latin_model();
    Checkpoint c;
    c.current = c.mean = c.best = start;
    c.current.weights.begin()->second.values[0] = 0.25F;
    c.moments["adam.first"] = {{2}, {1, 2}};
    c.step = 30;
    c.best_step = 20;
    c.minutes = 1.5;
    c.best_dice = 0.75;
    c.identity = "Z\xE4hne";
    c.curve = {{20, 1, 0.5, {0.75, std::nan("")}, 1}};
    const auto file = std::filesystem::path(testing::TempDir()) / "checkpoint_latin.safetensors";
    std::filesystem::remove(file);
    write_checkpoint(file, c);
    // What is no UTF-8 is U+FFFD in the file.
    const Checkpoint r = read_checkpoint(file, start, "Z\xEF\xBF\xBDhne");
    EXPECT_EQ(r.step, 30);
    EXPECT_EQ(r.best_step, 20);
    EXPECT_EQ(r.minutes, 1.5);
    EXPECT_EQ(r.best_dice, 0.75);
    EXPECT_EQ(r.current.weights.begin()->second.values[0], 0.25F);
    EXPECT_EQ(r.moments.at("adam.first").values, (std::vector<float>{1, 2}));
    ASSERT_EQ(r.curve.size(), 1U);
    EXPECT_EQ(r.curve[0].validation_dice[0], 0.75);
    EXPECT_TRUE(std::isnan(r.curve[0].validation_dice[1]));
    EXPECT_THROW(read_checkpoint(file, start, "another"), InputError);
    std::filesystem::remove(file);
}

SafeTensors with(std::map<std::string, std::string> metadata) {
    return {std::move(metadata), {}};
}

TEST(Checkpoint, IsToldFromModelsAndOtherFiles) {
    const SafeTensors unet = with({{"cytomo-checkpoint", R"({"step": 30, "minutes": 1.5})"}}),
                      published = with({{"method", "double-decoder"}, {"step", "30"}, {"minutes", "1.5"}}),
                      model = with({{"cytomo", "{}"}, {"format", "pt"}}), other = with({{"curve", "[]"}});
    for (const SafeTensors* content : {&unet, &published}) {
        EXPECT_TRUE(is_checkpoint(*content));
        EXPECT_EQ(state_of_checkpoint("a", *content).step, 30);
        EXPECT_EQ(state_of_checkpoint("a", *content).minutes, 1.5);
    }
    for (const SafeTensors* content : {&model, &other}) {
        EXPECT_FALSE(is_checkpoint(*content));
        EXPECT_THROW(state_of_checkpoint("a", *content), InputError);
    }
}

TEST(Checkpoint, AfterAnImpossibleTimeIsDamaged) {
    for (const auto& [step, minutes] : std::vector<std::pair<std::string, std::string>>{
             {"-1", "2"}, {"3", "-2"}, {"3", "nan"}, {"3", "inf"}, {"3", ""}, {"", "2"}, {"many", "2"}}) {
        const std::string in_json = minutes == "nan" || minutes == "inf" ? "null" : minutes;
        const SafeTensors published =
                              with({{"method", "double-decoder"}, {"step", step}, {"minutes", minutes}}),
                          unet = with({{"cytomo-checkpoint",
                                        R"({"step": )" + step + R"(, "minutes": )" + in_json + "}"}});
        for (const SafeTensors* content : {&published, &unet}) try {
                state_of_checkpoint("state.safetensors", *content);
                ADD_FAILURE() << step << " steps, " << minutes << " minutes are taken";
            } catch (const InputError& e) {
                EXPECT_NE(std::string(e.what()).find("state.safetensors: expected a "), std::string::npos)
                    << e.what();
                EXPECT_NE(std::string(e.what()).find("damaged"), std::string::npos) << e.what();
            }
    }
}

}  // namespace
}  // namespace cytomo
