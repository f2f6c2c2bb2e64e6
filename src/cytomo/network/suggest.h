// Which slices to label next, and whether more labels still change what is measured.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cytomo/core/legend.h"
#include "cytomo/core/progress.h"
#include "cytomo/network/model.h"
#include "cytomo/network/predict.h"

namespace cytomo {

struct SliceSuggestion {
    std::int64_t slice = 0;  ///< z of the tomogram's own grid, from 0
    /// Doubt in it, bits a voxel, less what labelled slices and earlier suggestions nearby are expected to
    /// settle; see SuggestOptions.
    double gain = 0;
    std::string reason;  ///< "mitochondrion or vesicle (41 % of the doubt), …": what is taken for what
};

/// The doubt of a voxel is (disagreement of the views + entropy_share × entropy of their mean) × probability
/// of not being background, in bits: labels settle what views see differently, while edges blurred by the
/// microscope stay uncertain whatever is labelled, and empty ice teaches nothing. A slice has the mean of its
/// voxels. What lies at a distance d from a labelled slice counts 1 - exp(-d² / 2 apart²) of that.
struct SuggestOptions {
    int count = 3;
    double entropy_share = 0.02;
    double apart_um = 0.3;  ///< about how thick organelles are: slices closer than that show the same
    /// Throws UsageError.
    void check() const;
};

/// Up to `count` slices of `grid` in the order in which to label them: each has the most to gain when those
/// before it and `labelled` (slices of `grid`, any order) are known. Fewer if there are no more slices;
/// throws InputError if there is none. Deterministic at any thread count; one pass over the probabilities.
std::vector<SliceSuggestion> suggest_slices(const ViewedProbabilities& probabilities, const Grid& grid,
                                            const Legend& legend, const std::vector<std::int64_t>& labelled,
                                            const SuggestOptions& options = {});

/// predict_with_disagreement and the above. `predict.views` should be 4 or more: one view cannot disagree.
std::vector<SliceSuggestion> suggest_slices(const Tomogram& tomogram, const Model& model,
                                            const std::vector<std::int64_t>& labelled,
                                            const SuggestOptions& options, const PredictOptions& predict,
                                            const Progress& progress = {});

/// Slices with at least one voxel that is not 255.
std::vector<std::int64_t> labelled_slices(const ClassVolume& labels);

/// Volume of the voxels where each class is the most probable one, by class id, on the model's grid.
std::vector<double> class_volumes_um3(const Probabilities& probabilities);

/// A class's volume in one tomogram by two models.
struct VolumeChange {
    std::string name;
    double before_um3 = 0, after_um3 = 0;
    /// (after - before) / the larger of both: -1 … 1; 0 if neither found any.
    double relative() const;
};

/// All classes but background that either legend has, matched by name, in the order of `legend_after`.
std::vector<VolumeChange> compare_volumes(const std::vector<double>& before, const Legend& legend_before,
                                          const std::vector<double>& after, const Legend& legend_after);

/// Whether no class changed by more than `within` (0.02: two per cent).
bool volumes_settled(const std::vector<VolumeChange>& changes, double within);

}  // namespace cytomo
