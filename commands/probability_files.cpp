#include "probability_files.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "command.h"
#include "cytomo/core/error.h"

namespace cytomo::commands {

namespace fs = std::filesystem;

void write_probabilities(const fs::path& base, const Probabilities& p, const Legend& legend, bool overwrite) {
    for (const auto& entry : legend.entries) {
        Volume<std::uint8_t> values(p.grid);
        const auto from = p.of_class(entry.id);
        std::copy(from.begin(), from.end(), values.data());
        // Each says what all of them are, so that readers find the others.
        write_volume(file_of_class(base, legend, entry.id), values, overwrite, legend);
    }
}

fs::path any_probability_file(const fs::path& base) {
    const auto folder = base.has_parent_path() ? base.parent_path() : fs::path(".");
    const std::string start = base.stem().string() + ".", end = base.extension().string();
    std::vector<fs::path> found;
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(folder, ec)) {
        const std::string name = entry.path().filename().string();
        if (name.size() > start.size() + end.size() && name.starts_with(start) && name.ends_with(end))
            found.push_back(base.parent_path() / name);
    }
    if (found.empty())
        throw InputError(base.string(), "files " + start + "CLASS" + end + " beside each other", "none",
                         "Write them with segment --probabilities");
    return *std::min_element(found.begin(), found.end());
}

Probabilities read_probabilities(const fs::path& base, const Legend& legend, const ReadOptions& reading) {
    Probabilities all;
    for (const auto& entry : legend.entries) all.classes = std::max(all.classes, entry.id + 1);
    for (const auto& entry : legend.entries) {
        const auto file = file_of_class(base, legend, entry.id);
        const Tomogram part = open_tomogram(file, reading);
        if (all.values.empty()) {
            all.grid = part.grid;
            all.values.resize(static_cast<std::size_t>(all.classes) *
                              static_cast<std::size_t>(part.grid.count()));
        }
        if (!(part.grid.size == all.grid.size))
            throw InputError(file.string(), "the size of the other classes' probabilities", "another size",
                             "Write them again with segment --probabilities");
        const auto slice = static_cast<std::size_t>(part.grid.size.x * part.grid.size.y);
        std::vector<float> values(slice);
        auto* out = all.values.data() + std::size_t{entry.id} * static_cast<std::size_t>(part.grid.count());
        for (std::int64_t z = 0; z < part.grid.size.z; ++z) {
            part.read_slices(z, 1, values);
            for (const float v : values) {
                if (!(v >= 0 && v <= 255))
                    throw InputError(file.string(), "probabilities from 0 to 255", std::to_string(v),
                                     "Write them with segment --probabilities");
                *out++ = static_cast<std::uint8_t>(std::lround(v));
            }
        }
    }
    return all;
}

}  // namespace cytomo::commands
