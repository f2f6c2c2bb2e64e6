// Are organelles nearer to each other than chance would have it?
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cytomo/core/legend.h"
#include "cytomo/core/progress.h"
#include "cytomo/core/table.h"
#include "cytomo/core/volume.h"
#include "cytomo/labels/instances.h"
#include "cytomo/measures/contacts.h"
#include "cytomo/measures/objects.h"

namespace cytomo {

enum class SpaceStatistic {
    mean_gap_to_nucleus,        ///< µm, between surfaces, over the objects of class a
    mean_gap_to_membrane,       ///< µm, to the plasma membrane seen (not the border of the volume)
    median_gap,                 ///< µm, from objects of class a to the nearest one of class b
    median_neighbour_distance,  ///< µm, between the deepest points of nearest neighbours of one class
    objects_in_contact,         ///< number of objects of class a nearer to class b than the threshold
};
std::string name(SpaceStatistic statistic);

/// One statistic, as observed and under random placement.
struct NullModelResult {
    SpaceStatistic statistic = SpaceStatistic::median_gap;
    std::uint8_t class_a = 0, class_b = 0;  ///< class_b is 0 for the plasma membrane
    double observed = not_defined;
    double expected = not_defined;                 ///< mean over random placements
    double low = not_defined, high = not_defined;  ///< 5 % and 95 % of random placements
    double p = not_defined;                        ///< two-sided
    double p_corrected = not_defined;              ///< for all rows together (Holm 1979)
    std::int64_t objects = 0;                      ///< of class a
    double misplaced = 0;  ///< share of placements in which no place was found that fits: best 0
};

struct NullModelOptions {
    OrganelleClasses classes = organelle_classes(default_legend());
    double within_um = 0.03;  ///< contact: a smaller gap
    int placements = 999;     ///< at most; the smallest p is 2 / (placements + 1)
    int most_objects = 200;   ///< of one class: of more, a random choice is observed and placed
    std::uint64_t seed = 1;
    bool stop_early = true;  ///< where more placements would change no p; false: always all of them
    /// Throws UsageError if a value is out of range: placements 19 … 100,000, most_objects 1 … 10,000.
    void check() const;
};

/// Null model: the objects of one class a, with the shapes they have, are placed at random inside the cell,
/// each place equally likely, turned about z by a random angle (not about x or y: tomograms are stretched
/// along the beam, and cells lie flat on their support). They may lie where the class lies or where there is
/// cytoplasm: not in the nucleus, in other organelles, in filopodia, outside the cell or beyond the volume,
/// and not in each other. All else stays where it is. Observed and random statistics are measured the same
/// way: on at most 17 million voxels (every k-th of larger volumes), from about 100 points of each
/// surface; so the number of contacts can differ from that of measure_contacts. Larger objects are placed
/// first. Long objects that fit nowhere else in 200 trials take the best place found, or stay: `misplaced`
/// tells, and makes p too large rather than too small.
///
/// p = 2 (r + 1) / (M + 1), at most 1, r: placements at least as extreme as what was observed, on the side
/// where there are fewer, M: all placements (B. V. North, D. Curtis, P. C. Sham 2002). Where 20 random values
/// lie on either side, p is 40 / (number of placements until then), and a class whose statistics have all
/// come so far is placed no more often (sequential test of J. Besag, P. Clifford 1991): chance needs less
/// looking at than what is no chance. Classes: all organelles but the nucleus are placed; a statistic that
/// needs an absent class has no row. Deterministic by seed at any thread count. Throws InputError if the
/// sizes differ. Memory: up to 30 bytes for each of at most 17 million voxels.
std::vector<NullModelResult> measure_null_model(const ClassVolume& classes, const Instances& instances,
                                                const NullModelOptions& options = {},
                                                const Progress& progress = {});

/// Corrects p-values for their number, keeping the chance of any false alarm (S. Holm 1979). NaN stays and
/// does not count.
std::vector<double> holm_corrected(const std::vector<double>& p);

/// space.csv: one row a statistic.
Table null_model_table(const std::vector<NullModelResult>& results, const Legend& legend);

}  // namespace cytomo
