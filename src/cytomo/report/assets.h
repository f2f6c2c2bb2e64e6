// The page's style sheet and programs, compiled in from page.css, objects.js, page.js, viewer_parts.js and
// viewer.js.
#pragma once

#include <string_view>

namespace cytomo::assets {

extern const std::string_view page_css;
extern const std::string_view objects_js;
extern const std::string_view page_js;
extern const std::string_view viewer_parts_js;
extern const std::string_view viewer_js;

}  // namespace cytomo::assets
