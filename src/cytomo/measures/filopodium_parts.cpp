#include "cytomo/measures/filopodium_parts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "cytomo/core/legend.h"

namespace cytomo {

Vec3 place_of(const Grid& grid, const VoxelIndex& v) {
    return grid.world_from_voxel(
        {static_cast<double>(v[0]), static_cast<double>(v[1]), static_cast<double>(v[2])});
}

bool is_cell_body(const ClassVolume& classes, std::uint8_t class_id, std::int64_t x, std::int64_t y,
                  std::int64_t z) {
    if (!classes.grid().contains(x, y, z)) return false;
    const std::uint8_t label = classes(x, y, z);
    return label != background && label != ignore_label && label != class_id;
}

namespace {

/// Mean of the middles between patch and body voxels: over faces if there are any.
Vec3 find_contact(const VoxelSet& voxels, const std::vector<std::size_t>& patch, const ClassVolume& classes,
                  std::uint8_t class_id) {
    Vec3 face_sum, sum;
    double faces = 0, all = 0;
    for (const std::size_t i : patch) {
        const VoxelIndex& v = voxels[i];
        for (int dz = -1; dz <= 1; ++dz)
            for (int dy = -1; dy <= 1; ++dy)
                for (int dx = -1; dx <= 1; ++dx) {
                    if (!is_cell_body(classes, class_id, v[0] + dx, v[1] + dy, v[2] + dz)) continue;
                    const Vec3 middle =
                        classes.grid().world_from_voxel({v[0] + 0.5 * dx, v[1] + 0.5 * dy, v[2] + 0.5 * dz});
                    sum = sum + middle;
                    ++all;
                    if (dx * dx + dy * dy + dz * dz != 1) continue;
                    face_sum = face_sum + middle;
                    ++faces;
                }
    }
    return faces > 0 ? face_sum * (1 / faces) : sum * (1 / all);
}

}  // namespace

FilopodiumRoot find_root(const VoxelSet& voxels, const ClassVolume& classes, std::uint8_t class_id) {
    std::vector<std::uint8_t> contacts(voxels.size(), 0);
    for (std::size_t i = 0; i < voxels.size(); ++i) {
        const VoxelIndex& v = voxels[i];
        for (int d = 0; d < 27; ++d)
            if (is_cell_body(classes, class_id, v[0] + d % 3 - 1, v[1] + d / 3 % 3 - 1, v[2] + d / 9 - 1))
                ++contacts[i];
    }
    FilopodiumRoot best;
    std::int64_t most = 0;
    std::vector<bool> seen(voxels.size(), false);
    for (std::size_t i = 0; i < voxels.size(); ++i) {
        if (contacts[i] == 0 || seen[i]) continue;
        std::vector<std::size_t> patch{i};
        seen[i] = true;
        std::int64_t sum = 0;
        for (std::size_t next = 0; next < patch.size(); ++next) {
            sum += contacts[patch[next]];
            voxels.for_neighbours(patch[next], [&](std::size_t other, int, int, int) {
                if (contacts[other] == 0 || seen[other]) return;
                seen[other] = true;
                patch.push_back(other);
            });
        }
        if (sum > most) {
            most = sum;
            best.voxels = std::move(patch);
        }
    }
    if (most > 0) best.contact_um = find_contact(voxels, best.voxels, classes, class_id);
    return best;
}

namespace {

/// Two places of two pieces that are near each other; the nearest ones of at most `most` of each, then of
/// those around them.
std::pair<std::size_t, std::size_t> near_pair(const VoxelSet& voxels, const Grid& grid,
                                              const std::vector<std::size_t>& a,
                                              const std::vector<std::size_t>& b) {
    constexpr std::size_t most = 600;
    std::pair<std::size_t, std::size_t> best{a.front(), b.front()};
    double distance = std::numeric_limits<double>::infinity();
    const auto compare = [&](std::size_t from_step, std::size_t to_step, double reach) {
        std::vector<std::size_t> from, to;
        const auto pick = [&](const std::vector<std::size_t>& all, std::size_t centre, std::size_t step,
                              std::vector<std::size_t>& out) {
            for (std::size_t i = 0; i < all.size(); i += step)
                if (length(place_of(grid, voxels[all[i]]) - place_of(grid, voxels[centre])) <= reach)
                    out.push_back(all[i]);
        };
        const auto start = best;
        pick(a, start.first, from_step, from);
        pick(b, start.second, to_step, to);
        for (const std::size_t i : from)
            for (const std::size_t j : to) {
                const double d = length(place_of(grid, voxels[i]) - place_of(grid, voxels[j]));
                if (d >= distance) continue;
                distance = d;
                best = {i, j};
            }
    };
    const std::size_t from_step = a.size() / most + 1, to_step = b.size() / most + 1;
    compare(from_step, to_step, std::numeric_limits<double>::infinity());
    if (from_step > 1 || to_step > 1)
        compare(1, 1, 6 * std::max({grid.voxel_um.x, grid.voxel_um.y, grid.voxel_um.z}));
    return best;
}

/// Mean place of the voxels of a piece within reach of one of them.
Vec3 end_of(const VoxelSet& voxels, const Grid& grid, const std::vector<std::size_t>& piece, std::size_t at,
            double reach_um) {
    Vec3 sum;
    double count = 0;
    for (const std::size_t i : piece) {
        const Vec3 p = place_of(grid, voxels[i]);
        if (length(p - place_of(grid, voxels[at])) > reach_um) continue;
        sum = sum + p;
        ++count;
    }
    return sum * (1 / count);
}

std::vector<std::vector<std::size_t>> find_pieces(const VoxelSet& voxels) {
    std::vector<std::vector<std::size_t>> pieces;
    std::vector<bool> seen(voxels.size(), false);
    for (std::size_t i = 0; i < voxels.size(); ++i) {
        if (seen[i]) continue;
        std::vector<std::size_t> piece{i};
        seen[i] = true;
        for (std::size_t next = 0; next < piece.size(); ++next)
            voxels.for_neighbours(piece[next], [&](std::size_t other, int, int, int) {
                if (seen[other]) return;
                seen[other] = true;
                piece.push_back(other);
            });
        pieces.push_back(std::move(piece));
    }
    return pieces;
}

}  // namespace

VoxelSet in_one_piece(VoxelSet voxels, const ClassVolume& classes, std::uint8_t class_id) {
    std::vector<std::vector<std::size_t>> pieces = find_pieces(voxels);
    if (pieces.size() < 2) return voxels;
    const std::size_t total = voxels.size();
    std::stable_sort(pieces.begin(), pieces.end(),
                     [](const auto& a, const auto& b) { return a.size() > b.size(); });
    while (pieces.size() > 1 && pieces.back().size() * 100 < total * 3) pieces.pop_back();
    const Grid& grid = classes.grid();
    std::vector<VoxelIndex> all;
    for (const auto& piece : pieces)
        for (const std::size_t i : piece) all.push_back(voxels[i]);
    // The nearest piece joins what is joined already.
    std::vector<std::size_t> joined = pieces.front();
    pieces.erase(pieces.begin());
    while (!pieces.empty()) {
        std::size_t chosen = 0;
        std::pair<std::size_t, std::size_t> pair;
        double distance = std::numeric_limits<double>::infinity();
        for (std::size_t p = 0; p < pieces.size(); ++p) {
            const auto here = near_pair(voxels, grid, joined, pieces[p]);
            const double d = length(place_of(grid, voxels[here.first]) - place_of(grid, voxels[here.second]));
            if (d >= distance) continue;
            distance = d;
            chosen = p;
            pair = here;
        }
        // Thickness: what one piece holds within some reach of its end is a stretch of that length.
        const double reach = std::max(0.2, 2 * distance);
        double count = 0;
        for (const std::size_t i : joined)
            if (length(place_of(grid, voxels[i]) - place_of(grid, voxels[pair.first])) <= reach) ++count;
        const double radius =
            std::max(std::sqrt(count * grid.voxel_volume_um3() / (std::numbers::pi * reach)),
                     0.75 * std::max({grid.voxel_um.x, grid.voxel_um.y, grid.voxel_um.z}));
        const Vec3 a = end_of(voxels, grid, joined, pair.first, 2 * radius);
        const Vec3 b = end_of(voxels, grid, pieces[chosen], pair.second, 2 * radius);
        const Vec3 low = grid.voxel_from_world(
            {std::min(a.x, b.x) - radius, std::min(a.y, b.y) - radius, std::min(a.z, b.z) - radius});
        const Vec3 high = grid.voxel_from_world(
            {std::max(a.x, b.x) + radius, std::max(a.y, b.y) + radius, std::max(a.z, b.z) + radius});
        const double straight = dot(b - a, b - a);
        for (auto z = static_cast<std::int64_t>(std::ceil(low.z)); static_cast<double>(z) <= high.z; ++z)
            for (auto y = static_cast<std::int64_t>(std::ceil(low.y)); static_cast<double>(y) <= high.y; ++y)
                for (auto x = static_cast<std::int64_t>(std::ceil(low.x)); static_cast<double>(x) <= high.x;
                     ++x) {
                    if (!grid.contains(x, y, z) || is_cell_body(classes, class_id, x, y, z)) continue;
                    const VoxelIndex v{static_cast<std::int32_t>(x), static_cast<std::int32_t>(y),
                                       static_cast<std::int32_t>(z)};
                    const Vec3 p = place_of(grid, v);
                    const double t = straight > 0 ? std::clamp(dot(p - a, b - a) / straight, 0.0, 1.0) : 0;
                    if (length(p - (a + (b - a) * t)) <= radius) all.push_back(v);
                }
        joined.insert(joined.end(), pieces[chosen].begin(), pieces[chosen].end());
        pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(chosen));
    }
    return VoxelSet(std::move(all));
}

}  // namespace cytomo
