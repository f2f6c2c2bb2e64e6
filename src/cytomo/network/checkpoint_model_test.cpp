// The model that the checkpoint of a training holds.
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "checkpoint.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "engine.h"
#include "safetensors.h"
#include "trainer.h"

namespace cytomo {
namespace {

namespace fs = std::filesystem;

constexpr Size3 whole{32, 32, 16};

/// A bright slab in noise, of class 1; class 2 beside it.
LabelledTomogram slab() {
    const Grid grid{whole, {0.02, 0.02, 0.02}};
    auto values = std::make_shared<Volume<float>>(grid);
    ClassVolume labels(grid);
    Random random(1);
    for (std::int64_t i = 0; i < grid.count(); ++i) {
        const auto x = i % whole.x;
        labels[i] = x < 10 ? 1 : x < 20 ? 2 : 0;
        (*values)[i] = static_cast<float>(random.normal(labels[i], 0.3));
    }
    return {tomogram_from(values), labels, Polarity::dense_is_bright, "slab"};
}

/// All that a description has to carry: more layers, an object head, two looks of background, names.
Model start() {
    Model model = make_model({{16, 16}, 3}, 1);
    model.legend.entries = {{0, "outside", {1, 2, 3}}, {1, "ä \"slab\"", {4, 5, 6}}, {2, "rest", {7, 8, 9}}};
    adopt_legend(model, {{{0, "outside", {1, 2, 3}}, {1, "ä \"slab\"", {4, 5, 6}}, {2, "new", {7, 8, 9}}}},
                 1);
    grow(model, {1}, 2);
    add_object_head(model, 3);
    model.record = {{"polarity", "bright"}, {"steps", "of another training"}};
    return model;
}

TrainOptions few_steps(std::int64_t steps) {
    TrainOptions options;
    options.steps = steps;
    options.patch = {16, 16, 16};
    options.learning_rate = 1e-2;
    options.average = 0.9;
    options.precision = "f32";
    return options;
}

fs::path scratch(const std::string& name) {
    const auto file = fs::path(testing::TempDir()) / name;
    fs::remove(file);
    return file;
}

std::vector<float> says(const Model& model) {
    std::vector<float> values(static_cast<std::size_t>(whole.count()));
    Random random(7);
    for (float& v : values) v = static_cast<float>(random.normal());
    Engine engine(model, whole, Precision::f32);
    std::vector<float> p(static_cast<std::size_t>(engine.volumes()) * values.size());
    engine.run(values.data(), p.data());
    return p;
}

std::string refusal(const std::function<void()>& call) {
    try {
        call();
    } catch (const InputError& e) {
        return e.what();
    }
    return "";
}

class CheckpointModel : public testing::Test {
protected:
    // Patches are so small here that threads would only wait for each other.
    void SetUp() override { set_thread_count(1); }
    void TearDown() override { set_thread_count(0); }
};

TEST_F(CheckpointModel, SaysWhatTheMeanOfTheWeightsSays) {
    const std::vector<LabelledTomogram> data{slab()};
    const std::vector<UnlabelledTomogram> none;
    const Model before = start();
    const TrainOptions options = few_steps(10);
    const SampleSet samples(data, none, before, options, {});
    Trainer trainer(before, samples, options);
    for (std::int64_t step = 0; step < 3; ++step) trainer.step(step, 0.1 * static_cast<double>(step));
    Checkpoint c;
    trainer.store(c);
    c.best = before;
    c.step = 3;
    c.minutes = 0.5;
    const auto file = scratch("checkpoint_mean.safetensors");
    write_checkpoint(file, c);

    const Model model = model_of_checkpoint(file), mean = trainer.mean();
    EXPECT_EQ(model.checksum(), mean.checksum());
    EXPECT_EQ(model.architecture, before.architecture);
    EXPECT_EQ(model.legend, before.legend);
    EXPECT_EQ(model.class_of_output, before.class_of_output);
    EXPECT_EQ(model.voxel_um, before.voxel_um);
    EXPECT_EQ(model.record.at("polarity"), "bright");
    EXPECT_EQ(model.record.at("steps"), "3");
    EXPECT_EQ(model.record.count("checkpoint"), 1U);
    EXPECT_EQ(says(model), says(mean));
    EXPECT_NE(says(model), says(c.current));
    EXPECT_NE(says(model), says(before));
    // As a file it is a model like any other; the checkpoint itself is none, and says how to get one.
    const auto written = scratch("checkpoint_model.safetensors");
    write_model(written, model, false);
    EXPECT_EQ(read_model(written).checksum(), mean.checksum());
    EXPECT_NE(refusal([&] { read_model(file); }).find("--weights-of"), std::string::npos);
}

TEST_F(CheckpointModel, OfAFinishedTrainingIsItsModelBeforeCalibration) {
    TrainOptions options = few_steps(3);
    options.keep_best = false;
    options.checkpoint = scratch("checkpoint_finished.safetensors");
    const auto result = train(start(), {slab()}, {}, options);
    EXPECT_EQ(calibrated(model_of_checkpoint(options.checkpoint), result.calibration).checksum(),
              result.model.checksum());
}

TEST_F(CheckpointModel, OlderOnesAndOtherFilesAreRefused) {
    TrainOptions options = few_steps(1);
    options.checkpoint = scratch("checkpoint_old.safetensors");
    train(start(), {slab()}, {}, options);
    const SafeTensors now = read_safetensors(options.checkpoint);
    const auto said_of = [&](auto change) {
        SafeTensors content = now;
        change(content);
        const auto file = scratch("checkpoint_changed.safetensors");
        write_safetensors(file, content, true);
        return refusal([&] { model_of_checkpoint(file); });
    };
    EXPECT_EQ(said_of([](SafeTensors&) {}), "");
    EXPECT_NE(said_of([](SafeTensors& s) { s.metadata.erase("model"); }).find("older version"),
              std::string::npos);
    EXPECT_NE(said_of([](SafeTensors& s) { s.metadata.erase("cytomo-checkpoint"); }).find("another file"),
              std::string::npos);
    EXPECT_NE(said_of([](SafeTensors& s) { s.metadata["cytomo-checkpoint"] = "{"; }).find("damaged"),
              std::string::npos);
    EXPECT_NE(said_of([](SafeTensors& s) { s.metadata["model"] = "{}"; }).find("description"),
              std::string::npos);
    EXPECT_NE(said_of([](SafeTensors& s) { s.tensors.erase("mean.head.bias"); }).find("head.bias missing"),
              std::string::npos);
    // A step that cannot be: the file is as damaged for who goes on with its training.
    SafeTensors impossible = now;
    std::string& state = impossible.metadata.at("cytomo-checkpoint");
    state.replace(state.find("\"step\":1"), 8, "\"step\":-1");
    write_safetensors(options.checkpoint, impossible, true);
    for (const std::string& said : {refusal([&] { model_of_checkpoint(options.checkpoint); }),
                                    refusal([&] { train(start(), {slab()}, {}, options); })})
        EXPECT_NE(said.find("-1 steps"), std::string::npos) << said;
    const auto model = scratch("checkpoint_no.safetensors");
    write_model(model, start(), false);
    EXPECT_NE(refusal([&] { model_of_checkpoint(model); }).find("a model"), std::string::npos);
    options.checkpoint = model;
    EXPECT_NE(refusal([&] { train(start(), {slab()}, {}, options); }).find("a model"), std::string::npos);
    options.checkpoint = scratch("checkpoint_old.safetensors");
    // Trainings go on from older ones, which makes them new.
    SafeTensors old = now;
    old.metadata.erase("model");
    write_safetensors(options.checkpoint, old, true);
    options.steps = 2;
    train(start(), {slab()}, {}, options);
    EXPECT_EQ(model_of_checkpoint(options.checkpoint).record.at("steps"), "2");
}

}  // namespace
}  // namespace cytomo
