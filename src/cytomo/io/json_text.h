// Private to io: JSON as text, whatever strings it holds.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace cytomo::io {

/// A nlohmann::json or ordered_json as text: in one line, or indented by `indent` blanks a level. Names and
/// paths may be no UTF-8; what is none becomes U+FFFD, where dump() alone throws and the work is lost.
template <class Json>
std::string json_text(const Json& json, int indent = -1) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace cytomo::io
