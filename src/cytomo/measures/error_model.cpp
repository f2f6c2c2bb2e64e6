// Where the numbers come from: bench/measures/interval_fit learnt them from 25 simulated tomograms
// that the default model segmented and find_instances separated (20 nm voxels; cell-edge,
// perinuclear and suspension-cell; standard and varied microscopes; 224 × 224 × 80 and 256 × 256 × 96
// voxels). Objects that share more than half of their union with a true one decide the displacements:
// 22 pieces of cytoplasm, 22 nuclei, 151 mitochondria, 300 droplets, 257 vesicles. Test on other
// cells: bench/measures/interval_coverage.
//
// Less sure than the others:
// - Filopodia, whose neighbours were still joined. Their lines come from 20 complete ones of 60 to
//   140 nm radius, parted as in the truth, without those found less than three quarters as long as
//   they are.
// - Surfaces of cytoplasm, nuclei and mitochondria: the simulation does not know the true ones. A
//   deviation of 5 % beyond the displacement is an assumption.
// - The chance of cytoplasm and nuclei to be real, set by hand: the few false ones were small pieces.
#include "cytomo/measures/error_model.h"

#include <algorithm>

namespace cytomo {

namespace {

constexpr double assumed = 0.05;

// In the order of the fields: displacement, surface, chance to be real, count, volume of the class.
constexpr std::array<ClassErrors, default_class_count> learnt{{
    {},
    // cytoplasm
    {0.0017, 0.0075, 0.0000, 0.019, 0.0185, 0.000, assumed, -4.00, 1.00, 1.00, 0.891, 0.000, 0.00, 0.022,
     0.145},
    // nucleus
    {-0.0008, 0.0181, 0.0000, 0.000, 0.0627, 0.000, assumed, -4.00, 1.00, 1.00, 0.904, 0.000, 0.00, 0.015,
     0.000},
    // mitochondrion
    {-0.0014, 0.0049, 0.0079, 0.443, 0.0130, 0.000, assumed, -2.24, 2.16, -0.02, 0.862, 0.650, 0.18, 0.075,
     0.000},
    // lipid droplet
    {-0.0035, 0.0046, 0.0000, 0.452, 0.0090, 0.000, 0.022, -5.46, 2.73, -0.92, 0.924, 0.156, 0.30, 0.001,
     0.550},
    // vesicle
    {-0.0024, 0.0009, 0.0030, 0.648, 0.0127, -0.002, 0.011, -2.24, 2.20, -0.11, 0.835, 0.278, 0.21, 0.149,
     0.325},
    // filopodium
    {-0.0060, 0.0040, 0.0090, 0.000, 0.0133, 0.000, assumed, -2.85, 1.97, 0.02, 0.746, 1.926, 0.66, 0.197,
     0.000},
}};
constexpr FilopodiumErrors learnt_filopodia{0.04, 0.12, 0.05, -0.006, 0.010, 0.0};

/// For classes of other names: in every respect the widest of the organelles, without shifts.
ClassErrors widest() {
    ClassErrors w;
    w.usual_probability = 0.9;
    w.real_slope = 1;
    for (const std::uint8_t id : {nucleus, mitochondrion, lipid_droplet, vesicle}) {
        const ClassErrors& e = learnt[id];
        w.shared_um = std::max(w.shared_um, e.shared_um);
        w.own_um = std::max(w.own_um, e.own_um);
        w.blur_share = std::max(w.blur_share, e.blur_share);
        w.surface_deviation = std::max(w.surface_deviation, e.surface_deviation);
        w.missed_share = std::max(w.missed_share, e.missed_share);
        w.count_deviation = std::max(w.count_deviation, e.count_deviation);
        w.volume_deviation = std::max(w.volume_deviation, e.volume_deviation);
    }
    w.usual_blur_um = learnt[vesicle].usual_blur_um;
    return w;
}

}  // namespace

ErrorModel default_error_model(const Legend& legend) {
    ErrorModel model;
    model.classes.fill(widest());
    const Legend known = default_legend();
    for (const LegendEntry& entry : legend.entries)
        if (const LegendEntry* same = known.find_kind(entry.name); same != nullptr && same->id != background)
            model.classes[entry.id] = learnt[same->id];
    model.filopodia = learnt_filopodia;
    return model;
}

}  // namespace cytomo
