// Learning on slices whose truth is known without any simulation: bright discs in noise.
#include "cytomo/network/train_double_decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "cytomo/network/predict.h"
#include "plane_samples.h"

namespace cytomo {
namespace {

constexpr std::int64_t nx = 72, ny = 80, nz = 9;

/// Rods along z of two kinds of brightness (1 and, if `classes` is 3, 2), labelled everywhere.
LabelledTomogram discs(std::uint64_t seed, int classes = 2) {
    const Grid grid{{nx, ny, nz}, {0.01, 0.02, 0.03}};
    auto values = std::make_shared<Volume<float>>(grid);
    ClassVolume labels(grid);
    Random r(seed);
    for (auto& v : values->values()) v = static_cast<float>(r.normal(50, 3));
    for (int b = 0; b < 12; ++b) {
        const double cx = r.uniform(6, nx - 6), cy = r.uniform(6, ny - 6), radius = r.uniform(4, 8);
        const auto kind = static_cast<std::uint8_t>(1 + b % (classes - 1));
        for (std::int64_t z = 0; z < nz; ++z)
            for (std::int64_t y = 0; y < ny; ++y)
                for (std::int64_t x = 0; x < nx; ++x)
                    if (std::hypot(static_cast<double>(x) - cx, static_cast<double>(y) - cy) < radius &&
                        labels(x, y, z) == 0) {
                        labels(x, y, z) = kind;
                        (*values)(x, y, z) += kind == 1 ? 15.F : -15.F;
                    }
    }
    return {tomogram_from(values), labels, Polarity::unknown, "discs"};
}

/// Only slices 1, 4 and 7, and of those not the left edge.
LabelledTomogram keep_three_slices(LabelledTomogram item) {
    for (std::int64_t z = 0; z < nz; ++z)
        for (std::int64_t y = 0; y < ny; ++y)
            for (std::int64_t x = 0; x < nx; ++x)
                if (z % 3 != 1 || x < 5) item.labels(x, y, z) = ignore_label;
    return item;
}

Model model_of(int width, int outputs) {
    Architecture a{{width}, outputs};
    a.kind = NetworkKind::double_decoder;
    return make_model(a, 1);
}

TrainOptions quick_decoder(std::int64_t steps) {
    TrainOptions o;
    o.steps = steps;
    o.learning_rate = 1e-3;
    return o;
}

double slice_dice(const ClassVolume& a, const ClassVolume& b, std::uint8_t label) {
    double both = 0, sum = 0;
    for (std::int64_t i = 0; i < a.count(); ++i) {
        both += a[i] == label && b[i] == label ? 2 : 0;
        sum += (a[i] == label ? 1 : 0) + (b[i] == label ? 1 : 0);
    }
    return both / sum;
}

ClassVolume classes_of(const Tomogram& tomogram, const Model& model) {
    PredictOptions options;
    options.device = "cpu";
    return most_probable_classes(predict(tomogram, model, options), tomogram.grid);
}

class TrainDoubleDecoder : public testing::Test {
protected:
    // Layers are so small here that threads would only wait for each other.
    void SetUp() override { set_thread_count(1); }
    void TearDown() override { set_thread_count(0); }
};

TEST_F(TrainDoubleDecoder, FindsDiscsAfterThreeLabelledSlices) {
    const auto item = keep_three_slices(discs(1));
    int points = 0;
    const auto result =
        train_double_decoder(model_of(8, 2), {item}, {{discs(3).tomogram, Polarity::unknown, ""}},
                             quick_decoder(60), [&](const TrainingPoint& p) {
                                 ++points;
                                 EXPECT_EQ(p.validation_dice.size(), 2U);
                             });
    EXPECT_GE(points, 15);
    EXPECT_GT(result.curve.back().mean_dice(), 0.8);
    EXPECT_LT(result.curve.back().loss, result.curve.front().loss);
    const auto other = discs(2);
    EXPECT_GT(slice_dice(classes_of(other.tomogram, result.model), other.labels, 1), 0.85);
    EXPECT_EQ(result.best_step, 60);
    // The last tenth of y of the three slices, but for the unlabelled edge
    ASSERT_EQ(result.held_out.size(), 1U);
    const auto& labels = result.held_out[0].labels.values();
    EXPECT_EQ(std::count_if(labels.begin(), labels.end(), [](std::uint8_t l) { return l != ignore_label; }),
              3 * (ny / 10) * (nx - 5));
    EXPECT_NEAR(result.model.voxel_um, std::sqrt(0.01 * 0.02), 1e-12);
}

TEST_F(TrainDoubleDecoder, TellsSeveralClassesApart) {
    const auto result =
        train_double_decoder(model_of(8, 3), {keep_three_slices(discs(1, 3))}, {}, quick_decoder(126));
    const auto other = discs(2, 3);
    const auto found = classes_of(other.tomogram, result.model);
    EXPECT_GT(slice_dice(found, other.labels, 1), 0.8);
    EXPECT_GT(slice_dice(found, other.labels, 2), 0.8);
}

TEST_F(TrainDoubleDecoder, FirstStepOfAdamMovesWeightsByTheRate) {
    auto options = quick_decoder(1);
    options.learning_rate = TrainOptions{}.learning_rate;  // stands for the published one
    const Model start = model_of(4, 2);
    const auto result = train_double_decoder(start, {keep_three_slices(discs(1))}, {}, options);
    // By its formula: rate * g / (|g| + epsilon'), for gradients far above epsilon the rate itself.
    const auto& before = start.weights.at("label.head.weight").values;
    const auto& after = result.model.weights.at("label.head.weight").values;
    double most = 0;
    for (std::size_t i = 0; i < before.size(); ++i)
        most = std::max<double>(most, std::abs(after[i] - before[i]));
    EXPECT_NEAR(most, 5e-5, 2e-6);
}

TEST_F(TrainDoubleDecoder, SameSeedSameModelAndResumeContinues) {
    const auto item = keep_three_slices(discs(1));
    const auto start = model_of(4, 2);
    const auto file = std::filesystem::path(testing::TempDir()) / "double_decoder_checkpoint.safetensors";
    std::filesystem::remove(file);
    // An epoch is 18 crops: 24 steps see both kinds.
    const auto whole = train_double_decoder(start, {item}, {}, quick_decoder(24));
    auto options = quick_decoder(20);
    options.checkpoint = file;
    const auto part = train_double_decoder(start, {item}, {}, options);
    EXPECT_NE(part.model.checksum(), whole.model.checksum());
    options.steps = 24;
    const auto rest = train_double_decoder(start, {item}, {}, options);
    EXPECT_EQ(rest.model.checksum(), whole.model.checksum());
    EXPECT_EQ(rest.curve.back().step, 24);
    options = quick_decoder(24);
    options.seed = 2;
    EXPECT_NE(train_double_decoder(start, {item}, {}, options).model.checksum(), whole.model.checksum());
    options.checkpoint = file;
    EXPECT_THROW(train_double_decoder(model_of(6, 2), {item}, {}, options), InputError);
}

TEST_F(TrainDoubleDecoder, KeepsTheCheckpointWhenStopped) {
    const auto file = std::filesystem::path(testing::TempDir()) / "double_decoder_stopped.safetensors";
    std::filesystem::remove(file);
    auto options = quick_decoder(30);
    options.checkpoint = file;
    const auto item = keep_three_slices(discs(1));
    const auto start = model_of(4, 2);
    int calls = 0;
    const Progress stop({}, [&] { return ++calls > 8; });
    EXPECT_THROW(train_double_decoder(start, {item}, {}, options, {}, stop), Cancelled);
    EXPECT_GT(std::stoi(model_of_checkpoint(file).record.at("steps")), 0);
    options.steps = 12;
    const auto resumed = train_double_decoder(start, {item}, {}, options);
    EXPECT_EQ(resumed.model.checksum(),
              train_double_decoder(start, {item}, {}, quick_decoder(12)).model.checksum());
    const Model model = model_of_checkpoint(file);
    EXPECT_EQ(model.checksum(), resumed.model.checksum());
    EXPECT_EQ(model.architecture, start.architecture);
    EXPECT_EQ(model.legend, resumed.model.legend);
    EXPECT_EQ(model.voxel_um, resumed.model.voxel_um);
}

TEST_F(TrainDoubleDecoder, RefusesWhatCannotTeach) {
    const auto model = model_of(4, 2);
    const auto refuse = [&](const LabelledTomogram& item) {
        EXPECT_THROW(train_double_decoder(model, {item}, {}, quick_decoder(2)), InputError);
    };
    auto item = discs(1);
    EXPECT_THROW(train_double_decoder(make_model({{16, 16}, 2}, 1), {item}, {}, quick_decoder(2)),
                 InputError);
    EXPECT_THROW(train_double_decoder(model, {}, {{item.tomogram, Polarity::unknown, ""}}, quick_decoder(2)),
                 InputError);
    std::fill(item.labels.values().begin(), item.labels.values().end(), ignore_label);
    refuse(item);
    item.labels[5] = 0;
    refuse(item);  // one class only
    item.labels[6] = 9;
    refuse(item);
    item.labels = ClassVolume(Grid{{8, 8, 8}});
    refuse(item);
    auto bad = quick_decoder(2);
    bad.checkpoint = "/nonexistent/folder/checkpoint";
    EXPECT_THROW(train_double_decoder(model, {keep_three_slices(discs(1))}, {}, bad), InputError);
    bad = quick_decoder(2);
    bad.device = "cuda:63";
    EXPECT_THROW(train_double_decoder(model, {keep_three_slices(discs(1))}, {}, bad), InputError);
}

TEST(PlaneSamples, CropsShowLabelsWhereTheyAre) {
    // The value of each pixel says whether it is labelled and as what: crops must keep both together.
    const Grid grid{{300, 20, 3}};
    auto values = std::make_shared<Volume<float>>(grid);
    LabelledTomogram item{{}, ClassVolume(grid, ignore_label), Polarity::unknown, "crops"};
    for (std::int64_t z = 0; z < 3; ++z)
        for (std::int64_t y = 0; y < 20; ++y)
            for (std::int64_t x = 0; x < 300; ++x) {
                const bool labelled = z == 1 && x > 250 && y < 10;
                if (labelled) item.labels(x, y, z) = x % 3 == 0 ? 1 : 0;
                (*values)(x, y, z) = labelled && x % 3 == 0 ? 10.F : (labelled ? 5.F : 0.F);
            }
    item.tomogram = tomogram_from(values);
    const std::vector<LabelledTomogram> data{item};
    const std::vector<UnlabelledTomogram> none;
    const PlaneSamples samples(data, none, model_of(4, 2), TrainOptions{});
    EXPECT_EQ(samples.labelled_slices(), 1);
    for (std::uint64_t k = 0; k < 20; ++k) {
        Random random(k);
        const auto crop = samples.draw_labelled(random);
        EXPECT_EQ(std::max(crop.nx, crop.ny), 256);
        EXPECT_EQ(std::min(crop.nx, crop.ny), 32);
        std::int64_t seen = 0;
        float of_class[2] = {};
        for (std::size_t i = 0; i < crop.values.size(); ++i)
            if (crop.labels[i] != ignore_label) {
                auto& value = of_class[crop.labels[i]];
                EXPECT_TRUE(value == 0 || crop.values[i] == value);
                value = crop.values[i];
                ++seen;
            }
        EXPECT_GT(seen, 0);
        EXPECT_TRUE(of_class[0] == 0 || of_class[1] == 0 || of_class[1] > of_class[0]);
        for (const auto label : samples.draw_image(random).labels) ASSERT_EQ(label, ignore_label);
    }
}

}  // namespace
}  // namespace cytomo
