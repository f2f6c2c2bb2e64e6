// cytomo-torch: libtorch is linked.
#include "cytomo/network/libtorch.h"
#include "libtorch_here.h"

namespace cytomo::commands {

void take_libtorch() {
    use_libtorch();
}

}  // namespace cytomo::commands
