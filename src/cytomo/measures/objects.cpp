#include "cytomo/measures/objects.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "cytomo/core/class_names.h"
#include "cytomo/core/parallel.h"
#include "cytomo/measures/object_sums.h"

namespace cytomo {

namespace {

/// Eigenvalues of the symmetric matrix {xx, yy, zz, xy, xz, yz}, largest first (trigonometric solution of the
/// characteristic equation, O. K. Smith 1961).
std::array<double, 3> eigenvalues(const std::array<double, 6>& m) {
    const double off = m[3] * m[3] + m[4] * m[4] + m[5] * m[5];
    const double mean = (m[0] + m[1] + m[2]) / 3;
    const double spread2 = ((m[0] - mean) * (m[0] - mean) + (m[1] - mean) * (m[1] - mean) +
                            (m[2] - mean) * (m[2] - mean) + 2 * off) /
                           6;
    if (spread2 <= 0) return {mean, mean, mean};
    const double p = std::sqrt(spread2);
    const double a = (m[0] - mean) / p, b = (m[1] - mean) / p, c = (m[2] - mean) / p;
    const double d = m[3] / p, e = m[4] / p, f = m[5] / p;
    const double half_determinant = (a * (b * c - f * f) - d * (d * c - f * e) + e * (d * f - b * e)) / 2;
    const double angle = std::acos(std::clamp(half_determinant, -1.0, 1.0)) / 3;
    const double largest = mean + 2 * p * std::cos(angle);
    const double smallest = mean + 2 * p * std::cos(angle + 2 * std::numbers::pi / 3);
    return {largest, 3 * mean - largest - smallest, smallest};
}

void set_sphericity(Object& object) {
    const double sphere_um2 =
        std::numbers::pi * object.equivalent_diameter_um * object.equivalent_diameter_um;
    object.sphericity = object.surface_um2 > 0 ? sphere_um2 / object.surface_um2 : not_defined;
}

void set_axes(Object& object, const ObjectSums& sums, Vec3 edge) {
    const auto n = static_cast<double>(sums.voxels);
    const std::array<double, 3> edges{edge.x, edge.y, edge.z};
    constexpr std::array<std::array<std::size_t, 2>, 6> pairs{
        {{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}}};
    std::array<double, 6> covariance{};
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const auto [a, b] = pairs[i];
        // Whole numbers first: Σ ab - Σa Σb / n loses no digits that matter.
        const long double centred = static_cast<long double>(sums.second[i]) -
                                    static_cast<long double>(sums.first[a]) *
                                        static_cast<long double>(sums.first[b]) / static_cast<long double>(n);
        covariance[i] = static_cast<double>(centred) / n * edges[a] * edges[b];
        if (a == b) covariance[i] += edges[a] * edges[a] / 12;  // a voxel is a box, not a point
    }
    const std::array<double, 3> spread = eigenvalues(covariance);
    const auto axis = [](double variance) { return 2 * std::sqrt(5 * std::max(0.0, variance)); };
    object.longest_axis_um = axis(spread[0]);
    object.middle_axis_um = axis(spread[1]);
    object.shortest_axis_um = axis(spread[2]);
    object.elongation = object.longest_axis_um / object.middle_axis_um;
    object.flatness = object.middle_axis_um / object.shortest_axis_um;
}

Object object_from(const ObjectSums& sums, const Grid& grid) {
    Object o;
    const auto n = static_cast<double>(sums.voxels);
    o.voxels = sums.voxels;
    o.volume_um3 = n * grid.voxel_volume_um3();
    o.equivalent_diameter_um = std::cbrt(6 * o.volume_um3 / std::numbers::pi);
    o.centroid_um =
        grid.world_from_voxel({static_cast<double>(sums.first[0]) / n, static_cast<double>(sums.first[1]) / n,
                               static_cast<double>(sums.first[2]) / n});
    o.min_um = grid.world_from_voxel({sums.low[0] - 0.5, sums.low[1] - 0.5, sums.low[2] - 0.5});
    o.max_um = grid.world_from_voxel({sums.high[0] + 0.5, sums.high[1] + 0.5, sums.high[2] + 0.5});
    if (sums.grey.count > 0) {
        o.mean_grey = sums.grey.mean;
        o.deviation_grey = sums.grey.deviation();
    }
    o.longest_width_um = longest_distance_um(sums.outline, grid.voxel_um);
    set_axes(o, sums, grid.voxel_um);
    o.surface_um2 = sums.surface_um2;
    set_sphericity(o);
    o.touches_border_xy = sums.low[0] == 0 || sums.low[1] == 0 || sums.high[0] == grid.size.x - 1 ||
                          sums.high[1] == grid.size.y - 1;
    o.touches_border_z = sums.low[2] == 0 || sums.high[2] == grid.size.z - 1;
    o.touches_border = o.touches_border_xy || (grid.size.z > thin_volume_slices && o.touches_border_z);
    return o;
}

}  // namespace

