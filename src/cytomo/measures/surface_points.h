// Private to measures: where the surfaces of objects lie, as points that can be searched for the nearest.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/core/volume.h"

namespace cytomo {

/// A face between a voxel of an object and one of something else.
struct SurfacePoint {
    std::uint16_t x, y, z;  ///< the voxel of the object
    std::uint8_t face;      ///< towards -x, +x, -y, +y, -z, +z: 0 … 5

    int axis() const { return face / 2; }
    double direction() const { return face % 2 == 0 ? -1 : 1; }
};

/// Points of one object within a small block of voxels; box around them in µm, in the grid's space.
struct SurfaceCluster {
    std::uint32_t object = 0;
    std::uint32_t count = 0;
    std::int64_t first = 0;  ///< of its points
    std::array<float, 3> low{}, high{};
};

/// Surfaces of numbered objects. Faces at the border of the volume are no surface.
/// Memory: 8 bytes a face, 40 bytes a cluster (about 100 faces).
struct SurfacePoints {
    Grid grid;
    std::vector<SurfacePoint> points;
    std::vector<SurfaceCluster> clusters;  ///< ascending by object, then in the order of blocks
    /// Clusters of object n: cluster_begin[n] … cluster_begin[n + 1] - 1.
    std::vector<std::uint32_t> cluster_begin;

    std::uint32_t objects() const { return static_cast<std::uint32_t>(cluster_begin.size() - 1); }
    /// The middle of the face.
    Vec3 position_um(const SurfacePoint& p) const {
        Vec3 v{static_cast<double>(p.x), static_cast<double>(p.y), static_cast<double>(p.z)};
        (p.axis() == 0 ? v.x : p.axis() == 1 ? v.y : v.z) += 0.5 * p.direction();
        return grid.world_from_voxel(v);
    }
    Vec3 voxel_position_um(const SurfacePoint& p) const {
        return grid.world_from_voxel(
            {static_cast<double>(p.x), static_cast<double>(p.y), static_cast<double>(p.z)});
    }
    std::span<const SurfaceCluster> clusters_of(std::uint32_t object) const {
        return {clusters.data() + cluster_begin[object], clusters.data() + cluster_begin[object + 1]};
    }
    std::span<const SurfacePoint> points_of(const SurfaceCluster& c) const {
        return {points.data() + c.first, c.count};
    }
};

/// Surfaces of the objects n with wanted[n] != 0; numbers from wanted.size() on count as other things. One
/// threaded pass, deterministic. Throws InputError above 65,535 voxels an axis.
SurfacePoints find_surface_points(const InstanceVolume& objects, const std::vector<char>& wanted);

constexpr std::uint32_t membrane_surface = 1, cut_surface = 2;
/// The cell (all classes but 0 and 255) as objects: faces to background (`membrane_surface`), and at the
/// border of the volume (`cut_surface`), where the cell may go on.
SurfacePoints find_cell_surface_points(const ClassVolume& classes);

/// Finds the nearest of many surface points: a tree of boxes around clusters, divided at the median.
class SurfaceTree {
public:
    /// `surfaces` must outlive the tree. Time n log n in clusters.
    SurfaceTree(const SurfacePoints& surfaces, std::vector<std::uint32_t> clusters);

    struct Nearest {
        double squared_um2 = std::numeric_limits<double>::infinity();
        std::uint32_t object = 0;     ///< 0: there is none
        SurfacePoint own{}, other{};  ///< between which the distance was found
        bool found() const { return object != 0; }
    };
    /// The pair of points, one of `object` of `own`, one in this tree, with the smallest distance between
    /// the middles of the faces, but for 0.5 % at most. `excluded`: an object in the tree that does not
    /// count.
    Nearest nearest(const SurfacePoints& own, std::uint32_t object, std::uint32_t excluded = 0) const;
    /// To one position; `own` stays empty.
    Nearest nearest(Vec3 position_um) const;
    /// Calls found(cluster number) for all clusters whose boxes are within `reach_um` of that of `cluster`.
    void for_near(const SurfaceCluster& cluster, double reach_um,
                  const std::function<void(std::uint32_t)>& found) const;

private:
    struct Node {
        std::array<float, 3> low, high;
        std::uint32_t first, count;  ///< of clusters; count 0: an inner node
        std::uint32_t right;         ///< second child; the first one is the next node
    };
    void build(std::uint32_t first, std::uint32_t count);
    template <class Visit>
    void visit(const std::array<float, 3>& low, const std::array<float, 3>& high, const double& limit2,
               Visit leaf) const;

    const SurfacePoints& surfaces_;
    std::vector<std::uint32_t> order_;
    std::vector<Node> nodes_;
};

}  // namespace cytomo
