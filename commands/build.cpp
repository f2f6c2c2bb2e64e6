#include "build.h"

#include <algorithm>
#include <fstream>
#include <system_error>

namespace cytomo::commands {

std::string build_in(std::string_view bytes) {
    // The programs hold these words without a build, too: here.
    constexpr std::string_view words = "cytomo-build:";
    constexpr std::size_t longest = 100;
    for (auto at = bytes.find(words); at != std::string_view::npos; at = bytes.find(words, at + 1)) {
        const std::string_view rest = bytes.substr(at + words.size(), longest);
        const std::string_view build = rest.substr(0, rest.find(';'));
        if (build.size() < rest.size() && !build.empty() &&
            std::all_of(build.begin(), build.end(), [](char c) {
                return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '.' || c == '-';
            }))
            return std::string(build);
    }
    return {};
}

std::string build_of(const std::filesystem::path& program) {
    std::error_code ec;
    const auto size = std::filesystem::file_size(program, ec);
    if (ec) return {};
    std::string bytes(size, '\0');
    std::ifstream(program, std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(size));
    return build_in(bytes);
}

}  // namespace cytomo::commands
