#include "cytomo/network/predict.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "cytomo/network/libtorch.h"
#include "cytomo/network/precision.h"
#include "runner.h"
#include "test_absorbers.h"
#include "tiling.h"
#include "torch_backend.h"

namespace cytomo {
namespace {

Tomogram noise(Size3 size, Vec3 voxel_um) {
    auto v = std::make_shared<Volume<float>>(Grid{size, voxel_um, {1, 2, 3}});
    Random r(3);
    for (auto& x : v->values()) x = static_cast<float>(r.normal(50, 10));
    return tomogram_from(v);
}

PredictOptions bright() {
    PredictOptions o;
    o.views = 1;
    o.polarity = Polarity::dense_is_bright;
    o.precision = "f32";
    return o;
}

/// What predict refuses with.
std::string refusal(const Model& model, const PredictOptions& options) {
    try {
        predict(noise({32, 32, 16}, {0.02, 0.02, 0.02}), model, options);
    } catch (const InputError& e) {
        return e.what();
    }
    return "";
}

TEST(Predict, SaysWhatTakesLibtorchWhereThereIsNone) {
    // This test program does not link cytomo_training.
    ASSERT_FALSE(has_libtorch());
    const Model model = make_model({{16, 16}, 3}, 1);
    auto options = bright();
    EXPECT_EQ(refusal(model, options), "");
    options.device = "cuda:0";
    EXPECT_NE(refusal(model, options).find("device cuda:0: expected a program with libtorch"),
              std::string::npos)
        << refusal(model, options);
    Architecture planes;
    planes.kind = NetworkKind::double_decoder;
    planes.widths = {2};
    planes.outputs = 2;
    options.device = "auto";
    EXPECT_NE(refusal(make_model(planes, 1), options).find("libtorch"), std::string::npos);
}

TEST(Predict, SaysWhichDeviceAutoTookAndWhy) {
    const Model model = make_model({{16, 16}, 3}, 1);
    PredictOptions options = bright();
    PredictRecord record;
    predict(noise({32, 32, 16}, {0.02, 0.02, 0.02}), model, options, &record);
    EXPECT_EQ(record.device, "cpu");
    EXPECT_EQ(record.device_reason, has_nvidia_driver() ? "CUDA takes libtorch, which this program is without"
                                                        : "no NVIDIA driver");
    EXPECT_EQ(record.device_text(), record.device_reason + ", so cpu");
    options.device = "cpu";
    predict(noise({32, 32, 16}, {0.02, 0.02, 0.02}), model, options, &record);
    EXPECT_EQ(record.device_text(), "cpu");

    // With libtorch, which finds a device or none.
    static bool found = false;
    static const TorchBackend backend{[] { return found; }, nullptr, nullptr};
    set_torch_backend(&backend);
    std::string reason;
    EXPECT_EQ(device_for(options, &reason), "cpu");
    EXPECT_EQ(reason, "");
    options.device = "auto";
    EXPECT_EQ(device_for(options, &reason), "cpu");
    EXPECT_EQ(reason, "libtorch finds no CUDA device");
    found = true;
    EXPECT_EQ(device_for(options, &reason), "cuda:0");
    EXPECT_EQ(reason, "libtorch finds CUDA");
    set_torch_backend(nullptr);
}

TEST(Predict, TiledEqualsUntiledAwayFromSeams) {
    // Two levels: the receptive field is below the overlap, so only blending could differ.
    const Model model = make_model({{16, 16}, 3}, 1);
    const auto t = noise({96, 80, 40}, {0.02, 0.02, 0.02});
    auto one = bright(), many = bright();
    one.tile = {96, 80, 48};
    many.tile = {48, 48, 32};
    many.overlap = 16;
    const auto a = predict(t, model, one), b = predict(t, model, many);
    ASSERT_EQ(a.values.size(), b.values.size());
    // Inner faces of tiles, and how far the network sees across them.
    const auto near = [](std::int64_t i, std::initializer_list<std::int64_t> faces) {
        return std::any_of(faces.begin(), faces.end(), [i](auto f) { return i >= f - 8 && i < f + 8; });
    };
    double worst_away = 0, mean = 0;
    for (std::int64_t i = 0; i < a.grid.count() * 3; ++i) {
        const auto v = i % a.grid.count(), x = v % 96, y = v / 96 % 80, z = v / (96 * 80);
        const double d =
            std::abs(a.values[static_cast<std::size_t>(i)] - b.values[static_cast<std::size_t>(i)]);
        mean += d / static_cast<double>(a.values.size());
        if (!near(x, {24, 48, 72}) && !near(y, {32, 48}) && !near(z, {8, 32}))
            worst_away = std::max(worst_away, d);
    }
    EXPECT_LE(worst_away, 1);
    EXPECT_LT(mean, 1);
}

TEST(Predict, PolarityIsChosenAsItIsSegmentedWith) {
    const Model model = make_model({{16, 16}, 3}, 1);
    for (const float sign : {1.F, -1.F}) {
        // The model knows nothing: the long tail decides.
        const auto t = test_absorbers::few_absorbers(sign);
        PredictOptions options;
        options.tile = {64, 64, 48};
        PredictRecord record;
        predict(t, model, options, &record);
        double confidence = 0;
        const auto chosen = choose_polarity(t, model, options, &confidence);
        EXPECT_EQ(chosen, sign > 0 ? Polarity::dense_is_bright : Polarity::dense_is_dark);
        EXPECT_EQ(chosen, record.polarity);
        EXPECT_DOUBLE_EQ(confidence, record.polarity_confidence);

        Model taught = model;  // on tomograms of the other polarity only: it is not asked
        taught.record["polarity"] = sign > 0 ? "dark" : "bright";
        predict(t, taught, options, &record);
        EXPECT_EQ(record.polarity, sign > 0 ? Polarity::dense_is_dark : Polarity::dense_is_bright);
        EXPECT_FALSE(record.polarity_guessed);
        EXPECT_EQ(choose_polarity(t, taught, options), record.polarity);
    }
}

TEST(Predict, MeanOverMirrorImagesDoesNotDependOnHandedness) {
    const Model model = make_model({{16, 16}, 3}, 1);
    const Size3 size{48, 56, 48};
    const auto t = noise(size, {0.02, 0.02, 0.02});
    auto turned = std::make_shared<Volume<float>>(t.grid);
    const Volume<float> plain = t.load();
    const auto other = [&](std::int64_t x, std::int64_t y, std::int64_t z) {
        return plain.grid().index(size.x - 1 - x, size.y - 1 - y, size.z - 1 - z);
    };
    for (std::int64_t z = 0; z < size.z; ++z)
        for (std::int64_t y = 0; y < size.y; ++y)
            for (std::int64_t x = 0; x < size.x; ++x) (*turned)(x, y, z) = plain[other(x, y, z)];
    const auto difference = [&](int views) {
        auto options = bright();
        options.views = views;
        options.tile = size;
        const auto a = predict(t, model, options), b = predict(tomogram_from(turned), model, options);
        int most = 0;
        for (int c = 0; c < 3; ++c)
            for (std::int64_t z = 0; z < size.z; ++z)
                for (std::int64_t y = 0; y < size.y; ++y)
                    for (std::int64_t x = 0; x < size.x; ++x)
                        most = std::max(
                            most,
                            std::abs(a.of_class(c)[static_cast<std::size_t>(other(x, y, z))] -
                                     b.of_class(c)[static_cast<std::size_t>(plain.grid().index(x, y, z))]));
        return most;
    };
    EXPECT_GT(difference(1), 3);  // the network itself prefers a side
    EXPECT_LE(difference(8), 1);
}

TEST(Predict, SameAtAnyThreadCountAndForThinVolumes) {
    const Model model = make_model({{16, 16}, 3}, 1);
    const auto t = noise({50, 37, 3}, {0.02, 0.02, 0.02});
    set_thread_count(1);
    const auto a = predict(t, model, bright());
    set_thread_count(3);
    const auto b = predict(t, model, bright());
    set_thread_count(0);
    EXPECT_EQ(a.values, b.values);
    for (std::int64_t i = 0; i < a.grid.count(); ++i) {
        int sum = 0;
        for (int c = 0; c < 3; ++c) sum += a.of_class(c)[static_cast<std::size_t>(i)];
        EXPECT_NEAR(sum, 255, 3);
    }
}

TEST(Predict, ViewsFollowTheWork) {
    const Architecture usual;  // 33,916 multiply-adds a voxel, stride 16
    const auto views = [&](Size3 size) { return views_for(size, usual); };
    // As deep as the stride and deeper: by voxels alone.
    EXPECT_EQ(views({500, 500, 16}), 8);
    EXPECT_EQ(views({501, 500, 16}), 4);
    EXPECT_EQ(views({1000, 1000, 16}), 4);
    EXPECT_EQ(views({1001, 1000, 16}), 2);
    EXPECT_EQ(views({1000, 2000, 16}), 2);
    EXPECT_EQ(views({1000, 2001, 16}), 1);
    // A larger network takes as many views as its work allows: 2.4 million voxels of 57,000.
    const Architecture large{{16, 32, 64, 128, 128}, 7, {1, 1, 1, 1, 1, 1, 1, 1}};
    const double ratio = large.multiply_adds_per_voxel() / usual.multiply_adds_per_voxel();
    ASSERT_GT(ratio, 1.2);
    const auto most = static_cast<std::int64_t>(4e6 / ratio / (100 * 16));
    EXPECT_EQ(views_for({100, most, 16}, large), 8);
    EXPECT_EQ(views_for({100, most + 1, 16}, large), 4);
    // One slice or two: bounded work. From three on as many as 16 slices take, which is what is computed.
    for (const std::int64_t edge : {64, 255, 496, 1000, 3000}) {
        for (std::int64_t z = 1; z < 3; ++z) {
            const int n = views({edge, edge, z});
            const std::int64_t padded = (edge + 15) / 16 * 16;
            EXPECT_TRUE(n == 1 || n * multiply_adds(usual, {padded, padded, 8}) <= 1.2e11)
                << edge << ' ' << z;
        }
        for (std::int64_t z = 3; z < 16; ++z)
            EXPECT_EQ(views({edge, edge, z}), views({edge, edge, 16})) << edge;
    }
    EXPECT_EQ(views({64, 64, 1}), 4);
    EXPECT_EQ(views({1000, 1000, 1}), 1);
    EXPECT_EQ(views_for({1000, 1000, 1}, usual, true), 4) << "flat";
    EXPECT_EQ(views({3000, 3000, 1}), 1);
}

TEST(Predict, OneSliceTakesLittleWork) {
    // 255 × 496 pixels took 1.1e12 multiply-adds: eight views of a tile of 16 slices, and the polarity by
    // eight views. Two slow cores do 2e11 within three seconds. A single slice takes flat kernels.
    Model model = make_model({{16, 32, 64, 128, 128}, 3}, 1);
    for (const std::int64_t slices : {0, 1, 2}) {  // 0: one that is seen flat
        model.flat_slices = slices == 0;
        PredictOptions options;
        options.precision = "f32";
        PredictRecord record;
        predict(noise({255, 496, std::max<std::int64_t>(1, slices)}, {0.02, 0.02, 0.02}), model, options,
                &record);
        EXPECT_TRUE(record.polarity_guessed);
        const double pixels = 255 * 496, most = slices == 0 ? 6e10 : 1.8e11;
        const double least = slices == 0 ? 20'000 : 8 * 20'000;
        EXPECT_GT(record.multiply_adds, record.views * pixels * least) << slices;
        EXPECT_LT(record.multiply_adds, most) << slices;
    }
}

double mean_difference(const Probabilities& a, const Probabilities& b) {
    EXPECT_EQ(a.values.size(), b.values.size());
    double sum = 0;
    for (std::size_t i = 0; i < a.values.size(); ++i)
        sum += std::abs(static_cast<double>(a.values[i]) - b.values[i]);
    return sum / static_cast<double>(a.values.size());
}

TEST(Predict, AFlatSliceIsTheSameInTilesAndInAnyPrecision) {
    Model model = make_model({{16, 32}, 3}, 1);
    add_object_head(model, 2);
    model.flat_slices = true;
    const auto t = noise({300, 200, 1}, {0.02, 0.02, 0.02});
    auto options = bright();
    options.precision = "f32";
    options.views = 1;
    const auto whole = predict(t, model, options);
    EXPECT_EQ(whole.grid.size, (Size3{300, 200, 1}));
    options.tile = {128, 96, 96};
    EXPECT_LT(mean_difference(predict(t, model, options), whole), 0.1);
    options.tile = {};
    for (const char* precision : {"bf16", "int8"}) {
        if (!can_compute(precision == std::string("bf16") ? Precision::bf16 : Precision::int8)) continue;
        options.precision = precision;
        EXPECT_LT(mean_difference(predict(t, model, options), whole), 4) << precision;
    }
    // Thin tiles see nothing beside the slice: another answer, or this tests nothing.
    model.flat_slices = false;
    options.precision = "f32";
    EXPECT_GT(mean_difference(predict(t, model, options), whole), 4);
}

TEST(Predict, ViewsOfOneSliceAreNotTakenTwice) {
    const Model model = make_model({{16, 16, 32}, 3}, 1);
    const auto t = noise({64, 44, 1}, {0.02, 0.02, 0.02});
    auto options = bright();
    options.views = 8;
    PredictRecord eight, four;
    const auto a = predict(t, model, options, &eight);
    options.views = 4;
    const auto b = predict(t, model, options, &four);
    EXPECT_EQ(eight.views, 4);
    EXPECT_EQ(a.values, b.values);
    EXPECT_EQ(eight.multiply_adds, four.multiply_adds);
    EXPECT_EQ(four.multiply_adds, 4 * multiply_adds(model.architecture, {64, 44, 4}, 1));
}

TEST(Predict, ClassesReturnOnTheTomogramsOwnGrid) {
    const Model model = make_model({{16, 16}, 3}, 1);
    const auto t = noise({60, 44, 30}, {0.01, 0.02, 0.005});
    const auto p = predict(t, model, bright());
    EXPECT_EQ(p.grid.size, (Size3{30, 44, 8}));
    const auto classes = most_probable_classes(p, t.grid);
    EXPECT_EQ(classes.grid(), t.grid);
}

TEST(Predict, InterpolatedClassesOfAStepLieWhereTheStepLies) {
    Probabilities p;
    p.grid = Grid{{10, 4, 4}, {0.02, 0.02, 0.02}};
    p.classes = 2;
    p.values.resize(2 * 160);
    for (std::int64_t i = 0; i < 160; ++i) {
        const bool one = i % 10 >= 5;
        p.values[static_cast<std::size_t>(i)] = one ? 0 : 255;
        p.values[static_cast<std::size_t>(160 + i)] = one ? 255 : 0;
    }
    // Half the voxel edge, same box: the step between old voxels 4 and 5 lies between new 9 and 10.
    const auto classes = most_probable_classes(p, p.grid.resampled({0.01, 0.02, 0.02}));
    EXPECT_EQ(classes(9, 1, 1), 0);
    EXPECT_EQ(classes(10, 1, 1), 1);
}

TEST(Predict, ConfidenceIsThatOfTheWinnerWhereItLies) {
    // Along x the probability of class 1 rises from 51 to 204, the rest is class 0.
    Probabilities p;
    p.grid = Grid{{4, 2, 3}, {0.02, 0.03, 0.04}, {1, 2, 3}};
    p.classes = 2;
    for (int c = 0; c < 2; ++c)
        for (std::int64_t i = 0; i < p.grid.count(); ++i) {
            const auto one = static_cast<std::uint8_t>(51 * (i % 4 + 1));
            p.values.push_back(c == 1 ? one : static_cast<std::uint8_t>(255 - one));
        }
    const auto own = confidence(p, p.grid);
    EXPECT_EQ(own.grid(), p.grid);
    for (std::int64_t z = 0; z < 3; ++z) {
        EXPECT_EQ(own(0, 1, z), 204);
        EXPECT_EQ(own(1, 1, z), 153);
        EXPECT_EQ(own(2, 1, z), 153);
        EXPECT_EQ(own(3, 1, z), 204);
    }
    // Half the edge along x: values at quarters between centres, 127.5 at the crossing would be both classes.
    const auto fine = confidence(p, p.grid.resampled({0.01, 0.03, 0.04}));
    EXPECT_EQ(fine.grid().size, (Size3{8, 2, 3}));
    const int expected[] = {204, 191, 166, 140, 140, 166, 191, 204};
    for (std::int64_t x = 0; x < 8; ++x) EXPECT_NEAR(fine(x, 0, 2), expected[x], 1) << x;
}

TEST(Predict, ViewsDisagreeOnlyWhereThereAreSeveral) {
    const Model model = make_model({{16, 16}, 3}, 1);
    const Size3 size{48, 40, 32};
    const auto t = noise(size, {0.02, 0.02, 0.02});
    auto options = bright();
    options.tile = {48, 40, 32};
    options.overlap = 8;
    options.views = 1;
    const auto one = predict_with_disagreement(t, model, options);
    EXPECT_EQ(one.mean.values, predict(t, model, options).values);
    for (const auto v : one.disagreement.values()) ASSERT_EQ(v, 0);
    options.views = 2;
    const auto two = predict_with_disagreement(t, model, options);
    EXPECT_EQ(two.mean.values, predict(t, model, options).values);
    // The other view on its own: the tomogram mirrored along x, its prediction mirrored back.
    auto turned = std::make_shared<Volume<float>>(t.grid);
    const Volume<float> plain = t.load();
    const auto other = [&](std::int64_t i) { return i + size.x - 1 - 2 * (i % size.x); };
    for (std::int64_t i = 0; i < plain.count(); ++i) (*turned)[i] = plain[other(i)];
    options.views = 1;
    const auto b = predict(tomogram_from(turned), model, options);
    const auto entropy = [](double p) { return p > 0 ? -p * std::log2(p) : 0; };
    double mean = 0;
    for (std::int64_t i = 0; i < plain.count(); ++i) {
        double expected = 0;
        for (int c = 0; c < 3; ++c) {
            const double p = one.mean.of_class(c)[static_cast<std::size_t>(i)] / 255.0,
                         q = b.of_class(c)[static_cast<std::size_t>(other(i))] / 255.0;
            expected += entropy((p + q) / 2) - (entropy(p) + entropy(q)) / 2;
        }
        ASSERT_NEAR(two.disagreement[i], 255 * expected, 3);  // the views above are rounded to 8 bits
        mean += expected / static_cast<double>(plain.count());
    }
    EXPECT_GT(mean, 0.005);
}

TEST(Predict, BadOptionsAreRefused) {
    auto o = bright();
    o.precision = "int3";
    EXPECT_THROW(o.check(), UsageError);
    o = bright();
    o.device = "gpu";
    EXPECT_THROW(o.check(), UsageError);
    o = bright();
    o.overlap = -1;
    EXPECT_THROW(o.check(), UsageError);
    o = bright();
    o.tile = {96, 96, 64};
    o.overlap = 60;
    EXPECT_THROW(o.check(), UsageError);
}

}  // namespace
}  // namespace cytomo
