#include "cytomo/core/legend.h"

namespace cytomo {

const LegendEntry* Legend::find(std::uint8_t id) const {
    for (const auto& e : entries)
        if (e.id == id) return &e;
    return nullptr;
}

const LegendEntry* Legend::find(const std::string& name) const {
    for (const auto& e : entries)
        if (e.name == name) return &e;
    return nullptr;
}

std::string Legend::name_of(std::uint8_t id) const {
    const auto* e = find(id);
    return e != nullptr ? e->name : "class " + std::to_string(id);
}

Legend default_legend() {
    return {{{background, "background", {30, 34, 42}},
             {cytoplasm, "cytoplasm", {158, 188, 205}},
             {nucleus, "nucleus", {108, 122, 190}},
             {mitochondrion, "mitochondrion", {214, 96, 77}},
             {lipid_droplet, "lipid droplet", {240, 190, 70}},
             {vesicle, "vesicle", {88, 172, 128}},
             {filopodium, "filopodium", {186, 120, 190}}}};
}

}  // namespace cytomo
