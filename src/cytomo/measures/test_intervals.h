// Errors and objects that tests of intervals share.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

#include "cytomo/measures/intervals.h"

namespace cytomo::test_intervals {

/// Errors of every kind, about as large as the default model's.
inline ErrorModel usual_errors() {
    ErrorModel model;
    for (auto& e : model.classes)
        e = ClassErrors{-0.003, 0.004, 0.003, 0.6,  0.0125, -0.01, 0.02, -2.4,
                        2.8,    0.1,   0.8,   0.25, 0.15,   0.05,  0.2};
    model.filopodia = FilopodiumErrors{0.04, 0.12, 0.05, -0.006, 0.01, 0};
    return model;
}

inline Object ball(double radius_um, std::uint32_t instance = 1, std::uint8_t class_id = vesicle) {
    Object o;
    o.instance = instance;
    o.class_id = class_id;
    o.volume_um3 = 4 * std::numbers::pi / 3 * std::pow(radius_um, 3);
    o.surface_um2 = 4 * std::numbers::pi * radius_um * radius_um;
    o.equivalent_diameter_um = 2 * radius_um;
    o.longest_width_um = 2 * radius_um;
    o.voxels = 1000;
    return o;
}

inline bool holds(const Interval& i, double value) {
    return i.low <= value && value <= i.high;
}

}  // namespace cytomo::test_intervals
