// The centre-line graph says which tubes there are (tube_graph.h, tube_paths.h); each voxel goes to the tube
// whose middle line is nearest, counted in radii.
#include "cytomo/labels/crossings.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/labels/boxes.h"
#include "cytomo/labels/tube_graph.h"
#include "cytomo/labels/tube_paths.h"

namespace cytomo {

void CrossingOptions::check() const {
    if (!(least_neck > 0 && least_neck <= 1))
        throw UsageError("crossings: expected a neck above 0 and at most 1, found " +
                         std::to_string(least_neck));
    if (!(largest_bend_deg >= 0 && largest_bend_deg <= 180))
        throw UsageError("crossings: expected a bend of 0 to 180 degrees, found " +
                         std::to_string(largest_bend_deg));
}

namespace {

/// Distance of a place from a piece's middle line, in radii of the piece there.
double distance_in_radii(const TubePiece& piece, Vec3 p) {
    const Vec3 along = piece.to_um - piece.from_um;
    const double squared = dot(along, along);
    const double t = squared > 0 ? std::clamp(dot(p - piece.from_um, along) / squared, 0.0, 1.0) : 0.0;
    const double radius = piece.from_radius_um + t * (piece.to_radius_um - piece.from_radius_um);
    return length(p - (piece.from_um + along * t)) / radius;
}

/// Distance between the middles of two straight pieces, at the closest of some points along them.
double gap_um(const TubePiece& a, const TubePiece& b) {
    constexpr int steps = 8;
    double best = std::numeric_limits<double>::infinity();
    for (int i = 0; i <= steps; ++i)
        for (int j = 0; j <= steps; ++j) {
            const Vec3 p = a.from_um + (a.to_um - a.from_um) * (i / static_cast<double>(steps));
            const Vec3 q = b.from_um + (b.to_um - b.from_um) * (j / static_cast<double>(steps));
            best = std::min(best, length(p - q));
        }
    return best;
}

constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

/// The tube to which most of a ball's voxels belong, or, where none do, that of the nearest ball along the
/// links.
std::vector<std::uint32_t> main_tubes(const TubeGraph& graph, const std::vector<std::uint32_t>& tube_of) {
    std::vector<std::vector<std::uint32_t>> votes(graph.nodes.size());
    for (std::size_t i = 0; i < tube_of.size(); ++i)
        if (tube_of[i] != none) {
            auto& vote = votes[graph.node_of[i]];
            vote.resize(std::max<std::size_t>(vote.size(), tube_of[i] + 1), 0);
            ++vote[tube_of[i]];
        }
    std::vector<std::uint32_t> tube(graph.nodes.size(), none), open;
    for (std::uint32_t n = 0; n < tube.size(); ++n) {
        const auto& vote = votes[n];
        if (vote.empty()) continue;
        tube[n] = static_cast<std::uint32_t>(std::max_element(vote.begin(), vote.end()) - vote.begin());
        open.push_back(n);
    }
    for (std::size_t next = 0; next < open.size(); ++next)
        for (const std::uint32_t n : graph.nodes[open[next]].neighbours)
            if (tube[n] == none) {
                tube[n] = tube[open[next]];
                open.push_back(n);
            }
    std::replace(tube.begin(), tube.end(), none, std::uint32_t{0});  // linked to nothing
    return tube;
}

/// Tube of each voxel of the object, from 0; empty if there is one only.
std::vector<std::uint32_t> part_object(const ClassVolume& classes, const Instances& instances,
                                       std::uint32_t number, const VoxelBox& box,
                                       const CrossingOptions& options) {
    const TubeGraph graph =
        find_tube_graph(classes, instances, number, box, options.from_body, options.least_neck);
    TubePaths paths = follow_tubes(graph, options.largest_bend_deg);
    if (paths.tubes < 2) return {};
    const Grid& grid = classes.grid();
    const auto& voxels = graph.voxels;
    // Where tubes only touch one above the other, none takes voxels of the other.
    for (TubePiece& first : paths.pieces) {
        if (!first.first_at_crossing) continue;
        bool through = false;
        for (const TubePiece& other : paths.pieces)
            if (other.tube != first.tube &&
                length(other.from_um - first.from_um) < length(other.to_um - other.from_um) +
                                                            length(first.to_um - first.from_um) +
                                                            first.from_radius_um &&
                gap_um(first, other) < 0.6 * std::max(first.from_radius_um, other.from_radius_um))
                through = true;
        first.first_at_crossing = through;
    }
    // Voxels are looked up by row of the box.
    const std::int64_t rows_y = box.last[1] - box.first[1] + 1, rows_z = box.last[2] - box.first[2] + 1;
    std::vector<std::uint32_t> row_begin(static_cast<std::size_t>(rows_y * rows_z + 1), 0);
    const auto row_of = [&](std::int64_t y, std::int64_t z) {
        return static_cast<std::size_t>((z - box.first[2]) * rows_y + y - box.first[1]);
    };
    for (const auto& v : voxels) ++row_begin[row_of(v[1], v[2]) + 1];
    for (std::size_t r = 1; r < row_begin.size(); ++r) row_begin[r] += row_begin[r - 1];

    std::vector<std::uint32_t> tube_of(voxels.size(), none);
    std::vector<float> best(voxels.size(), std::numeric_limits<float>::infinity());
    constexpr double reach_radii = 2;
    for (const TubePiece& piece : paths.pieces) {
        const double reach = reach_radii * std::max(piece.from_radius_um, piece.to_radius_um);
        const Vec3 a = grid.voxel_from_world(piece.from_um), b = grid.voxel_from_world(piece.to_um);
        const auto span = [&](double from, double to, double edge, std::size_t axis) {
            const double low = std::min(from, to) - reach / edge, high = std::max(from, to) + reach / edge;
            return std::pair{std::max(box.first[axis], static_cast<std::int64_t>(std::floor(low))),
                             std::min(box.last[axis], static_cast<std::int64_t>(std::ceil(high)))};
        };
        const auto [x0, x1] = span(a.x, b.x, grid.voxel_um.x, 0);
        const auto [y0, y1] = span(a.y, b.y, grid.voxel_um.y, 1);
        const auto [z0, z1] = span(a.z, b.z, grid.voxel_um.z, 2);
        for (std::int64_t z = z0; z <= z1; ++z)
            for (std::int64_t y = y0; y <= y1; ++y)
                for (std::size_t i = row_begin[row_of(y, z)]; i < row_begin[row_of(y, z) + 1]; ++i) {
                    const auto& v = voxels[i];
                    if (v[0] < x0 || v[0] > x1) continue;
                    const Vec3 p = grid.world_from_voxel(
                        {static_cast<double>(v[0]), static_cast<double>(v[1]), static_cast<double>(v[2])});
                    double ratio = distance_in_radii(piece, p);
                    if (piece.first_at_crossing && ratio <= 1) ratio -= reach_radii;
                    if (ratio >= best[i] || ratio > reach_radii) continue;
                    best[i] = static_cast<float>(ratio);
                    tube_of[i] = piece.tube;
                }
    }
    // What no middle line is near goes with its ball.
    const std::vector<std::uint32_t> tube_of_node = main_tubes(graph, tube_of);
    for (std::size_t i = 0; i < voxels.size(); ++i)
        if (tube_of[i] == none) tube_of[i] = tube_of_node[graph.node_of[i]];
    return tube_of;
}

/// Gives numbers by the rules of Instances to objects that have any others.
Instances renumbered(InstanceVolume volume, const std::vector<std::uint8_t>& class_of) {
    std::vector<std::int64_t> voxels(class_of.size(), 0), first(class_of.size(), -1);
    for (std::int64_t i = 0; i < volume.count(); ++i) {
        const std::uint32_t n = volume[i];
        if (n == 0) continue;
        if (voxels[n]++ == 0) first[n] = i;
    }
    std::vector<std::uint32_t> order;
    for (std::uint32_t n = 1; n < class_of.size(); ++n)
        if (voxels[n] > 0) order.push_back(n);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        if (class_of[a] != class_of[b]) return class_of[a] < class_of[b];
        if (voxels[a] != voxels[b]) return voxels[a] > voxels[b];
        return first[a] < first[b];
    });
    Instances result;
    std::vector<std::uint32_t> number(class_of.size(), 0);
    for (const std::uint32_t n : order) {
        number[n] = static_cast<std::uint32_t>(result.class_of.size());
        result.class_of.push_back(class_of[n]);
    }
    parallel_chunks(volume.count(), 1 << 16, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) volume[i] = number[volume[i]];
    });
    result.volume = std::move(volume);
    return result;
}

}  // namespace

