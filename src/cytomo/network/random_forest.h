// Private to network: a random forest, the classical learner that needs few labels and no time.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace cytomo {

/// Examples: `features` numbers each, row by row, and their classes (below `classes`).
struct Examples {
    int features = 0, classes = 0;
    std::vector<float> values;
    std::vector<std::uint8_t> labels;
};

struct ForestOptions {
    int trees = 50;
    int smallest_leaf = 3;  ///< examples
    std::uint64_t seed = 1;
};

/// Random forest (Breiman 2001, doi 10.1023/A:1010933404324): trees on bootstrap samples, each node split at
/// the best Gini impurity of a random choice of features (square root of their number), thresholds at 128
/// quantiles. Probabilities are means over the trees of the shares in the leaves.
class RandomForest {
public:
    /// Cost: about trees · examples · depth · root of features. Deterministic for a seed at any thread count.
    /// Throws std::invalid_argument for no examples, sizes that do not fit, above 256 features or 16 classes.
    RandomForest(const Examples& examples, const ForestOptions& options);

    int classes() const { return classes_; }
    /// `values`: n rows of features; `probabilities`: [n][classes].
    void predict(const float* values, std::int64_t n, float* probabilities) const;

private:
    static constexpr int bins = 128;
    struct Node {
        std::uint8_t feature = 0, most = 0;  ///< left if the feature's bin is at most this
        std::int32_t left = -1;              ///< the right one follows it; below 0: a leaf, -1 - index
    };
    struct Tree {
        std::vector<Node> nodes;
        std::vector<std::array<float, 16>> leaves;
    };
    struct Growing;
    std::uint8_t bin_of(int feature, float value) const;
    Tree grow(const std::vector<std::uint8_t>& binned, const std::vector<std::uint8_t>& labels,
              const ForestOptions& options, std::uint64_t number) const;

    int features_, classes_;
    std::vector<std::array<float, bins - 1>> edges_;  ///< of each feature, ascending
    std::vector<Tree> trees_;
};

}  // namespace cytomo
