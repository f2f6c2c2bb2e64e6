// Private to measures: the cell on a coarser grid, with distances from each of its voxels.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "cytomo/core/volume.h"

namespace cytomo {

/// Every k-th voxel along each axis, so that at most `most_voxels` are left, with edges as equal as
/// that allows. A volume that is small enough stays whole.
ClassVolume thinned(const ClassVolume& classes, std::int64_t most_voxels);

constexpr std::int64_t most_space_voxels = std::int64_t{1} << 24;

/// By how much the distance between centres of voxels exceeds that between surfaces, on average over
/// directions, for one of the two surfaces.
double half_voxel_um(const Grid& grid);

/// Distances (µm) from the centre of each voxel to the nearest centre of a voxel whose class is in `classes`;
/// 0 there; infinite if there is none. Threaded; 5 bytes a voxel.
Volume<float> find_distances_to(const ClassVolume& classes, const std::array<bool, 256>& members);

/// Value at a position, between the 8 voxels around it; beyond the border that of the border.
double value_at(const Volume<float>& volume, Vec3 position_um);

/// The least that value_at can find in several volumes of the same grid, by blocks of voxels: small enough
/// for the processor's cache, which the volumes are not. Memory: a 64th of theirs.
class LowerLimits {
public:
    explicit LowerLimits(std::span<const Volume<float>* const> fields);
    /// For each volume, at the same place.
    std::span<const float> at(Vec3 position_um) const;

private:
    static constexpr std::int64_t edge = 4;
    Grid grid_;
    Size3 blocks_;
    std::size_t fields_;
    std::vector<float> limits_;  ///< those of one block side by side
};

}  // namespace cytomo
