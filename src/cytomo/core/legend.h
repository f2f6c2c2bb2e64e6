// What the class ids mean.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace cytomo {

/// One class: id in the label volume, name, colour (red, green, blue; 0 … 255).
struct LegendEntry {
    std::uint8_t id = 0;
    std::string name;
    std::array<std::uint8_t, 3> colour{};
    friend bool operator==(const LegendEntry&, const LegendEntry&) = default;
};

/// The classes of a model or a label volume, ascending by id; id 255 (ignore) is never listed.
struct Legend {
    std::vector<LegendEntry> entries;

    /// nullptr if there is no such class.
    const LegendEntry* find(std::uint8_t id) const;
    const LegendEntry* find(const std::string& name) const;
    /// The first entry that means the same thing, whatever the spelling (see standard_class_name), or
    /// nullptr.
    const LegendEntry* find_kind(const std::string& name) const;
    /// The name, or "class N" for an id that is not listed.
    std::string name_of(std::uint8_t id) const;
    friend bool operator==(const Legend&, const Legend&) = default;
};

/// Classes of the default model.
enum DefaultClass : std::uint8_t {
    background = 0,
    cytoplasm = 1,
    nucleus = 2,
    mitochondrion = 3,
    lipid_droplet = 4,
    vesicle = 5,
    filopodium = 6
};
constexpr int default_class_count = 7;

/// Legend of the default model, in calm colours.
Legend default_legend();

/// One word for all common spellings of an organelle ("mitochondria", "Mito" and "mitochondrion" are
/// "mitochondrion"); other names in lower case, with blanks for '_' and '-'.
std::string standard_class_name(std::string name);
/// The other common spellings of an organelle's name, in alphabetical order; none for names that are unknown.
std::vector<std::string> spellings_of(const std::string& name);

}  // namespace cytomo
