#include "cytomo/measures/absorption_profile.h"

#include <algorithm>
#include <cmath>

#include "cytomo/core/error.h"
#include "cytomo/labels/distance.h"
#include "cytomo/measures/absorption_scale.h"
#include "cytomo/measures/object_crops.h"
#include "cytomo/measures/object_sums.h"

namespace cytomo {

namespace {

constexpr double errors_of_a_step = 3;
constexpr double least_share_of_range = 0.2;
constexpr double surroundings_from_um = 0.1;

struct GreyLevel {
    double mean = not_defined, error = not_defined;
    bool known() const { return std::isfinite(mean); }
};

/// Mean and its standard error of several layers, dense matter high.
GreyLevel level_of(const std::vector<ProfileLayer>& layers, std::size_t begin, std::size_t end, double sign) {
    GreySums sums;
    for (std::size_t i = begin; i < end; ++i) {
        const ProfileLayer& l = layers[i];
        if (l.voxels == 0) continue;
        sums.add({l.voxels, sign * l.mean, l.deviation * l.deviation * static_cast<double>(l.voxels)});
    }
    if (sums.count == 0) return {};
    const double independent = std::max(1.0, static_cast<double>(sums.count) / voxels_as_one);
    return {sums.mean, sums.deviation() / std::sqrt(independent)};
}

bool above(const GreyLevel& a, const GreyLevel& b, double range) {
    return a.known() && b.known() &&
           a.mean - b.mean >
               std::max(errors_of_a_step * std::hypot(a.error, b.error), least_share_of_range * range);
}

/// Where the profile crosses `level` between the peak and the layer `end`, going by `step`; NaN if it does
/// not.
double crossing(const std::vector<ProfileLayer>& layers, std::size_t peak, std::size_t end, int step,
                double level, double sign) {
    for (std::size_t i = peak; i != end;) {
        const std::size_t next = step > 0 ? i + 1 : i - 1;
        const double a = sign * layers[i].mean, b = sign * layers[next].mean;
        if (a >= level && b < level) {
            const double share = (a - level) / (a - b);
            return layers[i].distance_um + share * (layers[next].distance_um - layers[i].distance_um);
        }
        i = next;
    }
    return not_defined;
}

/// The first layer whose middle is not below `distance_um`.
std::size_t layer_from(const std::vector<ProfileLayer>& layers, double distance_um) {
    std::size_t i = 0;
    while (i < layers.size() && layers[i].distance_um < distance_um - 1e-9) ++i;
    return i;
}

void find_pattern(RadialProfile& p, double sign, double layer_um) {
    const auto& layers = p.layers;
    const std::size_t half = layer_from(layers, -0.5 * p.deepest_um);
    const std::size_t outside = layer_from(layers, 0);
    const GreyLevel around = level_of(layers, layer_from(layers, surroundings_from_um), layers.size(), sign);
    if (around.known()) p.surroundings = sign * around.mean;
    GreyLevel middle = level_of(layers, 0, std::max<std::size_t>(1, half), sign);
    if (middle.known()) p.lumen_mean = sign * middle.mean;
    if (!around.known() || !middle.known() || p.deepest_um < 2 * layer_um) return;

    // The wall is the densest layer of the outer part, from the middle to one layer outside the surface.
    std::size_t peak = outside;
    for (std::size_t i = 1; i < std::min(layers.size(), outside + 1); ++i)
        if (layers[i].voxels > 0 &&
            (layers[peak].voxels == 0 || sign * layers[i].mean > sign * layers[peak].mean))
            peak = i;
    const GreyLevel wall = level_of(layers, peak, peak + 1, sign);
    // A thick wall leaves a small lumen: the innermost quarter counts if the middle is not thinner yet.
    const std::size_t quarter = std::max<std::size_t>(1, layer_from(layers, -0.75 * p.deepest_um));
    const GreyLevel innermost = level_of(layers, 0, std::min(quarter, std::max<std::size_t>(1, peak)), sign);
    const double range = std::max({wall.mean, middle.mean, around.mean}) -
                         std::min({innermost.mean, middle.mean, around.mean});
    if (above(wall, innermost, range) && above(wall, around, range)) {
        p.pattern = RoundPattern::ring;
        p.wall_peak = sign * wall.mean;
        const double outer =
            crossing(layers, peak, layers.size() - 1, 1, (wall.mean + around.mean) / 2, sign);
        const double inner = crossing(layers, peak, 0, -1, (wall.mean + innermost.mean) / 2, sign);
        p.wall_thickness_um = outer - inner;
        p.wall_resolved = p.wall_thickness_um >= 3 * layer_um;
        const GreyLevel between =
            level_of(layers, layer_from(layers, inner), layer_from(layers, outer), sign);
        p.wall_mean = sign * between.mean;
        // A layer's width of distance keeps the wall's flank out, as far as there is room.
        const std::size_t lumen_end = std::max<std::size_t>(1, layer_from(layers, inner - layer_um));
        p.lumen_mean = sign * level_of(layers, 0, lumen_end, sign).mean;
        return;
    }
    if (above(middle, around, range))
        p.pattern = RoundPattern::dense;
    else if (above(around, middle, range))
        p.pattern = RoundPattern::hollow;
}

/// Sums of a layer; values are taken relative to one of them, so that squares lose no digits.
struct ShellSums {
    std::int64_t count = 0;
    double sum = 0, squares = 0;

