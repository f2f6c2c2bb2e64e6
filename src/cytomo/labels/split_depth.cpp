#include "cytomo/labels/split_depth.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "cytomo/core/disjoint_sets.h"
#include "cytomo/core/error.h"
#include "cytomo/core/neighbours.h"

namespace cytomo {

namespace {

constexpr std::uint32_t no_flood = 0xFFFFFFFFU;

/// Floods that grow and swallow each other: sets of the voxels of interest, with each flood's ridge and size.
class Floods {
public:
    explicit Floods(std::size_t count) : sets_(count), ridge_(count), voxels_(count) {}

    bool reached(std::uint32_t v) const { return voxels_[v] > 0 || !sets_.stands_for_set(v); }
    std::uint32_t root(std::uint32_t v) { return sets_.find(v); }
    void start(std::uint32_t v, std::uint8_t height) {
        ridge_[v] = height;
        voxels_[v] = 1;
    }
    void join(std::uint32_t v, std::uint32_t flood) {
        sets_.put_under(v, flood);
        ++voxels_[flood];
    }
    /// The one with the lower ridge (ties: the smaller, then the later) becomes part of the other.
    void unite(std::uint32_t a, std::uint32_t b) {
        if (is_lower(a, b)) std::swap(a, b);
        sets_.put_under(b, a);
        voxels_[a] += voxels_[b];
    }
    bool is_lower(std::uint32_t a, std::uint32_t b) const {
        if (ridge_[a] != ridge_[b]) return ridge_[a] < ridge_[b];
        if (voxels_[a] != voxels_[b]) return voxels_[a] < voxels_[b];
        return a > b;
    }
    std::uint8_t ridge(std::uint32_t flood) const { return ridge_[flood]; }
    std::int64_t voxels(std::uint32_t flood) const { return voxels_[flood]; }

private:
    DisjointSets sets_;
    std::vector<std::uint8_t> ridge_;
    std::vector<std::uint32_t> voxels_;  // of the flood that the voxel stands for, 0: of none
};

/// How many voxels the pieces to split have. Throws InputError if they are more than there are numbers.
std::size_t count_voxels(const Components& components, const SplitDepthOptions& options) {
    std::int64_t voxels = 0;
    for (std::size_t piece = 1; piece < components.class_of.size(); ++piece)
        if (options.classes[components.class_of[piece]]) voxels += components.voxels[piece];
    if (voxels >= std::int64_t{no_flood})
        throw InputError("objects: expected at most " + std::to_string(no_flood - 1) +
                         " voxels of classes that are split by their depth, found " + std::to_string(voxels) +
                         ". Crop the volume or use larger voxels");
    return static_cast<std::size_t>(voxels);
}

}  // namespace

void SplitDepthOptions::check() const {
    if (!(least_valley >= 0 && least_valley <= 1))
        throw UsageError("splitting by depth: expected a valley of 0 to 1, found " +
                         std::to_string(least_valley));
}

void split_by_depth(Components& components, std::span<const std::uint8_t> depth,
                    std::span<const std::uint8_t> separation, const SplitDepthOptions& options,
                    const Progress& progress) {
    options.check();
    const auto& volume = components.volume;
    const auto n = static_cast<std::size_t>(volume.count());
    if (depth.size() != n || (!separation.empty() && separation.size() != n))
        throw std::invalid_argument("split_by_depth: expected a depth for every voxel");
    progress(0);
    std::vector<std::int64_t> place;  // of the voxels of interest
    place.reserve(count_voxels(components, options));
    std::vector<std::uint32_t> number(n, no_flood);  // and their numbers
    for (std::size_t i = 0; i < n; ++i) {
        const auto piece = volume[static_cast<std::int64_t>(i)];
        if (piece == 0 || !options.classes[components.class_of[piece]]) continue;
        number[i] = static_cast<std::uint32_t>(place.size());
        place.push_back(static_cast<std::int64_t>(i));
    }
    std::vector<std::uint8_t> height(place.size());
    std::array<std::size_t, 257> start{};
    for (std::size_t v = 0; v < place.size(); ++v) {
        const auto i = static_cast<std::size_t>(place[v]);
        height[v] = separation.empty()
                        ? depth[i]
                        : static_cast<std::uint8_t>((depth[i] * (255 - separation[i]) + 127) / 255);
        ++start[255U - height[v] + 1];
    }
    std::partial_sum(start.begin(), start.end(), start.begin());
    std::vector<std::uint32_t> order(place.size());  // the deepest first, ties in the order of the volume
    for (std::uint32_t v = 0; v < place.size(); ++v) order[start[255U - height[v]]++] = v;

    progress(0.2);
    const auto least = static_cast<int>(std::lround(255 * options.least_valley));
    Floods floods(place.size());
    std::vector<std::uint32_t> met;
    for (std::size_t k = 0; k < order.size(); ++k) {
        if (k % 1'000'000 == 0)
            progress(0.2 + 0.6 * static_cast<double>(k) / static_cast<double>(order.size()));
        const auto v = order[k];
        met.clear();
        std::uint32_t steepest = no_flood;
        for_neighbours(volume.grid().size, place[v], [&](std::int64_t next) {
            const auto w = number[static_cast<std::size_t>(next)];
            if (w == no_flood || !floods.reached(w) || volume[next] != volume[place[v]]) return;
            const auto flood = floods.root(w);
            if (std::find(met.begin(), met.end(), flood) == met.end()) met.push_back(flood);
            if (steepest == no_flood || height[w] > height[steepest]) steepest = w;
        });
        if (met.empty()) {
            floods.start(v, height[v]);
            continue;
        }
        floods.join(v, floods.root(steepest));
        std::sort(met.begin(), met.end(), [&](auto a, auto b) { return floods.is_lower(b, a); });
        for (std::size_t m = 1; m < met.size(); ++m) {
            const auto low = floods.root(met[m]), high = floods.root(met[0]);
            if (low == high) continue;
            const auto lower = floods.is_lower(low, high) ? low : high;
            if (floods.ridge(lower) - height[v] < least || floods.voxels(lower) < options.least_voxels)
                floods.unite(high, low);
        }
    }

    progress(0.8);
    std::vector<std::uint32_t> number_of(place.size(), 0);  // of the piece that a flood became, by its root
    std::vector<bool> taken(components.class_of.size(), false);
    for (std::uint32_t v = 0; v < place.size(); ++v) {
        const auto flood = floods.root(v);
        const auto piece = volume[place[v]];
        auto& its = number_of[flood];
        if (its == 0) {
            if (!taken[piece]) {
                taken[piece] = true;
                its = piece;
                components.voxels[piece] = 0;
            } else {
                its = static_cast<std::uint32_t>(components.class_of.size());
                components.class_of.push_back(components.class_of[piece]);
                components.voxels.push_back(0);
                components.first_voxel.push_back(place[v]);
            }
        }
        ++components.voxels[its];
    }
    for (std::uint32_t v = 0; v < place.size(); ++v) components.volume[place[v]] = number_of[floods.root(v)];
    progress(1);
}

}  // namespace cytomo
