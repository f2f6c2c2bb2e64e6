// ImageJ writes lines "key=value" into the description of the first page; OME-TIFF writes XML there
// (Goldberg et al. 2005, Genome Biology 6:R47). The resolution tags hold pixels per unit.
#include "cytomo/io/tiff_metadata.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <numeric>
#include <string_view>

#include "cytomo/core/error.h"
#include "cytomo/io/legend_io.h"
#include "cytomo/io/scalar.h"

namespace cytomo::io {

namespace {

using Keys = std::map<std::string, std::string, std::less<>>;

Keys parse_lines(std::string_view text) {
    Keys keys;
    while (!text.empty()) {
        const auto end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        const auto equals = line.find('=');
        if (equals != std::string_view::npos) keys.emplace(line.substr(0, equals), line.substr(equals + 1));
    }
    return keys;
}

/// Attributes of the first XML element of this name, whatever its namespace prefix; empty if none.
/// `next` is where the search goes on.
Keys parse_element(std::string_view xml, std::string_view element, std::size_t& next) {
    Keys keys;
    std::size_t at = next;
    while ((at = xml.find(element, at)) != std::string_view::npos) {
        const std::size_t after = at + element.size();
        const bool starts = at > 0 && (xml[at - 1] == '<' || xml[at - 1] == ':');
        const bool ends =
            after < xml.size() && std::string_view(" \t\r\n/>").find(xml[after]) != std::string_view::npos;
        at = after;
        if (!starts || !ends) continue;
        while (at < xml.size() && xml[at] != '>') {
            const auto equals = xml.find_first_of("=>", at);
            if (equals == std::string_view::npos || xml[equals] == '>' || equals + 1 >= xml.size()) break;
            const char quote = xml[equals + 1];
            if (quote != '"' && quote != '\'') break;
            const auto close = xml.find(quote, equals + 2);
            if (close == std::string_view::npos) break;
            std::string_view key = xml.substr(at, equals - at);
            const auto first = key.find_first_not_of(" \t\r\n");
            if (first != std::string_view::npos)
                keys.emplace(key.substr(first), xml.substr(equals + 2, close - equals - 2));
            at = close + 1;
        }
        next = at;
        if (keys.empty()) keys.emplace("", "");  // found, without attributes
        return keys;
    }
    next = xml.size();
    return keys;
}

std::string text_of(const Keys& keys, std::string_view key, const std::string& otherwise = "") {
    const auto found = keys.find(key);
    return found == keys.end() ? otherwise : found->second;
}

double number_of(const Keys& keys, std::string_view key) {
    return parse_number(text_of(keys, key));
}

/// A count from 1 to a million; 1 if it is not given or makes no sense.
std::int64_t count_of(const Keys& keys, std::string_view key) {
    const double v = number_of(keys, key);
    return v >= 1 && v <= largest_axis ? static_cast<std::int64_t>(v) : 1;
}

/// The channel that "c2" chooses; -1 if the option is empty.
std::int64_t chosen_channel(const std::string& file, const std::string& dataset, std::int64_t channels) {
    if (dataset.empty()) return -1;
    std::int64_t c = -1;
    const char* end = dataset.data() + dataset.size();
    const auto [stop, ec] = std::from_chars(dataset.data() + (dataset[0] == 'c' ? 1 : 0), end, c);
    if (ec != std::errc{} || stop != end || c < 0 || c >= channels)
        throw InputError(file, "a channel from c0 to c" + std::to_string(channels - 1),
                         "--dataset " + dataset, "Choose one of these");
    return c;
}

std::int64_t choose_channel(const std::string& file, const std::string& dataset, std::int64_t channels) {
    const std::int64_t c = chosen_channel(file, dataset, channels);
    if (c >= 0) return c;
    if (channels > 1)
        throw InputError(
            file, "one channel of grey values", std::to_string(channels) + " channels",
            "Choose one with --dataset c0 … c" + std::to_string(channels - 1) +
                ", or in Fiji with Image > Color > Split Channels. If these are slices, exchange "
                "channels and slices in Fiji under Image > Properties");
    return 0;
}

void use_all_pages(TiffMeaning& m, std::int64_t page_count) {
    m.planes.resize(static_cast<std::size_t>(page_count));
    std::iota(m.planes.begin(), m.planes.end(), 0);
}

/// Our own lines hold the exact values; they count as long as ImageJ's agree with them.
void use_exact_geometry(TiffMeaning& m, const Keys& keys) {
    Vec3 voxel, origin;
    if (!parse_triple(text_of(keys, "cytomo_voxel_um"), voxel)) return;
    const std::array<double, 3> exact{voxel.x, voxel.y, voxel.z};
    for (std::size_t a = 0; a < 3; ++a) {
        if (!is_plausible_edge(exact[a])) return;
        if (m.edge_um[a] && std::fabs(*m.edge_um[a] - exact[a]) > 1e-3 * exact[a]) {
            m.remarks.push_back(
                "The voxel size was changed after cytomo wrote the file; the changed one is used.");
            return;
        }
    }
    for (std::size_t a = 0; a < 3; ++a) m.edge_um[a] = exact[a];
    if (parse_triple(text_of(keys, "cytomo_origin_um"), origin)) m.origin_um = origin;
}

void interpret_imagej(TiffMeaning& m, const std::string& file, const TiffTags& tags, std::int64_t page_count,
                      const ReadOptions& options) {
    const Keys keys = parse_lines(tags.description);
    m.kind = "ImageJ TIFF";
    const std::int64_t images = count_of(keys, "images");
    const std::int64_t channels = count_of(keys, "channels");
    std::int64_t slices = count_of(keys, "slices"), frames = count_of(keys, "frames");
    const std::int64_t total = std::max(images, page_count);
    m.contiguous = page_count == 1 && images > 1;
    if (images > page_count && page_count > 1)
        throw InputError(file, std::to_string(images) + " pages, as its description tells",
                         std::to_string(page_count),
                         "It is incomplete: copy it again, or open it in Fiji and save it anew");
    if (channels * slices * frames == total && total > 1) {
        if (slices == 1 && frames > 1) {
            std::swap(slices, frames);
            m.remarks.push_back("The file calls its pages times; they are read as slices.");
        }
        if (frames > 1)
            throw InputError(file, "one volume",
                             std::to_string(frames) + " times of " + std::to_string(slices) + " slices",
                             "Save one time in Fiji with Image > Duplicate");
        const std::int64_t channel = choose_channel(file, options.dataset, channels);
        for (std::int64_t z = 0; z < slices; ++z) m.planes.push_back(z * channels + channel);
    } else {
        choose_channel(file, options.dataset, channels);
        use_all_pages(m, total);
        if (images < page_count)
            m.remarks.push_back("The description tells of " + std::to_string(images) +
                                " images; the file has " + std::to_string(page_count) + ".");
    }

    const std::optional<double> unit = um_per_unit(text_of(keys, "unit"));
    if (keys.find("unit") == keys.end() && tags.resolution_unit == 3) set_edges_from_resolution(m, tags);
    if (unit) {
        set_plane_edges(m, tags, *unit);
        const double yunit = um_per_unit(text_of(keys, "yunit")).value_or(*unit);
        if (yunit != *unit && tags.y_resolution > 0) set_edge(m, 1, yunit / tags.y_resolution);
        const double zunit = um_per_unit(text_of(keys, "zunit")).value_or(*unit);
        const double spacing = number_of(keys, "spacing");
        if (std::isfinite(spacing)) set_edge(m, 2, spacing * zunit);
    }
    // ImageJ's origin is the pixel at which the coordinates are zero.
    std::array<double, 3> origin{number_of(keys, "xorigin"), number_of(keys, "yorigin"),
                                 number_of(keys, "zorigin")};
    const Vec3 voxel = options.voxel_um.value_or(
        Vec3{m.edge_um[0].value_or(0), m.edge_um[1].value_or(0), m.edge_um[2].value_or(0)});
    for (double& o : origin)
        if (!(std::fabs(o) < 1e9)) o = 0;
    m.origin_um = {0.0 - origin[0] * voxel.x, 0.0 - origin[1] * voxel.y, 0.0 - origin[2] * voxel.z};
    use_exact_geometry(m, keys);
}

void interpret_ome(TiffMeaning& m, const std::string& file, const TiffTags& tags, std::int64_t page_count,
                   const ReadOptions& options) {
    m.kind = "OME-TIFF";
    const std::string_view xml = tags.description;
    std::size_t at = 0;
    const Keys pixels = parse_element(xml, "Pixels", at);
    const std::int64_t z = count_of(pixels, "SizeZ"), c = count_of(pixels, "SizeC"),
                       t = count_of(pixels, "SizeT");
    if (t > 1)
        throw InputError(file, "one volume", std::to_string(t) + " times",
                         "Save one time in Fiji with Image > Duplicate");
    const std::int64_t channel = choose_channel(file, options.dataset, c);
    if (z * c > page_count)
        throw InputError(
            file, std::to_string(z * c) + " pages, as its OME description tells", std::to_string(page_count),
            "The other pages may lie in other files: open the set in Fiji (Bio-Formats) and save one TIFF");
    if (z * c < page_count)
        m.remarks.push_back("The file has " + std::to_string(page_count) + " pages; its first image has " +
                            std::to_string(z * c) + ", the others are not read.");

    // Without TiffData elements that say otherwise, pages run in DimensionOrder.
    const std::string order = text_of(pixels, "DimensionOrder", "XYZCT");
    const bool c_first = order.find('C') < order.find('Z');
    const auto plane = [&](std::int64_t zi, std::int64_t ci) { return c_first ? zi * c + ci : ci * z + zi; };
    std::vector<std::int64_t> page_of_plane(static_cast<std::size_t>(z * c));
    std::iota(page_of_plane.begin(), page_of_plane.end(), 0);
    std::size_t end = at;
    parse_element(xml, "Pixels", end);  // a second image would have elements of its own
    const std::string_view first_image = xml.substr(0, end);
    for (Keys data = parse_element(first_image, "TiffData", at); !data.empty();
         data = parse_element(first_image, "TiffData", at)) {
        if (data.find("IFD") == data.end()) continue;
        const auto value = [&](std::string_view key) {
            const double v = number_of(data, key);
            return v >= 0 && v < 1e9 ? static_cast<std::int64_t>(v) : 0;
        };
        const std::int64_t first = plane(std::min(value("FirstZ"), z), std::min(value("FirstC"), c));
        const std::int64_t count = std::min(count_of(data, "PlaneCount"), z * c);
        for (std::int64_t i = 0; i < count && first + i < z * c; ++i)
            page_of_plane[static_cast<std::size_t>(first + i)] = value("IFD") + i;
    }
    for (std::int64_t zi = 0; zi < z; ++zi) {
        const std::int64_t page = page_of_plane[static_cast<std::size_t>(plane(zi, channel))];
        if (page >= page_count)
            throw InputError(file, "pages 0 to " + std::to_string(page_count - 1) + " in its OME description",
                             std::to_string(page), "Open it in Fiji (Bio-Formats) and save it as TIFF");
        m.planes.push_back(page);
    }
    constexpr const char* sizes[] = {"PhysicalSizeX", "PhysicalSizeY", "PhysicalSizeZ"};
    for (std::size_t a = 0; a < 3; ++a) {
        const double v = number_of(pixels, sizes[a]);
        const auto unit = um_per_unit(text_of(pixels, std::string(sizes[a]) + "Unit", "µm"));
        if (v > 0 && unit) set_edge(m, a, v * *unit);
    }
}

/// Our own line in the description or, after Fiji has saved the file anew, in ImageJ's info.
void use_legend(TiffMeaning& m, const TiffTags& tags) {
    for (const std::string* text : {&tags.description, &tags.imagej_info}) {
        const std::string line = text_of(parse_lines(*text), "cytomo_legend");
        if (line.empty()) continue;
        m.legend = legend_from_json(line);
        if (m.legend) return;
        m.remarks.push_back("What the file says of its classes could not be understood.");
    }
}

}  // namespace

void set_edge(TiffMeaning& m, std::size_t axis, double um) {
    if (std::isfinite(um) && is_plausible_edge(std::fabs(um)))
        m.edge_um[axis] = round_to_float_digits(std::fabs(um));
}

void set_plane_edges(TiffMeaning& m, const TiffTags& tags, double unit_um) {
    if (tags.x_resolution > 0) set_edge(m, 0, unit_um / tags.x_resolution);
    if (tags.y_resolution > 0) set_edge(m, 1, unit_um / tags.y_resolution);
}

void set_edges_from_resolution(TiffMeaning& m, const TiffTags& tags) {
    if (!(tags.x_resolution > 0) || (tags.resolution_unit != 2 && tags.resolution_unit != 3)) return;
    const double unit_um = tags.resolution_unit == 2 ? 25400 : 10000;
    // Printers and scanners reach some 12,000 dots per inch, 2 µm; below 1 µm only microscopes are.
    constexpr double largest_measured_um = 1;
    if (unit_um / tags.x_resolution <= largest_measured_um) {
        set_plane_edges(m, tags, unit_um);
    } else if (tags.x_resolution != 1) {
        m.remarks.push_back("Its resolution of " + short_text(tags.x_resolution) + " pixels per " +
                            (tags.resolution_unit == 2 ? "inch" : "cm") +
                            " is one for printing and no voxel size.");
    }
}

void refuse_colours(const std::string& file, const TiffTags& tags) {
    throw InputError(
        file, "one grey value a pixel", std::to_string(tags.samples) + " (a colour picture)",
        std::string(
            "Convert it in Fiji with Image > Type > 8-bit, or save labels as numbers, not as colours") +
            (tags.interleaved
                 ? ""
                 : ". If these are slices that Python's tifffile took for colours, save them with "
                   "photometric='minisblack'"));
}

TiffMeaning interpret_tiff(const std::string& file, const TiffTags& tags, std::int64_t page_count,
                           const ReadOptions& options) {
    TiffMeaning m;
    constexpr int min_is_black = 1, rgb = 2, ycbcr = 6;
    if (tags.samples == 1 && (tags.photometric == rgb || tags.photometric == ycbcr))
        refuse_colours(file, tags);
    if (interpret_tifffile(m, file, tags, page_count, options)) return m;
    if (tags.samples > 1) {
        // Planes of grey values one behind the other are slices; whatever else has several values a pixel is
        // not.
        const bool slices = !tags.interleaved && tags.photometric == min_is_black && page_count == 1 &&
                            !tags.description.starts_with("ImageJ=") &&
                            tags.description.find("OME") == std::string::npos;
        if (!slices) refuse_colours(file, tags);
        choose_channel(file, options.dataset, 1);
        use_all_pages(m, tags.samples);
        m.remarks.push_back("Its one page has " + std::to_string(tags.samples) +
                            " planes of grey values; they are read as slices.");
        set_edges_from_resolution(m, tags);
    } else if (tags.description.starts_with("ImageJ=")) {
        interpret_imagej(m, file, tags, page_count, options);
    } else if (std::size_t at = 0; tags.description.find("<OME") != std::string::npos ||
                                   tags.description.find(":OME") != std::string::npos) {
        if (parse_element(tags.description, "Pixels", at).empty()) {
            choose_channel(file, options.dataset, 1);
            use_all_pages(m, page_count);
            m.remarks.push_back("Its OME description could not be understood.");
        } else {
            interpret_ome(m, file, tags, page_count, options);
        }
    } else {
        choose_channel(file, options.dataset, 1);
        use_all_pages(m, page_count);
        set_edges_from_resolution(m, tags);
    }
    use_legend(m, tags);
    return m;
}

std::string legend_line(const Legend& legend) {
    return "cytomo_legend=" + legend_json(legend) + "\n";
}

std::string imagej_description(const Grid& grid, bool voxel_size_known, const std::optional<Legend>& legend) {
    const std::string n = std::to_string(grid.size.z);
    std::string text = "ImageJ=1.53t\nimages=" + n + "\nslices=" + n + "\nloop=false\n";
    if (legend) text += legend_line(*legend);
    if (!voxel_size_known) return text;
    const Vec3 v = grid.voxel_um, o = grid.origin_um;
    text += "unit=micron\nspacing=" + exact_text(v.z) + "\n";
    if (!(o == Vec3{}))
        text += "xorigin=" + exact_text(0.0 - o.x / v.x) + "\nyorigin=" + exact_text(0.0 - o.y / v.y) +
                "\nzorigin=" + exact_text(0.0 - o.z / v.z) + "\n";
    return text + "cytomo_voxel_um=" + exact_text(v) + "\ncytomo_origin_um=" + exact_text(o) + "\n";
}

}  // namespace cytomo::io
