// How slices are named to people.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cytomo/core/grid.h"

namespace cytomo {

/// "slice 43 of 70 (index 42, z = 0.85 µm)": the slice across `axis` ('x', 'y' or 'z') at `index`, from 0.
/// Slices are counted from 1, as in Fiji and IMOD, and the index from 0, as in napari and Python. Without the
/// position if the voxel size is not known.
std::string slice_text(const Grid& grid, char axis, std::int64_t index, bool voxel_size_known = true);

/// "slices 3, 5-7 along z (index 2, 4-6)" for ascending indices; the middle is left out where there are many.
std::string slices_text(char axis, const std::vector<std::int64_t>& indices);

/// The sentence that explains it.
inline constexpr auto how_slices_count =
    "Slices count from 1, as in Fiji and IMOD; the index counts from 0, as in napari and Python.";

}  // namespace cytomo
