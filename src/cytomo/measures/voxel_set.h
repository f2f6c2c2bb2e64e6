// Private to measures: the voxels of one object, with their neighbours and distances along the object.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/volume.h"
#include "cytomo/labels/boxes.h"
#include "cytomo/measures/width.h"

namespace cytomo {

/// The voxels of one object in the order of the volume. Memory: 12 bytes a voxel and 4 a row of the box.
class VoxelSet {
public:
    VoxelSet(const InstanceVolume& volume, std::uint32_t number, const VoxelBox& box);
    /// Voxels in any order; those that occur more than once count once. At least one.
    explicit VoxelSet(std::vector<VoxelIndex> voxels);

    std::size_t size() const { return voxels_.size(); }
    const VoxelIndex& operator[](std::size_t i) const { return voxels_[i]; }
    /// Place of a voxel in the set; -1 if it is not in it.
    std::int64_t find(std::int64_t x, std::int64_t y, std::int64_t z) const;
    /// Calls found(place, dx, dy, dz) for each of the 26 neighbours in the set.
    template <class Found>
    void for_neighbours(std::size_t i, Found found) const {
        const VoxelIndex& v = voxels_[i];
        for (int dz = -1; dz <= 1; ++dz)
            for (int dy = -1; dy <= 1; ++dy)
                for (int dx = -1; dx <= 1; ++dx) {
                    if (dx == 0 && dy == 0 && dz == 0) continue;
                    const std::int64_t other = find(v[0] + dx, v[1] + dy, v[2] + dz);
                    if (other >= 0) found(static_cast<std::size_t>(other), dx, dy, dz);
                }
    }

private:
    VoxelBox box_;
    std::vector<VoxelIndex> voxels_;
    std::vector<std::uint32_t> row_begin_;
};

/// Lengths of the shortest ways through the object from the nearest source (µm, steps to 26 neighbours), and
/// the step before on that way (a source: itself).
struct Ways {
    std::vector<double> length_um;
    std::vector<std::uint32_t> before;
    /// The place farthest away (the first of several).
    std::size_t farthest() const;
};
Ways find_ways(const VoxelSet& voxels, Vec3 voxel_um, const std::vector<std::size_t>& sources);

}  // namespace cytomo