Instances split_crossing_tubes(const ClassVolume& classes, Instances instances,
                               const CrossingOptions& options, const Progress& progress) {
    options.check();
    if (instances.volume.grid().size != classes.grid().size)
        throw InputError("crossings: expected classes and instances of the same size");
    progress(0);
    std::vector<std::uint32_t> small, large;
    const std::vector<VoxelBox> boxes = find_boxes(instances.volume, instances.count());
    for (std::uint32_t n = 1; n <= instances.count(); ++n) {
        if (instances.class_of[n] != options.class_id || boxes[n].empty()) continue;
        double box = 1;
        for (std::size_t a = 0; a < 3; ++a)
            box *= static_cast<double>(boxes[n].last[a] - boxes[n].first[a] + 1);
        // Few large boxes at a time: their distances take memory.
        (box < 16e6 ? small : large).push_back(n);
    }
    std::vector<std::vector<std::uint32_t>> parts(instances.class_of.size());
    const auto part = [&](std::uint32_t n) {
        parts[n] = part_object(classes, instances, n, boxes[n], options);
    };
    parallel_for(static_cast<std::int64_t>(small.size()),
                 [&](std::int64_t i) { part(small[static_cast<std::size_t>(i)]); });
    progress(0.5);
    for (std::size_t i = 0; i < large.size(); ++i) {
        part(large[i]);
        progress(0.5 + 0.4 * static_cast<double>(i + 1) / static_cast<double>(large.size()));
    }
    std::vector<std::uint8_t> class_of = instances.class_of;
    bool changed = false;
    for (std::uint32_t n = 1; n <= instances.count(); ++n) {
        if (parts[n].empty()) continue;
        changed = true;
        const auto appended = static_cast<std::uint32_t>(class_of.size() - 1);
        const std::uint32_t last = *std::max_element(parts[n].begin(), parts[n].end());
        class_of.insert(class_of.end(), last, options.class_id);
        std::size_t next = 0;
        for (std::int64_t z = boxes[n].first[2]; z <= boxes[n].last[2]; ++z)
            for (std::int64_t y = boxes[n].first[1]; y <= boxes[n].last[1]; ++y)
                for (std::int64_t x = boxes[n].first[0]; x <= boxes[n].last[0]; ++x) {
                    std::uint32_t& number = instances.volume(x, y, z);
                    if (number != n) continue;
                    const std::uint32_t tube = parts[n][next++];
                    if (tube > 0) number = appended + tube;
                }
    }
    if (changed) instances = renumbered(std::move(instances.volume), class_of);
    progress(1);
    return instances;
}

}  // namespace cytomo
