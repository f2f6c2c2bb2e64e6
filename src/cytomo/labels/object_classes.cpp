#include "cytomo/labels/object_classes.h"

#include <mutex>
#include <vector>

#include "cytomo/core/error.h"
#include "cytomo/core/legend.h"
#include "cytomo/core/parallel.h"

namespace cytomo {

ClassVolume classes_of_objects(const ClassVolume& classes, const InstanceSlices& instances,
                               const Progress& progress) {
    const Grid& grid = classes.grid();
    if (!(instances.grid.size == grid.size))
        throw InputError("classes: expected objects on the grid of the classes, found another size");
    ClassVolume out(grid);
    const std::int64_t slice = grid.size.x * grid.size.y;
    progress(0);
    parallel_chunks(grid.size.z, slab_slices, [&](std::int64_t begin, std::int64_t end) {
        std::vector<std::uint32_t> numbers(static_cast<std::size_t>(slice));
        for (std::int64_t z = begin; z < end; ++z) {
            instances.read(z, 1, numbers);
            for (std::int64_t i = 0; i < slice; ++i) {
                const std::uint8_t label = classes[z * slice + i],
                                   of_object = instances.class_of[numbers[static_cast<std::size_t>(i)]];
                const std::uint8_t of_none = label == background ? label : ignore_label;
                out[z * slice + i] = of_object != background ? of_object : of_none;
            }
        }
        progress.check();
    });
    progress(1);
    return out;
}

void leave_out_absent(Instances& instances, InstanceSlices& slices) {
    const Size3 n = slices.grid.size;
    std::vector<char> present(instances.class_of.size(), 0);
    std::mutex merging;
    parallel_chunks(n.z, slab_slices, [&](std::int64_t begin, std::int64_t end) {
        std::vector<std::uint32_t> numbers(static_cast<std::size_t>(n.x * n.y));
        std::vector<char> seen(present.size(), 0);
        for (std::int64_t z = begin; z < end; ++z) {
            slices.read(z, 1, numbers);
            for (const std::uint32_t number : numbers) seen[number] = 1;
        }
        const std::lock_guard lock(merging);
        for (std::size_t i = 0; i < seen.size(); ++i) present[i] = static_cast<char>(present[i] | seen[i]);
    });
    for (std::size_t i = 1; i < present.size(); ++i)
        if (present[i] == 0) instances.class_of[i] = slices.class_of[i] = background;
}

}  // namespace cytomo
