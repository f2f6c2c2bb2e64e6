#include "cytomo/labels/boxes.h"

#include <algorithm>
#include <mutex>

#include "cytomo/core/parallel.h"
#include "cytomo/core/stretches.h"

namespace cytomo {

namespace {

void widen(VoxelBox& box, const VoxelBox& other) {
    if (other.empty()) return;
    if (box.empty()) {
        box = other;
        return;
    }
    for (std::size_t a = 0; a < 3; ++a) {
        box.first[a] = std::min(box.first[a], other.first[a]);
        box.last[a] = std::max(box.last[a], other.last[a]);
    }
}

}  // namespace

std::vector<VoxelBox> find_boxes(const InstanceVolume& volume, std::uint32_t last_number) {
    const Size3 n = volume.grid().size;
    std::vector<VoxelBox> boxes(last_number + 1ULL);
    std::mutex merging;
    parallel_chunks(n.z, 32, [&](std::int64_t z_begin, std::int64_t z_end) {
        std::vector<VoxelBox> found(boxes.size());
        for (std::int64_t z = z_begin; z < z_end; ++z)
            for (std::int64_t y = 0; y < n.y; ++y)
                for_stretches(&volume(0, y, z), n.x,
                              [&](std::uint32_t number, std::int64_t begin, std::int64_t end) {
                                  if (number != 0) widen(found[number], {{begin, y, z}, {end - 1, y, z}});
                              });
        const std::lock_guard lock(merging);  // boxes do not depend on the order of merging
        for (std::size_t i = 0; i < boxes.size(); ++i) widen(boxes[i], found[i]);
    });
    return boxes;
}

}  // namespace cytomo
