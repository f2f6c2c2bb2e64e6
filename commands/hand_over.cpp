#include "hand_over.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "cytomo/core/error.h"
#include "cytomo/network/libtorch.h"
#include "cytomo/network/model.h"
#include "libtorch_here.h"

namespace cytomo::commands {

namespace fs = std::filesystem;

namespace {
char** called_with = nullptr;
}

void begin(char** arguments) {
    called_with = arguments;
    take_libtorch();
}

fs::path program_with_libtorch() {
    std::error_code ec;
    const fs::path here = fs::read_symlink("/proc/self/exe", ec).parent_path();
    for (const fs::path& candidate : {here / "cytomo-torch", here / "../libexec/cytomo-torch"})
        if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    return {};
}

void hand_over_to_libtorch(const std::string& what) {
    if (has_libtorch()) return;
    const fs::path program = program_with_libtorch();
    if (program.empty())
        throw InputError(what, "the program cytomo-torch, which has libtorch", "none",
                         "Install the package cytomo-train, or build it with 'make'");
    std::fflush(nullptr);
    ::execv(program.c_str(), called_with);
    throw InputError(program.string(), "to start it", std::strerror(errno),
                     "Install the package cytomo-train again, or build with 'make'");
}

void hand_over_if_needed(const std::string& device, const std::string& model_file) {
    if (has_libtorch()) return;
    if (device.rfind("cuda", 0) == 0) hand_over_to_libtorch("--device " + device);
    if (device == "auto" && has_nvidia_driver() && !program_with_libtorch().empty())
        hand_over_to_libtorch("--device auto");
    if (model_file.empty()) return;
    bool needed = false;
    try {
        needed = read_model(model_file).architecture.kind == NetworkKind::double_decoder;
    } catch (const InputError&) {  // whoever needs the model says what is wrong with it
    }
    if (needed) hand_over_to_libtorch(model_file + ", a double-decoder model");
}

}  // namespace cytomo::commands