std::vector<Object> measure_objects(const Instances& instances, const Tomogram* tomogram,
                                    const Progress& progress) {
    return measure_objects(slices_of(instances), tomogram, progress);
}

std::vector<Object> measure_objects(const InstanceSlices& instances, const Tomogram* tomogram,
                                    const Progress& progress) {
    const Grid& grid = instances.grid;
    if (tomogram != nullptr) check_same_size(*tomogram, grid.size);
    const std::vector<ObjectSums> sums = sum_objects(instances, tomogram, progress.part(0, 0.95));
    std::vector<Object> all(sums.size());
    parallel_for(static_cast<std::int64_t>(sums.size()), [&](std::int64_t i) {
        const auto at = static_cast<std::size_t>(i);
        if (sums[at].voxels == 0) return;
        all[at] = object_from(sums[at], grid);
        all[at].instance = static_cast<std::uint32_t>(i);
        all[at].class_id = instances.class_of[at];
    });
    std::erase_if(all, [](const Object& o) { return o.voxels == 0 || o.class_id == background; });
    progress(1);
    return all;
}

void set_surface_areas(std::vector<Object>& objects, const std::vector<double>& area_um2) {
    for (Object& o : objects) {
        if (o.instance >= area_um2.size() || std::isnan(area_um2[o.instance])) continue;
        o.surface_um2 = area_um2[o.instance];
        set_sphericity(o);
    }
}

std::string border_warning(const std::vector<Object>& objects, const Legend& legend, std::int64_t slices) {
    // All count, as rows of objects.csv do; a cell body alone, which most tomograms cut, is no news.
    std::size_t organelles = 0, cut_organelles = 0, cut = 0, sides = 0;
    for (const Object& o : objects) {
        const bool reaches = o.touches_border_xy || o.touches_border_z;
        if (reaches) ++cut;
        if (o.touches_border) ++sides;
        if (is_cell_body_name(legend.name_of(o.class_id))) continue;
        ++organelles;
        if (reaches) ++cut_organelles;
    }
    if (4 * cut_organelles <= organelles) return "";
    const std::string found = std::to_string(cut) + " of " + std::to_string(objects.size()) +
                              (objects.size() == 1 ? " object " : " objects ") +
                              (cut == 1 ? "touches" : "touch") +
                              " the border of the volume and may be larger than measured ";
    if (slices > thin_volume_slices) return found + "(column touches_border of objects.csv).";
    return found + "(columns touches_border_xy and touches_border_z of objects.csv). In stacks of at most " +
           std::to_string(thin_volume_slices) + " slices, touches_border counts the sides only, here " +
           std::to_string(sides) + ": nearly all objects reach the first or the last slice.";
}

