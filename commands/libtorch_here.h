// What differs between cytomo and cytomo-torch.
#pragma once

namespace cytomo::commands {

/// In cytomo-torch: use_libtorch(). In cytomo: nothing. First thing in main.
void take_libtorch();

}  // namespace cytomo::commands
