// Bringing grey values of any instrument and export onto one scale.
#pragma once

#include <string>

#include "cytomo/core/volume.h"

namespace cytomo {

/// normalised = (stored - offset) * factor, clipped to ±6; dense matter positive.
struct GreyScale {
    float offset = 0;
    float factor = 1;  ///< negative when dense matter is dark
    float apply(float stored) const {
        const float v = (stored - offset) * factor;
        return v < -6 ? -6.F : (v > 6 ? 6.F : v);
    }
};

/// What a look at part of a tomogram tells about its grey values.
struct GreyStatistics {
    double low = 0, high = 0;        ///< 1st and 99th percentile
    double mean = 0, deviation = 0;  ///< of values clipped to [low, high]
    double skewness = 0;             ///< of the clipped values after smoothing to about 60 nm
};

/// At which grey values are looked at where no model says it.
constexpr double statistics_voxel_um = 0.02;

/// Statistics over at most 48 evenly spaced slices, averaged in the plane to voxels of about
/// `voxel_um`; NaN and a constant rim (one extreme value in over 3 % of the voxels) do not count.
/// Throws InputError if nothing but one value is found.
GreyStatistics measure_grey_statistics(const Tomogram& tomogram, double voxel_um);

/// Strong absorbers (droplets, gold, membranes) are few: the longer tail of the grey values is the
/// dense side. A guess, right for most cells.
Polarity guess_polarity(const GreyStatistics& statistics);

/// Zero mean and unit deviation, dense matter up. Polarity::unknown counts as dense_is_bright.
GreyScale make_grey_scale(const GreyStatistics& statistics, Polarity polarity);

}  // namespace cytomo
