// Everything that is measured of one cell.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cytomo/core/legend.h"
#include "cytomo/core/mesh.h"
#include "cytomo/core/progress.h"
#include "cytomo/core/table.h"
#include "cytomo/core/volume.h"
#include "cytomo/labels/instances.h"
#include "cytomo/measures/absorption.h"
#include "cytomo/measures/absorption_profile.h"
#include "cytomo/measures/absorption_scale.h"
#include "cytomo/measures/filopodia.h"
#include "cytomo/measures/filopodia_edge.h"
#include "cytomo/measures/intervals.h"
#include "cytomo/measures/network.h"
#include "cytomo/measures/objects.h"
#include "cytomo/measures/space.h"
#include "cytomo/measures/summary.h"
#include "cytomo/measures/texture.h"
#include "cytomo/surfaces/missing_wedge.h"
#include "cytomo/surfaces/smooth.h"
#include "cytomo/surfaces/surface_measures.h"

namespace cytomo {

struct CellOptions {
    WedgeOptions wedge;         ///< how the sample was tilted
    IntervalOptions intervals;  ///< of the error bars
    KnownErrors
        errors;  ///< of the model that made the classes; intervals and expected numbers come from them
    int placements = 999;                        ///< of the null model of space; 0 leaves it out
    std::optional<AbsorptionChoice> absorption;  ///< how grey values become absorption; else as the file says
    Polarity polarity = Polarity::unknown;       ///< if known, a calibration must not contradict it
    Polarity likely_polarity = Polarity::unknown;  ///< decides where there is no ice to compare the cell with
    int smoothing = default_smoothing;             ///< iterations on each surface; volumes stay
    /// Throws UsageError.
    void check() const;
};

/// What is to be measured. Objects were found on one grid and are known on the tomogram's own voxels too; the
/// two may be the same. Shapes are measured where the objects were found, volumes and grey values on the
/// tomogram's voxels.
struct CellInput {
    Tomogram tomogram;
    std::shared_ptr<const ClassVolume> classes;          ///< on the tomogram's voxels
    InstanceSlices instances;                            ///< the same objects there
    std::shared_ptr<const ClassVolume> found_classes;    ///< where the objects were found
    std::shared_ptr<const Instances> found;              ///< same grid
    std::unique_ptr<const Probabilities> probabilities;  ///< same grid, or none; given back to the system as
                                                         ///< soon as they are no longer needed
    /// Classes as the network saw them, if found_classes were corrected by hand since; nullptr: those.
    std::shared_ptr<const ClassVolume> seen_classes = {};
    /// By object number: the class was given by hand, so that the probability of that class tells nothing of
    /// the object. Empty: none was.
    std::vector<bool> class_by_hand = {};
};

struct CellMeasures {
    std::vector<Mesh> object_surfaces;  ///< by object number, smoothed; [0] is empty
    std::vector<Object> objects;
    std::vector<ObjectIntervals> object_intervals;  ///< one each
    std::vector<SurfaceMeasures> surfaces;
    std::vector<Filopodium> filopodia;
    std::vector<FilopodiumIntervals> filopodium_intervals;  ///< one each
    EdgeSummary edge;
    std::vector<NetworkObject> networks;  ///< mitochondria
    NetworkSummary network;
    Space space;
    AbsorptionScale scale;
    Absorption absorption;
    std::vector<RadialProfile> profiles;
    std::vector<TextureSummary> textures;
    std::vector<ClassTotal> totals;
    std::vector<ClassIntervals> class_intervals;
    std::string no_intervals;  ///< why there are none, or none of some classes (why_no_intervals); else empty
    Summary summary;           ///< without record and times
    std::vector<std::string> warnings;  ///< about absorption, and no_intervals
};

/// Measures all. Classes are known by their names in the legend. Memory beside what is given: 100 bytes a
/// surface vertex and some 30 bytes for each of at most 17 million voxels. Deterministic at any thread count.
/// Throws InputError, UsageError, Cancelled.
CellMeasures measure_cell(CellInput input, const Legend& legend, const CellOptions& options,
                          const Progress& progress = {});

/// All tables, each to become NAME.csv; those without rows too, so that columns can be relied upon.
std::vector<Table> cell_tables(const CellMeasures& measures, const Legend& legend);

/// columns.csv: what each column of these tables means: table, column, unit, description.
Table dictionary_table(const std::vector<Table>& tables);

/// The dictionary as Markdown, one table under a heading each.
std::string dictionary_markdown(const std::vector<Table>& tables);

}  // namespace cytomo
