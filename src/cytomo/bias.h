// How far the numbers of `analyze` lie from the truth, on simulated cells like the user's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cytomo/analyze.h"
#include "cytomo/core/table.h"
#include "cytomo/measures/error_fit.h"
#include "cytomo/report/plane_views.h"
#include "cytomo/simulation/simulate.h"

namespace cytomo {

/// One number of one cell or object, true and measured.
struct BiasSample {
    int cell = 0;  ///< from 0
    std::uint8_t class_id = 0;
    std::string measure, unit;  ///< "volume", "µm³"
    double truth = 0, measured = 0;
};

/// All samples of one measure of one class. Relative numbers are shares of the truth: 0.05 is 5 % too much.
struct BiasRow {
    std::uint8_t class_id = 0;
    std::string measure, unit;
    std::int64_t samples = 0;
    int cells = 0;                       ///< that have samples
    double truth = 0, measured = 0;      ///< means
    double bias = 0;                     ///< Σ measured / Σ truth - 1
    double bias_low = 0, bias_high = 0;  ///< 90 % interval: cells drawn anew, 1000 times; NaN below 3 cells
    double median_error = 0;             ///< of measured / truth - 1, over single samples
    double spread = 0;                   ///< half of the range that holds the middle 68 % of these
};

/// What was measured of a simulated cell.
struct MeasuredCell {
    const InstanceSlices& instances;
    const std::vector<Object>& objects;
    const std::vector<Filopodium>& filopodia;
    const std::vector<ClassTotal>& totals;
    const std::vector<ClassIntervals>& intervals;  ///< may be empty
    const Legend& legend;                          ///< of the model
    const ErrorModel& errors;  ///< of the model; expected numbers of classes without are left out
};

/// The samples of one cell, all on the grid of the truth, whose classes have the ids of the legend. Classes
/// that simulated cells do not have are left out. Of the cell: number of objects and total volume by class,
/// as measured and as expected (class_intervals), objects found. True objects smaller than those that are
/// kept (default_instance_options) do not count unless they are found. Classes that occur in neither are left
/// out. Of each object that has a partner in the truth (match_objects) and lies within the volume: volume,
/// surface (where it is known exactly), diameter, absorption (where the export left it in 1/µm); of filopodia
/// within the volume: length and mean radius. Cytoplasm: volume only.
std::vector<BiasSample> compare_with_truth(const MeasuredCell& measured, const SimulatedTomogram& truth,
                                           int cell);

/// By class and measure. Deterministic.
std::vector<BiasRow> summarise_bias(const std::vector<BiasSample>& samples);

struct BiasOptions {
    SimulationOptions simulation;  ///< of the first cell; the others have the seeds that follow
    int cells = 4;
    bool varied_contents = true;       ///< number and contrast of organelles drawn for each cell
    std::vector<std::string> presets;  ///< of the cells, in turn; empty: that of `simulation`
    int varied_microscope = 0;         ///< each so many-th cell has a microscope drawn at random; 0: none
    bool learn = false;                ///< learns an error model from the cells
    FitOptions fit;
    AnalyzeOptions analyze;
    /// Throws UsageError.
    void check() const;
};

struct Bias {
    std::vector<BiasSample> samples;
    std::vector<BiasRow> rows;
    Legend legend;
    std::vector<PlaneView> views;  ///< of the first cell: grey, with the truth, with what was found
    std::string no_intervals;  ///< why expected numbers are left out, or those of some classes; else empty
    /// If asked for. Learnt for the model's weights; program and note are the caller's to fill in.
    std::optional<ErrorFit> learnt;
};

/// Simulates, analyzes and compares, cell by cell. Classes are paired by name; what the model does not know
/// is background in truth. A cell of 256 × 256 × 96 voxels takes about 20 s on two cores. Throws UsageError,
/// InputError for models that have no class of the simulation, Cancelled.
Bias measure_bias(const Model& model, const BiasOptions& options, const Progress& progress = {});

/// The number of photons with which simulated tomograms are as noisy as `tomogram` (relative_noise), found on
/// three to six small cells, with everything else as in `options`. At most 1e6 (hardly any noise) and at
/// least 50. Throws InputError, UsageError, Cancelled.
double photons_like(const Tomogram& tomogram, SimulationOptions options, const Progress& progress = {});

/// bias.csv, and samples.csv with one row a sample.
Table bias_table(const std::vector<BiasRow>& rows, const Legend& legend);
Table bias_samples_table(const std::vector<BiasSample>& samples, const Legend& legend);

/// The page that shows it, self-contained. `record` as in AnalyzeOptions.
std::string bias_page(const Bias& bias, const std::vector<std::pair<std::string, std::string>>& record,
                      const Progress& progress = {});

}  // namespace cytomo
