// Private to io: units of length as files name them.
#pragma once

#include <optional>
#include <string>

namespace cytomo::io {

/// µm per unit for "micron", "µm", "nm", …; none for pixels and unknown words.
std::optional<double> um_per_unit(std::string unit);

/// Whether a voxel edge lies between what atoms and what millimetres are: 1e-5 to 100 µm.
bool is_plausible_edge(double um);

}  // namespace cytomo::io
