// From a tomogram to class probabilities and classes.
#pragma once

#include <functional>
#include <string>

#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"
#include "cytomo/network/model.h"

namespace cytomo {

struct PredictOptions {
    Polarity polarity = Polarity::unknown;  ///< unknown: the network itself decides, see choose_polarity
    std::string device = "auto";            ///< "auto", "cpu" or "cuda:N"
    std::string precision = "auto";         ///< "auto", "f32", "bf16" or "int8", see precision.h
    Size3 tile{};  ///< largest tile, voxels of the model; 0: chosen so that little is computed twice
    std::int64_t overlap = 24;  ///< voxels shared by neighbouring tiles, blended linearly (at least)
    /// 2, 4 or 8: mean over mirror images along x; x and y; x, y and z (for a single slice 4); that many
    /// times the work. 0: as many as cost little, see views_for.
    int views = 0;
    /// Called once, before the work, where the network itself decides the polarity. May be empty.
    std::function<void(Polarity guessed, double confidence)> on_polarity_guess;
    /// Throws UsageError for unknown names, other numbers of views, tiles below 32 or overlaps over half a
    /// tile.
    void check() const;
};

/// Below this confidence a guessed polarity is a doubtful one: users are told at once and on top of results.
constexpr double doubtful_polarity = 0.8;

/// What was decided on the way, for records.
struct PredictRecord {
    Polarity polarity = Polarity::unknown;
    bool polarity_guessed = false;
    double polarity_confidence = 0;  ///< 0.5 (a coin) … 1; only if guessed
    std::string device, precision;
    std::string device_reason;  ///< why `device` was taken, if "auto" chose it; else empty
    int views = 1;
    double multiply_adds = 0;  ///< of all tiles in all views, and of what polarity took; 3D U-Nets only
    double seconds = 0;
    double mean_confidence = 0;  ///< mean probability of the winning class
    /// "cpu", or if "auto" chose it "no NVIDIA driver, so cpu".
    std::string device_text() const;
};

/// Views that predict takes if it may choose, by the work of one: 8 for up to 4 million voxels of the model's
/// grid, 4 up to 16 million (seconds on a laptop), 2 up to 32 million, 1 above; for another architecture than
/// the default one, as many voxels as take the same multiply-adds. Volumes of fewer slices than the
/// architecture's stride (16) count as if they had as many, which is what is computed. One slice or two are
/// what one looks at first: 4 views, 2 or 1, so that multiply-adds stay below 1.2e11 (but for one view of
/// many pixels); `flat_slices` as in Model.
int views_for(Size3 volume, const Architecture& architecture, bool flat_slices = false);

/// Whether dense matter is bright or dark: the longer tail of the grey values and what the model makes of
/// either, weighed by Model::polarity_weights, unless Model::record says what it was taught on ("polarity":
/// "dark" or "bright"); what predict takes if options.polarity is unknown. `confidence`, if guessed: 0.5 (a
/// coin) … 1. For U-Nets. Cost: reads the tomogram's middle, eight tiles a view.
Polarity choose_polarity(const Tomogram& tomogram, const Model& model, const PredictOptions& options = {},
                         double* confidence = nullptr);

/// What choose_polarity weighs, at its cost.
PolarityEvidence polarity_evidence(const Tomogram& tomogram, const Model& model,
                                   const PredictOptions& options = {});

/// Class probabilities on model.grid_of(tomogram.grid); those of a double-decoder model on the
/// tomogram's own grid, by the published inference: slices, with `views` 0 or 4 the mean over rotations by 90
/// degrees (2: by 180, 8: and mirror images); polarity, precision and tiles have no effect.
/// Memory: classes bytes a voxel for the result, 2 for the slices of one row of tiles, and what one tile
/// takes: at most 2.5 GB in bf16, 3.6 GB in f32 (see most_tile_voxels in runner.h). Same result for any
/// thread count (double decoder: to one of the 255 steps); other tiles change it near their faces only.
/// Throws InputError, Cancelled.
Probabilities predict(const Tomogram& tomogram, const Model& model, const PredictOptions& options,
                      PredictRecord* record = nullptr, const Progress& progress = {});

/// Memory that predict takes at most, and what follows it in `cytomo segment` and `analyze` (classes on the
/// tomogram's own voxels, objects on the model's); roughly, bytes.
double prediction_bytes(const Grid& tomogram, const Model& model, const PredictOptions& options);

/// What the model says of a tomogram and of its mirror images.
struct ViewedProbabilities {
    Probabilities mean;  ///< over the views
    /// How much the views contradict each other, on the same grid: entropy of the mean less mean entropy
    /// (BALD, Houlsby et al. 2011, arXiv 1112.5745). 255 is one bit or more.
    Volume<std::uint8_t> disagreement;
};

/// predict, and how far the `options.views` mirror images agree (0 everywhere for one view). One byte a voxel
/// more. Not for double-decoder models: InputError.
ViewedProbabilities predict_with_disagreement(const Tomogram& tomogram, const Model& model,
                                              const PredictOptions& options, PredictRecord* record = nullptr,
                                              const Progress& progress = {});

/// Most probable class of each voxel of `grid`, probabilities interpolated linearly.
/// Memory: one byte a voxel of `grid` and two rows of slices.
ClassVolume most_probable_classes(const Probabilities& probabilities, const Grid& grid,
                                  const Progress& progress = {});

/// Probability of that class, 255 for certainty: how sure the model is of each voxel of `grid`. Never below
/// 255 / classes. As good as the probabilities are calibrated, see calibration.h. Memory as above.
Volume<std::uint8_t> confidence(const Probabilities& probabilities, const Grid& grid,
                                const Progress& progress = {});

}  // namespace cytomo
