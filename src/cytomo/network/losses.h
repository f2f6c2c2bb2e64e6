// Private to network: what training minimises.
#pragma once

#include <torch/torch.h>

#include <cstdint>

namespace cytomo {

/// Weighted cross-entropy plus soft Dice over the classes that occur in the batch.
/// logits [n, z, y, x, outputs] float; labels [n, z, y, x] uint8, 255 does not count; class_weights
/// [classes] float; class_of_output [outputs] uint8: probabilities of outputs of one class add up before
/// they are compared (marginal loss: Shi et al. 2021, doi 10.1016/j.media.2021.101979). Returns a scalar; 0
/// if no voxel is labelled. The gradient is computed in one pass (Milletari et al. 2016 for the Dice term).
/// `targets` [n, z, y, x, classes] float, if given: what another network says; where there is no label, the
/// mean squared difference from it, summed over classes, is added with weight `target_weight` (mean teacher:
/// Tarvainen and Valpola 2017).
torch::Tensor segmentation_loss(const torch::Tensor& logits, const torch::Tensor& labels,
                                const torch::Tensor& class_weights, const torch::Tensor& class_of_output,
                                const torch::Tensor& targets = {}, double target_weight = 0);

/// The same from libtorch's operators: slower, obvious; the reference in tests and on CUDA.
torch::Tensor segmentation_loss_plain(const torch::Tensor& logits, const torch::Tensor& labels,
                                      const torch::Tensor& class_weights,
                                      const torch::Tensor& class_of_output, const torch::Tensor& targets = {},
                                      double target_weight = 0);

/// [voxels, classes]: softmax over the outputs, added up by class. Differentiable.
torch::Tensor class_probabilities(const torch::Tensor& logits, std::int64_t classes,
                                  const torch::Tensor& class_of_output);

}  // namespace cytomo
