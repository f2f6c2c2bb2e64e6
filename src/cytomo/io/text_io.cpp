#include "cytomo/io/text_io.h"

#include <cerrno>
#include <fstream>

#include "cytomo/core/error.h"
#include "cytomo/core/likely_name.h"

namespace cytomo {

std::string read_text(const std::filesystem::path& file, const std::string& expected,
                      std::size_t most_bytes) {
    constexpr std::size_t at_a_time = 1 << 16;
    errno = 0;
    std::ifstream in(file, std::ios::binary);
    std::string text;
    while (in && text.size() <= most_bytes) {
        const std::size_t before = text.size();
        text.resize(before + at_a_time);
        in.read(text.data() + before, static_cast<std::streamsize>(at_a_time));
        text.resize(before + static_cast<std::size_t>(in.gcount()));
    }
    if (!in.is_open() || in.bad()) {
        const auto [found, remedy] = file_trouble(file, errno != 0 ? errno : EIO);
        throw InputError(file.string(), expected, found, remedy);
    }
    if (text.size() > most_bytes)
        throw InputError(file.string(), expected + " of at most " + std::to_string(most_bytes) + " bytes",
                         "a larger file", "Check the name");
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
        throw InputError(file.string(), "text in UTF-8", "text in UTF-16", "Save the file in UTF-8");
    if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    return text;
}

}  // namespace cytomo
