// Private to network: what training minimises.
#pragma once

#include <torch/torch.h>

namespace cytomo {

/// Weighted cross-entropy plus soft Dice over the classes that occur in the batch.
/// logits [n, z, y, x, classes] float; labels [n, z, y, x] uint8, 255 does not count; class_weights
/// [classes] float. Returns a scalar; 0 if no voxel is labelled. The gradient is computed together
/// with the value in one pass (Milletari et al. 2016 for the Dice term).
torch::Tensor segmentation_loss(const torch::Tensor& logits, const torch::Tensor& labels,
                                const torch::Tensor& class_weights);

/// The same from libtorch's operators: slower, obvious; the reference in tests and on CUDA.
torch::Tensor segmentation_loss_plain(const torch::Tensor& logits, const torch::Tensor& labels,
                                      const torch::Tensor& class_weights);

}  // namespace cytomo
