#include "random_forest.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"

namespace cytomo {

RandomForest::RandomForest(const Examples& e, const ForestOptions& options)
    : features_(e.features), classes_(e.classes) {
    const auto n = e.labels.size();
    if (n == 0 || features_ < 1 || features_ > 256 || classes_ < 1 || classes_ > 16 ||
        e.values.size() != n * static_cast<std::size_t>(features_) || options.trees < 1)
        throw std::invalid_argument("RandomForest: sizes do not fit");
    const auto columns = static_cast<std::size_t>(features_);
    edges_.resize(columns);
    std::vector<std::uint8_t> binned(n * columns);  // feature by feature
    parallel_for(features_, [&](std::int64_t f) {
        std::vector<float> sorted(n);
        for (std::size_t i = 0; i < n; ++i) sorted[i] = e.values[i * columns + static_cast<std::size_t>(f)];
        std::sort(sorted.begin(), sorted.end());
        auto& edges = edges_[static_cast<std::size_t>(f)];
        for (std::size_t k = 0; k < edges.size(); ++k) edges[k] = sorted[(k + 1) * n / bins];
        for (std::size_t i = 0; i < n; ++i)
            binned[static_cast<std::size_t>(f) * n + i] =
                bin_of(static_cast<int>(f), e.values[i * columns + static_cast<std::size_t>(f)]);
    });
    trees_.resize(static_cast<std::size_t>(options.trees));
    parallel_for(options.trees, [&](std::int64_t t) {
        trees_[static_cast<std::size_t>(t)] = grow(binned, e.labels, options, static_cast<std::uint64_t>(t));
    });
}

/// The number of edges below the value.
std::uint8_t RandomForest::bin_of(int feature, float value) const {
    const auto& edges = edges_[static_cast<std::size_t>(feature)];
    return static_cast<std::uint8_t>(std::lower_bound(edges.begin(), edges.end(), value) - edges.begin());
}

/// A node whose examples lie in order[begin, end).
struct RandomForest::Growing {
    std::int32_t node;
    std::size_t begin, end;
};

RandomForest::Tree RandomForest::grow(const std::vector<std::uint8_t>& binned,
                                      const std::vector<std::uint8_t>& labels, const ForestOptions& options,
                                      std::uint64_t number) const {
    const auto n = labels.size(), classes = static_cast<std::size_t>(classes_);
    Random random(options.seed, 5000 + number);
    std::vector<std::uint32_t> order(n);
    for (auto& i : order) i = static_cast<std::uint32_t>(random.integer(0, static_cast<std::int64_t>(n) - 1));
    std::vector<int> features(static_cast<std::size_t>(features_));
    std::iota(features.begin(), features.end(), 0);
    const auto tried = static_cast<std::int64_t>(std::lround(std::ceil(std::sqrt(features_))));
    Tree tree;
    tree.nodes.emplace_back();
    std::vector<Growing> open{{0, 0, n}};
    std::vector<std::uint32_t> counts(bins * classes);
    while (!open.empty()) {
        const Growing now = open.back();
        open.pop_back();
        const auto size = now.end - now.begin;
        std::array<double, 16> all{};
        for (auto i = now.begin; i < now.end; ++i) ++all[labels[order[i]]];
        const bool pure = *std::max_element(all.begin(), all.end()) == static_cast<double>(size);
        double best = 0;
        for (const double a : all) best += a * a / static_cast<double>(size);
        best += 1e-9 * static_cast<double>(size);
        int best_feature = -1, best_bin = 0;
        for (std::int64_t k = 0; k < tried && !pure && size >= 2; ++k) {
            std::swap(features[static_cast<std::size_t>(k)],
                      features[static_cast<std::size_t>(random.integer(k, features_ - 1))]);
            const int f = features[static_cast<std::size_t>(k)];
            const auto* column = binned.data() + static_cast<std::size_t>(f) * n;
            std::fill(counts.begin(), counts.end(), 0U);
            int low = bins, high = 0;
            for (auto i = now.begin; i < now.end; ++i) {
                const int b = column[order[i]];
                low = std::min(low, b);
                high = std::max(high, b);
                ++counts[static_cast<std::size_t>(b) * classes + labels[order[i]]];
            }
            // Sum over both sides of squared counts over size: the larger, the purer.
            std::array<double, 16> left{};
            double left_size = 0;
            for (int b = low; b < high; ++b) {
                double in_left = 0, in_right = 0;
                for (std::size_t c = 0; c < classes; ++c) {
                    const double count = counts[static_cast<std::size_t>(b) * classes + c];
                    left[c] += count;
                    left_size += count;
                    in_left += left[c] * left[c];
                    in_right += (all[c] - left[c]) * (all[c] - left[c]);
                }
                const double right_size = static_cast<double>(size) - left_size;
                if (left_size < options.smallest_leaf || right_size < options.smallest_leaf) continue;
                if (const double purity = in_left / left_size + in_right / right_size; purity > best) {
                    best = purity;
                    best_feature = f;
                    best_bin = b;
                }
            }
        }
        if (best_feature < 0) {
            std::array<float, 16> shares{};
            for (std::size_t c = 0; c < classes; ++c)
                shares[c] = static_cast<float>(all[c] / static_cast<double>(size));
            tree.nodes[static_cast<std::size_t>(now.node)].left =
                -1 - static_cast<std::int32_t>(tree.leaves.size());
            tree.leaves.push_back(shares);
            continue;
        }
        const auto* column = binned.data() + static_cast<std::size_t>(best_feature) * n;
        const auto middle =
            static_cast<std::size_t>(std::partition(order.begin() + static_cast<std::ptrdiff_t>(now.begin),
                                                    order.begin() + static_cast<std::ptrdiff_t>(now.end),
                                                    [&](std::uint32_t i) { return column[i] <= best_bin; }) -
                                     order.begin());
        const auto left = static_cast<std::int32_t>(tree.nodes.size());
        tree.nodes[static_cast<std::size_t>(now.node)] = {static_cast<std::uint8_t>(best_feature),
                                                          static_cast<std::uint8_t>(best_bin), left};
        tree.nodes.resize(tree.nodes.size() + 2);
        open.push_back({left, now.begin, middle});
        open.push_back({left + 1, middle, now.end});
    }
    return tree;
}

void RandomForest::predict(const float* values, std::int64_t n, float* probabilities) const {
    // Blocks of rows, tree by tree: a tree stays in the cache.
    constexpr std::int64_t block = 2048;
    parallel_chunks(n, block, [&](std::int64_t begin, std::int64_t end) {
        const auto rows = static_cast<std::size_t>(end - begin),
                   columns = static_cast<std::size_t>(features_),
                   classes = static_cast<std::size_t>(classes_);
        std::vector<std::uint8_t> binned(rows * columns);
        const float* from = values + begin * features_;
        for (std::size_t i = 0; i < binned.size(); ++i)
            binned[i] = bin_of(static_cast<int>(i % columns), from[i]);
        float* out = probabilities + begin * classes_;
        std::fill_n(out, rows * classes, 0.F);
        const float share = 1 / static_cast<float>(trees_.size());
        for (const Tree& tree : trees_)
            for (std::size_t row = 0; row < rows; ++row) {
                const auto* bin = binned.data() + row * columns;
                std::int32_t at = 0;
                while (tree.nodes[static_cast<std::size_t>(at)].left >= 0) {
                    const Node& node = tree.nodes[static_cast<std::size_t>(at)];
                    at = node.left + (bin[node.feature] <= node.most ? 0 : 1);
                }
                const auto& leaf =
                    tree.leaves[static_cast<std::size_t>(-1 - tree.nodes[static_cast<std::size_t>(at)].left)];
                for (std::size_t c = 0; c < classes; ++c) out[row * classes + c] += share * leaf[c];
            }
    });
}

}  // namespace cytomo
