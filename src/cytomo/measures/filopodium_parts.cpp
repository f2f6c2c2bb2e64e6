#include "cytomo/measures/filopodium_parts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

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

namespace {

/// The way back from a branch along its own direction, to where it is nearest to the stem: length and place
/// on the line.
std::pair<double, double> way_to_stem(const CentreLine& line, Vec3 start, Vec3 back, double radius_um) {
    const double middle = line.length_um() / 2, whole = line.length_um() + 1;
    double best = std::numeric_limits<double>::infinity(), best_way = 0, best_at = 0;
    const double step = radius_um / 4;
    for (double way = 0; way <= 8 * radius_um; way += step) {
        const Vec3 p = start + back * way;
        const double at = line.nearest(p, middle, whole), off = length(p - line.point(at));
        if (off >= best) {
            if (best < radius_um) break;
            continue;
        }
        best = off;
        best_way = way + off;
        best_at = at;
    }
    return {best_way, best_at};
}

}  // namespace

std::vector<FilopodiumBranch> find_branches(const VoxelSet& voxels, const Grid& grid, const Ways& ways,
                                            const std::vector<std::uint8_t>& trunk, const CentreLine& line,
                                            double root_at, double radius_um, double slice_um) {
    std::vector<FilopodiumBranch> branches;
    std::vector<std::uint8_t> seen(trunk);
    const double least_um = 2 * radius_um + 2 * std::max({grid.voxel_um.x, grid.voxel_um.y, grid.voxel_um.z});
    for (std::size_t i = 0; i < voxels.size(); ++i) {
        if (seen[i] != 0 || !std::isfinite(ways.length_um[i])) continue;
        std::vector<std::size_t> piece{i};
        seen[i] = 1;
        double first = ways.length_um[i], last = first;
        std::size_t end = i;
        for (std::size_t next = 0; next < piece.size(); ++next) {
            const double way = ways.length_um[piece[next]];
            first = std::min(first, way);
            if (way > last) {
                last = way;
                end = piece[next];
            }
            voxels.for_neighbours(piece[next], [&](std::size_t other, int, int, int) {
                if (seen[other] != 0) return;
                seen[other] = 1;
                piece.push_back(other);
            });
        }
        const Vec3 tip = place_of(grid, voxels[end]);
        const double middle = line.length_um() / 2;
        if (length(tip - line.point(line.nearest(tip, middle, line.length_um() + 1))) < least_um) continue;
        const auto slices = static_cast<std::size_t>((last - first) / slice_um) + 1;
        std::vector<Vec3> sums(slices);
        std::vector<double> counts(slices, 0);
        for (const std::size_t v : piece) {
            const auto s = static_cast<std::size_t>((ways.length_um[v] - first) / slice_um);
            sums[s] = sums[s] + place_of(grid, voxels[v]);
            ++counts[s];
        }
        std::vector<Vec3> nodes;
        for (std::size_t s = 0; s < slices; ++s)
            if (counts[s] > 0) nodes.push_back(sums[s] * (1 / counts[s]));
        // The first slice slants where it was cut off.
        if (nodes.size() > 3) nodes.erase(nodes.begin());
        if (nodes.size() > 2) nodes = smoothed(nodes, 2 * radius_um + 2 * slice_um);
        const Vec3 onward = nodes.size() > 1 ? nodes[std::min<std::size_t>(2, nodes.size() - 1)] : tip;
        const Vec3 along =
            length(onward - nodes.front()) > 0 ? normalized(onward - nodes.front()) : Vec3{1, 0, 0};
        const auto [way, at] = way_to_stem(line, nodes.front(), along * -1, radius_um);
        FilopodiumBranch branch;
        branch.length_um = way;
        for (std::size_t s = 1; s < nodes.size(); ++s) branch.length_um += length(nodes[s] - nodes[s - 1]);
        const Vec3 ahead = nodes.size() > 1 ? normalized(nodes.back() - nodes[nodes.size() - 2]) : along;
        const double rest =
            std::max(0.0, dot(tip - nodes.back(), ahead)) + 0.25 * voxel_extent(ahead, grid.voxel_um);
        branch.length_um += rest;
        branch.leaves_at_um = std::max(0.0, at - root_at);
        branch.line_um.push_back(line.point(at));
        branch.line_um.insert(branch.line_um.end(), nodes.begin(), nodes.end());
        branch.line_um.push_back(nodes.back() + ahead * rest);
        branches.push_back(branch);
    }
    std::stable_sort(branches.begin(), branches.end(),
                     [](const auto& a, const auto& b) { return a.leaves_at_um < b.leaves_at_um; });
    return branches;
}

}  // namespace cytomo
