// Error bars: between which values a measure lies with a given probability.
//
// Three things make a measure uncertain, taken as independent and added as variances of the logarithm:
//   the surface lies off its true place (error_model.h): volumes change by area × displacement, areas by its
//   square, widths by twice the displacement;
//   the voxel size is known to some per cent only: three times that for volumes, twice for areas, once for
//   lengths; an object may not be real, and others may have been missed: that concerns counts and totals of a
//   class.
// What an interval does not know: objects wrongly merged or split, parts beyond the border of the volume (the
// interval is for what lies in view), and how a tomogram differs from the simulated ones on which the errors
// were learnt.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cytomo/core/table.h"
#include "cytomo/measures/certainty.h"
#include "cytomo/measures/error_model.h"
#include "cytomo/measures/filopodia.h"
#include "cytomo/measures/objects.h"
#include "cytomo/measures/summary.h"

namespace cytomo {

struct Interval {
    double low = not_defined, high = not_defined;
};

struct IntervalOptions {
    double level = 0.9;  ///< probability that the interval holds the truth; 0.5 … 0.99. Tested at 0.9
    /// Relative standard deviation of the voxel size, 0 … 0.2: how well the magnification is known.
    double voxel_size_deviation = 0.01;
    /// Throws UsageError.
    void check() const;
};

/// Of one object.
struct ObjectIntervals {
    std::uint32_t instance = 0;
    double chance_real = not_defined;  ///< probability that there is such an object, 0 … 1
    Certainty certainty;               ///< as given; NaN where not
    Interval volume_um3, surface_um2, equivalent_diameter_um, longest_width_um;
};

/// Of each object, in their order; every interval holds the measured value. Objects of classes without errors
/// get NaN for all but their certainty. `certainty`: by object number (see certainty.h); empty: each class
/// has its usual blur and probability. Time linear in objects.
std::vector<ObjectIntervals> object_intervals(const std::vector<Object>& objects,
                                              const std::vector<Certainty>& certainty,
                                              const ErrorModel& errors, const IntervalOptions& options = {});

/// Of one filopodium.
struct FilopodiumIntervals {
    std::uint32_t instance = 0;
    double chance_real = not_defined;
    Interval length_um, mean_radius_um, minimum_radius_um;
};

/// Of each filopodium, in their order. `class_id`: their class, otherwise as above; NaN without errors of
/// lines.
std::vector<FilopodiumIntervals> filopodium_intervals(const std::vector<Filopodium>& filopodia,
                                                      const std::vector<Certainty>& certainty,
                                                      std::uint8_t class_id, const ErrorModel& errors,
                                                      const IntervalOptions& options = {});

/// Of a whole class in one tomogram.
struct ClassIntervals {
    std::uint8_t class_id = 0;
    std::int64_t objects = 0;  ///< found
    /// Of those found; this and all expectations and intervals: NaN without errors of the class.
    double expected_real = 0;
    double expected_missed = 0;
    Interval count;                     ///< of true objects in view; whole numbers
    double volume_um3 = 0;              ///< of all objects
    double expected_um3 = not_defined;  ///< what the true volume is expected to be; NaN without objects
    Interval volume;                    ///< µm³
    double outside_objects_um3 = 0;     ///< of voxels of the class that belong to no object
    double surface_um2 = 0;
    double expected_um2 = not_defined;
    Interval surface;  ///< µm²; sum over objects
};

/// Of each class that has voxels or objects, ascending; background and ignored voxels are left out.
/// Count: objects found are real or not (Poisson-binomial with chance_real), missed ones come to that
/// (Poisson); above 2,000 objects both by their normal limit; both are wider by what tomograms differ. Volume
/// and surface: around the part expected to be real; displacements that the class shares add up over all
/// objects, those of single objects cancel in part. Expected numbers are freed from the mean error of the
/// error model, so that they are right in the mean over many tomograms like those it was learnt from.
std::vector<ClassIntervals> class_intervals(const std::vector<ClassTotal>& totals, const Grid& grid,
                                            const std::vector<Object>& objects,
                                            const std::vector<Certainty>& certainty, const ErrorModel& errors,
                                            const IntervalOptions& options = {});

/// Adds columns to the table of objects, each pair beside the value that it belongs to: volume_low_um3,
/// volume_high_um3, surface_low_um2, …, and at the end chance_real, mean_probability and edge_blur_um:
/// whoever draws error bars finds all three numbers in one row. Rows are found by the number of the object.
/// `absent` (why_no_intervals) is added to the descriptions of what may be empty.
void add_interval_columns(Table& objects_table, const std::vector<ObjectIntervals>& intervals,
                          const std::string& absent = {});
/// The same for filopodia.csv, without the last two.
void add_interval_columns(Table& filopodia_table, const std::vector<FilopodiumIntervals>& intervals,
                          const std::string& absent = {});

/// class_intervals.csv: one row a class and measure (count, volume, surface, outside objects): value,
/// expected, low, high. Counts of cell bodies (is_cell_body_name) have no interval.
Table class_intervals_table(const std::vector<ClassIntervals>& intervals, const Legend& legend,
                            const std::string& absent = {});

}  // namespace cytomo
