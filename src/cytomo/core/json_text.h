// JSON as text, whatever strings it holds.
#pragma once

#include <string>

namespace cytomo {

/// A nlohmann::json or ordered_json as text: in one line, or indented by `indent` blanks a level; with
/// `ascii`, characters beyond ASCII become \u escapes. Names and paths may be no UTF-8; what is none becomes
/// U+FFFD, where dump() alone throws and the work is lost. Whoever calls it includes nlohmann/json.hpp; core
/// does without.
template <class Json>
std::string json_text(const Json& json, int indent = -1, bool ascii = false) {
    return json.dump(indent, ' ', ascii, Json::error_handler_t::replace);
}

}  // namespace cytomo
