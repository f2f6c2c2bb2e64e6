// cytomo: starts at once, since libtorch is left to cytomo-torch.
#include "libtorch_here.h"

namespace cytomo::commands {

void take_libtorch() {}

}  // namespace cytomo::commands
