// The double-decoder network against an independent version in PyTorch's modules
// (tests/golden/double_decoder_golden.py), its model files, and its inference.
#include "double_decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "cytomo/core/error.h"
#include "cytomo/core/golden_file.h"
#include "cytomo/core/parallel.h"
#include "cytomo/network/libtorch.h"
#include "double_decoder_layers.h"
#include "double_decoder_predict.h"

namespace cytomo {
namespace {

constexpr std::int64_t golden_ny = 32, golden_nx = 48;
constexpr int golden_width = 4;

Model small_decoder(int width, int outputs, std::uint64_t seed) {
    Architecture a{{width}, outputs};
    a.kind = NetworkKind::double_decoder;
    return make_model(a, seed);
}

/// The golden script's "numbers": between -0.5 and 0.5.
double number(std::int64_t seed, std::int64_t i) {
    return static_cast<double>((i * 7919 + i * i * 31 + seed * 104729) % 10007) / 10007 - 0.5;
}

/// Every weight from its name, as the golden script makes it.
Model golden_model(int outputs) {
    Model model = small_decoder(golden_width, outputs, 1);
    for (auto& [name, t] : model.weights) {
        std::int64_t seed = 0;
        for (const char c : name) seed += c;
        const bool transposed = name.ends_with(".up.weight");
        for (std::size_t i = 0; i < t.values.size(); ++i) {
            const double u = number(seed, static_cast<std::int64_t>(i));
            double v = 0.4 * u;
            if (name.ends_with(".weight"))
                v = u * std::sqrt(24.0 /
                                  static_cast<double>(t.shape[transposed ? 0 : 1] * t.shape[2] * t.shape[3]));
            else if (name.ends_with(".gamma") || name.ends_with(".variance"))
                v = 1 + 0.4 * u;
            t.values[i] = static_cast<float>(v);
        }
    }
    return model;
}

torch::Tensor golden_image() {
    auto image = torch::empty({1, 1, golden_ny, golden_nx});
    for (std::int64_t i = 0; i < image.numel(); ++i)
        image.data_ptr<float>()[i] = static_cast<float>(number(5, i) * std::sqrt(12.0));
    return image;
}

/// 0, 1, 2 and 3, each for a quarter of the pixels.
torch::Tensor golden_classes() {
    auto classes = torch::empty({1, golden_ny, golden_nx}, torch::kLong);
    for (std::int64_t i = 0; i < classes.numel(); ++i)
        classes.data_ptr<std::int64_t>()[i] = static_cast<std::int64_t>(std::floor((number(6, i) + 0.5) * 4));
    return classes;
}

/// Every `stride`th value, within `tolerance` of the largest.
void expect_close(const torch::Tensor& found, const std::vector<double>& wanted, std::int64_t stride,
                  double tolerance, const std::string& what) {
    const auto flat = found.detach().contiguous().flatten();
    double largest = 1e-6;
    for (const double w : wanted) largest = std::max(largest, std::abs(w));
    for (std::size_t i = 0; i < wanted.size(); ++i)
        ASSERT_NEAR(flat[static_cast<std::int64_t>(i) * stride].item<double>(), wanted[i],
                    tolerance * largest)
            << what << " " << i;
}

void expect_gradients(const DoubleDecoder& net, const GoldenFile& golden, const std::string& key) {
    int compared = 0;
    for (const auto& [name, p] : net.parameters()) {
        const auto norm = key + ".norm." + name;
        ASSERT_EQ(p.grad().defined(), golden.has(norm)) << norm;
        if (!p.grad().defined()) continue;
        const double wanted = golden[norm][0];
        EXPECT_NEAR(p.grad().norm().item<double>(), wanted, 2e-3 * wanted + 1e-6) << norm;
        if (golden.has(key + ".values." + name)) {
            expect_close(p.grad(), golden[key + ".values." + name], 1, 2e-3, name);
            ++compared;
        }
    }
    EXPECT_GE(compared, 5);
}

void clear_gradients(const DoubleDecoder& net) {
    for (const auto& [name, p] : net.parameters()) torch::Tensor(p).mutable_grad() = torch::Tensor();
}

TEST(DoubleDecoder, HasThePublishedNumberOfParameters) {
    const auto count = [](int width) {
        std::int64_t all = 0, running = 0;
        for (const auto& [name, shape] : double_decoder_shapes(width, 2)) {
            std::int64_t n = 1;
            for (const auto s : shape) n *= s;
            all += n;
            if (name.ends_with(".mean") || name.ends_with(".variance")) running += n;
        }
        return std::vector<double>{static_cast<double>(all), static_cast<double>(all - running)};
    };
    const GoldenFile golden("double_decoder_golden.txt");
    // 76.5 million in the paper
    EXPECT_EQ(count(64), (std::vector<double>{76541230, 76483502}));
    EXPECT_EQ(count(64), golden["parameters.64"]);
    EXPECT_EQ(count(golden_width), golden["parameters.4"]);
    Architecture a{{64}, 2};
    a.kind = NetworkKind::double_decoder;
    EXPECT_NEAR(a.multiply_adds_per_voxel(), 1.16e6, 0.02e6);
}

TEST(DoubleDecoder, AgreesLayerByLayerWithAnIndependentVersion) {
    const GoldenFile golden("double_decoder_golden.txt");
    DoubleDecoder net(golden_model(2), torch::kCPU);
    int layers = 0;
    net.watch([&](const std::string& name, const torch::Tensor& t) {
        if (!golden.has("layer." + name)) return;
        const auto& wanted = golden["layer." + name];
        EXPECT_EQ(t.size(0), 1);
        for (int axis = 0; axis < 3; ++axis)
            EXPECT_EQ(static_cast<double>(t.size(axis + 1)), wanted[static_cast<std::size_t>(axis)]) << name;
        EXPECT_NEAR(t.mean().item<double>(), wanted[3], 1e-4 * wanted[4]) << name;
        EXPECT_NEAR(t.std(false).item<double>(), wanted[4], 1e-4 * wanted[4]) << name;
        ++layers;
    });
    net.set_training(true, 0.01);
    const auto image = golden_image();
    const auto encoded = net.encode(image);
    const auto again = net.decode_image(encoded), label = net.decode_label(encoded);
    EXPECT_EQ(layers, 1 + 8 + 12 + 4 * 3 + 1 + 3 + 4 * 5 + 1 + 1);
    expect_close(again, golden["train.image"], 3, 1e-4, "image");
    expect_close(label, golden["train.label"], 3, 1e-4, "label");
    for (const auto* name : {"encoder.initial.norm", "neck.2.1.norm", "label.norm"}) {
        const std::string n = name;
        expect_close(net.statistics().at(n + ".mean"), golden["running.mean." + n], 1, 1e-4, n);
        expect_close(net.statistics().at(n + ".variance"), golden["running.variance." + n], 1, 1e-4, n);
    }

    const auto classes = golden_classes();
    const auto target = (2 * classes - 1).to(torch::kFloat32).unsqueeze(1);
    const auto labelled =
        0.99 * mean_huber(label, target, (classes < 2).unsqueeze(1)) + 0.01 * mean_huber(again, image);
    EXPECT_NEAR(labelled.item<double>(), golden["loss.labelled"][0], 1e-5);
    labelled.backward({}, true);
    expect_gradients(net, golden, "labelled");

    clear_gradients(net);
    const auto similarity = structural_similarity(again, image, (image.max() - image.min()).view({1}));
    EXPECT_NEAR(similarity.item<double>(), golden["similarity"][0], 1e-5);
    const auto unlabelled = 0.5 * (1 - similarity) + 0.5 * mean_huber(again, image);
    EXPECT_NEAR(unlabelled.item<double>(), golden["loss.unlabelled"][0], 1e-4);
    unlabelled.backward();
    expect_gradients(net, golden, "unlabelled");

    const torch::NoGradGuard no_grad;
    net.watch({});
    net.set_training(true, 1);
    const auto first = net.encode(image);
    net.decode_image(first);
    net.decode_label(first);
    net.set_training(false);
    const auto second = net.encode(image);
    expect_close(net.decode_image(second), golden["eval.image"], 3, 1e-4, "image at inference");
    expect_close(net.decode_label(second), golden["eval.label"], 3, 1e-4, "label at inference");
}

TEST(DoubleDecoder, HasSeveralOutputsForSeveralClasses) {
    const GoldenFile golden("double_decoder_golden.txt");
    DoubleDecoder net(golden_model(3), torch::kCPU);
    net.set_training(true, 0.01);
    const auto logits = net.decode_label(net.encode(golden_image()));
    EXPECT_EQ(logits.sizes(), (std::vector<std::int64_t>{1, 3, golden_ny, golden_nx}));
    expect_close(logits, golden["three.logits"], 11, 1e-4, "logits");
}

TEST(DoubleDecoder, SimilarityOfAnImageToItselfIsOne) {
    const auto a = golden_image();
    EXPECT_NEAR(structural_similarity(a, a, torch::ones({1})).item<double>(), 1, 1e-5);
    // Of two flat images by hand: (2 a b + c1) / (a² + b² + c1), c1 = (0.01 * 10)²
    const auto one = torch::ones({1, 1, 16, 16});
    EXPECT_NEAR(structural_similarity(one, 2 * one, torch::full({1}, 10)).item<double>(), 4.01 / 5.01, 1e-4);
}

TEST(DoubleDecoder, MaskedHuberLossCountsWhatIsLabelled) {
    const auto a = torch::tensor({0.F, 0.F, 0.F}), b = torch::tensor({0.05F, 1.F, 7.F});
    const auto mask = torch::tensor({true, true, false});
    // By hand: (0.5 * 0.05² + 0.1 * 1 - 0.5 * 0.1²) / 2
    EXPECT_NEAR(mean_huber(a, b, mask).item<double>(), (0.00125 + 0.095) / 2, 1e-6);
    EXPECT_EQ(mean_huber(a, b, torch::zeros({3}, torch::kBool)).item<double>(), 0);
}

TEST(DoubleDecoder, SurvivesTheFile) {
    Model m = small_decoder(4, 3, 7);
    m.legend.entries = {{0, "out", {1, 2, 3}}, {1, "in", {4, 5, 6}}, {2, "edge", {7, 8, 9}}};
    const auto file = std::filesystem::path(testing::TempDir()) / "double_decoder.safetensors";
    write_model(file, m, true);
    const Model r = read_model(file);
    EXPECT_EQ(r.architecture, m.architecture);
    EXPECT_EQ(r.architecture.kind, NetworkKind::double_decoder);
    EXPECT_EQ(r.architecture.stride(), 16);
    EXPECT_EQ(r.class_count(), 3);
    EXPECT_EQ(r.checksum(), m.checksum());
    EXPECT_NE(small_decoder(4, 3, 8).checksum(), m.checksum());

    m.weights.at("label.head.weight").shape = {3, 2, 1, 2};
    write_model(file, m, true);
    EXPECT_THROW(read_model(file), InputError);
    m = small_decoder(4, 2, 7);
    m.weights.erase("neck.2.3.1.weight");
    write_model(file, m, true);
    EXPECT_THROW(read_model(file), InputError);
    m = small_decoder(4, 2, 7);
    m.architecture.widths = {1};
    write_model(file, m, true);
    EXPECT_THROW(read_model(file), InputError);
    m = small_decoder(4, 2, 7);
    EXPECT_THROW(grow(m, {1}, 1), InputError);
    EXPECT_THROW(adopt_legend(m, default_legend(), 1), InputError);
}

TEST(PlanePredictor, AveragesChunksAndRotations) {
    // A network that knows nothing but its last bias says the same everywhere, however it is asked.
    Model m = small_decoder(4, 2, 3);
    std::fill(m.weights.at("label.head.weight").values.begin(),
              m.weights.at("label.head.weight").values.end(), 0.F);
    m.weights.at("label.head.bias").values[0] = 0.5F;
    PlanePredictor all(m, "cpu", 8);
    const std::int64_t nx = 601, ny = 20;
    const std::vector<float> values(static_cast<std::size_t>(nx * ny), 1.F);
    const auto p = all.run(values, nx, ny);
    ASSERT_EQ(p.size(), 2 * values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        ASSERT_NEAR(p[i], 0.5 - 0.5 * std::tanh(0.5), 1e-6);
        ASSERT_NEAR(p[values.size() + i], 0.5 + 0.5 * std::tanh(0.5), 1e-6);
    }
    EXPECT_THROW(PlanePredictor(m, "cuda:77", 1), InputError);
    EXPECT_THROW(PlanePredictor(m, "tpu", 1), UsageError);
    EXPECT_THROW(PlanePredictor(make_model({{16, 16}, 2}, 1), "cpu", 1), InputError);
}

TEST(PlanePredictor, RotatedViewsTurnWithTheImage) {
    // The mean over four rotations of a turned image is the turned mean.
    PlanePredictor four(small_decoder(4, 2, 3), "cpu", 4);
    const std::int64_t n = 32;
    std::vector<float> a(static_cast<std::size_t>(n * n)), b(a.size());
    for (std::int64_t y = 0; y < n; ++y)
        for (std::int64_t x = 0; x < n; ++x) {
            const auto v = static_cast<float>(3 * number(9, y * n + x));
            a[static_cast<std::size_t>(y * n + x)] = v;
            b[static_cast<std::size_t>(x * n + n - 1 - y)] = v;
        }
    const auto pa = four.run(a, n, n), pb = four.run(b, n, n);
    double largest = 0;
    for (std::int64_t y = 0; y < n; ++y)
        for (std::int64_t x = 0; x < n; ++x)
            largest = std::max<double>(largest, std::abs(pa[static_cast<std::size_t>(y * n + x)] -
                                                         pb[static_cast<std::size_t>(x * n + n - 1 - y)]));
    EXPECT_LT(largest, 1e-4);
    PlanePredictor once(small_decoder(4, 2, 3), "cpu", 1);
    EXPECT_NE(once.run(a, n, n), pa);
}

TEST(PredictDoubleDecoder, SmoothsAlongZOnTheTomogramsOwnGrid) {
    const Grid grid{{40, 24, 6}, {0.01, 0.02, 0.05}, {1, 2, 3}};
    auto values = std::make_shared<Volume<float>>(grid);
    for (std::int64_t i = 0; i < values->count(); ++i)
        (*values)[i] = static_cast<float>(100 + 30 * number(2, i));
    const auto tomogram = tomogram_from(values);
    const Model model = small_decoder(4, 2, 5);
    PredictOptions options;
    options.device = "cpu";
    options.views = 1;
    PredictRecord record;
    use_libtorch();
    const auto p = predict(tomogram, model, options, &record);
    EXPECT_EQ(p.grid, grid);
    EXPECT_EQ(p.classes, 2);
    EXPECT_EQ(record.device, "cpu");
    PlanePredictor predictor(model, "cpu", 1);
    std::vector<std::vector<float>> planes;
    for (std::int64_t z = 0; z < 6; ++z)
        planes.push_back(predictor.run(normalised_slice(tomogram, z), 40, 24));
    const std::size_t n = 40 * 24;
    for (std::int64_t z = 0; z < 6; ++z)
        for (std::size_t i = 0; i < n; ++i) {
            double sum = 0, weights = 0;
            for (std::int64_t k = -2; k <= 2; ++k) {
                const double w =
                    z < 2 || z > 3 ? (k == 0 ? 1 : 0) : std::exp(-0.5 * static_cast<double>(k * k));
                if (w == 0) continue;
                sum += w * planes[static_cast<std::size_t>(z + k)][n + i];
                weights += w;
            }
            ASSERT_NEAR(p.of_class(1)[static_cast<std::size_t>(z) * n + i], 255 * sum / weights, 0.51);
        }
}

TEST(PredictDoubleDecoder, NumberOfThreadsChangesTheLastOf255StepsAtMost) {
    auto values = std::make_shared<Volume<float>>(Grid{{100, 70, 2}});
    for (std::int64_t i = 0; i < values->count(); ++i) (*values)[i] = static_cast<float>(number(2, i));
    PredictOptions options;
    options.device = "cpu";
    PredictRecord record;
    // Weights of moderate size: random ones give outputs in the thousands, whose rounding shows.
    const Model model = golden_model(3);
    use_libtorch();
    set_thread_count(1);
    const auto one = predict(tomogram_from(values), model, options, &record);
    EXPECT_EQ(record.views, 4);
    EXPECT_THROW(predict_with_disagreement(tomogram_from(values), model, options), InputError);
    set_thread_count(3);
    const auto three = predict(tomogram_from(values), model, options);
    set_thread_count(0);
    // libtorch sums in another order with other numbers of threads.
    ASSERT_EQ(one.values.size(), three.values.size());
    for (std::size_t i = 0; i < one.values.size(); ++i) ASSERT_NEAR(one.values[i], three.values[i], 1) << i;
}

TEST(PredictDoubleDecoder, SlicesAreNormalisedAndHolesAreTheMean) {
    auto values = std::make_shared<Volume<float>>(Grid{{4, 1, 2}});
    const float wanted[8] = {1, 3, 1, 3, 7, 7, NAN, 7};
    std::copy(wanted, wanted + 8, values->data());
    const auto tomogram = tomogram_from(values);
    EXPECT_EQ(normalised_slice(tomogram, 0), (std::vector<float>{-1, 1, -1, 1}));
    EXPECT_EQ(normalised_slice(tomogram, 1), (std::vector<float>{0, 0, 0, 0}));
}

}  // namespace
}  // namespace cytomo
