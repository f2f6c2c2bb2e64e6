// Filters that take noise and leave edges, as beamlines use them.
#pragma once

#include "cytomo/core/volume.h"

namespace cytomo {

/// Median of the 27 nearest voxels, in place; the volume's border is repeated outside. Cost linear in voxels;
/// memory of one copy. Same result at any thread count.
void median_filter(Volume<float>& values);

/// Nonlinear diffusion (P. Perona, J. Malik 1990), in place: each step moves every voxel towards its six
/// neighbours, the less the more the difference exceeds `edge` (half as much there); 0 takes the 90th
/// percentile of the differences between neighbours that differ. Cost linear in voxels and steps; memory of
/// one copy.
void edge_preserving_diffusion(Volume<float>& values, int steps, double edge = 0);

/// Smooths towards flat patches with sharp edges, in place: minimises half the squared change plus `weight`
/// times the total variation (L. Rudin, S. Osher, E. Fatemi 1992), by A. Chambolle's projection (2004) in
/// `steps` steps. The mean stays. Cost linear in voxels and steps; memory of four copies. Same result at any
/// thread count.
void total_variation_smoothing(Volume<float>& values, double weight, int steps);

}  // namespace cytomo
