// Where the numbers come from: bench/measures/interval_fit learnt them from 36 simulated tomograms
// that the default model segmented and find_instances separated (20 nm voxels; cell-edge,
// perinuclear and suspension-cell; standard and varied microscopes; 224 × 224 × 80 and 256 × 256 × 96
// voxels). Objects that share more than half of their union with a true one decide the displacements:
// 32 pieces of cytoplasm, 31 nuclei, 185 mitochondria, 382 droplets, 345 vesicles. Learnt from four
// fifths of the tomograms, 90 % intervals held 91, 90, 89, 91 and 90 % of the volumes in the other
// fifth. Test on further cells: bench/measures/interval_coverage.
//
// Chance to be real and share missed of mitochondria and filopodia: from 32 other cells, with objects parted as now.
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
    {0.0017, 0.0086, 0.0000, 0.018, 0.0181, 0.000, assumed, -4.00, 1.00, 1.00, 0.894, 0.000, 0.00, 0.023,
     0.000},
    // nucleus
    {-0.0027, 0.0185, 0.0000, 0.000, 0.0625, 0.000, assumed, -4.00, 1.00, 1.00, 0.904, 0.000, 0.00, 0.011,
     0.000},
    // mitochondrion
    {-0.0015, 0.0060, 0.0095, 0.440, 0.0130, 0.000, assumed, -1.76, 1.63, 0.26, 0.884, 0.224, 0.39, 0.064,
     0.000},
    // lipid droplet
    {-0.0035, 0.0053, 0.0000, 0.442, 0.0090, -0.002, 0.028, -5.00, 2.48, -0.73, 0.923, 0.165, 0.39, -0.011,
     0.535},
    // vesicle
    {-0.0019, 0.0017, 0.0032, 0.628, 0.0129, -0.002, 0.012, -2.11, 2.25, -0.05, 0.825, 0.353, 0.30, 0.184,
     0.450},
    // filopodium
    {-0.0060, 0.0040, 0.0090, 0.000, 0.0127, 0.000, assumed, -1.85, 1.43, 0.68, 0.755, 0.272, 0.83, 0.019,
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
