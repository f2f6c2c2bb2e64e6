// The curve skeleton of an object: centre lines with their radius, ends and branch points.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/core/progress.h"
#include "cytomo/labels/instances.h"
#include "cytomo/labels/voxel_runs.h"

namespace cytomo {

struct SkeletonNode {
    Vec3 place_um;
    /// 1: an end, at the surface of the object; 2: a place on a ring without branch points; more: a branch
    /// point. A branch that leads from the node back to it counts twice.
    std::int64_t branches = 0;
};

/// A centre line between two nodes. Positions and lengths in µm in the grid's space.
struct SkeletonBranch {
    std::uint32_t from = 0, to = 0;
    std::vector<Vec3> line_um;      ///< from the node `from` to the node `to`, both included
    std::vector<double> radius_um;  ///< at each point: of the circle with the area of the cross-section
    /// Whether the cross-section was measured there; else (rounded ends, branch points) it is that of the
    /// nearest measured point.
    std::vector<bool> measured;
    double length_um = 0;
};

struct Skeleton {
    std::uint32_t instance = 0;
    double volume_um3 = 0;  ///< number of voxels times the volume of one
    std::vector<SkeletonNode> nodes;
    std::vector<SkeletonBranch> branches;
    std::int64_t pieces = 0;  ///< of the object; 1 unless its voxels do not hang together

    double length_um() const;
    std::int64_t ends() const;
    std::int64_t branch_points() const;
    /// Independent closed ways: branches - nodes + pieces.
    std::int64_t loops() const;
};

struct SkeletonOptions {
    /// A branch whose end is nearer than this to its branch point, in radii of the thicker tube, is a bump of
    /// the surface. 1 would be the surface itself.
    double least_branch = 2;
    void check() const;  ///< throws UsageError unless 1 or more
};

/// The skeleton of one object, its voxels given in runs of a volume with this grid (see find_runs).
/// Ends lie on the surface: a tube with rounded ends is as long as it is from tip to tip. Loops stay, if
/// their hole is larger than about a radius. Cavities do not matter to the lines, but are missing in the
/// radii. An object in several pieces (26 neighbours) has the lines of each as if it were alone, and no line
/// across a gap.
///
/// Method: levels of equal distance along the object give branches and loops (labels/level_graph.h); these
/// are cut anew across their lines, and the centroids of the cuts give the final lines, so that lengths do
/// not depend on the steps of the lattice and noise of the surface is averaged over each cut. At a branch
/// point the lines of the branches are led straight to where they meet. Accuracy from 3 voxels of radius:
/// length within 2 %, radius within 3 % (tests). Time linear in voxels; memory about 20 bytes a voxel of the
/// object, up to 50 where it fills a large part of the box around it. Deterministic, threaded but for the
/// ways along the object.
Skeleton find_skeleton(const std::vector<VoxelRun>& runs, const Grid& grid,
                       const SkeletonOptions& options = {});

/// Skeletons of all objects of a class, in the order of their numbers; numbers without voxels are left out.
/// Threaded over objects, and within the largest ones; the same at any thread count.
std::vector<Skeleton> find_skeletons(const Instances& instances, std::uint8_t class_id,
                                     const SkeletonOptions& options = {}, const Progress& progress = {});

}  // namespace cytomo
