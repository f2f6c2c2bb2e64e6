// Which arithmetic a network runs in: what this machine computes fastest, measured once and remembered.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cytomo/network/model.h"

namespace cytomo {

enum class Precision { f32, bf16, int8 };

std::string name(Precision precision);

/// Whether the processor can compute so at all: bf16 takes AVX-512 (without its bf16 instructions it is
/// slow), int8 AVX-512 with VNNI.
bool can_compute(Precision precision);

/// How fast a model's layers run here, in voxels of the model's grid a second (what tiles compute twice not
/// counted); 0 where the machine cannot compute so or nothing was measured. int8 is not among them: it is
/// less exact, and never chosen but by name.
struct PrecisionRates {
    double f32 = 0, bf16 = 0;
    bool remembered = false;  ///< from an earlier run of the program
    Precision fastest() const { return bf16 > f32 ? Precision::bf16 : Precision::f32; }
};

/// What a network is run for: forwards alone, or a step of training.
enum class NetworkUse { inference, training };

/// Rates of the layers of this architecture, with thread_count() threads. Measured once (0.2 s) by running
/// the layers themselves at the sizes they have in large tiles, and kept under cache_folder() for this
/// processor, these instructions (DNNL_MAX_CPU_ISA limits them), threads, version and architecture; where
/// nothing can be kept, measured once a process. `again`: measured anew, whatever is remembered.
PrecisionRates inference_rates(const Model& model, bool again = false);
/// The same for training (on the CPU): forwards and backwards; some seconds.
PrecisionRates training_rates(const Model& model);
/// Training rates if they are remembered: measuring them takes libtorch.
std::optional<PrecisionRates> known_training_rates(const Model& model);

/// "f32", "bf16" or "int8"; "auto" is the faster of the first two for this model on this machine (f32 for a
/// double decoder). Throws UsageError for other names, and if the processor cannot compute so.
Precision precision_for(const std::string& text, const Model& model);
/// Throws UsageError if the name is none of the four.
void check_precision(const std::string& text);

/// The instructions that oneDNN uses here: "AVX-512 with bf16 (oneDNN 2.6.0)"; without oneDNN "as libtorch".
std::string instruction_set();

}  // namespace cytomo
