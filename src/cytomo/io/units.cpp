#include "cytomo/io/units.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <string_view>

namespace cytomo::io {

std::optional<double> um_per_unit(std::string unit) {
    // ImageJ writes µ as \u00B5 or in Latin-1; there are two Unicode characters for it.
    for (const char* mu : {"\\u00B5", "\\u00b5", "\xC2\xB5", "\xCE\xBC", "\xB5"})
        if (unit.starts_with(mu)) unit.replace(0, std::string_view(mu).size(), 1, 'u');
    for (const char* angstrom : {"\\u00C5", "\\u00c5", "\xC3\x85", "\xE2\x84\xAB", "\xC5"})
        if (unit == angstrom) unit = "angstrom";
    std::transform(unit.begin(), unit.end(), unit.begin(),
                   [](unsigned char ch) { return static_cast<char>(ch < 128 ? std::tolower(ch) : ch); });
    static const std::map<std::string, double, std::less<>> units{
        {"micron", 1},       {"microns", 1},       {"um", 1},    {"micrometer", 1},   {"micrometers", 1},
        {"micrometre", 1},   {"micrometres", 1},   {"nm", 1e-3}, {"nanometer", 1e-3}, {"nanometers", 1e-3},
        {"nanometre", 1e-3}, {"nanometres", 1e-3}, {"mm", 1e3},  {"millimeter", 1e3}, {"millimetre", 1e3},
        {"cm", 1e4},         {"m", 1e6},           {"pm", 1e-6}, {"a", 1e-4},         {"angstrom", 1e-4},
        {"inch", 25400},     {"inches", 25400}};
    const auto found = units.find(unit);
    return found == units.end() ? std::nullopt : std::optional(found->second);
}

bool is_plausible_edge(double um) {
    return um >= 1e-5 && um <= 100;
}

}  // namespace cytomo::io
