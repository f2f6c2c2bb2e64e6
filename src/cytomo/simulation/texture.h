// Random textures: fine grain on the voxel grid, and smooth fields in space.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "cytomo/core/grid.h"

namespace cytomo {

/// Gaussian noise of mean 0 and deviation 1 with a given correlation length, kept as a tile of 128
/// voxels an edge that joins itself seamlessly, so that any voxel index has a value.
class Grain {
public:
    /// `sigma_voxels`: deviation of the Gaussian the white noise is smoothed with, in voxels.
    Grain(std::uint64_t seed, std::uint64_t stream, Vec3 sigma_voxels);
    float operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
        return values_[static_cast<std::size_t>((fold(z) * edge + fold(y)) * edge + fold(x))];
    }

private:
    static constexpr std::int64_t edge = 128;
    static std::int64_t fold(std::int64_t i) { return i & (edge - 1); }
    std::vector<float> values_;
};

/// A smooth random field (value noise): normal values on a lattice with spacing `scale_um`, blended
/// smoothly between, repeating after 32 lattice cells. Mean 0, deviation about 0.6.
class SmoothField {
public:
    SmoothField(std::uint64_t seed, std::uint64_t stream, double scale_um);
    double operator()(Vec3 p) const;

private:
    static constexpr int edge = 32;
    double per_um_;
    std::vector<float> values_;
};

}  // namespace cytomo
