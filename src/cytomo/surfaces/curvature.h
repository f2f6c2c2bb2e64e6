// How surfaces bend.
#pragma once

#include <optional>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/core/mesh.h"
#include "cytomo/core/progress.h"

namespace cytomo {

/// Principal curvatures at each vertex, 1/µm: positive where the surface bends away from the outside, as a
/// ball does. NaN where there is none to measure: in the caps at the border of the volume, and for vertices
/// without triangles.
struct Curvature {
    std::vector<float> first_per_um, second_per_um;  ///< first >= second
    float mean_per_um(std::size_t vertex) const { return (first_per_um[vertex] + second_per_um[vertex]) / 2; }
    float gaussian_per_um2(std::size_t vertex) const { return first_per_um[vertex] * second_per_um[vertex]; }
};

/// Of the paraboloid that fits the vertices within `reach_um` (along the surface's edges, two rings at least)
/// best by weighted least squares. A reach of 2.5 voxel edges suits smoothed surfaces of labels and
/// probabilities: less is noisy, more rounds off what is small. Vertices in
/// the outer faces of `border` have no curvature and lend none. Threaded, time linear in vertices times
/// neighbours; the same at any thread count. Throws UsageError unless the reach is positive.
Curvature measure_curvature(const Mesh& mesh, double reach_um, const std::optional<Grid>& border = {},
                            const Progress& progress = {});

/// Means over the surface, weighted by area; vertices without curvature left out. NaN if all are.
struct MeanCurvature {
    double mean_per_um = 0, gaussian_per_um2 = 0;
    double area_um2 = 0;  ///< of the part that was measured
};
MeanCurvature mean_curvature(const Mesh& mesh, const Curvature& curvature);

}  // namespace cytomo
