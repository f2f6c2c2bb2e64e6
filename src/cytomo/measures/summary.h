// The whole cell in a few numbers.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cytomo/core/legend.h"
#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"
#include "cytomo/measures/filopodia.h"
#include "cytomo/measures/objects.h"

namespace cytomo {

/// The number of the definitions of all measures. It stands in summary.json, so that results that mean
/// different things by one name are told apart. Raise it by one with every change that gives another number
/// for the same classes, objects and options, be it a definition, a default or a mistake that was mended; not
/// for measures that are added.
inline constexpr int measure_definitions = 3;

/// The voxels of one class. A class is what its objects are: pieces too small to be objects count apart.
struct ClassTotal {
    std::uint8_t class_id = 0;
    std::int64_t voxels = 0;  ///< of its objects; of background and ignored voxels all
    double mean_grey = not_defined, deviation_grey = not_defined;  ///< over these
    std::int64_t outside_objects = 0;  ///< voxels labelled with the class that belong to no object
};

/// Totals of the classes that occur, ascending by id (0 and 255 included). `instances`: the objects, on the
/// grid of `classes` (InputError otherwise); a voxel of an object has the object's class, whatever its label.
/// `tomogram` as in measure_objects. One threaded pass, the same at any thread count.
std::vector<ClassTotal> measure_classes(const ClassVolume& classes, const InstanceSlices& instances,
                                        const Tomogram* tomogram, const Progress& progress = {});

/// One class in the summary. Means over objects are undefined (NaN) where there are none.
struct ClassSummary {
    std::uint8_t class_id = 0;
    std::string name;
    std::int64_t objects = 0;
    std::int64_t voxels = 0;           ///< of all its objects together
    double volume_um3 = 0;             ///< of these voxels
    std::int64_t outside_objects = 0;  ///< voxels labelled with the class that belong to no object
    double outside_objects_um3 = 0;
    /// What the truth is expected to be (class_intervals); NaN where not known. Not filled by summarise.
    double expected_objects = not_defined, expected_volume_um3 = not_defined;
    double fraction_of_cell = 0;  ///< of the cell's volume, 0 … 1; NaN without a cell
    double surface_um2 = 0;       ///< sum over objects
    double mean_object_volume_um3 = not_defined;
    double mean_equivalent_diameter_um = not_defined;
    double mean_grey = not_defined, deviation_grey = not_defined;  ///< over the voxels of all its objects
};

/// The cell is everything but background (0) and ignore (255): the objects of all classes, and what lies
/// outside of them.
struct Summary {
    Grid grid;
    bool voxel_size_known = true;
    bool calibrated = false;  ///< grey values are linear absorption coefficients in 1/µm
    double cell_volume_um3 = 0;
    double ignored_volume_um3 = 0;
    std::vector<ClassSummary> classes;  ///< all of the legend but background, and others that occur
    std::int64_t filopodia = 0;
    double total_filopodium_length_um = 0;
    double mean_filopodium_length_um = not_defined;
    double mean_filopodium_radius_um = not_defined;
    /// Where intervals and expected numbers come from (LearntErrors::text), and why there are none, or none
    /// of some classes; empty where not so.
    std::string errors, no_intervals;
    /// How the result came about: version, files, options, … (name, value).
    std::vector<std::pair<std::string, std::string>> record;
    std::vector<std::pair<std::string, double>> stage_seconds;  ///< how long each stage took; may be empty
};

/// Adds up. `tomogram` may be null.
Summary summarise(const Grid& grid, const Tomogram* tomogram, const std::vector<ClassTotal>& totals,
                  const std::vector<Object>& objects, const std::vector<Filopodium>& filopodia,
                  const Legend& legend);

/// The summary as JSON text: keys carry units; what is undefined is null; "definitions" is
/// measure_definitions.
std::string summary_json(const Summary& summary);

}  // namespace cytomo
