// What names of classes say, beside legend.h.
#pragma once

#include <string>

#include "cytomo/core/legend.h"

namespace cytomo {

/// "0 background, 1 mitochondrion, …": for people.
std::string legend_text(const Legend& legend);

/// Whether a class of this name is the cell between its organelles: "cytoplasm" in any spelling, "cell",
/// "cell body".
bool is_cell_body_name(const std::string& class_name);

/// The first entry that is, or nullptr. Never id 0: what is no class has no body, whatever its name.
const LegendEntry* find_cell_body(const Legend& legend);

/// The entry of this name or, if there is none, the first that means the same thing (see
/// standard_class_name): where "endosome" and "lysosome" are two classes, each finds itself. nullptr if there
/// is neither.
const LegendEntry* find_class(const Legend& legend, const std::string& name);

}  // namespace cytomo
