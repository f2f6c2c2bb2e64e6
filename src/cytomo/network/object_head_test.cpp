// The object head through training, files, the engine and predict.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "cytomo/core/error.h"
#include "cytomo/network/predict.h"
#include "cytomo/network/train.h"
#include "engine.h"
#include "test_absorbers.h"
#include "unet.h"

namespace cytomo {
namespace {

Model small() {
    Model model = make_model({{16, 32}, 4}, 3);
    add_object_head(model, 5);
    return model;
}

std::vector<float> some_values(Size3 size) {
    std::vector<float> v(static_cast<std::size_t>(size.count()));
    Random random(2);
    for (auto& x : v) x = static_cast<float>(random.normal());
    return v;
}

TEST(ObjectHead, ClassesStayAsTheyWere) {
    const Model before = make_model({{16, 32}, 4}, 3);
    const Size3 tile{32, 16, 16};
    const auto values = some_values(tile);
    const auto n = static_cast<std::size_t>(tile.count());
    std::vector<float> p(4 * n), q(8 * n);
    Engine(before, tile, Precision::f32).run(values.data(), p.data());
    Engine engine(small(), tile, Precision::f32);
    ASSERT_EQ(engine.volumes(), 8);
    engine.run(values.data(), q.data());
    for (std::size_t i = 0; i < p.size(); ++i) ASSERT_NEAR(p[i], q[i], 1e-5);
}

TEST(ObjectHead, EngineAgreesWithTheObviousNetwork) {
    const Model model = small();
    const Size3 tile{32, 16, 16};
    const auto values = some_values(tile);
    const auto n = static_cast<std::size_t>(tile.count());
    std::vector<float> q(8 * n);
    Engine(model, tile, Precision::f32).run(values.data(), q.data());
    Unet net(model, torch::kCPU, torch::kFloat32);
    const torch::NoGradGuard no_grad;
    const auto x = torch::from_blob(const_cast<float*>(values.data()), {1, 1, tile.z, tile.y, tile.x});
    const auto maps = torch::sigmoid(net.forward_plain(x, false).slice(-1, 4)).contiguous();
    // Channels of clicks that are there and zero say the same as missing ones.
    const auto padded = torch::cat({x, torch::zeros({1, 2, tile.z, tile.y, tile.x})}, 1);
    const auto same = torch::sigmoid(net.forward_plain(padded, false).slice(-1, 4)).contiguous();
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t m = 0; m < 4; ++m) {
            ASSERT_NEAR(q[(4 + m) * n + i], maps.data_ptr<float>()[4 * i + m], 1e-4);
            ASSERT_NEAR(q[(4 + m) * n + i], same.data_ptr<float>()[4 * i + m], 1e-4);
        }
}

TEST(ObjectHead, FastTrainingStepAgreesWithTheObviousOne) {
    const Model model = small();
    for (const std::int64_t channels : {1, 3}) {
        Unet fast(model, torch::kCPU, torch::kFloat32), plain(model, torch::kCPU, torch::kFloat32);
        torch::manual_seed(1);
        const auto x = torch::randn({2, channels, 16, 16, 32});
        const auto a = fast.forward_training(x), b = plain.forward_plain(x, true);
        EXPECT_LT((a - b).abs().max().item<double>(), 1e-3) << channels;
        const auto direction = torch::randn_like(a);
        (a * direction).sum().backward();
        (b * direction).sum().backward();
        const auto fa = fast.parameters(), fb = plain.parameters();
        for (std::size_t i = 0; i < fa.size(); ++i) {
            const auto scale = fb[i].grad().abs().max().item<double>() + 1e-3;
            EXPECT_LT((fa[i].grad() - fb[i].grad()).abs().max().item<double>() / scale, 2e-2)
                << channels << " " << i;
        }
    }
}

TEST(ObjectHead, SurvivesItsFileAndKeepsRoomForClasses) {
    const auto file = std::filesystem::path(testing::TempDir()) / "object_head.safetensors";
    const Model model = small();
    write_model(file, model, true);
    const Model read = read_model(file);
    EXPECT_EQ(read.architecture, model.architecture);
    EXPECT_EQ(read.checksum(), model.checksum());
    Model full = make_model({{16, 16}, 13}, 1);
    EXPECT_THROW(add_object_head(full, 1), InputError);
    Model again = small();
    EXPECT_THROW(add_object_head(again, 1), InputError);
}

/// Two touching boxes of 8 voxels, again and again: the truth is known without any simulator.
LabelledTomogram touching_boxes(std::uint64_t seed) {
    const Grid grid{{64, 64, 32}, {0.02, 0.02, 0.02}};
    auto values = std::make_shared<Volume<float>>(grid);
    ClassVolume labels(grid);
    KnownObjects objects{InstanceVolume(grid), Volume<std::uint8_t>(grid)};
    Random random(seed);
    for (auto& v : values->values()) v = static_cast<float>(random.normal(0, 0.2));
    std::uint32_t number = 0;
    for (std::int64_t by = 8; by < 56; by += 16)
        for (std::int64_t bx = 8; bx < 56; bx += 8) {
            ++number;
            for (std::int64_t z = 8; z < 24; ++z)
                for (std::int64_t y = by; y < by + 8; ++y)
                    for (std::int64_t x = bx; x < bx + 8; ++x) {
                        labels(x, y, z) = 2;
                        objects.numbers(x, y, z) = number;
                        const auto d = std::min({x - bx, bx + 7 - x, y - by, by + 7 - y});
                        objects.depth(x, y, z) = static_cast<std::uint8_t>(255 * (d + 1) / 4);
                        (*values)(x, y, z) += x == bx || x == bx + 7 ? 1.F : 2.5F;  // walls are fainter
                    }
        }
    return {tomogram_from(values),
            labels,
            Polarity::dense_is_bright,
            "boxes",
            true,
            std::make_shared<const KnownObjects>(std::move(objects))};
}

/// A network made by hand, which is sure of a negative where few grey values are above 1: what is dense is
/// rare.
Model one_that_knows_negatives() {
    Model model = make_model({{16}, 3}, 1);
    add_object_head(model, 1);
    for (const char* layer : {"encoder.0.a", "encoder.0.b"}) {
        auto& w = model.weights.at(std::string(layer) + ".weight");
        std::fill(w.values.begin(), w.values.end(), 0.F);
        w.values[13] = 1;  // the middle of the first kernel: the first channel passes
    }
    model.weights.at("encoder.0.a.beta").values[0] = -1;
    auto& head = model.weights.at("head.weight");
    std::fill(head.values.begin(), head.values.end(), 0.F);
    const auto output = static_cast<std::size_t>(model.architecture.most_outputs()) +
                        static_cast<std::size_t>(ObjectMap::negative);
    head.values[output * 16] = -4;
    return model;
}

TEST(ObjectHead, DecidesThePolarityByWhatItSaysOfNegatives) {
    EXPECT_EQ(small().polarity_weights, (PolarityEvidence{0, 0, 1}));
    const Model model = one_that_knows_negatives();
    PolarityEvidence last;
    for (const float sign : {1.F, -1.F}) {
        const auto t = test_absorbers::few_absorbers(sign);
        PredictOptions options;
        options.tile = {64, 64, 48};
        EXPECT_EQ(choose_polarity(t, model, options),
                  sign > 0 ? Polarity::dense_is_bright : Polarity::dense_is_dark);
        const auto found = polarity_evidence(t, model, options);
        EXPECT_GT(sign * found.turned, 0.1F);
        if (sign < 0) {
            EXPECT_NEAR(found.turned, -last.turned, 0.02);  // upside down, all turns
        }
        last = found;
        Model other = model;  // the tail, which says the same, counts only if the model says so
        other.polarity_weights = {-1, 0, 0};
        EXPECT_EQ(choose_polarity(t, other, options),
                  sign > 0 ? Polarity::dense_is_dark : Polarity::dense_is_bright);
    }
}

TEST(ObjectHead, LearnsDepthAndSeparation) {
    Model start = make_model({{16, 16}, 3}, 1);
    add_object_head(start, 1);
    TrainOptions options;
    options.steps = 260;
    options.patch = {32, 32, 16};
    options.learning_rate = 1e-2;
    options.average = 0.9;
    options.click_share = 0.2;
    options.augment.scale = 0.05;
    const auto result = train(start, {touching_boxes(1), touching_boxes(2)}, {}, options);
    PredictOptions predicting;
    predicting.polarity = Polarity::dense_is_bright;
    const auto p = predict(touching_boxes(9).tomogram, result.model, predicting);
    ASSERT_EQ(p.maps, object_map_count);
    ASSERT_EQ(p.classes, 3);
    const auto truth = touching_boxes(9);
    double walls = 0, wall_voxels = 0, cores = 0, core_voxels = 0, ridge = 0, valley = 0, deep = 0, edge = 0;
    for (std::int64_t z = 10; z < 22; ++z)
        for (std::int64_t y = 26; y < 30; ++y)
            for (std::int64_t x = 17; x < 47; ++x) {
                const auto i = static_cast<std::size_t>((z * 64 + y) * 64 + x);
                const bool wall = x % 8 == 0 || x % 8 == 7;
                (wall ? walls : cores) += p.of_map(1)[i];
                (wall ? valley : ridge) += p.of_map(0)[i] * (1 - p.of_map(1)[i] / 255.);
                deep += p.of_map(0)[i];
                edge += p.of_map(0)[static_cast<std::size_t>((z * 64 + (y < 28 ? 24 : 31)) * 64 + x)];
                (wall ? wall_voxels : core_voxels) += 1;
            }
    EXPECT_GT(walls / wall_voxels, 128) << "touching walls";
    EXPECT_LT(cores / core_voxels, 60);
    EXPECT_GT(ridge / core_voxels, valley / wall_voxels + 50);
    EXPECT_GT(deep, 1.3 * edge);
}

}  // namespace
}  // namespace cytomo
