#include "cytomo/io/mrc_labels.h"

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "cytomo/core/error.h"
#include "cytomo/io/legend_io.h"

namespace cytomo::io {

namespace {

constexpr std::string_view start = "classes: ";

/// Whether parse_named_values gives the name back as it is.
bool is_plain(const std::string& name) {
    const bool printable = std::all_of(name.begin(), name.end(), [](char c) {
        return c >= ' ' && c <= '~' && c != ',' && c != '=' && c != '#';
    });
    return printable && !name.empty() && name.front() != ' ' && name.back() != ' ';
}

}  // namespace

std::optional<std::vector<std::string>> mrc_legend_labels(const Legend& legend) {
    std::vector<std::string> labels;
    for (const auto& e : legend.entries) {
        if (!is_plain(e.name)) return std::nullopt;
        char colour[10];
        std::snprintf(colour, sizeof colour, " #%02x%02x%02x", e.colour[0], e.colour[1], e.colour[2]);
        const std::string text = std::to_string(e.id) + "=" + e.name + colour;
        if (labels.empty() || labels.back().size() + 2 + text.size() > mrc_label_bytes)
            labels.push_back(std::string(start) + text);
        else
            labels.back() += ", " + text;
        if (labels.back().size() > mrc_label_bytes) return std::nullopt;
    }
    if (labels.empty() || labels.size() + 1 > most_mrc_labels) return std::nullopt;
    return labels;
}

MrcLegend parse_mrc_labels(const std::vector<std::string>& labels) {
    MrcLegend out;
    std::string list;
    for (const std::string& label : labels) {
        if (label == mrc_legend_beside) out.beside = true;
        if (!label.starts_with(start) || label == mrc_legend_beside) continue;
        list += (list.empty() ? "" : ",") + label.substr(start.size());
    }
    if (list.empty()) return out;
    try {
        out.legend = legend_of(parse_named_values(list, "label"));
    } catch (const UsageError&) {  // said by `damaged`
    }
    out.damaged = !out.legend;
    return out;
}

}  // namespace cytomo::io
