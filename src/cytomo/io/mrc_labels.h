// Private to io: the ten labels of an MRC header, and the legend in them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cytomo/core/legend.h"

namespace cytomo::io {

inline constexpr std::size_t mrc_label_bytes = 80, mrc_labels_at = 224, most_mrc_labels = 10;

/// The header has ten labels of 80 characters. The first says who wrote the file; the others can hold a
/// legend, as "classes: 1=mitochondrion #d6604d, 2=…" (each class within one label). None if it does not fit,
/// or if a name has characters that are not printable ASCII, a comma or an equals sign: then it lies in
/// NAME.mrc.json (sidecar.h).
std::optional<std::vector<std::string>> mrc_legend_labels(const Legend& legend);

/// The label that says so.
inline constexpr const char* mrc_legend_beside = "classes: in the file .json beside this one";

/// What labels of a header (without trailing blanks) say of the classes.
struct MrcLegend {
    std::optional<Legend> legend;
    bool beside = false;   ///< it lies beside the file
    bool damaged = false;  ///< there is one, but it cannot be understood
};
MrcLegend parse_mrc_labels(const std::vector<std::string>& labels);

}  // namespace cytomo::io
