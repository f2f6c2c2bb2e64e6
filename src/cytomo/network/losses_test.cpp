#include "losses.h"

#include <gtest/gtest.h>

#include "object_targets.h"

namespace cytomo {
namespace {

TEST(Losses, OnePassEqualsTheObviousVersionInValueAndGradient) {
    torch::manual_seed(4);
    for (const int classes : {2, 7}) {
        // Twice as many outputs as classes, in no order, and as many in order.
        for (const bool grouped : {false, true}) {
            const int outputs = grouped ? 2 * classes : classes;
            const auto class_of =
                (grouped ? torch::randperm(outputs) % classes : torch::arange(outputs)).to(torch::kUInt8);
            auto a = torch::randn({2, 6, 5, 40, outputs});
            auto b = a.clone();
            a.set_requires_grad(true);
            b.set_requires_grad(true);
            auto y = torch::randint(0, classes, {2, 6, 5, 40}).to(torch::kUInt8);
            y.masked_fill_(torch::rand({2, 6, 5, 40}) < 0.3, 255);
            const auto w = torch::rand({classes}) + 0.2;
            const auto q = torch::softmax(torch::randn({2, 6, 5, 40, classes}), -1);
            const auto la = segmentation_loss(a, y, w, class_of, q, 0.7),
                       lb = segmentation_loss_plain(b, y, w, class_of, q, 0.7);
            EXPECT_NEAR(la.item<double>(), lb.item<double>(), 1e-5);
            (la * 3).backward();
            (lb * 3).backward();
            EXPECT_LT((a.grad() - b.grad()).abs().max().item<double>(),
                      1e-3 * b.grad().abs().max().item<double>());
        }
    }
}

TEST(Losses, NothingLabelledTeachesNothing) {
    auto a = torch::randn({1, 2, 2, 2, 3}).requires_grad_();
    const auto y = torch::full({1, 2, 2, 2}, 255, torch::kUInt8);
    const auto l = segmentation_loss(a, y, torch::ones({3}), torch::arange(3).to(torch::kUInt8));
    EXPECT_EQ(l.item<double>(), 0);
    l.backward();
    EXPECT_EQ(a.grad().abs().max().item<double>(), 0);
}

TEST(Losses, NotTaughtIsNeitherCountedNorCompared) {
    const auto classes = torch::arange(3).to(torch::kUInt8),
               q = torch::softmax(torch::randn({1, 2, 2, 2, 3}), -1);
    const auto y = torch::full({1, 2, 2, 2}, int{not_taught_label}, torch::kUInt8);
    for (const auto loss : {segmentation_loss, segmentation_loss_plain}) {
        auto a = torch::randn({1, 2, 2, 2, 3}).requires_grad_();
        const auto l = loss(a, y, torch::ones({3}), classes, q, 0.7);
        EXPECT_EQ(l.item<double>(), 0);
        l.backward();
        EXPECT_EQ(a.grad().abs().max().item<double>(), 0);
    }
}

TEST(Losses, CertainAndRightCostsNearlyNothing) {
    const auto y = torch::randint(0, 3, {1, 20, 20, 20}).to(torch::kUInt8);
    const auto x = torch::one_hot(y.to(torch::kLong), 3).to(torch::kFloat32) * 40;
    EXPECT_LT(segmentation_loss(x, y, torch::ones({3}), torch::arange(3).to(torch::kUInt8)).item<double>(),
              1e-3);
}

}  // namespace
}  // namespace cytomo
