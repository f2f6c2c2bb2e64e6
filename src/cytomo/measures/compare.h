// Groups of cells, such as control and treated: which measures differ, by how much, and how sure is that.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cytomo/core/progress.h"
#include "cytomo/core/table.h"
#include "cytomo/measures/group_statistics.h"

namespace cytomo {

/// One cell. `sample` names what was treated as a whole: a grid, a culture, an animal. Cells of one sample
/// resemble each other, so they are no independent evidence.
struct ComparedCell {
    std::string name;
    std::size_t group = 0;  ///< index in CellGroups::groups
    std::string sample;     ///< within its group: the same name in another group is another sample
};

/// One measure of all cells.
struct CellMeasure {
    std::string name, class_name, unit;  ///< "volume_um3", "mitochondrion", "µm³"
    std::vector<double> values;          ///< one a cell; NaN: not defined for this cell
};

/// Cells nested in samples, samples nested in groups.
struct CellGroups {
    std::vector<std::string> groups;  ///< the first is what the others are compared with
    std::vector<ComparedCell> cells;
    std::vector<CellMeasure> measures;
    /// Throws UsageError: fewer than two groups, a group without cells, measures with other numbers of
    /// values.
    void check() const;
};

struct CompareOptions {
    double confidence = 0.95;                  ///< of intervals
    std::int64_t most_arrangements = 100'000;  ///< more ways than this to deal out samples: so many at random
    std::uint64_t seed = 1;                    ///< of these
    /// Throws UsageError.
    void check() const;
};

/// One group in one measure. Only cells where the measure is defined count, and samples with such cells.
struct GroupDescription {
    std::int64_t cells = 0, samples = 0;
    double median = 0;  ///< of all cells
    double mean = 0;    ///< of the samples' means, so that each sample counts once
};

enum class ComparisonTest { exact, random, too_few_samples, nothing_varies };

/// A group against the first in one measure. What is not defined is NaN.
struct Comparison {
    std::size_t measure = 0, group = 0;
    GroupDescription reference, compared;
    double difference = 0;                   ///< compared mean − reference mean
    ConfidenceInterval difference_interval;  ///< Welch's, over samples
    double relative_difference = 0;          ///< difference / reference mean, if that is positive
    EffectSize effect;                       ///< Hedges' g: in standard deviations of samples' means
    ComparisonTest test = ComparisonTest::too_few_samples;
    double p = 0, smallest_p = 0;
    double p_holm = 0, p_benjamini_hochberg = 0;  ///< corrected for all comparisons with a p
};

/// Compares each group with the first, in each measure; ordered by measure, then group.
/// The samples' means are the data (the unit of treatment: Hurlbert, Ecol. Monogr. 1984; Lazic et al., PLoS
/// Biol. 2018): a permutation test deals out whole samples, so cells of one sample stay together, whatever
/// their number. At least two samples a group, else there is no test. Where all cells have the same value
/// there is nothing to test, and the measure does not count in the correction. Time: measures × arrangements
/// × samples; threaded. Deterministic at any thread count. Throws UsageError.
std::vector<Comparison> compare_groups(const CellGroups& groups, const CompareOptions& options = {},
                                       const Progress& progress = {});

/// What a reader has to know before trusting the numbers, in sentences.
std::vector<std::string> comparison_remarks(const CellGroups& groups,
                                            const std::vector<Comparison>& comparisons);

/// comparison.csv: one row a measure and group.
Table comparison_table(const CellGroups& groups, const std::vector<Comparison>& comparisons);

/// The columns that say which cell a row is of.
std::vector<TableColumn> cell_columns();

/// cells.csv: one row a cell and measure, as R and pandas like it.
Table cells_table(const CellGroups& groups);

}  // namespace cytomo
