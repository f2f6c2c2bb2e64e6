#include "cytomo/measures/distances.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <tuple>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/stretches.h"
#include "cytomo/measures/close_surfaces.h"
#include "cytomo/measures/space_parts.h"

namespace cytomo {

std::vector<Vec3> find_centroids_um(const InstanceVolume& volume, std::size_t numbers) {
    struct Sums {
        std::int64_t voxels = 0, x = 0, y = 0, z = 0;
    };
    const Size3 n = volume.grid().size;
    std::vector<Sums> sums(numbers);
    std::mutex merging;
    parallel_chunks(n.z, 64, [&](std::int64_t z_begin, std::int64_t z_end) {
        std::vector<Sums> found(numbers);
        for (std::int64_t z = z_begin; z < z_end; ++z)
            for (std::int64_t y = 0; y < n.y; ++y)
                for_stretches(&volume(0, y, z), n.x,
                              [&](std::uint32_t number, std::int64_t begin, std::int64_t end) {
                                  if (number == 0 || number >= numbers) return;
                                  Sums& s = found[number];
                                  const std::int64_t count = end - begin;
                                  s.voxels += count;
                                  s.x += (begin + end - 1) * count / 2;  // one of the factors is even
                                  s.y += y * count;
                                  s.z += z * count;
                              });
        const std::lock_guard lock(merging);  // whole numbers: the order does not matter
        for (std::size_t i = 0; i < numbers; ++i) {
            sums[i].voxels += found[i].voxels;
            sums[i].x += found[i].x;
            sums[i].y += found[i].y;
            sums[i].z += found[i].z;
        }
    });
    std::vector<Vec3> centroids(numbers, Vec3{not_defined, not_defined, not_defined});
    for (std::size_t i = 0; i < numbers; ++i) {
        if (sums[i].voxels == 0) continue;
        const auto count = static_cast<double>(sums[i].voxels);
        centroids[i] = volume.grid().world_from_voxel({static_cast<double>(sums[i].x) / count,
                                                       static_cast<double>(sums[i].y) / count,
                                                       static_cast<double>(sums[i].z) / count});
    }
    return centroids;
}

namespace {

/// Surfaces near one point, between the voxels.
std::vector<FineSurface::Place> places_near(const SurfacePoints& surfaces, const FineSurface& fine,
                                            std::uint32_t object, const SurfacePoint& point,
                                            double reach_um) {
    std::vector<FineSurface::Place> places;
    const Vec3 middle = surfaces.position_um(point);
    const double at[3] = {middle.x, middle.y, middle.z};
    for (const SurfaceCluster& c : surfaces.clusters_of(object)) {
        bool near = true;
        for (std::size_t a = 0; a < 3; ++a)
            near = near && at[a] > c.low[a] - reach_um && at[a] < c.high[a] + reach_um;
        if (!near) continue;
        for (const SurfacePoint& p : surfaces.points_of(c))
            if (length(surfaces.position_um(p) - middle) <= reach_um) places.push_back(fine.at(p));
    }
    return places;
}

/// `either_side`: the surface has no inside where an object would be hidden, as the plasma membrane.
double smallest_distance(const std::vector<FineSurface::Place>& from,
                         const std::vector<FineSurface::Place>& to, double edge_um, bool either_side) {
    double smallest = std::numeric_limits<double>::infinity();
    for (const FineSurface::Place& own : from) {
        const FineSurface::Place* nearest = nullptr;
        double best = std::numeric_limits<double>::infinity();
        for (const FineSurface::Place& other : to) {
            const double d = length(own.position_um - other.position_um);
            if (d < best) {
                best = d;
                nearest = &other;
            }
        }
        if (nearest == nullptr) continue;
        const double d = distance_to(*nearest, own.position_um, 0.75 * edge_um);
        smallest = std::min(smallest, either_side ? std::fabs(d) : std::max(0.0, d));
    }
    return smallest;
}

/// A tree and what its distances are refined with.
struct Target {
    const SurfacePoints& surfaces;
    const FineSurface& fine;
    SurfaceTree tree;
    bool either_side;
};

class Measuring {
public:
    Measuring(const SurfacePoints& own, const FineSurface& fine)
        : own_(own),
          fine_(fine),
          edge_um_(std::max({own.grid.voxel_um.x, own.grid.voxel_um.y, own.grid.voxel_um.z})) {}

