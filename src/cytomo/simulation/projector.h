// Line integrals through a slice, and their transpose.
#pragma once

#include <cstdint>
#include <span>

#include "cytomo/core/grid.h"

namespace cytomo {

/// The projector works on this many neighbouring slices at once (the geometry is the same for all):
/// values of one place in all slices lie side by side, so inner loops are plain vector code.
constexpr std::int64_t lanes = 16;

/// A slice across the tilt axis (x to the right, z along the beam at 0°) and the detector line behind
/// it. A ray for detector position u at angle a consists of the points with
/// x cos a + z sin a = u, measured in µm from the axis.
struct SliceGeometry {
    std::int64_t nx = 0, nz = 0;  ///< voxels
    double voxel_x_um = 1, voxel_z_um = 1;
    double axis_x = 0, axis_z = 0;  ///< where the axis passes, in voxels
    std::int64_t detectors = 0;
    double pitch_um = 1;       ///< distance between detector pixels
    double axis_detector = 0;  ///< where the axis falls, in detector pixels

    /// Slices are stored with a border of one voxel that is always zero:
    /// [(nz + 2)][(nx + 2)][lanes].
    std::int64_t slice_values() const { return (nz + 2) * (nx + 2) * lanes; }
    std::int64_t row_values() const { return detectors * lanes; }
    std::int64_t at(std::int64_t x, std::int64_t z) const { return ((z + 1) * (nx + 2) + x + 1) * lanes; }
};

/// Adds the line integrals (value × µm) at the given angles to `lines` ([angle][detectors][lanes]);
/// `shift_um` moves the slice on the detector. Joseph's method: linear interpolation in the rows or
/// columns that the ray crosses more steeply (P. M. Joseph, IEEE Trans. Med. Imaging 1, 192, 1982).
void project(const SliceGeometry& geometry, std::span<const double> angles_rad, double shift_um,
             const float* slice, float* lines);

/// The same at one angle, kept apart by depth along the beam: lines is [slabs][detectors][lanes]; the
/// slab of depth t (µm downstream of the axis) is clamp(floor((t + reach_um) / (2 reach_um) · slabs)).
void project_by_depth(const SliceGeometry& geometry, double angle_rad, double shift_um, double reach_um,
                      int slabs, const float* slice, float* lines);

/// Adds the exact transpose of project() to `slice`, leaving its border alone.
void back_project(const SliceGeometry& geometry, std::span<const double> angles_rad, double shift_um,
                  const float* lines, float* slice);

/// Adds to each voxel, for each angle, its weight times the line's value where the voxel is seen,
/// interpolated linearly; a line keeps its end values beyond its ends. What filtered back-projection needs.
void add_interpolated(const SliceGeometry& geometry, std::span<const double> angles_rad,
                      std::span<const double> weights, const float* lines, float* slice);

}  // namespace cytomo
