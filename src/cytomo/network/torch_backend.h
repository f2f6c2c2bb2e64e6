// Private to network: what libtorch does for inference, in programs that link it.
#pragma once

#include <string>

#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"
#include "cytomo/network/predict.h"
#include "runner.h"

namespace cytomo {

/// The functions of torch_predictor.h and double_decoder_predict.h.
struct TorchBackend {
    bool (*cuda_available)();
    Runner (*make_predictor)(const Model& model, Size3 tile, const std::string& device,
                             const std::string& precision);
    Probabilities (*predict_double_decoder)(const Tomogram& tomogram, const Model& model,
                                            const PredictOptions& options, PredictRecord* record,
                                            const Progress& progress);
};

/// What use_libtorch() leaves here for the rest of the program; nullptr takes it away again.
void set_torch_backend(const TorchBackend* backend);

/// Whether there is a CUDA device and libtorch to use it.
bool cuda_with_libtorch();

/// Throws InputError that names `what` ("device cuda:0") if the program is without libtorch.
const TorchBackend& torch_backend_for(const std::string& what);

}  // namespace cytomo
