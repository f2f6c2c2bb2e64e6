// Grey values and labels on another lattice.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/volume.h"

namespace cytomo {

/// How the cells of a new axis are made from those of the old one: new[i] = Σ weight · old[first + k].
struct AxisWeights {
    struct Cell {
        std::int64_t first = 0;
        std::vector<float> weights;  ///< add up to 1
    };
    std::vector<Cell> cells;
};

/// Weights from an axis of `n` cells of edge `edge` and first centre `origin` to one of `new_n`,
/// `new_edge`, `new_origin`. Larger cells average what they cover (no aliasing), smaller or equal
/// ones interpolate linearly; beyond the ends the last value continues.
AxisWeights make_axis_weights(std::int64_t n, double edge, double origin, std::int64_t new_n, double new_edge,
                              double new_origin);

/// Reads a tomogram on another grid, slab by slab, without ever holding the whole.
class Resampler {
public:
    /// Keeps a copy of `tomogram`, which shares its source.
    Resampler(Tomogram tomogram, const Grid& target);
    const Grid& grid() const { return target_; }
    /// Slices z = first … first + count - 1 of the target grid, x fastest. Memory: `count` target
    /// slices and two stored slices. May be called from several threads.
    std::vector<float> slices(std::int64_t first, std::int64_t count) const;

private:
    Tomogram tomogram_;
    Grid target_;
    AxisWeights x_, y_, z_;
};

/// Labels (class ids, object numbers) on another grid: along axes whose voxels become larger, each new voxel
/// gets the label that most of it has, of equal ones that at its centre, or else the smallest; along others
/// the label at its centre. Beyond the ends the last labels go on. Deterministic; time linear in the voxels
/// of both.
InstanceVolume resample_labels(const InstanceVolume& labels, const Grid& target);

/// The grid on which a model with voxel edge `voxel_um` sees a tomogram: axes whose edge differs by
/// less than 5 % keep it; others get the number of voxels of about that edge that cover the same length
/// exactly, so that what is measured on it (surfaces) ends where the tomogram does, however thin that is.
Grid model_grid(const Grid& grid, double voxel_um);

}  // namespace cytomo
