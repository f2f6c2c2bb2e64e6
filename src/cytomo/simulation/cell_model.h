// What simulated cells are made of: every quantity as a distribution that can be read and changed.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cytomo/core/random.h"

namespace cytomo {

/// How a quantity is spread over cells or objects.
struct Distribution {
    enum class Kind { fixed, uniform, integer, normal, log_normal, chance };
    Kind kind = Kind::fixed;
    double a = 0, b = 0;  ///< value; low, high; mean, deviation; median, deviation of the logarithm
    double low = -1e300, high = 1e300;  ///< results are clipped to this
    /// One value; a chance gives 1 or 0. A fixed value takes nothing from `random`.
    double draw(Random& random) const;
};

/// The quantities by name, such as "lipid_droplet.absorption_per_um"; the name ends in the unit. The
/// standard ones, with the source of each, are in cell_model.json; the program carries that file.
class CellModel {
public:
    /// The standard cells of a preset. Throws UsageError for a preset that is none of cell_presets().
    explicit CellModel(const std::string& preset);

    /// Replaces what a JSON text in the form of cell_model.json names; the rest stays. Its section
    /// "presets" may hold changes for each preset, which come last. Throws InputError that names `file`,
    /// the entry, what was expected and found.
    void change(const std::string& json, const std::string& file);

    /// Throws std::out_of_range for a name that does not exist (a mistake in the program).
    double draw(std::string_view name, Random& random) const;
    bool happens(std::string_view name, Random& random) const { return draw(name, random) != 0; }
    const Distribution& operator[](std::string_view name) const;
    /// Whether the model switches something on that others do without: its value is fixed and not 0.
    bool has_fixed(std::string_view name) const {
        return (*this)[name].kind == Distribution::Kind::fixed && (*this)[name].a != 0;
    }

    /// All quantities, in the form that change() reads.
    std::string json() const;

private:
    struct Quantity {
        Distribution value;
        std::string source;
        bool yes_or_no = false;  ///< its standard is a chance
    };
    std::string preset_;
    std::map<std::string, Quantity, std::less<>> quantities_;
};

/// Names of the presets in cell_model.json.
const std::vector<std::string>& cell_presets();

/// The text of cell_model.json.
std::string_view standard_cell_model();
/// The text of wide_cells.json.
std::string_view wide_cell_models();

}  // namespace cytomo
