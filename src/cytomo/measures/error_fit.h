// Learns how far measures are from the truth, from simulated cells that a model has segmented.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cytomo/core/legend.h"
#include "cytomo/core/progress.h"
#include "cytomo/measures/error_model.h"
#include "cytomo/measures/objects.h"

namespace cytomo {

/// One object that was found, and what is true of it.
struct FitObject {
    std::uint8_t class_id = 0;
    double volume_um3 = 0, surface_um2 = 0;
    double mean_probability = not_defined, edge_blur_um = not_defined;  ///< see certainty.h
    bool real = false;  ///< shares a fifth of the union with a true object of its class
    /// Of that one, if they share more than half of their union; else NaN. The surface also where it is not
    /// known.
    double true_volume_um3 = not_defined, true_surface_um2 = not_defined;
};

/// One filopodium that was found and lies in the volume from root to tip.
struct FitLine {
    double true_length_um = 0, length_um = 0;
    double true_radius_um = 0, radius_um = 0;
    double edge_blur_um = not_defined;
};

/// What a class truly has in one cell.
struct FitTruth {
    std::int64_t missed = 0;  ///< true objects that are asked for and that no object found is paired with
    double volume_um3 = 0;    ///< of all its voxels
};

struct FitCell {
    std::vector<FitObject> objects;
    std::map<std::uint8_t, FitTruth> truth;  ///< of the classes that simulated cells know
    std::vector<FitLine> filopodia;
};

/// What there must be before anything is learnt of a class; fewer tell how these few came out, not how others
/// will.
struct FitOptions {
    int cells = 8;                ///< of all
    int cells_of_class = 5;       ///< that hold objects of the class to compare
    std::int64_t objects = 20;    ///< of a class, to compare
    std::int64_t filopodia = 12;  ///< from root to tip
    /// Throws UsageError.
    void check() const;
};

/// What was learnt of one class, or why nothing was.
struct FitRow {
    std::uint8_t class_id = 0;
    std::int64_t found = 0, no_objects = 0;  ///< objects found, of these none in truth
    std::int64_t missed = 0;                 ///< true ones
    std::int64_t compared = 0;               ///< found ones that decide the displacements
    int cells = 0;                           ///< that these lie in
    /// Share of their true volumes within 90 % intervals that were learnt from the other cells (five parts).
    double held = not_defined;
    std::string refused;  ///< empty: learnt
};

struct ErrorFit {
    LearntErrors learnt;       ///< classes and filopodia; who and what for is the caller's to say
    std::vector<FitRow> rows;  ///< of all classes of the legend but background
    std::int64_t filopodia = 0;
    std::string filopodia_refused;  ///< empty: learnt, or there is no such class
};

/// Displacements: median, and a part common to a cell and one of each object, by analysis of variance and by
/// the likelihood that lets it grow with the blur; all are stretched so that 90 % of the objects lie within
/// when each cell is judged by the others. Chance to be real: logistic regression with a weak pull towards
/// the mean probability; of cytoplasm and nuclei, of which hardly any is false, by hand. Counts and volumes
/// of classes: so that 90 % of the cells lie within. Surfaces that the simulation does not know: a deviation
/// of 5 % is assumed. Time for each class: n log n in objects. Deterministic. Throws UsageError below
/// options.cells cells.
ErrorFit fit_errors(const std::vector<FitCell>& cells, const Legend& legend, const FitOptions& options = {},
                    const Progress& progress = {});

/// learnt_errors.csv: one row a class, and one for the lines of filopodia.
Table error_fit_table(const ErrorFit& fit, const Legend& legend);

}  // namespace cytomo
