// Private to network: how a volume is cut into tiles, and how their answers are joined.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/network/model.h"

namespace cytomo {

/// Tiles along one axis.
struct AxisTiles {
    std::int64_t size = 0, tile = 0;
    std::vector<std::int64_t> starts;  ///< first voxel of each tile, evenly spread over the axis

    /// `count` tiles of `tile` voxels over `size`; the only tile may be longer than the axis.
    AxisTiles(std::int64_t size, std::int64_t tile, std::int64_t count);
    /// Share of tile i in the result, for each of its voxels: 1 in its middle, falling linearly over what it
    /// has in common with its neighbours but for the outermost voxels, which saw least of their surroundings.
    /// Shares of all tiles add up to 1 at each voxel.
    std::vector<float> shares(std::size_t i) const;
    /// Sum of the shares of the tiles before tile i, for each voxel of tile i.
    std::vector<float> shares_before(std::size_t i) const;
    std::size_t count() const { return starts.size(); }

private:
    /// How far voxel v of tile i belongs to the tiles after cut k (between tiles k and k + 1): 0 … 1.
    double beyond_cut(std::size_t k, std::size_t i, std::size_t v) const;
};

/// Tiles of one volume.
struct Tiling {
    AxisTiles x, y, z;
    Size3 size() const { return {x.size, y.size, z.size}; }
    Size3 tile() const { return {x.tile, y.tile, z.tile}; }
    std::int64_t count() const;
    /// Voxels in all tiles over voxels of the volume: 1 if nothing is computed twice.
    double work() const;
};

/// Slices of a tile for a volume of fewer slices than `stride`, a power of two: half of it for one or two
/// slices, if that is 8 at least; else, and for deeper volumes, `stride`. Fewer would cost accuracy
/// (docs/notebook/thin-volumes.md), but for single slices of networks that have learnt from such
/// (Model::flat_slices): one.
std::int64_t thin_depth(std::int64_t slices, std::int64_t stride, bool flat_slices = false);

/// Multiply-adds of a U-Net without clicks for a tile of which the first `wanted` slices are wanted (0: all).
/// Where the tile has fewer slices than the stride, the levels that are left with one are not halved along z;
/// of a tile of one slice with `flat_slices`, all kernels are flat.
double multiply_adds(const Architecture& architecture, Size3 tile, std::int64_t wanted = 0,
                     bool flat_slices = false);

/// The tiling that computes least, with edges that are multiples of `stride` (along z thin_depth, if the
/// volume has fewer slices), at least `overlap` voxels in common to neighbours and at most `most_voxels` in a
/// tile (if the smallest sensible tile allows). Same arguments, same tiling.
Tiling plan_tiles(Size3 volume, std::int64_t stride, std::int64_t overlap, std::int64_t most_voxels,
                  bool flat_slices = false);

/// Tiles of at most `largest` along each axis, as few as will do; thin volumes as above.
Tiling tiles_of(Size3 volume, std::int64_t stride, std::int64_t overlap, Size3 largest,
                bool flat_slices = false);

}  // namespace cytomo
