#include "cytomo/measures/filopodia.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/labels/boxes.h"
#include "cytomo/measures/cell_edge.h"
#include "cytomo/measures/filopodia_edge.h"
#include "cytomo/measures/filopodium_line.h"

namespace cytomo {

void FilopodiaOptions::check() const {
    for (const double value :
         {tip_um, curvature_scale_um, angle_um, edge_reach_um, resolution_radius_um, resolution_voxels})
        if (!(value >= 0) || !std::isfinite(value))
            throw UsageError("filopodia: expected lengths of 0 or more, found " + std::to_string(value));
}

namespace {

bool touches_border(const VoxelBox& box, Size3 n) {
    if (box.first[0] == 0 || box.first[1] == 0 || box.last[0] == n.x - 1 || box.last[1] == n.y - 1)
        return true;
    return n.z > thin_volume_slices && (box.first[2] == 0 || box.last[2] == n.z - 1);
}

}  // namespace

std::vector<Filopodium> measure_filopodia(const ClassVolume& classes, const Instances& instances,
                                          const FilopodiaOptions& options, const Probabilities* probabilities,
                                          const ClassVolume* seen, const Progress& progress) {
    options.check();
    if (instances.volume.grid().size != classes.grid().size ||
        (probabilities != nullptr && probabilities->grid.size != classes.grid().size) ||
        (seen != nullptr && seen->grid().size != classes.grid().size))
        throw InputError("filopodia: expected classes, instances and probabilities of the same size");
    if (probabilities != nullptr && options.class_id >= probabilities->classes)
        throw InputError("filopodia: expected probabilities of class " + std::to_string(options.class_id) +
                         ", found " + std::to_string(probabilities->classes) + " classes");
    std::vector<std::uint32_t> numbers;
    for (std::uint32_t n = 1; n <= instances.count(); ++n)
        if (instances.class_of[n] == options.class_id) numbers.push_back(n);
    progress(0);
    std::vector<Filopodium> result(numbers.size());
    if (!numbers.empty()) {
        const Vec3 e = classes.grid().voxel_um;
        const double finest_um =
            std::max(options.resolution_radius_um, options.resolution_voxels * std::max({e.x, e.y, e.z}));
        const std::vector<VoxelBox> boxes = find_boxes(instances.volume, instances.count());
        parallel_for(static_cast<std::int64_t>(numbers.size()), [&](std::int64_t i) {
            const std::uint32_t n = numbers[static_cast<std::size_t>(i)];
            Filopodium& f = result[static_cast<std::size_t>(i)];
            f.instance = n;
            if (boxes[n].empty()) return;
            f = measure_filopodium(classes, instances, n, boxes[n], options, probabilities, seen);
            f.near_resolution = f.mean_radius_um < finest_um;
            f.touches_border = touches_border(boxes[n], classes.grid().size);
        });
        progress(0.9);
        CellEdgeOptions at_edge;
        at_edge.class_id = options.class_id;
        place_on_edge(result, classes, find_cell_edge(classes, at_edge), options);
    }
    progress(1);
    return result;
}

}  // namespace cytomo
