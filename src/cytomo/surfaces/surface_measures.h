// What is measured of the surface of each object.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/core/legend.h"
#include "cytomo/core/mesh.h"
#include "cytomo/core/progress.h"
#include "cytomo/core/table.h"
#include "cytomo/surfaces/missing_wedge.h"

namespace cytomo {

/// How a quantity is distributed over an area: mean, and the values below which 5, 50 and 95 % of the area
/// lie. NaN without area.
struct SurfaceSpread {
    double mean = std::numeric_limits<double>::quiet_NaN();
    double percentile_5 = std::numeric_limits<double>::quiet_NaN();
    double median = std::numeric_limits<double>::quiet_NaN();
    double percentile_95 = std::numeric_limits<double>::quiet_NaN();
};

/// Curvatures over a surface or a part of it; positive where it bends away from the outside, as a ball does.
struct SurfaceCurvature {
    SurfaceSpread mean_per_um;       ///< half the sum of the principal curvatures; 1/r for a ball
    SurfaceSpread gaussian_per_um2;  ///< their product; 1/r² for a ball, negative for saddles
    SurfaceSpread first_per_um;      ///< the larger principal curvature; 1/r for a tube
    SurfaceSpread second_per_um;     ///< the smaller one; 0 for a straight tube
};

/// The surface of one object. Areas in µm².
struct SurfaceMeasures {
    std::uint32_t object = 0;
    std::uint8_t class_id = 0;
    double volume_um3 = 0;          ///< enclosed, by the divergence theorem
    double area_um2 = 0;            ///< all of the closed surface
    double cut_area_um2 = 0;        ///< part of it that is a flat cut in the border of the volume
    double supported_area_um2 = 0;  ///< of the rest, the part that the images show
    double unsupported_share =
        0;  ///< of the area without cuts, the share that they do not show, 0 … 1; NaN without
    SurfaceCurvature curvature;            ///< of the surface without cuts
    SurfaceCurvature supported_curvature;  ///< of the supported part of it
};

/// For each vertex, for pictures and files.
struct SurfaceScalars {
    std::vector<float> mean_curvature_per_um;  ///< NaN in cuts
    std::vector<float> gaussian_curvature_per_um2;
    std::vector<std::uint8_t> unsupported;  ///< 1: most of the area around the vertex leaves no evidence
};

/// Measures one closed mesh, extracted on `grid` and smoothed. Curvature is that of a paraboloid over 2.5
/// times the longest voxel edge (see curvature.h): whatever bends more tightly is rounded off. Threaded; time
/// a few microseconds a vertex; the same at any thread count. An empty mesh has no area, and everything else
/// is undefined. Throws UsageError for impossible tilts.
SurfaceMeasures measure_surface(const Mesh& mesh, const Grid& grid, const WedgeOptions& wedge,
                                SurfaceScalars* scalars = nullptr, const Progress& progress = {});

/// The same for meshes[n] of each object n >= 1, in ascending order; empty ones are left out.
/// class_of[n] is the class of object n. If `scalars` is given, it gets one entry a mesh.
std::vector<SurfaceMeasures> measure_surfaces(std::span<const Mesh> meshes,
                                              std::span<const std::uint8_t> class_of, const Grid& grid,
                                              const WedgeOptions& wedge,
                                              std::vector<SurfaceScalars>* scalars = nullptr,
                                              const Progress& progress = {});

/// surfaces.csv: one row an object.
Table surfaces_table(std::span<const SurfaceMeasures> surfaces, const Legend& legend);

/// Colours for curvature: blue (hollow) over white (flat) to red (bulging), full at ± `limit_per_um`; grey
/// where `unsupported` or not defined. Red, green, blue; 0 … 255.
std::vector<std::array<std::uint8_t, 3>> curvature_colours(const SurfaceScalars& scalars,
                                                           double limit_per_um);

}  // namespace cytomo
