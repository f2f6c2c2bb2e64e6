#include "held_out.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "cytomo/core/random.h"

namespace cytomo {

namespace {

constexpr std::size_t most_classes = 16;
using Counts = std::array<std::int64_t, most_classes>;

/// Blocks are small enough that there are many, and large enough to hold whole organelles.
struct Blocks {
    Size3 size;
    std::int64_t edge, nx, ny;
    explicit Blocks(Size3 volume)
        : size(volume),
          edge(std::clamp<std::int64_t>(std::min(volume.x, volume.y) / 10, 8, 32)),
          nx((volume.x + edge - 1) / edge),
          ny((volume.y + edge - 1) / edge) {}
    std::size_t of(std::int64_t x, std::int64_t y) const {
        return static_cast<std::size_t>(y / edge * nx + x / edge);
    }
};

std::vector<Counts> count_labels(const ClassVolume& labels, const Blocks& blocks) {
    std::vector<Counts> counts(static_cast<std::size_t>(blocks.nx * blocks.ny), Counts{});
    const std::uint8_t* label = labels.data();
    for (std::int64_t z = 0; z < blocks.size.z; ++z)
        for (std::int64_t y = 0; y < blocks.size.y; ++y)
            for (std::int64_t x = 0; x < blocks.size.x; ++x, ++label)
                if (*label < most_classes) ++counts[blocks.of(x, y)][*label];
    return counts;
}

}  // namespace

std::pair<ClassVolume, ClassVolume> hold_out_blocks(const ClassVolume& labels, double share,
                                                    std::uint64_t seed) {
    const Blocks blocks(labels.grid().size);
    const auto counts = count_labels(labels, blocks);
    Counts total{}, held{};
    for (const auto& block : counts)
        for (std::size_t c = 0; c < most_classes; ++c) total[c] += block[c];
    std::vector<std::size_t> order(counts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    Random random(seed, 31);
    for (std::size_t i = order.size(); i-- > 1;)
        std::swap(order[i], order[static_cast<std::size_t>(random.integer(0, static_cast<std::int64_t>(i)))]);
    std::vector<std::size_t> classes(most_classes);
    std::iota(classes.begin(), classes.end(), std::size_t{0});
    std::sort(classes.begin(), classes.end(), [&](auto a, auto b) { return total[a] < total[b]; });

    std::vector<bool> is_held(counts.size(), false);
    const auto fits = [&](const Counts& block) {
        for (std::size_t c = 0; c < most_classes; ++c)
            if (3 * (held[c] + block[c]) > total[c] && block[c] > 0) return false;
        return true;
    };
    for (const auto c : classes)
        for (const auto b : order) {
            if (static_cast<double>(held[c]) >= share * static_cast<double>(total[c])) break;
            if (is_held[b] || counts[b][c] == 0 || !fits(counts[b])) continue;
            is_held[b] = true;
            for (std::size_t k = 0; k < most_classes; ++k) held[k] += counts[b][k];
        }

    std::pair<ClassVolume, ClassVolume> out{labels, ClassVolume(labels.grid(), ignore_label)};
    std::int64_t i = 0;
    for (std::int64_t z = 0; z < blocks.size.z; ++z)
        for (std::int64_t y = 0; y < blocks.size.y; ++y)
            for (std::int64_t x = 0; x < blocks.size.x; ++x, ++i)
                if (is_held[blocks.of(x, y)]) std::swap(out.first[i], out.second[i]);
    return out;
}

}  // namespace cytomo
