// Class ids and object numbers must survive exactly, so they are read in their stored type and never
// pass through float.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numeric>
#include <optional>
#include <unordered_map>
#include <utility>

#include "cytomo/core/error.h"
#include "cytomo/io/legend_io.h"
#include "cytomo/io/scalar.h"
#include "cytomo/io/volume_io.h"

namespace cytomo {

namespace {

/// Calls body(first voxel, values) for each slab of a volume, with values of the stored C++ type.
template <class Body>
void for_each_slab(const StoredVolume& volume, Body&& body) {
    const Grid& grid = volume.grid;
    const std::int64_t slab = slices_per_slab(grid, bytes(volume.type)), slice = grid.size.x * grid.size.y;
    io::with_type(volume.type, [&](auto sample) {
        using T = decltype(sample);
        std::vector<T> values(static_cast<std::size_t>(slab * slice));
        for (std::int64_t z = 0; z < grid.size.z; z += slab) {
            const std::int64_t n = std::min(slab, grid.size.z - z);
            const auto part = std::span(values).first(static_cast<std::size_t>(n * slice));
            volume.read_bytes(z, n, std::as_writable_bytes(part));
            body(z * slice, std::span<const T>(part));
        }
    });
}

/// A stored value as a whole number from low to high; none if it is anything else.
template <class T>
std::optional<std::int64_t> whole_between(T value, std::int64_t low, std::int64_t high) {
    const auto v = io::number(value);
    if constexpr (std::is_integral_v<T>) {
        if (std::cmp_less(v, low) || std::cmp_greater(v, high)) return std::nullopt;
    } else if (!(v >= static_cast<double>(low) && v <= static_cast<double>(high) && v == std::floor(v))) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(v);
}

std::string place_text(const Grid& grid, std::int64_t voxel) {
    const std::int64_t slice = grid.size.x * grid.size.y;
    return "voxel (" + std::to_string(voxel % grid.size.x) + ", " +
           std::to_string(voxel % slice / grid.size.x) + ", " + std::to_string(voxel / slice) + ")";
}

void give(const std::vector<std::string>& from, std::vector<std::string>* to) {
    if (to) to->insert(to->end(), from.begin(), from.end());
}

/// Turns a mask into 0 and 1, and says what was read. A file with a legend is none: it says what values are.
void interpret_values(ClassVolume& classes, const std::array<std::int64_t, 256>& counts, bool has_legend,
                      std::vector<std::string>& remarks) {
    std::vector<int> present;
    for (int v = 0; v < 256; ++v)
        if (counts[static_cast<std::size_t>(v)] > 0) present.push_back(v);
    constexpr int smallest_mask_value = 32;  // class ids are small; 64, 128 or 255 beside 0 alone are a mask
    const bool two_values = present.size() == 2 && present[0] == 0;
    if (two_values && present[1] >= smallest_mask_value && !has_legend) {
        for (std::uint8_t& v : classes.values()) v = v != 0;
        remarks.push_back("The labels hold the values 0 and " + std::to_string(present[1]) +
                          " only: read as a mask, 0 and 1.");
    } else if (two_values && present[1] == ignore_label) {
        remarks.push_back(
            "The labels hold the values 0 and 255 only, and 255 is ignored, since the file "
            "names it as no class.");
    } else if (present.size() == 1 && present[0] == 255) {
        remarks.push_back("All voxels have the value 255 and are ignored.");
    }
}

/// Ids that share a name with an earlier one become that, and the legend loses them.
void merge_same_names(ClassVolume& classes, Legend& legend, std::vector<std::string>& remarks) {
    const Legend once = each_name_once(legend);
    if (once == legend) return;
    std::array<std::uint8_t, 256> id_of{};
    std::iota(id_of.begin(), id_of.end(), std::uint8_t{0});
    for (const auto& e : legend.entries) {
        id_of[e.id] = once.find(e.name)->id;
        if (id_of[e.id] != e.id)
            remarks.push_back("The values " + std::to_string(id_of[e.id]) + " and " + std::to_string(e.id) +
                              " are both " + e.name + ": read as " + std::to_string(id_of[e.id]) + ".");
    }
    for (std::uint8_t& c : classes.values()) c = id_of[c];
    legend = once;
}

}  // namespace

ClassVolume read_classes(const std::filesystem::path& path, const ReadOptions& options,
                         std::vector<std::string>* remarks, std::optional<Legend>* legend) {
    StoredVolume volume = open_volume(path, options);
    give(volume.remarks, remarks);
    ClassVolume classes(volume.grid);
    std::array<std::int64_t, 256> counts{};
    bool has_minus_one = false;
    for_each_slab(volume, [&]<class T>(std::int64_t first, std::span<const T> values) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto stored = io::number(values[i]);
            std::uint8_t id = 0;
            if (stored >= 0 && stored <= 255 && stored == static_cast<std::uint8_t>(stored)) {
                id = static_cast<std::uint8_t>(stored);
            } else if (static_cast<double>(stored) == -1) {
                id = ignore_label;
                has_minus_one = true;
            } else {
                throw InputError(
                    path.string(), "class ids, whole numbers from 0 to 255",
                    io::value_text(values[i]) + " at " +
                        place_text(volume.grid, first + static_cast<std::int64_t>(i)),
                    "This seems to be a tomogram or a volume of instances: give the label volume, or "
                    "convert it, e.g. in Fiji to 8 bit without scaling");
            }
            ++counts[id];
            classes[first + static_cast<std::int64_t>(i)] = id;
        }
    });
    std::vector<std::string> notes;
    if (has_minus_one) notes.push_back("The value -1 is read as 255 (ignore).");
    interpret_values(classes, counts, volume.legend.has_value(), notes);
    if (volume.legend) merge_same_names(classes, *volume.legend, notes);
    if (legend != nullptr) *legend = std::move(volume.legend);
    give(notes, remarks);
    return classes;
}

