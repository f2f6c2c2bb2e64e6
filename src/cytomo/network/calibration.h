// Whether a probability of 0.8 is right eight times in ten, and how to make it so.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/progress.h"
#include "cytomo/image/augment.h"
#include "cytomo/network/model.h"

namespace cytomo {

/// Voxels whose winning class has a probability within one fifteenth of [0, 1].
struct ConfidenceBin {
    std::int64_t voxels = 0;
    double confidence = 0;  ///< mean probability of the winning class
    double accuracy = 0;    ///< share of voxels where the winning class is the true one
};

/// Outputs of the head, before the softmax, of voxels whose class is known.
struct LabelledLogits {
    int outputs = 0;
    std::vector<float> logits;         ///< labels.size() × outputs, outputs of one voxel together
    std::vector<std::uint8_t> labels;  ///< true classes
};

struct Calibration {
    double temperature = 1;                  ///< divide the head's outputs by it; above 1: too sure so far
    double ece_before = 0, ece_after = 0;    ///< expected calibration error: 0 is perfect
    double nll_before = 0, nll_after = 0;    ///< mean negative log-likelihood of the true class, nats
    std::int64_t voxels = 0;                 ///< labelled voxels it rests on; 0: nothing was known
    std::vector<ConfidenceBin> bins_before;  ///< fifteen, ascending
    std::vector<ConfidenceBin> bins;         ///< the same after
};

/// Mean over the bins' voxels of |confidence - accuracy| (Naeini et al. 2015; Guo et al. 2017, arXiv
/// 1706.04599). 0 if there are no voxels.
double expected_calibration_error(const std::vector<ConfidenceBin>& bins);

/// The temperature in [0.25, 8] with the least negative log-likelihood, within 0.1 % (Guo et al. 2017), and
/// what it changes. `class_of_output` as in Model::output_classes; probabilities of outputs of one class
/// add up. Labels that no output stands for do not count. Cost: about 35 softmaxes a voxel.
Calibration find_temperature(const LabelledLogits& known, const std::vector<std::uint8_t>& class_of_output);

/// Runs the model on patches that it did not learn from, each of `size` (multiples of the architecture's
/// stride), and finds its temperature on their labelled voxels: on all, or on about 200,000 drawn at random,
/// the same each time. Without labelled voxels the temperature is 1. On the CPU; `precision` as
/// in PredictOptions; cost: one run of the network a patch.
Calibration calibrate(const Model& model, const std::vector<Patch>& held_out, Size3 size,
                      const std::string& precision = "auto", const Progress& progress = {});

/// The same model, its probabilities softened (t > 1) or sharpened (t < 1): weights and biases of the last
/// layer are divided by t, so every program that runs the model gets it right. Where each class has one
/// output, the most probable class of no voxel changes. Throws std::invalid_argument unless t > 0.
Model with_temperature(Model model, double t);

/// with_temperature, and the figures in Model::record: "temperature", "calibration_error_before",
/// "calibration_error", "calibration_nll_before", "calibration_nll", "calibration_voxels". Without labelled
/// voxels the model stays as it is.
Model calibrated(Model model, const Calibration& calibration);

}  // namespace cytomo
