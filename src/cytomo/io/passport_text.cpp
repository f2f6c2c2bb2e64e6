#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cytomo/core/class_names.h"
#include "cytomo/core/json_text.h"
#include "cytomo/io/legend_io.h"
#include "cytomo/io/passport.h"
#include "cytomo/io/scalar.h"

namespace cytomo {

namespace {

std::string polarity_text(Polarity polarity) {
    switch (polarity) {
        case Polarity::dense_is_bright:
            return "dense_is_bright";
        case Polarity::dense_is_dark:
            return "dense_is_dark";
        case Polarity::unknown:
            break;
    }
    return "unknown";
}

std::string row_order(const Passport& p) {
    return p.volume.format == "MRC" ? "the first row is the lowest in IMOD and ChimeraX"
                                    : "the first row is the uppermost in Fiji and napari";
}

constexpr auto handedness =
    "not recorded in any format read here; rows and slices keep their order in conversions, so that TIFF "
    "viewers "
    "show an MRC file upside down";

std::string triple(Vec3 v, const char* between) {
    return io::short_text(v.x) + between + io::short_text(v.y) + between + io::short_text(v.z);
}

}  // namespace

std::string passport_text(const Passport& p) {
    const StoredVolume& v = p.volume;
    const Grid& g = v.grid;
    std::string text;
    const auto line = [&](const char* key, const std::string& value) {
        char start[40];
        std::snprintf(start, sizeof start, "%-14s", key);
        text += start + value + "\n";
    };
    const Vec3 extent{g.voxel_um.x * static_cast<double>(g.size.x),
                      g.voxel_um.y * static_cast<double>(g.size.y),
                      g.voxel_um.z * static_cast<double>(g.size.z)};
    line("file", v.source);
    line("format", v.format + (v.dataset.empty() ? "" : ", dataset " + v.dataset) + ", " + name(v.type) +
                       ", " + io::short_text(static_cast<double>(v.file_bytes) / 1e6) + " MB");
    line("size", io::size_text(g.size) + " voxels (x, y, z)");
    line("voxel", v.voxel_size_known ? triple(g.voxel_um * 1000, " x ") + " nm" : "not known");
    if (v.voxel_size_known) {
        line("extent", triple(extent, " x ") + " µm");
        line("origin", triple(g.origin_um, ", ") + " µm (centre of the first voxel)");
    }
    // Dust of floating-point arithmetic, and minus zero, are 0.
    const double dust = 1e-9 * std::max(std::abs(p.minimum), std::abs(p.maximum));
    const auto grey = [dust](double value) { return io::short_text(std::abs(value) <= dust ? 0 : value); };
    line("values", grey(p.minimum) + " to " + grey(p.maximum) + ", mean " + grey(p.mean) +
                       ", standard deviation " + grey(p.deviation));
    std::string percentiles;
    for (const Percentile& q : p.percentiles)
        percentiles += (percentiles.empty() ? std::string() : std::string(", ")) + io::short_text(q.percent) +
                       " %: " + grey(q.value);
    line("percentiles", percentiles);
    std::string counts;
    for (const auto& [value, voxels] : p.label_counts)
        counts +=
            (counts.empty() ? "" : ", ") + std::to_string(value) + " (" + std::to_string(voxels) + " voxels)";
    if (!counts.empty()) line("labels", counts);
    if (v.legend) line("legend", legend_text(*v.legend));
    line("content", p.looks_like_labels ? "labels (guess)" : "grey values (guess)");
    if (!p.looks_like_labels)
        line("polarity", p.polarity == Polarity::unknown           ? "not clear"
                         : p.polarity == Polarity::dense_is_bright ? "dense matter is bright (guess)"
                                                                   : "dense matter is dark (guess)");
    line("rows", row_order(p));
    line("handedness", handedness);
    for (const std::string& oddity : p.oddities) line("note", oddity);
    for (const std::string& remark : v.remarks) line("assumed", remark);
    return text;
}

std::string passport_json(const Passport& p) {
    const StoredVolume& v = p.volume;
    const Grid& g = v.grid;
    nlohmann::ordered_json json;
    json["file"] = v.source;
    json["format"] = v.format;
    if (!v.dataset.empty()) json["dataset"] = v.dataset;
    json["type"] = name(v.type);
    json["file_bytes"] = v.file_bytes;
    json["value_bytes"] = g.count() * bytes(v.type);
    json["size"] = {g.size.x, g.size.y, g.size.z};
    json["voxel_size_known"] = v.voxel_size_known;
    if (v.voxel_size_known) {
        json["voxel_nm"] = {g.voxel_um.x * 1000, g.voxel_um.y * 1000, g.voxel_um.z * 1000};
        json["extent_um"] = {g.voxel_um.x * static_cast<double>(g.size.x),
                             g.voxel_um.y * static_cast<double>(g.size.y),
                             g.voxel_um.z * static_cast<double>(g.size.z)};
        json["origin_um"] = {g.origin_um.x, g.origin_um.y, g.origin_um.z};
    } else {
        json["voxel_nm"] = json["extent_um"] = json["origin_um"] = nullptr;
    }
    json["minimum"] = p.minimum;
    json["maximum"] = p.maximum;
    json["mean"] = p.mean;
    json["standard_deviation"] = p.deviation;
    auto& percentiles = json["percentiles"] = nlohmann::ordered_json::object();
    for (const Percentile& q : p.percentiles) percentiles[io::short_text(q.percent)] = q.value;
    json["distinct_values"] =
        p.distinct_values ? nlohmann::ordered_json(p.distinct_values) : nlohmann::ordered_json(nullptr);
    json["nan_count"] = p.nan_count;
    json["infinite_count"] = p.infinite_count;
    json["fraction_at_minimum"] = p.fraction_at_minimum;
    json["fraction_at_maximum"] = p.fraction_at_maximum;
    json["constant_slices"] = p.constant_slices;
    if (v.legend)
        json["legend"] = nlohmann::ordered_json::parse(legend_json(*v.legend));
    else
        json["legend"] = nullptr;
    for (const auto& [value, voxels] : p.label_counts)
        json["label_counts"].push_back({{"value", value}, {"voxels", voxels}});
    json["content_guess"] = p.looks_like_labels ? "labels" : "grey_values";
    json["polarity_guess"] = polarity_text(p.polarity);
    json["tail_asymmetry"] = p.tail_asymmetry;
    json["row_order"] = row_order(p);
    json["handedness"] = handedness;
    json["oddities"] = p.oddities;
    json["assumptions"] = v.remarks;
    return json_text(json, 2) + "\n";
}

}  // namespace cytomo
