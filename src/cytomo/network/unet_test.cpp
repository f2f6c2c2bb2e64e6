// The fast training path against libtorch's own operators, the obvious version.
#include "unet.h"

#include <gtest/gtest.h>

#include "engine.h"

namespace cytomo {
namespace {

Model small_model() {
    return make_model({{16, 32, 16}, 5}, 3);
}

TEST(Unet, BlockedLayoutsAreInverse) {
    const auto x = torch::randn({2, 20, 3, 4, 5});
    const auto b = blocked::block(x);
    EXPECT_EQ(b.dim(), 6);
    EXPECT_TRUE(b.size(5) == 16 || b.size(5) == 8);
    EXPECT_EQ(b.size(1), (20 + b.size(5) - 1) / b.size(5));
    EXPECT_TRUE(torch::equal(blocked::channels_last(b, 20), x.permute({0, 2, 3, 4, 1})));
    EXPECT_TRUE(torch::equal(blocked::channels_last(b, 5), x.slice(1, 0, 5).permute({0, 2, 3, 4, 1})));
    EXPECT_TRUE(torch::equal(blocked::unblock(b, 20), x));
    const auto lanes = b.size(5);
    EXPECT_EQ(b[1][19 / lanes][2][3][4][19 % lanes].item<float>(), x[1][19][2][3][4].item<float>());
}

/// The fast path and libtorch's own operators: results and gradients, on random values of a size.
void compare_paths(const torch::Tensor& x) {
    torch::manual_seed(1);
    Model model = small_model();
    model.flat_slices = true;
    Unet fast(model, torch::kCPU, torch::kFloat32), plain(model, torch::kCPU, torch::kFloat32);
    const auto a = fast.forward_blocked(x), b = plain.forward_plain(x, true);
    ASSERT_EQ(a.sizes(), (std::vector<std::int64_t>{2, x.size(2), 12, 16, 5}));
    ASSERT_EQ(a.sizes(), b.sizes());
    EXPECT_LT((a - b).abs().max().item<float>(), 2e-4F * b.abs().max().item<float>());
    const auto g = torch::randn(a.sizes());
    (a * g).sum().backward();
    (b * g).sum().backward();
    const auto pa = fast.parameters(), pb = plain.parameters();
    ASSERT_EQ(pa.size(), pb.size());
    for (std::size_t i = 0; i < pa.size(); ++i) {
        const auto scale = pb[i].grad().abs().max().item<float>() + 1e-3F;
        EXPECT_LT((pa[i].grad() - pb[i].grad()).abs().max().item<float>(), 2e-3F * scale) << i;
    }
}

TEST(Unet, BlockedForwardAndGradientsAgreeWithLibtorch) {
    compare_paths(torch::randn({2, 1, 8, 12, 16}));
}

TEST(Unet, SingleSlicesTooWhichKernelsMeetAsIfManyLikeThemLayBeside) {
    const auto x = torch::randn({2, 1, 1, 12, 16});
    compare_paths(x);
    Model model = small_model();
    model.flat_slices = true;
    Unet net(model, torch::kCPU, torch::kFloat32);
    const auto one = net.forward_plain(x, false), many = net.forward_plain(x.repeat({1, 1, 96, 1, 1}), false);
    EXPECT_LT((one.select(1, 0) - many.select(1, 48)).abs().max().item<float>(), 1e-4F);
}

TEST(Unet, RunningStatisticsFollowTheBatch) {
    Model model = small_model();
    Unet net(model, torch::kCPU, torch::kFloat32);
    const auto x = torch::randn({1, 1, 8, 8, 8}) * 3 + 1;
    for (int i = 0; i < 200; ++i) net.forward_blocked(x);
    net.store(model);
    const auto w = torch::from_blob(model.weights.at("encoder.0.a.weight").values.data(), {16, 1, 3, 3, 3});
    const auto y = torch::conv3d(x, w, {}, 1, 1);
    const auto mean = y.mean({0, 2, 3, 4});
    for (int c = 0; c < 16; ++c)
        EXPECT_NEAR(model.weights.at("encoder.0.a.mean").values[static_cast<std::size_t>(c)],
                    mean[c].item<float>(), 1e-3);
}

TEST(Unet, FrozenStatisticsAreUsedKeptAndDifferentiatedThrough) {
    torch::manual_seed(2);
    Model model = small_model();
    Unet warm(model, torch::kCPU, torch::kFloat32);
    const auto x = torch::randn({2, 1, 8, 8, 16});
    for (int i = 0; i < 20; ++i) warm.forward_blocked(x * 2);
    warm.store(model);
    Unet fast(model, torch::kCPU, torch::kFloat32), plain(model, torch::kCPU, torch::kFloat32);
    fast.freeze_statistics();
    const auto a = fast.forward_blocked(x), b = plain.forward_plain(x, false);
    EXPECT_LT((a - b).abs().max().item<float>(), 2e-4F * b.abs().max().item<float>());
    const auto g = torch::randn(a.sizes());
    (a * g).sum().backward();
    (b * g).sum().backward();
    const auto pa = fast.parameters(), pb = plain.parameters();
    for (std::size_t i = 0; i < pa.size(); ++i) {
        const auto scale = pb[i].grad().abs().max().item<float>() + 1e-3F;
        EXPECT_LT((pa[i].grad() - pb[i].grad()).abs().max().item<float>(), 2e-3F * scale) << i;
    }
    Model after = model;
    fast.store(after);
    EXPECT_EQ(after.weights.at("encoder.0.a.mean").values, model.weights.at("encoder.0.a.mean").values);
}

TEST(Unet, Bfloat16ComesClose) {
    if (!can_compute(Precision::bf16)) GTEST_SKIP() << "this processor has no AVX-512";
    const Model model = small_model();
    Unet exact(model, torch::kCPU, torch::kFloat32), coarse(model, torch::kCPU, torch::kBFloat16);
    const auto x = torch::randn({1, 1, 16, 16, 16});
    const auto a = exact.forward_blocked(x), b = coarse.forward_blocked(x);
    EXPECT_LT((a - b).pow(2).mean().sqrt().item<float>(), 0.05F * a.pow(2).mean().sqrt().item<float>());
}

}  // namespace
}  // namespace cytomo
