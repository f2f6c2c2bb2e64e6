#include "cytomo/measures/absorption_scale.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <vector>

#include "cytomo/core/error.h"
#include "cytomo/core/likely_name.h"
#include "cytomo/core/parallel.h"

namespace cytomo {

namespace {

constexpr std::int64_t most_samples = 1'000'000;
constexpr double errors_apart = 5;

std::string four_digits(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

void check_scale(const AbsorptionScale& scale) {
    if (!std::isfinite(scale.scale) || !std::isfinite(scale.offset) || scale.scale == 0)
        throw UsageError("absorption scale: expected a factor other than 0 and a finite offset, found " +
                         four_digits(scale.scale) + " and " + four_digits(scale.offset));
}

/// Whether the voxel and its neighbours two steps away belong to the class; beyond the border nothing is
/// known.
bool inside_class(const ClassVolume& classes, std::uint8_t id, std::int64_t x, std::int64_t y,
                  std::int64_t z) {
    constexpr std::int64_t far = 2;
    const Grid& g = classes.grid();
    const auto other = [&](std::int64_t a, std::int64_t b, std::int64_t c) {
        return g.contains(a, b, c) && classes(a, b, c) != id;
    };
    return classes(x, y, z) == id && !other(x - far, y, z) && !other(x + far, y, z) &&
           !other(x, y - far, z) && !other(x, y + far, z) && !other(x, y, z - far) && !other(x, y, z + far);
}

/// Calls found(x, y) for the region's voxels in slice z, in their order.
template <class Found>
void for_voxels(const ClassVolume& classes, const ReferenceRegion& region, std::int64_t z, Found found) {
    const Size3 n = classes.grid().size;
    if (region.box) {
        const auto& [first, last] = *region.box;
        if (z < first.z || z > last.z) return;
        for (std::int64_t y = first.y; y <= last.y; ++y)
            for (std::int64_t x = first.x; x <= last.x; ++x) found(x, y);
        return;
    }
    for (std::int64_t y = 0; y < n.y; ++y)
        for (std::int64_t x = 0; x < n.x; ++x)
            if (inside_class(classes, region.class_id, x, y, z)) found(x, y);
}

double median_in_place(std::vector<float>& values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1) return *middle;
    return (static_cast<double>(*middle) + *std::max_element(values.begin(), middle)) / 2;
}

struct Reference {
    double median = 0, standard_error = 0;
};

Reference reference_from(std::vector<float> values, const std::string& source, const std::string& name) {
    if (values.empty())
        throw InputError(source, "grey values of the reference '" + name + "'",
                         "no voxel that lies two voxels inside it and has a finite value",
                         "Choose another or a larger region");
    Reference r;
    r.median = median_in_place(values);
    for (float& v : values) v = static_cast<float>(std::abs(v - r.median));
    // Of a normal distribution: deviation = 1.4826 × median absolute deviation, and the standard error of the
    // median = 1.2533 × that of the mean.
    const double independent = std::max(1.0, static_cast<double>(values.size()) / voxels_as_one);
    r.standard_error = 1.2533 * 1.4826 * median_in_place(values) / std::sqrt(independent);
    return r;
}

void check_region(const ReferenceRegion& region, Size3 n) {
    if (!std::isfinite(region.lac_per_um))
        throw UsageError("absorption of the reference '" + region.name +
                         "': expected a number in 1/µm, found " + four_digits(region.lac_per_um));
    if (!region.box) return;
    const auto& [a, b] = *region.box;
    if (a.x < 0 || a.y < 0 || a.z < 0 || b.x < a.x || b.y < a.y || b.z < a.z || b.x >= n.x || b.y >= n.y ||
        b.z >= n.z)
        throw UsageError("reference '" + region.name + "': expected first and last voxel within " +
                         std::to_string(n.x) + " × " + std::to_string(n.y) + " × " + std::to_string(n.z) +
                         " voxels, counted from 0");
}

}  // namespace

AbsorptionScale scale_of(const Tomogram& tomogram) {
    if (!tomogram.calibrated) return {};
    return {1, 0, true, "calibrated in the file"};
}

Tomogram scaled(const Tomogram& tomogram, const AbsorptionScale& scale) {
    if (!scale.calibrated) return tomogram;
    check_scale(scale);
    Tomogram result = tomogram;
    result.calibrated = true;
    if (scale.scale == 1 && scale.offset == 0) return result;
    result.type = ScalarType::float32;
    result.read_slices = [read = tomogram.read_slices, scale](std::int64_t first, std::int64_t count,
                                                              std::span<float> out) {
        read(first, count, out);
        for (float& v : out) v = static_cast<float>(scale.scale * v + scale.offset);
    };
    return result;
}

AbsorptionScale scale_from_references(const Tomogram& tomogram, const ClassVolume& classes,
                                      const ReferenceRegion& first, const ReferenceRegion& second,
                                      Polarity expected, const Progress& progress) {
    const Size3 n = classes.grid().size;
    if (tomogram.grid.size != n)
        throw InputError(tomogram.source, "as many voxels as the classes have", "another size",
                         "Give the tomogram from which the classes were made");
    const std::array<const ReferenceRegion*, 2> regions{&first, &second};
    for (const ReferenceRegion* r : regions) check_region(*r, n);
    if (first.lac_per_um == second.lac_per_um)
        throw UsageError("absorption of the references '" + first.name + "' and '" + second.name +
                         "': expected two different numbers, found " + four_digits(first.lac_per_um) +
                         " twice");
    // Counted first, so that a million of them, evenly spread, can be taken.
    using Counts = std::array<std::int64_t, 2>;
    std::vector<Counts> before(static_cast<std::size_t>(n.z) + 1, Counts{});
    parallel_for(n.z, [&](std::int64_t z) {
        for (std::size_t r = 0; r < 2; ++r)
            for_voxels(classes, *regions[r], z,
                       [&](std::int64_t, std::int64_t) { ++before[static_cast<std::size_t>(z) + 1][r]; });
    });
    for (std::size_t z = 1; z < before.size(); ++z)
        for (std::size_t r = 0; r < 2; ++r) before[z][r] += before[z - 1][r];
    progress(0.3);
    std::vector<std::array<std::vector<float>, 2>> found(static_cast<std::size_t>(n.z));
    parallel_for(n.z, [&](std::int64_t z) {
        const auto at = static_cast<std::size_t>(z);
        if (before[at] == before[at + 1]) return;
        std::vector<float> grey(static_cast<std::size_t>(n.x * n.y));
        tomogram.read_slices(z, 1, grey);
        for (std::size_t r = 0; r < 2; ++r) {
            const std::int64_t step = (before.back()[r] + most_samples - 1) / most_samples;
            std::int64_t number = before[at][r];
            for_voxels(classes, *regions[r], z, [&](std::int64_t x, std::int64_t y) {
                const float v = grey[static_cast<std::size_t>(y * n.x + x)];
                if (number++ % step == 0 && std::isfinite(v)) found[at][r].push_back(v);
            });
        }
    });
    std::array<Reference, 2> reference;
    for (std::size_t r = 0; r < 2; ++r) {
        std::vector<float> values;
        for (const auto& slice : found) values.insert(values.end(), slice[r].begin(), slice[r].end());
        reference[r] = reference_from(std::move(values), tomogram.source, regions[r]->name);
    }
    progress(1);
    const double difference = reference[1].median - reference[0].median;
    const double error = std::hypot(reference[0].standard_error, reference[1].standard_error);
    const std::string medians = "median grey " + four_digits(reference[0].median) + " in '" + first.name +
                                "' and " + four_digits(reference[1].median) + " in '" + second.name + "'";
    if (difference == 0 || std::abs(difference) < errors_apart * error)
        throw InputError(tomogram.source,
                         "two references whose grey values differ by five standard errors or more",
                         medians + " (standard error " + four_digits(error) + ")",
                         "Choose larger regions, or regions that differ more");
    AbsorptionScale scale;
    scale.scale = (second.lac_per_um - first.lac_per_um) / difference;
    scale.offset = first.lac_per_um - scale.scale * reference[0].median;
    scale.calibrated = true;
    scale.how = "references: '" + first.name + "' " + four_digits(first.lac_per_um) + " and '" + second.name +
                "' " + four_digits(second.lac_per_um) + " 1/µm";
    if ((expected == Polarity::dense_is_bright && scale.scale < 0) ||
        (expected == Polarity::dense_is_dark && scale.scale > 0))
        throw InputError(tomogram.source,
                         std::string("dense matter to be ") + (scale.scale < 0 ? "bright" : "dark"), medians,
                         "Exchange the coefficients of the references, or correct the polarity");
    return scale;
}

namespace {

constexpr const char* forms =
    "a factor S or S,OFFSET, or regions with known absorption as in 'ice=0.11,lipid droplet=0.65'";

[[noreturn]] void refuse(const std::string& text, const std::string& why) {
    throw UsageError(std::string("--lac-scale: expected ") + forms + ", found '" + text + "' (" + why + ")");
}

std::string trimmed(std::string text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string::npos) return "";
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string> parts_of(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    for (;;) {
        const auto end = text.find(separator, begin);
        parts.push_back(trimmed(text.substr(begin, end == std::string::npos ? end : end - begin)));
        if (end == std::string::npos) return parts;
        begin = end + 1;
    }
}

double number_from(const std::string& part, const std::string& text) {
    double value = 0;
    const char* begin = part.data() + (part.starts_with('+') ? 1 : 0);
    const auto [end, error] = std::from_chars(begin, part.data() + part.size(), value);
    if (error != std::errc{} || end != part.data() + part.size() || !std::isfinite(value))
        refuse(text, "'" + part + "' is not a number");
    return value;
}

std::int64_t whole_from(const std::string& part, const std::string& text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc{} || end != part.data() + part.size() || value < 0)
        refuse(text, "'" + part + "' is not a voxel number");
    return value;
}

ReferenceRegion region_from(const std::string& part, const std::string& text, const Legend& legend) {
    const auto equals = part.find('=');
    if (equals == std::string::npos) refuse(text, "'" + part + "' has no '='");
    ReferenceRegion region;
    region.name = trimmed(part.substr(0, equals));
    region.lac_per_um = number_from(trimmed(part.substr(equals + 1)), text);
    if (region.lac_per_um < 0) refuse(text, "absorption cannot be negative");
    if (region.name == "ice" || region.name == "background" || region.name == "0") return region;
    if (region.name.starts_with("box:")) {
        const auto numbers = parts_of(region.name.substr(4), ':');
        if (numbers.size() != 6) refuse(text, "a box has six numbers, box:X0:Y0:Z0:X1:Y1:Z1");
        std::array<std::int64_t, 6> v{};
        for (std::size_t i = 0; i < 6; ++i) v[i] = whole_from(numbers[i], text);
        region.box = {{{v[0], v[1], v[2]}, {v[3], v[4], v[5]}}};
        return region;
    }
    const LegendEntry* entry = legend.find_kind(region.name);
    for (const LegendEntry& e : legend.entries)
        if (std::to_string(e.id) == region.name) entry = &e;
    if (entry == nullptr) {
        std::string known;
        for (const LegendEntry& e : legend.entries) known += (known.empty() ? "" : ", ") + e.name;
        const LegendEntry* near = nearest_class(legend, region.name);
        refuse(text, "no class is called '" + region.name + "'; there are: " + known +
                         (near != nullptr ? "." + did_you_mean(near->name) : ""));
    }
    region.class_id = entry->id;
    region.name = entry->name;
    return region;
}

}  // namespace

