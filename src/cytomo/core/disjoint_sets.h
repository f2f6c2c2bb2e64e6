// Sets of numbers that only grow together.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace cytomo {

/// The numbers from 0 to size() - 1, first each a set of its own (union-find, R. E. Tarjan 1975, with path
/// halving: each step towards the member that stands for a set shortens the way for those that follow; a call
/// takes practically constant time). Which member stands for a set follows from what was joined, so that
/// results numbered by it do not change from run to run. Calls for sets that have no member in common may run
/// at the same time.
class DisjointSets {
public:
    explicit DisjointSets(std::size_t count = 0) : parent_(count) {
        std::iota(parent_.begin(), parent_.end(), 0U);
    }

    std::size_t size() const { return parent_.size(); }
    /// A set of one more number, which is returned.
    std::uint32_t add() {
        parent_.push_back(static_cast<std::uint32_t>(parent_.size()));
        return parent_.back();
    }
    /// The member that stands for the set of `i`.
    std::uint32_t find(std::size_t i) {
        while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
        return static_cast<std::uint32_t>(i);
    }
    bool stands_for_set(std::size_t i) const { return parent_[i] == i; }
    /// Makes one of the sets of `a` and `b`; the smaller of the two members that stood for them stands for
    /// it: where nothing but this joins, the smallest of all. False if they were one already.
    bool join(std::size_t a, std::size_t b) {
        const auto [low, high] = std::minmax({find(a), find(b)});
        parent_[high] = low;
        return low != high;
    }
    /// The set of `lower` becomes part of that of `higher`, which stands for both. Each must stand for its
    /// set.
    void put_under(std::size_t lower, std::size_t higher) {
        parent_[lower] = static_cast<std::uint32_t>(higher);
    }

private:
    std::vector<std::uint32_t> parent_;
};

}  // namespace cytomo
