#include "like_grid.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "cytomo/core/error.h"

namespace cytomo::commands {

namespace {

constexpr double rounding = 1e-6;  ///< of an edge: files round

/// One axis of both boxes, in µm.
struct Axis {
    double length, edge;      ///< of what there is
    double wanted, new_edge;  ///< of the other file
    double begin;             ///< where that begins, from where this does, by the origins
    double finer() const { return std::min(edge, new_edge); }
    double coarser() const { return std::max(edge, new_edge); }
    bool is_same_length() const { return std::fabs(length - wanted) < coarser() * (1 - rounding); }
    bool is_inside() const {
        return begin >= -finer() * (1 + rounding) && begin + wanted <= length + coarser() * (1 + rounding);
    }
    bool begins_alike() const { return std::fabs(begin) <= 1e-3 * finer(); }
};

using Axes = std::array<Axis, 3>;

Vec3 box_um(const Grid& g) {
    return {static_cast<double>(g.size.x) * g.voxel_um.x, static_cast<double>(g.size.y) * g.voxel_um.y,
            static_cast<double>(g.size.z) * g.voxel_um.z};
}

/// Where the outer face of the first voxel lies.
Vec3 corner_um(const Grid& g) {
    return g.origin_um - g.voxel_um * 0.5;
}

Axes axes_of(const Grid& from, const Grid& like) {
    const Vec3 there = box_um(from), asked = box_um(like), begin = corner_um(like) - corner_um(from);
    return {{{there.x, from.voxel_um.x, asked.x, like.voxel_um.x, begin.x},
             {there.y, from.voxel_um.y, asked.y, like.voxel_um.y, begin.y},
             {there.z, from.voxel_um.z, asked.z, like.voxel_um.z, begin.z}}};
}

bool all(const Axes& axes, bool (Axis::*is)() const) {
    return std::all_of(axes.begin(), axes.end(), [is](const Axis& a) { return (a.*is)(); });
}

std::string triple_text(Vec3 v, double scale) {
    const auto rounded = [&](double x) { return std::round(1e4 * scale * x) / 1e4 + 0.0; };  // no -0
    char text[100];
    std::snprintf(text, sizeof text, "%.4g, %.4g, %.4g", rounded(v.x), rounded(v.y), rounded(v.z));
    return text;
}

/// The same voxels, where `from` begins.
Grid at_the_corner_of(const Grid& from, Grid grid) {
    grid.origin_um = corner_um(from) + grid.voxel_um * 0.5;
    return grid;
}

[[noreturn]] void refuse_outside(const StoredVolume& like, const StoredVolume& from) {
    const Vec3 there = box_um(from.grid), asked = box_um(like.grid);
    char text[240];
    std::snprintf(text, sizeof text, "%.4g x %.4g x %.4g µm that reach out of the %.4g x %.4g x %.4g µm of ",
                  asked.x, asked.y, asked.z, there.x, there.y, there.z);
    throw InputError(
        like.source, "a volume of the same box, or a part of it by its origin",
        text + from.source + " (it begins " + triple_text(corner_um(like.grid) - corner_um(from.grid), 1) +
            " µm from where that does, by the origins that the files give)",
        "Give the tomogram that " + from.source + " was made from, or right voxel sizes with --voxel-nm");
}

}  // namespace

Grid grid_like(const StoredVolume& like, const StoredVolume& from, std::vector<std::string>& remarks) {
    Grid grid = like.grid;
    const std::string same_box = "it is taken to cover the same box as " + from.source + ".";
    if (!like.voxel_size_known) {
        const Vec3 there = box_um(from.grid);
        grid.voxel_um = {there.x / static_cast<double>(grid.size.x),
                         there.y / static_cast<double>(grid.size.y),
                         there.z / static_cast<double>(grid.size.z)};
        remarks.push_back(like.source + " carries no voxel size; " + same_box);
        return at_the_corner_of(from.grid, grid);
    }
    // 0 is what files say whose programs know no origin.
    const bool like_says = like.grid.origin_um != Vec3{}, from_says = from.grid.origin_um != Vec3{};
    const Axes axes = axes_of(from.grid, grid);
    const bool same_lengths = all(axes, &Axis::is_same_length), inside = all(axes, &Axis::is_inside);
    if (inside && (!same_lengths || like_says || from_says)) {
        if (!same_lengths || !all(axes, &Axis::begins_alike))
            remarks.push_back(like.source + ": placed by the origins that the files give; it begins " +
                              triple_text(corner_um(grid) - corner_um(from.grid), 1000) + " nm from where " +
                              from.source + " does.");
        return grid;
    }
    if (!same_lengths || (like_says && from_says)) refuse_outside(like, from);
    if (!all(axes, &Axis::begins_alike))
        remarks.push_back((like_says   ? from.source + " gives no origin, " + like.source + " does; "
                           : from_says ? like.source + " gives no origin, " + from.source + " does; "
                                       : like.source + " and " + from.source + " give no origins; ") +
                          same_box);
    return at_the_corner_of(from.grid, grid);
}

}  // namespace cytomo::commands
