// Tilt axes that do not run along y: the frame of the axis, and volumes turned into it and back.
#pragma once

#include "cytomo/core/volume.h"

namespace cytomo {

/// A frame turned in the plane about a point, so that its y runs along a tilt axis.
struct AxisFrame {
    /// `axis_deg`: direction of the axis, from y towards x.
    AxisFrame(double axis_deg, Vec3 centre_um);
    /// Lengths along x and y of the smallest box in the turned frame around one of `extent_um`.
    Vec3 extent_around(Vec3 extent_um) const;
    /// The turned frame's lattice around `grid` (same centre, same z, voxels of the same size along the
    /// turned directions), with `beside_um` more at each end of its x.
    Grid grid_around(const Grid& grid, double beside_um) const;

    /// A volume on a lattice of the turned frame, by linear interpolation; 0 outside `volume`.
    Volume<float> turned(const Volume<float>& volume, const Grid& target) const;
    /// The way back; the nearest value outside `volume`.
    Volume<float> turned_back(const Volume<float>& volume, const Grid& target) const;

    double c, s;
    Vec3 centre;
};

}  // namespace cytomo
