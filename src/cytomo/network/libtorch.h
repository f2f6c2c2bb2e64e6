// libtorch, for programs that link it: CUDA devices and double-decoder models.
#pragma once

namespace cytomo {

/// Lets `predict` take libtorch for CUDA devices and for double-decoder models, which it refuses otherwise.
/// Call it once, before anything is predicted. In the library cytomo_training (find_package(cytomo COMPONENTS
/// training)): programs that only segment need neither it nor libtorch, which takes a second to load. `train`
/// calls it.
void use_libtorch();

/// Whether it was called.
bool has_libtorch();

/// Whether this machine has NVIDIA's driver (/dev/nvidiactl), without which libtorch finds no CUDA device.
bool has_nvidia_driver();

}  // namespace cytomo
