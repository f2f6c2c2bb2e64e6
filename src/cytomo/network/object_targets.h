// Private to network: what an object head is to say of a patch.
#pragma once

#include <torch/torch.h>

#include "clicks.h"

namespace cytomo {

/// Writes for each voxel of a patch, z, y, x, ObjectMap: the target (0 to 1) and how much it counts. Nothing
/// counts where nothing is labelled or objects are not known; the selection counts only with clicks, the
/// negative everywhere. What is rare (edges between objects, negatives) counts more. size: patch voxels *
/// object_map_count each. cell_body: the class that is one object around all others and has neither depth nor
/// separation, find_cell_body; 0: there is none.
void fill_object_targets(const Patch& patch, const Clicks& clicks, bool negative, std::uint8_t cell_body,
                         float* targets, float* weights);

/// Share of the patches that are shown upside down, to learn what that looks like; nothing else is learned
/// from them.
constexpr double negative_share = 0.12;

/// Label of voxels that neither teach a class nor are compared with what another network says (as unlabelled
/// ones, ignore_label, are in semi-supervised training).
constexpr std::uint8_t not_taught_label = 254;

/// Turns the grey values upside down, forgets objects, and labels all not_taught_label.
void make_negative(Patch& patch);

/// Weighted binary cross-entropy, for each map the mean over what counts; the maps with anything that counts
/// added up. All [n, z, y, x, object_map_count]; logits are no probabilities yet.
torch::Tensor object_loss(const torch::Tensor& logits, const torch::Tensor& targets,
                          const torch::Tensor& weights);

}  // namespace cytomo
