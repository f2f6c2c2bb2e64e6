// Private to measures: the volume in cells of a few voxels, about 50 nm long, for what needs no single
// voxels.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "cytomo/core/volume.h"
#include "cytomo/labels/instances.h"

namespace cytomo {

/// Cells of stride.x × stride.y × stride.z voxels; those at the far borders may be cut.
struct CoarseCells {
    Grid grid;  ///< of the cells
    std::array<std::int64_t, 3> stride{1, 1, 1};
    /// The class, where all voxels of the cell have the same, else ignore_label.
    std::vector<std::uint8_t> class_of;
    std::vector<float> mean;  ///< grey, of pure cells whose values are all finite, else NaN
    std::vector<std::uint32_t>
        owner;  ///< an object that has voxels in the cell (the highest number), 0: none
};

/// Cells without contents. About 1 to 10 bytes for each cell, a hundredth to an eighth of the voxels at most
/// resolutions.
CoarseCells coarse_cells_for(const Grid& grid);

/// Fills class_of of layer z (cells) from the classes.
void fill_classes(CoarseCells& cells, const ClassVolume& classes, std::int64_t layer);

/// Sums up one layer of cells from its slices, which come in order.
class CoarseLayer {
public:
    CoarseLayer(CoarseCells& cells, std::int64_t layer);
    /// grey: one slice; labels: object numbers of it, or empty; owns[number]: whether the object counts as
    /// owner.
    void add(std::span<const float> grey, Size3 size, std::span<const std::uint32_t> labels,
             const std::vector<std::uint8_t>& owns);
    /// Writes mean (after fill_classes) and owner of the layer.
    void finish();

private:
    CoarseCells& cells_;
    std::int64_t layer_;
    std::vector<double> sum_;
    std::vector<std::int32_t> count_;
};

/// For each cell the owner that is nearest within `reach_um` (centre to centre of cells; ties: the one that
/// comes first), and the distance; number 0 where none is. Memory: 8 bytes a cell more. Threaded, time
/// linear.
struct NearestOwners {
    std::vector<std::uint32_t> number;
    std::vector<float> squared_um2;
};
NearestOwners find_nearest_owners(const CoarseCells& cells, double reach_um);

}  // namespace cytomo
