#include "held_out.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "cytomo/core/random.h"
#include "cytomo/network/model.h"

namespace cytomo {

namespace {

using Counts = std::array<std::int64_t, most_classes>;

struct Blocks {
    Size3 size;
    std::int64_t edge, nx, ny;
    Blocks(Size3 volume, std::int64_t edge_length)
        : size(volume),
          edge(edge_length),
          nx((volume.x + edge - 1) / edge),
          ny((volume.y + edge - 1) / edge) {}
    std::size_t of(std::int64_t x, std::int64_t y) const {
        return static_cast<std::size_t>(y / edge * nx + x / edge);
    }
};

/// Of each block, in columns that are not held out yet.
std::vector<Counts> count_labels(const ClassVolume& labels, const Blocks& blocks,
                                 const std::vector<bool>& held) {
    std::vector<Counts> counts(static_cast<std::size_t>(blocks.nx * blocks.ny), Counts{});
    const std::uint8_t* label = labels.data();
    for (std::int64_t z = 0; z < blocks.size.z; ++z)
        for (std::int64_t y = 0, column = 0; y < blocks.size.y; ++y)
            for (std::int64_t x = 0; x < blocks.size.x; ++x, ++label, ++column)
                if (*label < most_classes && !held[static_cast<std::size_t>(column)])
                    ++counts[blocks.of(x, y)][*label];
    return counts;
}

/// What is held out, a column along z at a time.
class Columns {
public:
    explicit Columns(const ClassVolume& labels)
        : labels_(labels),
          nx_(labels.grid().size.x),
          ny_(labels.grid().size.y),
          held_(static_cast<std::size_t>(nx_ * ny_)) {}

