// Where the numbers come from: bench/measures/interval_fit learnt them from 32 simulated tomograms
// that the default model segmented and find_instances separated (20 nm voxels; cell-edge,
// perinuclear and suspension-cell; standard and varied microscopes; 224 × 224 × 80 and 256 × 256 × 96
// voxels; bench/measures/README.md says how they are made). Objects that share more than half of their
// union with a true one decide the displacements: 30 pieces of cytoplasm, 30 nuclei, 420 mitochondria,
// 378 droplets, 360 vesicles, 48 filopodia. Learnt from four fifths of the tomograms, 90 % intervals held
// 90, 90, 90, 94, 88 and 88 % of the volumes in the other fifth. Test on further cells:
// bench/measures/interval_coverage, class_totals.
//
// Less sure than the others:
// - Lines of filopodia come from 20 complete ones of 60 to 140 nm radius in 36 other tomograms, parted as in
//   the truth, without those found less than three quarters as long as they are.
// - Surfaces of cytoplasm, nuclei, mitochondria and filopodia: the simulation does not know the true ones.
//   A deviation of 5 % beyond the displacement is an assumption.
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
    {0.0052, 0.0127, 0.0000, 0.000, 0.0180, 0.000, assumed, -4.00, 1.00, 1.00, 0.900, 0.000, 0.00, 0.038,
     0.000},
    // nucleus
    {-0.0070, 0.0223, 0.0000, 0.000, 0.0543, 0.000, assumed, -4.00, 1.00, 1.00, 0.899, 0.000, 0.00, -0.013,
     0.000},
    // mitochondrion
    {-0.0008, 0.0038, 0.0000, 0.651, 0.0126, 0.000, assumed, -1.76, 1.63, 0.26, 0.884, 0.224, 0.13, 0.041,
     0.045},
    // lipid droplet
    {0.0002, 0.0058, 0.0000, 0.480, 0.0092, -0.014, 0.016, -5.47, 2.84, -0.87, 0.931, 0.075, 0.17, 0.005,
     0.000},
    // vesicle
    {-0.0038, 0.0018, 0.0029, 0.605, 0.0125, -0.007, 0.010, -2.39, 2.82, 0.08, 0.786, 0.284, 0.17, 0.061,
     0.265},
    // filopodium
    {-0.0058, 0.0062, 0.0047, 0.491, 0.0141, 0.000, assumed, -1.85, 1.43, 0.68, 0.755, 0.272, 0.11, 0.019,
     0.590},
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
