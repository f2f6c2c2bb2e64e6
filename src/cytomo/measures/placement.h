// Private to measures: objects put elsewhere in the cell.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/random.h"
#include "cytomo/core/volume.h"
#include "cytomo/labels/instances.h"
#include "cytomo/measures/fine_surface.h"
#include "cytomo/measures/surface_points.h"

namespace cytomo {

/// An object that can be moved: positions relative to its deepest point.
struct PlacedShape {
    std::uint32_t object = 0;
    Vec3 deepest_um;              ///< where its deepest point was
    double depth_um = 0;          ///< distance of that from the surface
    double reach_um = 0;          ///< of its farthest point
    std::int64_t faces = 0;       ///< of its surface: its size
    std::vector<Vec3> points_um;  ///< on its surface, about 100 of them
    std::vector<Vec3> inner_um;   ///< the same, a little within
    struct Ball {
        Vec3 centre_um;
        double radius_um;
    };
    std::vector<Ball> balls;  ///< fill most of it
};

/// Without a surface the shape stays empty. `inside_um`: how far inner_um lies within.
PlacedShape make_shape(const InstanceVolume& volume, const SurfacePoints& surfaces, const FineSurface& fine,
                       std::uint32_t object, double inside_um);

/// Where the deepest point lies, and the turn about z.
struct Pose {
    Vec3 deepest_um;
    double cosine = 1, sine = 0;

    Vec3 place(Vec3 p) const {
        return {deepest_um.x + cosine * p.x - sine * p.y, deepest_um.y + sine * p.x + cosine * p.y,
                deepest_um.z + p.z};
    }
};

/// The room that objects of one class have: voxels they may lie in.
class Room {
public:
    /// allowed: 1 where objects may lie, 0 elsewhere; nothing beyond the border is allowed.
    explicit Room(ClassVolume allowed);

    /// A place for the deepest point at which it is `depth_um` away from what is not allowed, each equally
    /// likely; false if there is none.
    bool draw(double depth_um, Random& random, Vec3& deepest_um) const;
    /// Share of the shape's inner points that lie where they may not: exact up to `limit`, else 1.
    double misfit(const PlacedShape& shape, const Pose& pose, double limit) const;
    /// Edge of a voxel: geometric mean.
    double edge_um() const { return edge_um_; }

private:
    std::int64_t voxel_at(Vec3 position_um) const;  ///< -1 beyond the border

    ClassVolume allowed_;
    Volume<float> depth_um_;
    double edge_um_, half_diagonal_um_ = 0;
    std::vector<std::uint32_t> voxels_;     ///< allowed ones, by falling depth
    std::vector<std::size_t> deeper_than_;  ///< number of voxels with at least n half edges of depth
};

/// How a set of objects was placed.
struct Placement {
    std::vector<Pose> poses;   ///< of each shape
    std::int64_t misfits = 0;  ///< objects for which no place was found that fits
};

/// Places shapes one after the other at random in the room, turned at random about z, where none of their
/// inner points (up to 3 %) lies outside the room and none overlaps with those placed before. What finds
/// no such place in 200 trials takes the best one of them, or stays where it was.
Placement place_at_random(const std::vector<PlacedShape>& shapes, const Room& room, Random& random);

}  // namespace cytomo
