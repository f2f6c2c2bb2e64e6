// From grey values to linear absorption coefficients.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "cytomo/core/grid.h"
#include "cytomo/core/legend.h"
#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"

namespace cytomo {

/// Noise of neighbouring voxels goes together: so many count as one independent value.
inline constexpr double voxels_as_one = 27;

/// Linear absorption coefficient (LAC, 1/µm) of vitreous ice at 510 to 520 eV.
constexpr double ice_lac_per_um = 0.11;

/// LAC = scale × grey + offset (1/µm). Where nothing is known (calibrated false), grey values stay as they
/// are and are called relative grey: they compare within a tomogram, not between tomograms.
struct AbsorptionScale {
    double scale = 1;
    double offset = 0;
    bool calibrated = false;
    std::string how = "relative grey";  ///< where the scale comes from, for records and reports
};

/// The scale that the file itself promises: 1 and 0 if it is calibrated, else relative grey.
AbsorptionScale scale_of(const Tomogram& tomogram);

/// The same tomogram, each value mapped when it is read (calibrated = true). A scale that is not calibrated
/// changes nothing. Throws UsageError if the scale is 0 or a number is not finite.
Tomogram scaled(const Tomogram& tomogram, const AbsorptionScale& scale);

/// Where the absorption is known: all of a class, or a box of voxels.
struct ReferenceRegion {
    std::uint8_t class_id = background;
    std::optional<std::array<Size3, 2>> box;  ///< first and last voxel, both inside; instead of the class
    double lac_per_um = ice_lac_per_um;
    std::string name = "ice";  ///< for messages
};

/// The straight line through two regions of known absorption: medians of their grey values, so that a few
/// wrong voxels do no harm. Of a class, only voxels count whose neighbours two steps away along every axis
/// belong to it too (partial volume); a million of them at most, evenly spread. Throws InputError if a region
/// has no such voxel with a finite value, if the medians differ by less than five standard errors
/// (neighbouring voxels are not independent: 27 count as one), or if `expected` is known and the line runs
/// the other way; UsageError if the two coefficients are equal or not finite, or a box lies outside. Reads
/// each slice once. Deterministic at any thread count.
/// Limits: tomograms of a part of a cell, or with a missing wedge, are no straight line of the absorption. In
/// simulated ones with ice and lipid droplets as references, large bodies (cytoplasm, nucleus) came out up
/// to 40 % too high. Compare like with like.
AbsorptionScale scale_from_references(const Tomogram& tomogram, const ClassVolume& classes,
                                      const ReferenceRegion& first, const ReferenceRegion& second,
                                      Polarity expected = Polarity::unknown, const Progress& progress = {});

/// What a user may say with --lac-scale.
struct AbsorptionChoice {
    std::optional<AbsorptionScale> given;         ///< a factor and an offset
    std::array<ReferenceRegion, 2> references{};  ///< used if nothing is given
};

/// Understands
///   "S" or "S,OFFSET"          LAC = S × grey + OFFSET, in 1/µm
///   "REGION=LAC"               ice at 0.11 1/µm, and a region with a known coefficient
///   "REGION=LAC,REGION=LAC"    two regions
/// REGION is "ice", the name or number of a class in the legend, or box:X0:Y0:Z0:X1:Y1:Z1 (first and last
/// voxel, counted from 0). Throws UsageError that says what was expected and found.
AbsorptionChoice parse_absorption_choice(const std::string& text, const Legend& legend);

/// The scale that was chosen; see scale_from_references for errors.
AbsorptionScale make_absorption_scale(const AbsorptionChoice& choice, const Tomogram& tomogram,
                                      const ClassVolume& classes, Polarity expected = Polarity::unknown,
                                      const Progress& progress = {});

}  // namespace cytomo
