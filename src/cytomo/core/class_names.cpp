#include "cytomo/core/class_names.h"

namespace cytomo {

std::string legend_text(const Legend& legend) {
    std::string text;
    for (const auto& e : legend.entries)
        text += (text.empty() ? "" : ", ") + std::to_string(e.id) + " " + e.name;
    return text;
}

bool is_cell_body_name(const std::string& class_name) {
    const std::string kind = standard_class_name(class_name);
    return kind == "cytoplasm" || kind == "cell" || kind == "cell body";
}

const LegendEntry* find_cell_body(const Legend& legend) {
    for (const auto& e : legend.entries)
        if (e.id != background && is_cell_body_name(e.name)) return &e;
    return nullptr;
}

const LegendEntry* find_class(const Legend& legend, const std::string& name) {
    const LegendEntry* same = legend.find(name);
    return same != nullptr ? same : legend.find_kind(name);
}

}  // namespace cytomo
