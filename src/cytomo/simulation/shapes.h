// Shapes as signed distances (µm, negative inside), and which space is taken.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "cytomo/core/grid.h"

namespace cytomo {

/// An axis-parallel box, µm.
struct Box {
    Vec3 low, high;
    Box grown(double by) const {
        return {{low.x - by, low.y - by, low.z - by}, {high.x + by, high.y + by, high.z + by}};
    }
    /// What both contain; low beyond high where they have nothing in common.
    Box common(const Box& b) const {
        return {{std::max(low.x, b.low.x), std::max(low.y, b.low.y), std::max(low.z, b.low.z)},
                {std::min(high.x, b.high.x), std::min(high.y, b.high.y), std::min(high.z, b.high.z)}};
    }
    bool contains(Vec3 p) const {
        return p.x >= low.x && p.y >= low.y && p.z >= low.z && p.x <= high.x && p.y <= high.y &&
               p.z <= high.z;
    }
};

/// Three orthogonal unit vectors.
struct Frame {
    Vec3 a{1, 0, 0}, b{0, 1, 0}, c{0, 0, 1};
};
/// The frame whose first vector points along `direction`.
Frame frame_along(Vec3 direction);

/// An ellipsoid; `radii` along the frame's vectors.
struct Ellipsoid {
    Vec3 centre;
    Vec3 radii{1, 1, 1};
    Frame frame;
    /// First-order distance; exact for a sphere, exact sign always.
    double distance(Vec3 p) const;
    double volume_um3() const;
    /// Exact, by elliptic integrals (A. M. Legendre).
    double area_um2() const;
    Box box() const;
};

/// A point of a centre line; `along_um` is the arc length to it.
struct TubePoint {
    Vec3 position;
    double radius_um = 0;
    double along_um = 0;
};
/// Centre lines with round ends; several lines make a branched shape.
struct Tube {
    std::vector<std::vector<TubePoint>> lines;
    Box box() const;
};

/// Balls that are taken, for keeping objects apart.
class Occupancy {
public:
    explicit Occupancy(const Box& box);
    void add(Vec3 centre, double radius_um, std::uint32_t owner);
    void add(const Tube& tube, std::uint32_t owner);
    /// Whether a ball reaches deeper than `tolerance_um` into one of another owner.
    bool collides(Vec3 centre, double radius_um, double tolerance_um, std::uint32_t owner = 0) const;

private:
    struct Ball {
        Vec3 centre;
        double radius_um;
        std::uint32_t owner;
    };
    static constexpr double cell_um = 0.5;
    std::int64_t cell(double v, double low, std::int64_t n) const;
    Box box_;
    std::int64_t nx_, ny_, nz_;
    double largest_ = 0;
    std::vector<std::vector<Ball>> cells_;
};

}  // namespace cytomo
