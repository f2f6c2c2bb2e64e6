// Learning from labelled tomograms, and from unlabelled parts of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"
#include "cytomo/image/augment.h"
#include "cytomo/network/calibration.h"
#include "cytomo/network/model.h"

namespace cytomo {

/// The objects of a tomogram, on its grid: what an object head learns from. Numbers (0: none) and how deep
/// each voxel lies within its object (labels/depth.h).
struct KnownObjects {
    InstanceVolume numbers;
    Volume<std::uint8_t> depth;
};

/// A tomogram, its labels on the same grid (255: unlabelled), and its polarity.
struct LabelledTomogram {
    Tomogram tomogram;
    ClassVolume labels;
    Polarity polarity = Polarity::unknown;  ///< unknown: guessed from the grey values
    std::string name;
    bool simulated = false;  ///< made beside those labelled by hand: teaches, but tests nothing
    std::shared_ptr<const KnownObjects> objects = {};  ///< if they are known
};

/// A tomogram to learn from without labels, and its polarity (unknown: guessed).
struct UnlabelledTomogram {
    Tomogram tomogram;
    Polarity polarity = Polarity::unknown;
    std::string name;
};

enum class TrainMethod {
    semi,           ///< labels, and agreement with a slower copy of itself where there are none
    supervised,     ///< labels only
    double_decoder  ///< the published two-dimensional method, see train_double_decoder.h
};

struct TrainOptions {
    TrainMethod method = TrainMethod::supervised;
    std::int64_t steps = 500;  ///< patches of two are one step
    double minutes = 0;        ///< > 0: stop after this time instead; the schedule follows the clock
    Size3 patch{80, 80, 48};   ///< voxels; multiples of the architecture's stride
    /// Share of the steps whose patches are flat (a third as deep and wider) and mostly show one to eight
    /// slices: what lies far away in the plane, and single slices, are seen too.
    double flat_share = 0;
    /// Share of the steps whose patches are single slices, twice as wide as `patch`, by flat kernels: a
    /// twentieth of the work.
    double slice_share = 0;
    double click_share = 0.25;      ///< of the steps with clicks, if the network has an object head
    bool fit_patch = true;          ///< another shape of about the same size if the labels ask for it
    int batch = 2;                  ///< patches a step
    double learning_rate = 2e-3;    ///< highest of a one-cycle schedule (Smith and Topin 2019)
    double weight_decay = 1e-2;     ///< AdamW (Loshchilov and Hutter 2019)
    double frozen_share = 0.5;      ///< last share of the training that normalises as inference does, 0 to 1
    bool untrained = false;         ///< random weights to start with: what they are normalised by is measured
    double average = 0.998;         ///< decay of the running mean of weights that is kept
    double validation_share = 0.1;  ///< of the volumes or, below five, of the labelled voxels
    double unlabelled_weight = 4;   ///< of the agreement where nothing is labelled (semi)
    /// A random forest first labels what is not labelled: all patches have labels drawn by its probabilities
    /// in the first half of the training, half of them later (semi). Of `minutes` it takes what it needs, but
    /// counts for half at most.
    bool forest = false;
    double simulated_share = 0.2;  ///< of patches, if there are simulated tomograms beside labelled ones
    double centred_share = 0.75;   ///< of patches that are centred near a labelled voxel
    double patience = 0.4;         ///< stop when nothing improved for this share of the whole training
    /// Most of the starting model's weights that is mixed into the result, 0 to below 1; less if held-out
    /// labels then are recognised worse.
    double start_share = 0;
    bool keep_best = true;      ///< the mean of weights with the best validation; false: the last one
    double keep_tolerance = 0;  ///< Dice by which a later one may be worse and is kept all the same
    std::uint64_t seed = 1;
    AugmentOptions augment;  ///< of simulated tomograms, which stand for all instruments
    /// Of the user's own, which resemble those to be segmented.
    AugmentOptions augment_own{0.1, 1, 0.12, 0.15, 0.12, 0.5, 0};
    std::string device = "cpu";  ///< "cpu" or "cuda:N"
    /// Of activations on the CPU: "f32", "bf16" or "auto", the faster one of both, see precision.h.
    std::string precision = "auto";
    /// If not empty: state is kept there every few minutes, when stopped and at the end, and resumed from.
    std::filesystem::path checkpoint;
    /// Throws UsageError if a number is out of range; InputError if there is no such device.
    void check() const;
};

/// What is known after an evaluation in the middle of training.
struct TrainingPoint {
    std::int64_t step = 0;
    double minutes = 0;
    double loss = 0;                      ///< mean training loss since the last point
    std::vector<double> validation_dice;  ///< a class; NaN if absent in the validation patches
    std::size_t first_counted = 1;        ///< of the classes that mean_dice is over
    /// Over the classes from first_counted on that occur; else over those from 1; else of background; else
    /// NaN.
    double mean_dice() const;
};

/// 2 if class 1 of several is the cytoplasm, which is everywhere and easy; else 1.
std::size_t first_counted_class(const Legend& legend);

/// Labelled voxels that did not teach.
struct HeldOut {
    std::size_t tomogram = 0;  ///< index in the labelled tomograms
    ClassVolume labels;        ///< on the model's grid; 255 where it taught or nothing is labelled
};

struct TrainingResult {
    Model model;
    std::vector<TrainingPoint> curve;
    std::int64_t best_step = 0;  ///< of the model that was kept
    std::vector<HeldOut> held_out;
    double start_share = 0;   ///< of the starting model's weights in it
    std::string precision;    ///< what activations were computed in: "f32" or "bf16"
    Calibration calibration;  ///< on what was held out; the model is calibrated already
};

/// Trains `start` further and returns the running mean of its weights where it did best on labels that were
/// held out, mixed with the starting weights if options.start_share says so, with probabilities calibrated on
/// them. `on_point` hears of every evaluation (before mixing). Semi: every patch
/// is seen twice, as it is by the running mean of the weights and with noise, blur and other contrast by the
/// network that learns; where nothing is labelled, the second has to agree with the first (mean teacher,
/// Tarvainen and Valpola 2017); with options.forest a random forest labels it first. Deterministic on the CPU
/// for a given seed, number of steps and number of threads. Memory: 7 bytes a voxel of all tomograms at the
/// model's voxel size, and about 3 GB for the default patch; a forest takes 4 bytes a voxel of all and
/// classes + 8 of one tomogram for a time. Throws InputError if labels and tomogram differ in size or nothing
/// is labelled, Cancelled.
TrainingResult train(Model start, const std::vector<LabelledTomogram>& data,
                     const std::vector<UnlabelledTomogram>& unlabelled, const TrainOptions& options,
                     const std::function<void(const TrainingPoint&)>& on_point = {},
                     const Progress& progress = {});

/// The model that a checkpoint of train or train_double_decoder holds: the running mean of the weights
/// (double decoder: the weights) when it was written, neither mixed with the starting model nor calibrated.
/// Its record says the steps and minutes so far and, as "checkpoint", what it is. Throws InputError if the
/// file is no checkpoint, or one of an older version, which does not say what network it is of.
Model model_of_checkpoint(const std::filesystem::path& file);

}  // namespace cytomo
