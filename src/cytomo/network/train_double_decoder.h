// Learning by the published method: two decoders, slices, labelled and unlabelled epochs in turn.
#pragma once

#include <functional>
#include <vector>

#include "cytomo/network/train.h"

namespace cytomo {

/// Trains a double-decoder network (make_model of an Architecture with `kind` NetworkKind::double_decoder and
/// one width, 64 as published) after Dyhr, Sadeghi et al. 2023, doi 10.1073/pnas.2209938120: two-dimensional,
/// from labelled slices and from slices without labels. The baseline for the other methods.
///
/// - A step is one crop of 256 x 256 pixels of a slice (xy) at its own pixel size, turned by a multiple of 90
///   degrees and mirrored at random; each slice has zero mean and unit deviation. Slices below 256 pixels are
///   continued by mirroring to a multiple of 16. Labelled crops contain a random labelled pixel.
/// - Epochs take turns. Labelled: 0.99 * Huber(label) + 0.01 * Huber(image), delta 0.1, with background at -1
///   and foreground at +1; only labelled pixels count. Unlabelled, any slice of `data` and `unlabelled`:
///   0.5 * (1 - SSIM(image)) + 0.5 * Huber(image). As published, both kinds of epoch are equally long (six
///   crops a labelled slice, at most 426), and each has an Adam of its own (Kingma and Ba 2015).
/// - More than two classes, which the published method does not have: softmax, and cross-entropy instead of
///   Huber(label).
/// - Rate 5e-5, unless options.learning_rate differs from its default. Running statistics of the
///   normalisations have the published momentum of 0.01, but a larger one in the first 500 steps, 5 / (5 +
///   step), so that short trainings do not remember how they began.
///
/// Of the options it uses steps or minutes, seed, device, checkpoint, validation_share (the last rows along y
/// of labelled slices) and learning_rate. `on_point` hears of 20 evaluations; the loss there is the mean over
/// labelled crops. Without held-out pixels the Dice is NaN. Returns the last weights, as published, and the
/// held-out labels on the tomograms' own grids.
///
/// The checkpoint is written at once, every two minutes, when stopped and at the end; it continues where it
/// stands, also with more steps or minutes than before. Deterministic on the CPU for a seed, a number of
/// steps and a number of threads. Memory: one slice, 25 bytes a weight and the activations of a crop; 4 GB in
/// all at width 64. Throws InputError if the model is of another kind, grids differ, fewer than two classes
/// are labelled, or the device or the checkpoint cannot be used; Cancelled.
TrainingResult train_double_decoder(Model start, const std::vector<LabelledTomogram>& data,
                                    const std::vector<UnlabelledTomogram>& unlabelled,
                                    const TrainOptions& options,
                                    const std::function<void(const TrainingPoint&)>& on_point = {},
                                    const Progress& progress = {});

}  // namespace cytomo
