// Soft edges of what is painted (private to the folder).
#pragma once

#include <algorithm>
#include <cmath>

namespace cytomo {

/// From 0 below v = -0.5 to 1 above 0.5, even in between.
inline double ramp(double v) {
    return std::clamp(0.5 + v, 0.0, 1.0);
}

/// 1 on a sheet, falling to 0 over its thickness.
inline double sheet(double distance, double thickness_um) {
    const double t = distance / thickness_um;
    return std::exp(-4 * t * t);
}

}  // namespace cytomo
