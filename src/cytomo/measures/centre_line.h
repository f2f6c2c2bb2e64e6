// Private to measures: a smooth line through the middle of a tube, and lengths along it.
#pragma once

#include <cstddef>
#include <vector>

#include "cytomo/core/grid.h"

namespace cytomo {

/// A line through nodes (µm), measured by the length from the first node. It goes on straight beyond both
/// ends. At least two nodes, none equal to the next.
class CentreLine {
public:
    explicit CentreLine(std::vector<Vec3> nodes);

    const std::vector<Vec3>& nodes() const { return nodes_; }
    /// Length from the first node to node i.
    double at_node(std::size_t i) const { return at_[i]; }
    double length_um() const { return at_.back(); }
    Vec3 point(double at) const;
    /// Unit vector along the line.
    Vec3 direction(double at) const;
    /// Where the line is nearest to p, looking no further than `reach` along the line from `near`.
    double nearest(Vec3 p, double near, double reach) const;

private:
    std::size_t segment(double at) const;
    std::vector<Vec3> nodes_;
    std::vector<double> at_;
};

/// Nodes moved onto local parabolas fitted to the nodes within `reach` (µm along the line): takes out jitter
/// without cutting bends (W. S. Cleveland 1979; A. Savitzky, M. J. E. Golay 1964).
std::vector<Vec3> smoothed(const std::vector<Vec3>& nodes, double reach);

/// Curvature (1/µm) of the line at the given places: that of a parabola fitted to the nodes within `reach`
/// (µm) to either side. Near the ends the parabola around the last place with nodes on both sides counts; NaN
/// where fewer than four nodes are within reach.
std::vector<double> curvatures_per_um(const CentreLine& line, const std::vector<double>& places,
                                      double reach);

/// A portion of the tube's volume: a voxel or part of one.
struct Portion {
    Vec3 place_um;
    double volume_um3;
    double along_um;  ///< where on the line
};

/// The tube cut into slices of equal length along the line. Each portion is spread over the length that a
/// voxel takes up along the line, so that slices do not jump with the lattice.
struct TubeSlices {
    double first_um = 0;   ///< along the line, where the first slice begins
    double length_um = 0;  ///< of one slice
    std::vector<double> volume_um3;
    std::vector<Vec3> centroid_um;
    double middle(std::size_t i) const { return first_um + (static_cast<double>(i) + 0.5) * length_um; }
};
TubeSlices cut_into_slices(const CentreLine& line, const std::vector<Portion>& portions, Vec3 voxel_um,
                           double slice_um);

/// Length that a voxel takes up along a unit vector: that of a uniform distribution of the same variance.
double voxel_extent(Vec3 direction, Vec3 voxel_um);

}  // namespace cytomo
