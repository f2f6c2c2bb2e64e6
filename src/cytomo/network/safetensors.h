// Private to network: the safetensors file format (8-byte header length, JSON header, raw tensors).
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "cytomo/network/model.h"

namespace cytomo {

struct SafeTensors {
    std::map<std::string, std::string> metadata;
    std::map<std::string, Tensor> tensors;  ///< written as F32; F32, F16 and BF16 are read
};

/// Throws InputError for anything that is not a whole, consistent safetensors file. Memory is taken
/// only after sizes were checked against the file's size.
SafeTensors read_safetensors(const std::filesystem::path& file);
/// Under which names checkpoints say what they are (checkpoint.h): those of U-Nets, and those of double
/// decoders.
constexpr const char *unet_checkpoint_key = "cytomo-checkpoint", *method_key = "method",
                     *double_decoder_method = "double-decoder";
/// Whether this is the state of a training, and no model.
bool is_checkpoint(const SafeTensors& content);

/// Atomic: appears under its name when complete. Throws InputError if it exists and may not be replaced.
void write_safetensors(const std::filesystem::path& file, const SafeTensors& content, bool overwrite);

/// What a model is but for its weights and its error model, as JSON text: what files of models and
/// checkpoints carry.
std::string model_description(const Model& model);
/// The model that a description and weights make up. Throws InputError, which names `file`, if the
/// description is none of a cytomo model, or if weights do not fit it or are not finite.
Model described_model(const std::string& description, std::map<std::string, Tensor> weights,
                      const std::string& file);

}  // namespace cytomo
