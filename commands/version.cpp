// cytomo version: what this program is, for bug reports and records.
#include <cstdio>

#include "command.h"
#include "model_path.h"

namespace cytomo::commands {

Command version_command() {
    return {"version", "Say which version this is, and which model comes with it", [](CLI::App&) -> Run {
                return [](const Common&) {
                    std::printf("cytomo %s\n", CYTOMO_VERSION);
                    const Model model = read_model(default_model_path());
                    std::printf("model %s (%.0f nm voxels, %zu classes)\n", model.checksum().c_str(),
                                1000 * model.voxel_um, model.legend.entries.size());
                };
            }};
}

}  // namespace cytomo::commands
