#include "cytomo/core/slice_text.h"

#include <algorithm>
#include <cstdio>

namespace cytomo {

namespace {

/// Ascending numbers as "0, 2, 4-6".
std::string ranges_text(const std::vector<std::int64_t>& numbers, std::int64_t shift) {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < numbers.size();) {
        std::size_t j = i;
        while (j + 1 < numbers.size() && numbers[j + 1] == numbers[j] + 1) ++j;
        parts.push_back(std::to_string(numbers[i] + shift) +
                        (j > i ? (j > i + 1 ? "-" : ", ") + std::to_string(numbers[j] + shift) : ""));
        i = j + 1;
    }
    constexpr std::size_t most = 24;
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts.size() > most && i == most - 2) {
            out += ", …, " + parts.back();
            break;
        }
        out += (i > 0 ? ", " : "") + parts[i];
    }
    return out;
}

}  // namespace

std::string slice_text(const Grid& grid, char axis, std::int64_t index, bool voxel_size_known) {
    const auto at = static_cast<double>(index);
    const Vec3 place = grid.world_from_voxel({at, at, at});
    const std::int64_t count = axis == 'x' ? grid.size.x : axis == 'y' ? grid.size.y : grid.size.z;
    char um[48] = "";
    if (voxel_size_known)
        std::snprintf(um, sizeof um, ", %c = %.3g µm", axis,
                      axis == 'x'   ? place.x
                      : axis == 'y' ? place.y
                                    : place.z);
    return "slice " + std::to_string(index + 1) + " of " + std::to_string(count) + " (index " +
           std::to_string(index) + um + ")";
}

std::string slices_text(char axis, const std::vector<std::int64_t>& indices) {
    return std::string(indices.size() == 1 ? "slice " : "slices ") + ranges_text(indices, 1) + " along " +
           std::string(1, axis) + " (index " + ranges_text(indices, 0) + ")";
}

}  // namespace cytomo
