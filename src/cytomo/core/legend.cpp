#include "cytomo/core/legend.h"

#include <cctype>
#include <map>

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

const LegendEntry* Legend::find_kind(const std::string& name) const {
    for (const auto& e : entries)
        if (standard_class_name(e.name) == standard_class_name(name)) return &e;
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

namespace {

/// Other spellings, and what they stand for.
const std::map<std::string, std::string>& synonyms() {
    static const std::map<std::string, std::string> table{{"mitochondria", "mitochondrion"},
                                                          {"mito", "mitochondrion"},
                                                          {"nuclei", "nucleus"},
                                                          {"droplet", "lipid droplet"},
                                                          {"droplets", "lipid droplet"},
                                                          {"lipid", "lipid droplet"},
                                                          {"lipids", "lipid droplet"},
                                                          {"lipid droplets", "lipid droplet"},
                                                          {"vesicles", "vesicle"},
                                                          {"endosome", "vesicle"},
                                                          {"endosomes", "vesicle"},
                                                          {"lysosome", "vesicle"},
                                                          {"lysosomes", "vesicle"},
                                                          {"filopodia", "filopodium"},
                                                          {"cytosol", "cytoplasm"}};
    return table;
}

}  // namespace

std::string standard_class_name(std::string name) {
    for (auto& c : name)
        c = c == '_' || c == '-' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const auto it = synonyms().find(name);
    return it == synonyms().end() ? name : it->second;
}

std::vector<std::string> spellings_of(const std::string& name) {
    std::vector<std::string> out;
    for (const auto& [spelling, standard] : synonyms())
        if (standard == standard_class_name(name)) out.push_back(spelling);
    return out;
}

}  // namespace cytomo
