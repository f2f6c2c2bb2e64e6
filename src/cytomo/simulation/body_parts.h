// What the bodies of all cells are painted with (private to the folder).
#pragma once

#include <memory>

#include "cytomo/simulation/organelles.h"

namespace cytomo {

/// The film under the sample, with holes on a square lattice or without.
class SupportFilm {
public:
    SupportFilm(const CellModel& model, Random& random);
    double thickness_um() const { return thickness_um_; }
    /// Whether there is film, and no hole, at p's x and y.
    bool covers(Vec3 p) const;

private:
    double thickness_um_;
    bool holey_;
    double pitch_um_, hole_um_;
    double cos_, sin_;  ///< of the angle by which the lattice is turned
    double shift_x_um_, shift_y_um_;
};

/// Sheets of endoplasmic reticulum: wavy ones in patches, and stacked ones, parallel to it, near the nucleus.
class ReticulumSheets {
public:
    /// `patches`: where sheets lie; `waves`: how they do.
    ReticulumSheets(const Workshop& shop, Random& random, std::shared_ptr<const SmoothField> patches,
                    std::shared_ptr<const SmoothField> waves);
    /// How much of the matter at p is sheet, 0 to 1; `nucleus_um`: distance of p from the nucleus, below 0
    /// inside.
    double at(Vec3 p, double nucleus_um) const;

private:
    double amount_;
    double gate_;  ///< patches begin where their field is larger
    double stacked_um_;
    std::shared_ptr<const SmoothField> patches_, waves_;
};

}  // namespace cytomo
