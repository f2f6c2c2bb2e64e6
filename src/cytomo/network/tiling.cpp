#include "tiling.h"

#include <algorithm>
#include <cmath>

namespace cytomo {

namespace {

constexpr std::int64_t margin =
    4;  // voxels at a tile's face that count for nothing where a neighbour has them

std::int64_t rounded_up(std::int64_t n, std::int64_t multiple) {
    return (n + multiple - 1) / multiple * multiple;
}

/// The ways to cut one axis: 1 tile, 2, … while tiles stay twice as long as the overlap.
std::vector<AxisTiles> ways_to_cut(std::int64_t size, std::int64_t stride, std::int64_t overlap) {
    const auto least = std::max<std::int64_t>({2 * overlap, 32, stride});
    std::vector<AxisTiles> ways{AxisTiles(size, rounded_up(size, stride), 1)};
    for (std::int64_t count = 2;; ++count) {
        const auto tile = rounded_up((size + (count - 1) * overlap + count - 1) / count, stride);
        if (tile >= least && tile < ways.back().tile) ways.emplace_back(size, tile, count);
        if (tile <= least) return ways;
    }
}

}  // namespace

AxisTiles::AxisTiles(std::int64_t axis_size, std::int64_t tile_size, std::int64_t tiles)
    : size(axis_size), tile(tile_size) {
    for (std::int64_t i = 0; i < tiles; ++i)
        starts.push_back(tiles > 1 ? i * (size - tile) / (tiles - 1) : 0);
}

double AxisTiles::beyond_cut(std::size_t k, std::size_t i, std::size_t v) const {
    const auto start = [this](std::size_t t) { return static_cast<double>(starts[t]); };
    const auto length = static_cast<double>(tile);
    const auto cut = [&](std::size_t t) { return 0.5 * (start(t + 1) + start(t) + length); };
    // The ramp stays clear of those of the neighbouring cuts.
    double half = 0.5 * (start(k) + length - start(k + 1)) - static_cast<double>(margin);
    if (k > 0) half = std::min(half, 0.5 * (cut(k) - cut(k - 1)));
    if (k + 2 < count()) half = std::min(half, 0.5 * (cut(k + 1) - cut(k)));
    const double at = start(i) + static_cast<double>(v) + 0.5;
    return std::clamp(0.5 + 0.5 * (at - cut(k)) / std::max(half, 1e-6), 0.0, 1.0);
}

std::vector<float> AxisTiles::shares(std::size_t i) const {
    std::vector<float> out(static_cast<std::size_t>(tile));
    for (std::size_t v = 0; v < out.size(); ++v) {
        const double reached = i > 0 ? beyond_cut(i - 1, i, v) : 1,
                     left = i + 1 < count() ? beyond_cut(i, i, v) : 0;
        out[v] = static_cast<float>(reached * (1 - left));
    }
    return out;
}

std::vector<float> AxisTiles::shares_before(std::size_t i) const {
    std::vector<float> out(static_cast<std::size_t>(tile), 0.F);
    for (std::size_t v = 0; i > 0 && v < out.size(); ++v)
        out[v] = static_cast<float>(1 - beyond_cut(i - 1, i, v));
    return out;
}

std::int64_t Tiling::count() const {
    return static_cast<std::int64_t>(x.count() * y.count() * z.count());
}

double Tiling::work() const {
    return static_cast<double>(count()) * static_cast<double>(tile().count()) /
           static_cast<double>(size().count());
}

std::int64_t thin_depth(std::int64_t slices, std::int64_t stride, bool flat_slices) {
    return flat_slices && slices == 1 ? 1 : stride >= 16 && slices <= 2 ? stride / 2 : stride;
}

double multiply_adds(const Architecture& architecture, Size3 tile, std::int64_t wanted, bool flat_slices) {
    double sum = 0;
    const auto layers = architecture.layers();
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const Layer& layer = layers[i];
        const int level = layer.level();
        const auto depth = [&](int l) { return std::max<std::int64_t>(1, tile.z >> l); };
        const bool flat = (flat_slices && tile.z == 1) ||
                          (layer.stride > 1 && tile.z < architecture.stride() && tile.z >> (level - 1) <= 1);
        const bool last = i + 2 >= layers.size();  // the last convolution, and the head after it
        const auto slices = last && wanted > 0 ? std::min(wanted, tile.z) : depth(level);
        sum += static_cast<double>(layer.inputs_without_clicks()) * layer.out *
               std::pow(layer.kernel, flat ? 2 : 3) *
               static_cast<double>((tile.x >> level) * (tile.y >> level) * slices);
    }
    return sum;
}

Tiling plan_tiles(Size3 volume, std::int64_t stride, std::int64_t overlap, std::int64_t most_voxels,
                  bool flat_slices) {
    const auto xs = ways_to_cut(volume.x, stride, overlap), ys = ways_to_cut(volume.y, stride, overlap),
               zs = volume.z < stride
                        ? std::vector{AxisTiles(volume.z, thin_depth(volume.z, stride, flat_slices), 1)}
                        : ways_to_cut(volume.z, stride, overlap);
    Tiling best{xs.back(), ys.back(), zs.back()};  // the smallest, in case that nothing fits
    double least = -1;
    for (const auto& z : zs)
        for (const auto& y : ys)
            for (const auto& x : xs) {
                if (x.tile * y.tile * z.tile > most_voxels) continue;
                const Tiling t{x, y, z};
                if (least >= 0 && t.work() >= least) continue;
                least = t.work();
                best = t;
            }
    return best;
}

Tiling tiles_of(Size3 volume, std::int64_t stride, std::int64_t overlap, Size3 largest, bool flat_slices) {
    const auto cut = [&](std::int64_t n, std::int64_t most) {
        const auto tile = std::min(rounded_up(n, stride), std::max(stride, most / stride * stride));
        const auto count = n <= tile ? 1 : (n - overlap + (tile - overlap) - 1) / (tile - overlap);
        return AxisTiles(n, tile, count);
    };
    return {cut(volume.x, largest.x), cut(volume.y, largest.y),
            volume.z < stride ? AxisTiles(volume.z, thin_depth(volume.z, stride, flat_slices), 1)
                              : cut(volume.z, largest.z)};
}

}  // namespace cytomo