    /// Gap from an object to the nearest one of the target, and which one that is.
    std::pair<double, std::uint32_t> gap(std::uint32_t object, const Target& target,
                                         std::uint32_t excluded) const {
        const SurfaceTree::Nearest nearest = target.tree.nearest(own_, object, excluded);
        if (!nearest.found()) return {not_defined, 0};
        const double reach = 1.05 * edge_um_;
        const auto from = places_near(own_, fine_, object, nearest.own, reach);
        const auto to = places_near(target.surfaces, target.fine, nearest.object, nearest.other, reach);
        const bool either = target.either_side;
        return {std::min(smallest_distance(from, to, edge_um_, either),
                         smallest_distance(to, from, edge_um_, either)),
                nearest.object};
    }
    double from_position(Vec3 position_um, const Target& target) const {
        const SurfaceTree::Nearest nearest = target.tree.nearest(position_um);
        if (!nearest.found()) return not_defined;
        double best = std::numeric_limits<double>::infinity(), distance = 0;
        for (const auto& place :
             places_near(target.surfaces, target.fine, nearest.object, nearest.other, 1.05 * edge_um_)) {
            const double d = length(place.position_um - position_um);
            if (d >= best) continue;
            best = d;
            distance = std::fabs(distance_to(place, position_um, 0.75 * edge_um_));
        }
        return distance;
    }

private:
    const SurfacePoints& own_;
    const FineSurface& fine_;
    double edge_um_;
};

std::vector<std::uint32_t> clusters_of(const SurfacePoints& surfaces, std::uint32_t object) {
    std::vector<std::uint32_t> clusters;
    for (std::uint32_t c = surfaces.cluster_begin[object]; c < surfaces.cluster_begin[object + 1]; ++c)
        clusters.push_back(c);
    return clusters;
}

}  // namespace

Distances find_distances_of(const ClassVolume& classes, const Instances& instances,
                            const SurfacePoints& surfaces, const OrganelleClasses& organelles,
                            const Progress& progress) {
    const Grid& grid = instances.volume.grid();
    if (!(classes.grid().size == grid.size))
        throw InputError("Distances: the volumes of classes and instances have different sizes.");
    progress(0);
    const SurfacePoints cell = find_cell_surface_points(classes);
    progress(0.2);
    const FineSurface fine(instances.volume), fine_cell(classes);
    std::array<std::vector<std::uint32_t>, 256> of_class;
    for (std::uint32_t c = 0; c < surfaces.clusters.size(); ++c)
        of_class[instances.class_of[surfaces.clusters[c].object]].push_back(c);
    std::vector<std::pair<std::uint8_t, std::unique_ptr<Target>>> targets;
    for (std::size_t c = 1; c < 255; ++c)
        if (!of_class[c].empty())
            targets.emplace_back(static_cast<std::uint8_t>(c),
                                 std::make_unique<Target>(Target{
                                     surfaces, fine, SurfaceTree(surfaces, std::move(of_class[c])), false}));
    const Target membrane{cell, fine_cell, SurfaceTree(cell, clusters_of(cell, membrane_surface)), true};
    const Target cut{cell, fine_cell, SurfaceTree(cell, clusters_of(cell, cut_surface)), true};
    const std::vector<Vec3> centroids = find_centroids_um(instances.volume, instances.class_of.size());
    progress(0.3);

    std::vector<std::uint32_t> numbers;
    for (std::uint32_t n = 1; n < instances.class_of.size(); ++n)
        if (organelles.organelle[instances.class_of[n]] && !std::isnan(centroids[n].x)) numbers.push_back(n);
    struct Row {
        std::vector<ObjectDistance> pairs;
        ObjectPosition position;
    };
    std::vector<Row> rows(numbers.size());
    const Measuring measuring(surfaces, fine);
    parallel_for(static_cast<std::int64_t>(numbers.size()), [&](std::int64_t i) {
        Row& row = rows[static_cast<std::size_t>(i)];
        const std::uint32_t n = numbers[static_cast<std::size_t>(i)];
        ObjectPosition& p = row.position;
        p.object = n;
        p.class_id = instances.class_of[n];
        p.centroid_um = centroids[n];
        const Vec3 voxel = grid.voxel_from_world(p.centroid_um);
        const std::uint8_t at_centroid =
            classes(std::llround(voxel.x), std::llround(voxel.y), std::llround(voxel.z));
        for (const auto& [class_id, target] : targets) {
            const auto [gap, nearest] = measuring.gap(n, *target, n);
            if (nearest != 0) row.pairs.push_back({n, p.class_id, class_id, nearest, gap});
            if (class_id != organelles.nucleus || p.class_id == class_id) continue;
            p.nucleus_gap_um = gap;
            p.nucleus_from_centroid_um =
                at_centroid == class_id ? 0 : measuring.from_position(p.centroid_um, *target);
        }
        const auto nearer = [](double seen, double border, bool& at_least) {
            at_least = border < seen || (std::isnan(seen) && !std::isnan(border));
            return at_least ? border : seen;
        };
        p.membrane_gap_um = nearer(measuring.gap(n, membrane, 0).first, measuring.gap(n, cut, 0).first,
                                   p.membrane_gap_at_least);
        p.membrane_from_centroid_um =
            nearer(measuring.from_position(p.centroid_um, membrane),
                   measuring.from_position(p.centroid_um, cut), p.membrane_from_centroid_at_least);
        const double sum = p.nucleus_from_centroid_um + p.membrane_from_centroid_um;
        if (sum > 0) p.depth = p.nucleus_from_centroid_um / sum;
    });
    Distances result;
    for (Row& row : rows) {
        result.pairs.insert(result.pairs.end(), row.pairs.begin(), row.pairs.end());
        result.positions.push_back(row.position);
    }
    progress(1);
    return result;
}

void settle_gaps(Distances& distances, const Instances& instances, const std::vector<ObjectContact>& contacts,
                 double within_um, std::uint8_t nucleus) {
    using Pair = std::pair<std::uint32_t, std::uint32_t>;  // the smaller number first
    std::map<Pair, double> gaps;
    for (const ObjectDistance& d : distances.pairs) {
        const double gap = std::max(d.gap_um, within_um);
        const auto [known, is_new] = gaps.try_emplace(std::minmax(d.object, d.nearest), gap);
        if (!is_new) known->second = std::min(known->second, gap);
    }
    for (const ObjectContact& c : contacts) gaps[std::minmax(c.a, c.b)] = c.gap_um;

    using Nearest = std::pair<double, std::uint32_t>;                   // gap and object
    std::map<std::pair<std::uint32_t, std::uint8_t>, Nearest> nearest;  // of an object, in a class
    const auto offer = [&](std::uint32_t object, std::uint32_t other, double gap) {
        const auto [known, is_new] =
            nearest.try_emplace({object, instances.class_of[other]}, Nearest{gap, other});
        if (!is_new) known->second = std::min(known->second, Nearest{gap, other});
    };
    for (const auto& [pair, gap] : gaps) {
        offer(pair.first, pair.second, gap);
        offer(pair.second, pair.first, gap);
    }
    std::map<std::uint32_t, double> to_nucleus;
    for (ObjectDistance& d : distances.pairs) {
        std::tie(d.gap_um, d.nearest) = nearest.at({d.object, d.to_class});
        if (d.to_class == nucleus) to_nucleus[d.object] = d.gap_um;
    }
    for (ObjectPosition& p : distances.positions)
        if (!std::isnan(p.nucleus_gap_um)) p.nucleus_gap_um = to_nucleus.at(p.object);
}

Distances measure_distances(const ClassVolume& classes, const Instances& instances,
                            const OrganelleClasses& organelles, const Progress& progress) {
    Distances found = find_distances_of(classes, instances, find_organelle_surfaces(instances, organelles),
                                        organelles, progress);
    settle_gaps(found, instances, {}, 0, organelles.nucleus);
    return found;
}

Table distances_table(const std::vector<ObjectDistance>& distances, const Legend& legend) {
    Table table;
    table.name = "distances";
    table.columns = {
        object_column(),
        class_id_column(),
        class_column(),
        {"to_class_id", "", "Number that stands for the class to which the distance is measured."},
        {"to_class", "", "Class to which the distance is measured."},
        {"nearest_object", "",
         "Number of the nearest object of that class; the object itself does not count."},
        {"gap_um", "µm", "Smallest distance between the surfaces of both objects; 0 if they touch."},
    };
    for (const ObjectDistance& d : distances)
        table.rows.push_back({static_cast<std::int64_t>(d.object), static_cast<std::int64_t>(d.class_id),
                              legend.name_of(d.class_id), static_cast<std::int64_t>(d.to_class),
                              legend.name_of(d.to_class), static_cast<std::int64_t>(d.nearest), d.gap_um});
    return table;
}

Table positions_table(const std::vector<ObjectPosition>& positions, const Legend& legend) {
    Table table;
    table.name = "positions";
    table.columns = {
        object_column(),
        class_id_column(),
        class_column(),
        {"centroid_x_um", "µm", "Position along x of the object's centre of mass."},
        {"centroid_y_um", "µm", "Position along y of the object's centre of mass."},
        {"centroid_z_um", "µm", "Position along z of the object's centre of mass."},
        {"nucleus_gap_um", "µm",
         "Smallest distance from the object's surface to that of the nearest nucleus."},
        {"nucleus_from_centroid_um", "µm",
         "Distance from the object's centre of mass to the nearest nucleus; 0 if it lies inside."},
        {"membrane_gap_um", "µm",
         "Smallest distance from the object's surface to the plasma membrane, or to the border of the "
         "tomogram if that is nearer."},
        {"membrane_gap_at_least", "",
         "1 if the border of the tomogram is nearer to the object than any plasma membrane seen, so that the "
         "true distance may be larger; 0 if not."},
        {"membrane_from_centroid_um", "µm",
         "Distance from the object's centre of mass to the plasma membrane, or to the border of the tomogram "
         "if that is nearer."},
        {"membrane_from_centroid_at_least", "",
         "1 if the border of the tomogram is nearer to the centre of mass than any plasma membrane seen, so "
         "that the true distance may be larger; 0 if not."},
        {"depth", "",
         "Where the object's centre of mass lies between nucleus (0) and plasma membrane (1). It is "
         "nucleus_from_centroid_um divided by the sum of that and membrane_from_centroid_um."},
    };
    const auto flag = [](bool b) { return static_cast<std::int64_t>(b ? 1 : 0); };
    for (const ObjectPosition& p : positions)
        table.rows.push_back({static_cast<std::int64_t>(p.object), static_cast<std::int64_t>(p.class_id),
                              legend.name_of(p.class_id), p.centroid_um.x, p.centroid_um.y, p.centroid_um.z,
                              p.nucleus_gap_um, p.nucleus_from_centroid_um, p.membrane_gap_um,
                              flag(p.membrane_gap_at_least), p.membrane_from_centroid_um,
                              flag(p.membrane_from_centroid_at_least), p.depth});
    return table;
}

}  // namespace cytomo