AbsorptionChoice parse_absorption_choice(const std::string& text, const Legend& legend) {
    const auto parts = parts_of(text, ',');
    if (parts.size() > 2 || parts[0].empty()) refuse(text, "one or two parts, separated by a comma");
    AbsorptionChoice choice;
    if (text.find('=') == std::string::npos) {
        AbsorptionScale scale{number_from(parts[0], text), 0, true, "given by the user"};
        if (parts.size() == 2) scale.offset = number_from(parts[1], text);
        if (scale.scale == 0) refuse(text, "the factor is 0");
        choice.given = scale;
        return choice;
    }
    const auto last = parts.size() - 1;
    choice.references[1] = region_from(parts[last], text, legend);
    if (last == 1) choice.references[0] = region_from(parts[0], text, legend);
    const auto& [a, b] = choice.references;
    if (a.class_id == b.class_id && !a.box && !b.box)
        refuse(text, "both regions are '" + a.name + "'; a second one is needed");
    if (a.lac_per_um == b.lac_per_um) refuse(text, "both regions have the same absorption");
    return choice;
}

AbsorptionScale make_absorption_scale(const AbsorptionChoice& choice, const Tomogram& tomogram,
                                      const ClassVolume& classes, Polarity expected,
                                      const Progress& progress) {
    if (choice.given) {
        check_scale(*choice.given);
        return *choice.given;
    }
    return scale_from_references(tomogram, classes, choice.references[0], choice.references[1], expected,
                                 progress);
}

}  // namespace cytomo
