// How the iso-surface runs through one cell of the lattice, for each pattern of inside corners.
#pragma once

#include <array>
#include <cstdint>

namespace cytomo {

/// Corners of a cell are numbered x + 2y + 4z with x, y, z in {0, 1}; bit n of a pattern is set when
/// corner n is inside. Edge 4a + p runs along axis a (0, 1, 2 for x, y, z); p = first + 2 * second,
/// where first and second are its place along the other two axes in the order x, y, z.
struct CellPattern {
    std::uint8_t triangle_count = 0;
    /// Edge numbers, counter-clockwise seen from the outside corners.
    std::array<std::array<std::uint8_t, 3>, 5> triangles{};
};

/// The triangles for each of the 256 patterns; derived on first use, safe from several threads.
const std::array<CellPattern, 256>& cell_patterns();

}  // namespace cytomo