Table objects_table(const std::vector<Object>& objects, const Legend& legend) {
    Table table;
    table.name = "objects";
    table.columns = {
        object_column(),
        class_id_column(),
        class_column(),
        {"voxels", "",
         "Number of voxels in the object. A voxel is the smallest box of a tomogram, as a pixel is the "
         "smallest square of a picture."},
        {"volume_um3", "µm³", "Volume of the object: its number of voxels times the volume of one voxel."},
        {"surface_um2", "µm²",
         "Area of the object's surface. Where the border of the tomogram cuts the object, the cut counts "
         "too."},
        {"equivalent_diameter_um", "µm", "Diameter of a sphere with the object's volume."},
        {"longest_width_um", "µm",
         "Largest distance between two voxels of the object, from centre to centre."},
        {"longest_axis_um", "µm",
         "Longest axis of the ellipsoid whose matter is spread as the object's is (the same moments of "
         "inertia)."},
        {"middle_axis_um", "µm",
         "Middle axis of the ellipsoid whose matter is spread as the object's is (the same moments of "
         "inertia)."},
        {"shortest_axis_um", "µm",
         "Shortest axis of the ellipsoid whose matter is spread as the object's is (the same moments of "
         "inertia)."},
        {"elongation", "",
         "Longest axis divided by the middle one: 1 for a sphere or a disc, large for a rod."},
        {"flatness", "",
         "Middle axis divided by the shortest one: 1 for a sphere or a rod, large for a disc."},
        {"sphericity", "",
         "Surface of a sphere of the same volume divided by the object's surface: 1 for a sphere, less for "
         "every other shape."},
        {"centroid_x_um", "µm", "Position along x of the object's centre of mass."},
        {"centroid_y_um", "µm", "Position along y of the object's centre of mass."},
        {"centroid_z_um", "µm", "Position along z of the object's centre of mass."},
        {"min_x_um", "µm", "Smallest x that the object reaches."},
        {"max_x_um", "µm", "Largest x that the object reaches."},
        {"min_y_um", "µm", "Smallest y that the object reaches."},
        {"max_y_um", "µm", "Largest y that the object reaches."},
        {"min_z_um", "µm", "Smallest z that the object reaches."},
        {"max_z_um", "µm", "Largest z that the object reaches."},
        {"mean_grey", "",
         "Mean grey value of the tomogram inside the object. It is in 1/µm if absorption was calibrated, or "
         "else in the units of the file."},
        {"deviation_grey", "",
         "How much grey values differ inside the object (standard deviation), in the units of mean_grey."},
        {"touches_border", "",
         "1 if the object may go on outside the tomogram and be larger than measured; 0 if not. In "
         "tomograms of at most 16 slices only the sides in x and y count: nearly all objects reach the first "
         "or the last slice there, and touches_border_z says which."},
        {"touches_border_xy", "", "1 if the object touches a side of the tomogram in x or y, 0 if not."},
        {"touches_border_z", "",
         "1 if the object touches the first or the last slice, in tomograms of any thickness; 0 if not."},
    };
    const auto flag = [](bool b) { return static_cast<std::int64_t>(b ? 1 : 0); };
    for (const Object& o : objects)
        table.rows.push_back({static_cast<std::int64_t>(o.instance),
                              static_cast<std::int64_t>(o.class_id),
                              legend.name_of(o.class_id),
                              o.voxels,
                              o.volume_um3,
                              o.surface_um2,
                              o.equivalent_diameter_um,
                              o.longest_width_um,
                              o.longest_axis_um,
                              o.middle_axis_um,
                              o.shortest_axis_um,
                              o.elongation,
                              o.flatness,
                              o.sphericity,
                              o.centroid_um.x,
                              o.centroid_um.y,
                              o.centroid_um.z,
                              o.min_um.x,
                              o.max_um.x,
                              o.min_um.y,
                              o.max_um.y,
                              o.min_um.z,
                              o.max_um.z,
                              o.mean_grey,
                              o.deviation_grey,
                              flag(o.touches_border),
                              flag(o.touches_border_xy),
                              flag(o.touches_border_z)});
    return table;
}

}  // namespace cytomo
