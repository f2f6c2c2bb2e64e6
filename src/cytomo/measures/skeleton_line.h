// Private to measures: a centre line that can be closed, and the cuts across it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "cytomo/core/grid.h"

namespace cytomo {

/// A line through nodes (µm), measured by the length from the first node. Open ends go on straight; a closed
/// line has its first node once more at the end.
class SkeletonLine {
public:
    SkeletonLine() = default;
    /// At least two nodes; equal neighbours are left out.
    SkeletonLine(const std::vector<Vec3>& nodes, bool open_from, bool open_to, bool closed);

    const std::vector<Vec3>& nodes() const { return nodes_; }
    double at_node(std::size_t i) const { return at_[i]; }
    double length_um() const { return at_.back(); }
    bool closed() const { return closed_; }
    bool usable() const { return nodes_.size() > 1; }
    Vec3 point(double at) const;
    /// Unit vector along a segment.
    Vec3 direction(std::size_t segment) const { return along_[segment]; }

    struct Place {
        double at = 0;
        double squared_um2 = 0;  ///< distance to the line, squared
        std::size_t segment = 0;
    };
    /// Segments one after the other; a closed line goes on with its first one.
    struct Stretch {
        std::size_t first = 0, count = 0;
    };
    /// Those no further than `reach` along the line from `near`.
    Stretch stretch(double near, double reach) const;
    /// Where the line is nearest to p within a stretch; `near` if that is empty.
    Place nearest(Vec3 p, double near, Stretch within) const;

private:
    std::size_t segment(double at) const;
    double within(double at) const;  ///< a closed line's place between 0 and its length
    std::vector<Vec3> nodes_, along_;
    std::vector<double> at_;
    bool open_from_ = false, open_to_ = false, closed_ = false;
};

/// The middle of a cut through a bent tube lies outside its axis, as there is more room: by r²/4 times
/// the curvature.
std::vector<Vec3> moved_inwards(const std::vector<Vec3>& nodes, bool ring, double radius_um);

/// `smoothed` for a closed line, whose first point follows its last.
std::vector<Vec3> smoothed_ring(const std::vector<Vec3>& points, double wide_um);

/// x of m x = r, with the matrix m as xx, yy, zz, xy, xz, yz.
Vec3 solve_symmetric(const std::array<double, 6>& m, Vec3 r);

/// Radius of the rod with half spheres as ends, or the ellipsoid of revolution, that has this volume and
/// length.
double radius_of_short(double volume, double whole_length);

/// The cuts across a line, of equal length: volumes and centroids.
struct LineCuts {
    double first_um = 0;
    double length_um = 0;
    bool closed = false;
    std::vector<double> volume_um3;
    std::vector<Vec3> centroid_um;  ///< sums until finish()

    LineCuts() = default;
    /// Cuts from `first` to `last` along the line, each about `cut` long.
    LineCuts(double first, double last, double cut, bool is_closed);
    /// Spreads a voxel over the length `extent` that it takes up along the line.
    void add(Vec3 p, double volume, double at, double extent);
    void finish();
    double middle(std::size_t i) const { return first_um + (static_cast<double>(i) + 0.5) * length_um; }
};

}  // namespace cytomo