    /// Holds out blocks with voxels of `classes`, in this order, until about `share` of each is; never more
    /// than a third of any class.
    void hold_out(const std::vector<std::size_t>& classes, std::int64_t edge, double share,
                  const Counts& total, Counts& in_test, Random& random) {
        const Blocks blocks(labels_.grid().size, edge);
        const auto counts = count_labels(labels_, blocks, held_);
        std::vector<std::size_t> order(counts.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        for (std::size_t i = order.size(); i-- > 1;)
            std::swap(order[i],
                      order[static_cast<std::size_t>(random.integer(0, static_cast<std::int64_t>(i)))]);
        std::vector<bool> taken(counts.size());
        const auto fits = [&](const Counts& block) {
            for (std::size_t c = 0; c < most_classes; ++c)
                if (3 * (in_test[c] + block[c]) > total[c] && block[c] > 0) return false;
            return true;
        };
        for (const auto c : classes)
            for (const auto b : order) {
                if (static_cast<double>(in_test[c]) >= share * static_cast<double>(total[c])) break;
                if (taken[b] || counts[b][c] == 0 || !fits(counts[b])) continue;
                taken[b] = true;
                for (std::size_t k = 0; k < most_classes; ++k) in_test[k] += counts[b][k];
            }
        for (std::int64_t y = 0; y < ny_; ++y)
            for (std::int64_t x = 0; x < nx_; ++x)
                if (taken[blocks.of(x, y)]) held_[static_cast<std::size_t>(y * nx_ + x)] = true;
    }
    bool held(std::int64_t column) const { return held_[static_cast<std::size_t>(column)]; }

    /// Gives every object seen along z, up to `largest` columns, wholly to the side that has most of it, so
    /// that none is tested on whose other half taught. Held out it is only while no class has more than a
    /// third there; with fewer than `least` voxels of its class held out besides, it is held out, or else
    /// stays cut.
    void keep_objects_whole(std::uint8_t c, std::int64_t largest, double least, Counts& in_test,
                            const Counts& total) {
        std::vector<bool> left(held_.size());
        const auto slice = nx_ * ny_;
        for (std::int64_t i = 0; i < labels_.count(); ++i)
            if (labels_[i] == c) left[static_cast<std::size_t>(i % slice)] = true;
        for (std::int64_t start = 0; start < slice; ++start) {
            const auto object = take_object(left, start);
            const auto size = static_cast<std::int64_t>(object.size());
            const auto tested = std::count_if(object.begin(), object.end(), [&](auto k) { return held(k); });
            if (size > largest || tested == 0 || tested == size) continue;
            Counts kept{}, teaching{};
            for (const auto column : object) add(held(column) ? kept : teaching, column);
            const bool enough = static_cast<double>(in_test[c] - kept[c]) >= least;
            bool to_test = 2 * tested > size || !enough;
            for (std::size_t k = 0; k < most_classes; ++k)
                to_test = to_test && (teaching[k] == 0 || 3 * (in_test[k] + teaching[k]) <= total[k]);
            if (!to_test && !enough) continue;  // rather an object cut than a class hardly tested
            for (const auto column : object) held_[static_cast<std::size_t>(column)] = to_test;
            for (std::size_t k = 0; k < most_classes; ++k) in_test[k] += to_test ? teaching[k] : -kept[k];
        }
    }

private:
    /// The columns that hang together with `start`, corners included; none if it is not left.
    std::vector<std::int64_t> take_object(std::vector<bool>& left, std::int64_t start) const {
        std::vector<std::int64_t> object;
        const auto take = [&](std::int64_t column) {
            if (!left[static_cast<std::size_t>(column)]) return;
            left[static_cast<std::size_t>(column)] = false;
            object.push_back(column);
        };
        take(start);
        for (std::size_t i = 0; i < object.size(); ++i) {
            const auto x = object[i] % nx_, y = object[i] / nx_;
            for (auto v = std::max<std::int64_t>(0, y - 1); v <= std::min(ny_ - 1, y + 1); ++v)
                for (auto u = std::max<std::int64_t>(0, x - 1); u <= std::min(nx_ - 1, x + 1); ++u)
                    take(v * nx_ + u);
        }
        return object;
    }

    void add(Counts& counts, std::int64_t column) const {
        for (auto i = column; i < labels_.count(); i += nx_ * ny_)
            if (labels_[i] < most_classes) ++counts[labels_[i]];
    }

    const ClassVolume& labels_;
    std::int64_t nx_, ny_;
    std::vector<bool> held_;
};

}  // namespace

std::pair<ClassVolume, ClassVolume> hold_out_blocks(const ClassVolume& labels, double share,
                                                    std::uint64_t seed) {
    const Size3 size = labels.grid().size;
    Counts total{}, held{};
    for (const std::uint8_t label : labels.values())
        if (label < most_classes) ++total[label];
    std::vector<std::size_t> classes;
    for (std::size_t c = 0; c < most_classes; ++c)
        if (total[c] > 0) classes.push_back(c);
    std::stable_sort(classes.begin(), classes.end(), [&](auto a, auto b) { return total[a] < total[b]; });

    // Small enough that there are many, and large enough to hold whole organelles; smaller ones for classes
    // that lie in one spot or two, of which there is nothing to test on otherwise.
    const auto edge = std::clamp<std::int64_t>(std::min(size.x, size.y) / 10, 8, 32);
    constexpr std::int64_t smallest = 4;
    Random random(seed, 31);
    Columns columns(labels);
    columns.hold_out(classes, edge, share, total, held, random);
    for (auto finer = edge / 2; finer >= smallest; finer /= 2) {
        std::vector<std::size_t> without;
        for (const auto c : classes)
            if (held[c] == 0) without.push_back(c);
        if (!without.empty()) columns.hold_out(without, finer, share, total, held, random);
    }

    // Common classes first, so that the rare ones have the last word.
    for (auto c = classes.rbegin(); c != classes.rend(); ++c)
        if (*c > 0)
            columns.keep_objects_whole(static_cast<std::uint8_t>(*c), 6 * edge * edge,
                                       0.5 * share * static_cast<double>(total[*c]), held, total);

    std::pair<ClassVolume, ClassVolume> out{labels, ClassVolume(labels.grid(), ignore_label)};
    const auto slice = size.x * size.y;
    for (std::int64_t i = 0; i < labels.count(); ++i)
        if (columns.held(i % slice)) std::swap(out.first[i], out.second[i]);
    return out;
}

}  // namespace cytomo
