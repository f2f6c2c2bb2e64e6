// Tubes that lie on one another, as filopodia on a support do: none runs through another.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "cytomo/simulation/shapes.h"

namespace cytomo {

class TubePile {
public:
    /// `cell_um`: edge of the cells in which points are looked up; at least as large as most tubes are thick.
    explicit TubePile(double cell_um) : cell_um_(cell_um) {}

    /// Raises the points of a line, by as much as it takes to touch the tubes of the pile from above where it
    /// would run through them; to both sides it slopes down over some four radii. The first `fixed_um` rise
    /// less, the first point not at all (a branch stays on its stem). Distances along the line are made anew,
    /// from the point that had 0 last. Time linear in points for tubes of bounded density.
    void lift(std::vector<TubePoint>& line, double fixed_um) const;
    /// Later tubes lie over this one.
    void add(const std::vector<TubePoint>& line);

private:
    std::int64_t key(std::int64_t x, std::int64_t y) const { return (x << 32) ^ (y & 0xffffffff); }
    std::int64_t cell(double um) const;
    /// Least height at which a ball touches no tube, its own if it touches none there.
    double height_over(const TubePoint& p) const;

    double cell_um_, largest_um_ = 0;
    std::unordered_map<std::int64_t, std::vector<TubePoint>> points_;
};

}  // namespace cytomo