CodedLabels read_coded_labels(const std::filesystem::path& path, const ReadOptions& options,
                              std::vector<std::string>* remarks) {
    const StoredVolume volume = open_volume(path, options);
    give(volume.remarks, remarks);
    CodedLabels out{ClassVolume(volume.grid), {}, {}, volume.voxel_size_known};
    std::unordered_map<std::int64_t, std::uint8_t> code_of;
    const auto refuse = [&](const std::string& expected, const std::string& found, std::int64_t voxel) {
        throw InputError(
            path.string(), expected, found + " at " + place_text(volume.grid, voxel),
            "This seems to be a tomogram, probabilities or a volume of instances: give the label "
            "volume, with one value for each class");
    };
    for_each_slab(volume, [&]<class T>(std::int64_t first, std::span<const T> values) {
        std::int64_t last = 0;
        std::uint8_t code = 0;
        bool any = false;  // whether last and code hold
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto voxel = first + static_cast<std::int64_t>(i);
            const auto whole = whole_between(values[i], -2147483648LL, 4294967295LL);
            if (!whole) refuse("labels, whole numbers of up to 32 bits", io::value_text(values[i]), voxel);
            const std::int64_t value = *whole;
            if (!any || value != last) {  // labels come in runs
                const auto [it, is_new] =
                    code_of.try_emplace(value, static_cast<std::uint8_t>(out.values.size()));
                if (is_new) {
                    if (out.values.size() == 255)
                        refuse("at most 255 different labels", "one more, " + std::to_string(value), voxel);
                    out.values.push_back(value);
                    out.counts.push_back(0);
                }
                last = value;
                code = it->second;
                any = true;
            }
            ++out.counts[code];
            out.codes[voxel] = code;
        }
    });
    return out;
}

InstanceVolume read_instances(const std::filesystem::path& path, const ReadOptions& options,
                              std::vector<std::string>* remarks) {
    const StoredVolume volume = open_volume(path, options);
    give(volume.remarks, remarks);
    InstanceVolume instances(volume.grid);
    for_each_slab(volume, [&]<class T>(std::int64_t first, std::span<const T> values) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto whole = whole_between(values[i], 0, 4294967295LL);
            if (!whole)
                throw InputError(path.string(), "object numbers, whole numbers from 0 to 4294967295",
                                 io::value_text(values[i]) + " at " +
                                     place_text(volume.grid, first + static_cast<std::int64_t>(i)),
                                 "Give a volume of instances, as cytomo analyze writes it");
            instances[first + static_cast<std::int64_t>(i)] = static_cast<std::uint32_t>(*whole);
        }
    });
    return instances;
}

}  // namespace cytomo
