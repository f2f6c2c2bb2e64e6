#include "cytomo/core/machine.h"

#include <cstdlib>
#include <fstream>

namespace cytomo {

namespace {

/// The first value of a field of /proc/cpuinfo, or nothing.
std::string processor_field(const std::string& name) {
    std::ifstream in("/proc/cpuinfo");
    for (std::string line; std::getline(in, line);) {
        const auto colon = line.find(':');
        if (colon == std::string::npos || colon + 2 > line.size()) continue;
        if (line.substr(0, line.find_last_not_of(" \t", colon - 1) + 1) == name)
            return line.substr(colon + 2);
    }
    return "";
}

}  // namespace

std::string processor_name() {
    const std::string name = processor_field("model name");
    return name.empty() ? "unknown processor" : name;
}

std::string processor_identity() {
    std::string out = processor_name();
    for (const char* field : {"vendor_id", "cpu family", "model", "stepping"})
        out += std::string(", ") + field + " " + processor_field(field);
    return out;
}

std::filesystem::path cache_folder() {
    // The specification of base directories: a relative path counts as none.
    const char* cache = std::getenv("XDG_CACHE_HOME");
    if (cache != nullptr && *cache == '/') return std::filesystem::path(cache) / "cytomo";
    const char* home = std::getenv("HOME");
    if (home != nullptr && *home == '/') return std::filesystem::path(home) / ".cache" / "cytomo";
    return {};
}

}  // namespace cytomo
