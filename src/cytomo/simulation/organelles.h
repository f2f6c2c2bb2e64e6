// Puts organelles into a cell: where there is room, side by side, touching but not through each other.
#pragma once

#include <memory>

#include "cytomo/simulation/canvas.h"
#include "cytomo/simulation/cell_body.h"

namespace cytomo {

/// What all makers share.
struct Workshop {
    const SimulationOptions& options;
    const CellModel& model;
    const CellBody& body;
    Canvas& canvas;
    Occupancy& occupancy;
    std::shared_ptr<const Grain> fine, medium;  ///< grain of about 40 and 110 nm
    std::shared_ptr<const SmoothField> waves;   ///< smooth field, 0.35 µm
    double sample_um3;                          ///< volume of cytoplasm in the wide box

    /// Whether a ball lies in the cytoplasm (within the membrane, outside the nucleus).
    bool in_cytoplasm(Vec3 centre, double radius_um) const;
    /// A random place within `where` in which a ball fits that keeps to the tolerance; false if none
    /// was found.
    bool find_room(Random& random, const Box& where, double radius_um, double tolerance_um, int attempts,
                   Vec3& centre) const;
    /// Where the n-th object of a kind may start: the first few in view, so that no kind that was asked
    /// for is missing there by chance, the others anywhere.
    const Box& place_of(int n) const { return n < 3 ? body.view : body.wide; }
};

/// Organelles may cover what is not an organelle.
inline auto over_cell(const Canvas& canvas) {
    return [&canvas](std::uint32_t owner) { return owner != 0 && canvas.class_of(owner) <= nucleus; };
}

/// Of length 1; `flatness` 1 keeps it in the plane of the support.
Vec3 random_direction(Random& random, double flatness);

/// The large vesicles of yeasts.
void add_vacuoles(Workshop& shop);
/// Appends what is known of each.
void add_mitochondria(Workshop& shop, std::vector<MitochondrionTruth>& truth);
/// Some of them at the mitochondria there are.
void add_lipid_droplets(Workshop& shop, const std::vector<MitochondrionTruth>& mitochondria);
void add_vesicles(Workshop& shop);
void add_reticulum(Workshop& shop);
/// Stacks of curved discs; class cytoplasm.
void add_golgi(Workshop& shop);
/// Cracks through the ice and crystals on it; class background.
void add_ice_faults(Workshop& shop);
/// Appends what is known of each.
void add_filopodia(Workshop& shop, std::vector<FilopodiumTruth>& truth);
void add_gold(Workshop& shop);
/// The first brush: vacuum, ice, support, cytosol, nucleus.
void add_body(Workshop& shop);
/// The same for cells that are told relative to their cytosol (wide_body.cpp).
void add_wide_body(Workshop& shop);
/// Light vacuoles and vesicles within thin membranes, and rings with a mottled interior; class vesicle.
void add_vacuole_field(Workshop& shop);
/// Small dense granules by the hundred, as insulin makes them; class vesicle.
void add_granules(Workshop& shop);
/// Dense round bodies in groups; class vesicle.
void add_dense_bodies(Workshop& shop);
/// Flagella and microvilli of cells in a group. Appends what is known of each.
void add_flagella(Workshop& shop, std::vector<FilopodiumTruth>& truth);

/// A wandering centre line. `bend_um`: length over which the direction changes by about one radian.
std::vector<TubePoint> wander(Random& random, const Workshop& shop, Vec3 start, Vec3 direction,
                              double length_um, double radius_um, double bend_um, double flatness,
                              std::uint32_t owner, double tolerance_um);

}  // namespace cytomo
