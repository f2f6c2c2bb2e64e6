// Where the numbers come from. bench/measures/interval_fit learnt them from 13 simulated tomograms (20 nm
// voxels; cell-edge, perinuclear and suspension-cell; standard and varied microscopes; 224 × 224 × 80 and 256
// × 256 × 96 voxels) that the default model segmented and find_instances separated. Objects sharing more than
// half of their union with a true one decide the displacements: 13 pieces of cytoplasm, 11 nuclei, 81
// mitochondria, 92 droplets, 115 vesicles. Test on other cells: bench/measures/interval_coverage.
//
// Less sure than the others:
//   filopodia, whose neighbours were still joined: their lines come from 9 complete ones, 80 to 120 nm thick,
//   parted as in the truth;
//   surfaces of cytoplasm, nuclei and mitochondria, whose true surface the simulation does not know: a
//   deviation of 5 % beyond the displacement is an assumption.
#include "cytomo/measures/error_model.h"

#include <algorithm>

namespace cytomo {

namespace {

constexpr double assumed = 0.05;

constexpr std::array<ClassErrors, default_class_count> learnt{{
    {},
    // cytoplasm
    {0.0047, 0.0092, 0.0000, 0.032, 0.0182, 0.000, assumed, -1.77, 1.07, 0.27, 0.903, 0.000, 0.00, 0.082,
     0.000},
    // nucleus
    {-0.0011, 0.0182, 0.0000, 0.000, 0.0697, 0.000, assumed, -0.67, 1.43, 0.15, 0.889, 0.000, 0.00, 0.015,
     0.000},
    // mitochondrion
    {-0.0011, 0.0064, 0.0074, 0.000, 0.0125, 0.000, assumed, -2.18, 1.96, 0.10, 0.886, 0.659, 0.18, 0.066,
     0.000},
    // lipid droplet
    {-0.0033, 0.0037, 0.0000, 0.322, 0.0091, -0.001, 0.010, -4.38, 2.12, -0.42, 0.926, 0.082, 0.34, -0.039,
     0.570},
    // vesicle
    {-0.0025, 0.0000, 0.0018, 0.605, 0.0125, -0.002, 0.012, -2.25, 2.00, -0.05, 0.829, 0.290, 0.41, 0.180,
     0.070},
    // filopodium
    {-0.0060, 0.0040, 0.0080, 0.000, 0.0125, 0.000, assumed, -2.48, 1.91, -0.11, 0.765, 1.921, 0.64, 0.177,
     0.000},
}};
constexpr FilopodiumErrors learnt_filopodia{-0.02, 0.08, 0.03, -0.004, 0.009, 0.0};

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