    void add(double value) {
        ++count;
        sum += value;
        squares += value * value;
    }
};

/// The voxels whose outer faces the object's box has.
VoxelBox box_of(const Object& o, const Grid& grid) {
    const auto index = [](double at_um, double origin_um, double edge_um) {
        return static_cast<std::int64_t>(std::lround((at_um - origin_um) / edge_um + 0.5));
    };
    const Vec3 zero = grid.origin_um, e = grid.voxel_um;
    return {{index(o.min_um.x, zero.x, e.x), index(o.min_um.y, zero.y, e.y), index(o.min_um.z, zero.z, e.z)},
            {index(o.max_um.x, zero.x, e.x) - 1, index(o.max_um.y, zero.y, e.y) - 1,
             index(o.max_um.z, zero.z, e.z) - 1}};
}

void measure(const Crop& crop, const ProfileOptions& options, RadialProfile& p) {
    std::vector<std::uint8_t> labels(crop.kind.size());
    for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = crop.kind[i] == CropVoxel::own ? 1 : 2;
    std::vector<float> squared(labels.size());
    // Inside, to the nearest voxel outside; outside, to the nearest one inside.
    find_squared_distances_um2(std::span<const std::uint8_t>(labels), crop.grid.size, crop.grid.voxel_um,
                               Beyond::unknown, squared);
    const Vec3 e = crop.grid.voxel_um;
    const double layer_um = std::max({e.x, e.y, e.z});
    const double half_edge = 0.5 * std::cbrt(e.x * e.y * e.z);
    const auto limit = static_cast<std::int64_t>(std::ceil(options.reach_um / layer_um - 1e-9));
    const double reach2 = std::pow(options.reach_um + half_edge, 2);
    std::vector<ShellSums> inside, outside(static_cast<std::size_t>(limit));
    double reference = 0;
    for (std::size_t i = 0; i < labels.size(); ++i)
        if (labels[i] == 1 && std::isfinite(crop.grey[i])) {
            reference = crop.grey[i];
            break;
        }
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const bool own = crop.kind[i] == CropVoxel::own;
        if (!own && (crop.kind[i] != CropVoxel::surroundings || squared[i] > reach2)) continue;
        if (!std::isfinite(squared[i])) continue;  // an object that fills the volume
        const double depth = std::max(0.0, std::sqrt(static_cast<double>(squared[i])) - half_edge);
        if (own) p.deepest_um = std::max(p.deepest_um, depth);
        const auto at = static_cast<std::size_t>(depth / layer_um + 1e-9);
        if (own && at >= inside.size()) inside.resize(at + 1);
        if (!std::isfinite(crop.grey[i]) || (!own && at >= outside.size())) continue;
        (own ? inside : outside)[at].add(crop.grey[i] - reference);
    }
    const auto append = [&](const ShellSums& sums, double distance_um) {
        ProfileLayer layer{distance_um, sums.count, not_defined, not_defined};
        if (sums.count > 0) {
            const auto n = static_cast<double>(sums.count);
            layer.mean = reference + sums.sum / n;
            layer.deviation = std::sqrt(std::max(0.0, sums.squares / n - sums.sum / n * (sums.sum / n)));
        }
        p.layers.push_back(layer);
    };
    for (std::size_t i = inside.size(); i-- > 0;)
        append(inside[i], -(static_cast<double>(i) + 0.5) * layer_um);
    for (std::size_t i = 0; i < outside.size(); ++i)
        append(outside[i], (static_cast<double>(i) + 0.5) * layer_um);
    p.thinned = crop.step > 1;
    find_pattern(p, options.dense_is_dark ? -1 : 1, layer_um);
}

}  // namespace

