#include "hand_over.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <vector>

#include "build.h"
#include "cytomo/core/error.h"
#include "cytomo/network/libtorch.h"
#include "cytomo/network/model.h"

namespace cytomo::commands {

namespace fs = std::filesystem;

namespace {

/// How this program was called, as the system remembers it.
std::vector<std::string> this_call() {
    std::ifstream in("/proc/self/cmdline", std::ios::binary);
    std::vector<std::string> words;
    for (std::string word; std::getline(in, word, '\0');) words.push_back(word);
    return words;
}

/// A program of the name cytomo-torch, and the build it says it is of.
struct Candidate {
    fs::path program;
    std::string build;
};

std::vector<Candidate> candidates() {
    std::error_code ec;
    const fs::path here = fs::read_symlink("/proc/self/exe", ec).parent_path();
    std::vector<Candidate> found;
    for (const fs::path& place : {here / "cytomo-torch", here / "../libexec/cytomo-torch"})
        if (::access(place.c_str(), X_OK) == 0) found.push_back({place, build_of(place)});
    return found;
}

}  // namespace

fs::path program_with_libtorch() {
    for (const Candidate& c : candidates())
        if (c.build == build_in(build_mark)) return c.program;
    return {};
}

void hand_over_to_libtorch(const std::string& what) {
    if (has_libtorch()) return;
    const fs::path program = program_with_libtorch();
    if (program.empty()) {
        const auto others = candidates();
        if (others.empty())
            throw InputError(what, "the program cytomo-torch, which has libtorch", "none",
                             "Install the package cytomo-train, or build it with 'make'");
        throw InputError(others[0].program.string(),
                         "one of the same build as cytomo, " + build_in(build_mark),
                         others[0].build.empty() ? "one that names no build" : others[0].build,
                         "Build both again with 'make', or install cytomo-train of the version of cytomo");
    }
    std::vector<std::string> words = this_call();
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::fflush(nullptr);
    ::setenv(handed_over_name, "1", 1);
    ::execv(program.c_str(), arguments.data());
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
