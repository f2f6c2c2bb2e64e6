// Objects that the page can point at, and where they are seen in a slice.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/core/progress.h"
#include "cytomo/report/slices.h"

namespace cytomo {

/// An object that the page can point at.
struct PageObject {
    std::uint32_t number = 0;  ///< in the instance volume
    std::string class_name;
    Vec3 centre_um, low_um, high_um;  ///< mean of its voxels, and the box around them
    double volume_um3 = 0;
};

/// Writes object numbers (0: none) of slices z = first … first+count-1 of a volume, x fastest;
/// out.size() == nx*ny*count. Called from several threads.
using ReadObjects = std::function<void(std::int64_t first, std::int64_t count, std::span<std::uint32_t> out)>;

/// Object numbers of a slice, in rows from top to bottom like its picture, but coarser.
/// numbers.size() == width * height.
struct SliceObjects {
    int width = 0, height = 0;
    std::vector<std::uint32_t> numbers;
    bool empty() const { return numbers.empty(); }
};

/// For each slice the numbers at the voxels nearest to the middles of a map's pixels; no map has more pixels
/// along its longer side than `longer_side`, nor more than the slice has voxels. Only the slices z that some
/// map needs are read.
std::vector<SliceObjects> read_object_maps(const Grid& grid, const ReadObjects& read,
                                           std::span<const SlicePosition> positions, int longer_side,
                                           const Progress& progress = {});

/// Runs of the same number, row after row as if they were one: length and number of each, both as LEB128
/// (seven bits a byte, the lowest first; the top bit says that more follow).
std::vector<std::uint8_t> packed(const SliceObjects& map);

}  // namespace cytomo