std::string name(RoundPattern pattern) {
    switch (pattern) {
        case RoundPattern::unclear:
            return "unclear";
        case RoundPattern::dense:
            return "dense";
        case RoundPattern::ring:
            return "ring";
        case RoundPattern::hollow:
            return "hollow";
    }
    return "unclear";
}

void ProfileOptions::check() const {
    if (!(reach_um > 0) || !(reach_um <= 1))
        throw UsageError("profiles: expected a reach of up to 1 µm, found " + std::to_string(reach_um));
    if (least_voxels <= 0)
        throw UsageError("profiles: expected a positive number of voxels, found " +
                         std::to_string(least_voxels));
}

ProfileOptions profile_options(const Legend& legend) {
    ProfileOptions options;
    const AbsorptionOptions absorption = absorption_options(legend);
    options.surroundings = absorption.cell_matrix;
    const auto& matrix = absorption.cell_matrix;
    if (std::find(matrix.begin(), matrix.end(), true) == matrix.end())
        options.surroundings[background] = true;
    for (const LegendEntry& e : legend.entries) {
        const std::string kind = standard_class_name(e.name);
        options.round[e.id] = e.id != background && (kind == "lipid droplet" || kind == "vesicle");
    }
    return options;
}

std::vector<RadialProfile> measure_profiles(const InstanceSlices& instances,
                                            const std::vector<Object>& objects, const ClassVolume& classes,
                                            const Tomogram& tomogram, const ProfileOptions& options,
                                            const Progress& progress) {
    options.check();
    const Grid& grid = instances.grid;
    const Size3 n = grid.size;
    check_same_size(tomogram, n);
    check_same_size(tomogram, classes.grid().size);
    CropRequest request;
    std::array<std::size_t, 256> taken{};
    for (const Object& o : objects) {
        if (!options.round[o.class_id] || o.voxels < options.least_voxels) continue;
        if (taken[o.class_id]++ >= options.most_objects) continue;
        request.numbers.push_back(o.instance);
        request.boxes.push_back(box_of(o, grid));
    }
    if (request.numbers.empty()) return {};
    const Vec3 e = grid.voxel_um;
    const auto margin = [&](double edge) {
        return 1 + static_cast<std::int64_t>(std::ceil(options.reach_um / edge));
    };
    request.margin = {margin(e.x), margin(e.y), margin(e.z)};
    request.surroundings = options.surroundings;
    std::vector<RadialProfile> profiles(request.numbers.size());
    for_crops(
        instances, classes, tomogram, request,
        [&](std::size_t i, const Crop& crop) {
            RadialProfile& p = profiles[i];
            p.instance = crop.number;
            p.class_id = instances.class_of[crop.number];
            const VoxelBox& box = request.boxes[i];
            const std::array<std::int64_t, 3> last{n.x - 1, n.y - 1, n.z - 1};
            for (std::size_t a = 0; a < 3; ++a)
                p.cut_by_border = p.cut_by_border || box.first[a] == 0 || box.last[a] == last[a];
            measure(crop, options, p);
        },
        progress);
    progress(1);
    return profiles;
}

}  // namespace cytomo
