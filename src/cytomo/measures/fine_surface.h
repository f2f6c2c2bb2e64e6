// Private to measures: surfaces of labelled objects between the voxels.
#pragma once

#include <array>
#include <vector>

#include "cytomo/core/volume.h"
#include "cytomo/measures/surface_points.h"

namespace cytomo {

/// Where the surface of an object lies: its voxels (1, all others 0) are smoothed, and the surface is where
/// they come to one half. The weights have no second moment, so that round objects do not shrink to first
/// order. Objects thinner than about two voxels keep the faces of their voxels as surface. See contacts.h for
/// what that is worth.
class FineSurface {
public:
    /// The volume must outlive it. Of classes: the surface of all that is not background.
    explicit FineSurface(const InstanceVolume& objects);
    explicit FineSurface(const ClassVolume& classes);

    struct Place {
        Vec3 position_um, normal;  ///< normal: unit, away from the object
        double area_um2;           ///< of the surface that the point stands for
    };
    /// Cost: some hundred voxels read.
    Place at(const SurfacePoint& point) const;

private:
    struct Axis {
        double edge_um = 1;
        int reach = 0;
        /// Weights and their slopes (per µm) about a voxel centre (offsets -reach … reach), and about the
        /// middle of the face after it (offsets -reach … reach + 1).
        std::vector<float> centre, centre_slope, face, face_slope;
    };
    FineSurface(const Grid& grid, const InstanceVolume* objects, const ClassVolume* classes);
    template <class Label, class Inside>
    Place estimate(const Volume<Label>& volume, const SurfacePoint& point, Inside inside) const;

    Grid grid_;
    const InstanceVolume* objects_;
    const ClassVolume* classes_;
    std::array<Axis, 3> axes_;
    double farthest_um_;
};

}  // namespace cytomo
