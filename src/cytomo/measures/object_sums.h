// Private to measures: what one pass over the voxels gathers of each object.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"
#include "cytomo/labels/instances.h"
#include "cytomo/measures/width.h"

namespace cytomo {

/// Mean and spread of values that come in portions (T. F. Chan, G. H. Golub, R. J. LeVeque 1979).
struct GreySums {
    std::int64_t count = 0;
    double mean = 0;
    double squares = 0;  ///< sum of squared differences from the mean

    void add(const GreySums& other);
    /// Of the finite ones among values.
    static GreySums of(const float* values, std::int64_t count);
    double deviation() const;
};

/// Sums over the voxels of one object, in voxels.
struct ObjectSums {
    std::int64_t voxels = 0;
    std::array<std::int64_t, 3> first{0, 0, 0};            ///< Σ x, y, z
    std::array<std::int64_t, 6> second{0, 0, 0, 0, 0, 0};  ///< Σ xx, yy, zz, xy, xz, yz
    VoxelIndex low{0, 0, 0}, high{-1, -1, -1};
    GreySums grey;
    double surface_um2 = 0;
    std::vector<VoxelIndex> outline;  ///< ends of the longest line are among them

    void add_run(std::int64_t x_begin, std::int64_t x_end, std::int64_t y, std::int64_t z);
    void add(ObjectSums&& other);
};

/// Sums of objects 0 … source.count() (entry 0 stays empty). Same at any thread count. Reads each slice once,
/// the first of each eight twice.
std::vector<ObjectSums> sum_objects(const InstanceSlices& source, const Tomogram* tomogram,
                                    const Progress& progress);

/// Throws InputError, which names the tomogram, if it has not the classes' size.
void check_same_size(const Tomogram& tomogram, Size3 classes);

}  // namespace cytomo
