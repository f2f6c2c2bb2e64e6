// Python's tifffile describes an array by JSON in the first page: {"shape": [5, 64, 64], "axes": "ZYX",
// "spacing": 0.01, "unit": "um"}; all but the shape only if it was told. It stores arrays of three or four
// planes as the colours of one page unless it was told otherwise.
#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "cytomo/core/error.h"
#include "cytomo/io/axis_order.h"
#include "cytomo/io/scalar.h"
#include "cytomo/io/tiff_metadata.h"

namespace cytomo::io {

namespace {

/// An array as described, and where the rows, columns and samples of a page lie in it.
struct Shaped {
    NamedArray array;
    std::size_t rows = 0, columns = 0;
    std::optional<std::size_t> samples;
    std::int64_t pages = 1;  ///< that it takes
};

std::vector<std::int64_t> shape_from(const nlohmann::json& json) {
    constexpr std::size_t most_axes = 32;
    std::vector<std::int64_t> shape;
    if (!json.is_array() || json.size() > most_axes) return {};
    for (const nlohmann::json& n : json) {
        if (!n.is_number_integer()) return {};
        const auto v = n.get<std::int64_t>();
        if (v < 1 || v > largest_axis) return {};
        shape.push_back(v);
    }
    return shape;
}

/// Finds the page in the shape; none if it does not fit.
std::optional<Shaped> fit_to_page(const std::vector<std::int64_t>& shape, const TiffTags& tags) {
    constexpr std::int64_t most_interleaved = 16;  // whole pages of them are held in memory
    if (tags.interleaved && tags.samples > most_interleaved) return std::nullopt;
    const std::size_t rank = shape.size();
    const auto ends_with = [&](std::initializer_list<std::int64_t> tail) {
        return rank >= tail.size() &&
               std::equal(tail.begin(), tail.end(), shape.end() - static_cast<std::ptrdiff_t>(tail.size()));
    };
    Shaped s;
    s.array.shape = shape;
    s.array.named_by = "its description";
    if (tags.samples > 1 && !tags.interleaved && ends_with({tags.samples, tags.height, tags.width}))
        s.samples = rank - 3, s.rows = rank - 2, s.columns = rank - 1;
    else if (tags.samples > 1 && tags.interleaved && ends_with({tags.height, tags.width, tags.samples}))
        s.samples = rank - 1, s.rows = rank - 3, s.columns = rank - 2;
    else if (tags.samples == 1 && ends_with({tags.height, tags.width}))
        s.rows = rank - 2, s.columns = rank - 1;
    else if (tags.samples == 1 && ends_with({tags.height, tags.width, 1}))
        s.rows = rank - 3, s.columns = rank - 2;
    else
        return std::nullopt;
    for (std::size_t a = 0; a < rank; ++a) {
        if (a == s.rows || a == s.columns || a == s.samples) continue;
        if (__builtin_mul_overflow(s.pages, shape[a], &s.pages) || s.pages > largest_axis)
            return std::nullopt;
    }
    return s;
}

/// Names for axes that carry none: one beside rows and columns is z.
void name_axes(const std::string& file, Shaped& s, const TiffTags& tags, std::vector<std::string>& remarks) {
    constexpr int largest_grey = 1, rgb = 2;
    std::string& letters = s.array.letters;
    letters.assign(s.array.shape.size(), 'q');
    letters[s.rows] = 'y';
    letters[s.columns] = 'x';
    std::size_t others = 0;
    for (std::size_t a = 0; a < letters.size(); ++a) {
        if (a == s.rows || a == s.columns || s.array.shape[a] == 1) continue;
        letters[a] = 'z';
        ++others;
    }
    if (s.samples) {
        // Interleaved samples, and those of several pages, are colours; so are those that are neither RGB nor
        // grey.
        if (tags.interleaved || others != 1 || tags.photometric > rgb) refuse_colours(file, tags);
        if (tags.photometric > largest_grey)
            remarks.push_back("tifffile stored the " + std::to_string(tags.samples) +
                              " planes of the array as colours of one page; they are read as slices.");
    } else if (others > 1) {
        throw InputError(
            file, "three axes (z, y, x), or names for them", shape_text(s.array.shape) + " without names",
            "Save one volume of it, or name its axes: tifffile.imwrite(..., metadata={'axes': 'TZYX'})");
    }
}

/// Names as they are given; throws if rows and columns of the pages are not y and x.
void use_names(const std::string& file, Shaped& s, const TiffTags& tags, std::string letters) {
    if (s.samples && tags.photometric > 1 && letters[*s.samples] == 's') refuse_colours(file, tags);
    if (letters[s.rows] != 'y' || letters[s.columns] != 'x')
        throw InputError(file, "pages whose rows run along y and whose columns along x",
                         shape_text(s.array.shape) + " with the axes " + letters,
                         "Save it with the axes ZYX, in Python with numpy.transpose");
    s.array.letters = std::move(letters);
}

/// µm per unit where it is named, by default pixels' own.
double physical_size(const nlohmann::json& json, const std::string& key) {
    if (!json.contains(key) || !json[key].is_number()) return 0;
    const std::string unit_key = key + "Unit";
    const std::string unit =
        json.contains(unit_key) && json[unit_key].is_string() ? json[unit_key].get<std::string>() : "um";
    return json[key].get<double>() * um_per_unit(unit).value_or(0);
}

/// Edges along x and y: the unit of the description counts, as in ImageJ, unless the tags give centimetres,
/// which nobody writes without meaning them. Inches are tifffile's default, so that they count only if they
/// make sense.
void set_in_plane(TiffMeaning& m, const TiffTags& tags, std::optional<double> unit) {
    constexpr int no_unit = 1, centimetre = 3;
    if (tags.resolution_unit == no_unit && tags.x_resolution == 1 && tags.y_resolution == 1)
        return;  // what tifffile writes when it was told nothing
    if (tags.resolution_unit == centimetre) set_edges_from_resolution(m, tags);
    if (!m.edge_um[0] && unit) set_plane_edges(m, tags, *unit);
    if (!m.edge_um[0] && tags.resolution_unit != centimetre) set_edges_from_resolution(m, tags);
}

void set_edges(TiffMeaning& m, const nlohmann::json& json, const TiffTags& tags) {
    std::optional<double> unit;
    if (json.contains("unit") && json["unit"].is_string())
        unit = um_per_unit(json["unit"].get<std::string>());
    set_in_plane(m, tags, unit);
    if (json.contains("spacing") && json["spacing"].is_number()) {
        if (unit)
            set_edge(m, 2, json["spacing"].get<double>() * *unit);
        else
            m.remarks.push_back(
                "Its description gives a spacing without a unit that is known; it is not used.");
    }
    constexpr const char* sizes[] = {"PhysicalSizeX", "PhysicalSizeY", "PhysicalSizeZ"};
    for (std::size_t a = 0; a < 3; ++a)
        if (const double um = physical_size(json, sizes[a]); um > 0) set_edge(m, a, um);
}

/// Planes of the slices, counted over all axes but rows and columns.
std::vector<std::int64_t> planes_of(const Shaped& s, const ArrayAxes& axes) {
    std::int64_t step = 1, first = 0, z_step = 0;
    for (std::size_t a = s.array.shape.size(); a-- > 0;) {
        if (a == s.rows || a == s.columns) continue;
        if (static_cast<int>(a) == axes.position[2])
            z_step = step;
        else
            first += axes.fixed[a] * step;
        step *= s.array.shape[a];
    }
    std::vector<std::int64_t> planes;
    for (std::int64_t z = 0; z < axes.size.z; ++z) planes.push_back(first + z * z_step);
    return planes;
}

}  // namespace

bool interpret_tifffile(TiffMeaning& m, const std::string& file, const TiffTags& tags,
                        std::int64_t page_count, const ReadOptions& options) {
    constexpr std::size_t most_text = 1 << 20;
    if (!tags.description.starts_with("{") || tags.description.size() > most_text) return false;
    const nlohmann::json json = nlohmann::json::parse(tags.description, nullptr, false);
    if (!json.is_object() || !json.contains("shape")) return false;
    auto shaped = fit_to_page(shape_from(json["shape"]), tags);
    if (!shaped) {
        m.remarks.push_back("Its description gives a shape that does not fit its pages; it was not used.");
        return false;
    }
    m.kind = "tifffile TIFF";
    const bool alone =
        shaped->pages == 1 && page_count > 1 && !shaped->samples;  // each slice written by itself
    if (shaped->pages > page_count && page_count > 1)
        throw InputError(file, std::to_string(shaped->pages) + " pages, as its description tells",
                         missing_text(static_cast<std::uint64_t>(page_count), 1, shaped->pages, "pages"),
                         "It is incomplete: copy it again from its source");
    if (alone) {
        shaped->array.shape = {page_count, tags.height, tags.width};
        shaped->rows = 1;
        shaped->columns = 2;
    } else if (shaped->pages < page_count) {
        m.remarks.push_back("The file has " + std::to_string(page_count) + " pages; its first array has " +
                            std::to_string(shaped->pages) + ", the others are not read.");
    }
    m.contiguous = shaped->pages > page_count;

    std::string letters;
    if (json.contains("axes") && json["axes"].is_string())
        letters = axis_letters(std::string_view(json["axes"].get_ref<const std::string&>()));
    const bool named = letters.size() == shaped->array.shape.size() && !alone;
    std::vector<std::string> unsaid;
    if (named)
        use_names(file, *shaped, tags, letters);
    else
        name_axes(file, *shaped, tags, m.remarks);
    AxisChoice choice;
    if (!options.dataset.empty()) {
        const auto parsed = parse_axis_choice(options.dataset);
        if (!parsed)
            throw InputError(file, "a channel or time such as c0 or t0", "--dataset " + options.dataset,
                             "Choose one of these, or leave it out");
        choice = *parsed;
    }
    const ArrayAxes axes = find_axes(file, shaped->array, choice, "--dataset ", named ? m.remarks : unsaid);
    m.planes = planes_of(*shaped, axes);
    set_edges(m, json, tags);
    return true;
}

}  // namespace cytomo::io
