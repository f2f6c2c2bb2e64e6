#include "model_path.h"

#include <cstdlib>

#include "cytomo/core/error.h"

namespace cytomo::commands {

std::filesystem::path default_model_path() {
    namespace fs = std::filesystem;
    if (const char* chosen = std::getenv("CYTOMO_MODEL")) return chosen;
    std::error_code ec;
    const fs::path here = fs::read_symlink("/proc/self/exe", ec).parent_path();
    for (const fs::path& candidate :
         {here / "models/default.safetensors", here / "../share/cytomo/default.safetensors",
          fs::path(CYTOMO_SOURCE_DIR) / "models/default.safetensors"})
        if (fs::exists(candidate, ec)) return candidate;
    throw InputError("model", "models/default.safetensors beside cytomo", "none",
                     "Name one with --model, or set CYTOMO_MODEL");
}

}  // namespace cytomo::commands
