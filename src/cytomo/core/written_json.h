// JSON with the digits that measured numbers are written with.
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <string>

#include "cytomo/core/json_text.h"
#include "cytomo/core/written_number.h"

namespace cytomo {

/// As json_text(json, indent) with `indent` blanks a level, but numbers that are not whole have the digits of
/// the tables: at most `written_digits`. dump() is not held to the shortest digits that mean a number: of
/// 2.180728 it makes 2.1807280000000002. What is not finite becomes null. Whoever calls it includes
/// nlohmann/json.hpp.
template <class Json>
std::string written_json(const Json& json, int indent, int level = 0) {
    if (json.is_number_float()) {
        const double value = json.template get<double>();
        if (!std::isfinite(value)) return "null";
        std::array<char, 40> digits{};
        std::string text(digits.data(),
                         std::to_chars(digits.data(), digits.data() + digits.size(), as_written(value)).ptr);
        return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
    }
    if (!json.is_structured() || json.empty()) return json_text(json);
    const auto new_line = [&](int at) {
        return "\n" + std::string(static_cast<std::size_t>(indent) * static_cast<std::size_t>(at), ' ');
    };
    std::string text;
    for (const auto& item : json.items())
        text += (text.empty() ? "" : ",") + new_line(level + 1) +
                (json.is_object() ? json_text(Json(item.key())) + ": " : std::string()) +
                written_json(item.value(), indent, level + 1);
    return (json.is_object() ? "{" : "[") + text + new_line(level) + (json.is_object() ? "}" : "]");
}

}  // namespace cytomo
