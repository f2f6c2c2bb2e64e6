// Private to measures: the surroundings of many objects, cut out while the slices pass by once.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"
#include "cytomo/labels/boxes.h"
#include "cytomo/labels/instances.h"

namespace cytomo {

/// What a voxel of a crop is.
enum class CropVoxel : std::uint8_t { other = 0, own = 1, surroundings = 2 };

/// One object with a margin around it; of large ones every `step`-th voxel along each axis.
struct Crop {
    std::uint32_t number = 0;
    Grid grid;  ///< of the crop, with its own (longer, if step > 1) edges
    std::int64_t step = 1;
    std::vector<float> grey;
    std::vector<CropVoxel> kind;
};

struct CropRequest {
    std::vector<std::uint32_t> numbers;    ///< objects to cut out
    std::vector<VoxelBox> boxes;           ///< of each of them
    std::array<std::int64_t, 3> margin{};  ///< voxels around each box
    std::array<bool, 256> surroundings{};  ///< classes that count as such
    std::int64_t most_voxels = 3'000'000;  ///< of a crop; larger ones are thinned out
    std::int64_t most_at_once =
        96'000'000;  ///< voxels of all crops that may wait at the same time, 5 bytes each
};

/// Calls use(i, crop) for each request.numbers[i], from several threads, in an order that does not matter as
/// long as each call writes its own result. Each slice is read once, or a few times where crops would not fit
/// in memory.
void for_crops(const InstanceSlices& instances, const ClassVolume& classes, const Tomogram& tomogram,
               const CropRequest& request, const std::function<void(std::size_t i, const Crop& crop)>& use,
               const Progress& progress);

}  // namespace cytomo
