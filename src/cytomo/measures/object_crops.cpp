#include "cytomo/measures/object_crops.h"

#include <algorithm>
#include <numeric>

#include "cytomo/core/parallel.h"

namespace cytomo {

namespace {

/// A crop that is being filled: where it lies in the volume.
struct Job {
    std::size_t request = 0;
    std::array<std::int64_t, 3> first{}, last{};  ///< voxels of the volume, both inside
    std::int64_t voxels = 0;                      ///< of the crop
    Crop crop;
};

Job plan(const Grid& grid, const CropRequest& request, std::size_t i) {
    const VoxelBox& box = request.boxes[i];
    Job job;
    job.request = i;
    job.crop.number = request.numbers[i];
    const std::array<std::int64_t, 3> n{grid.size.x, grid.size.y, grid.size.z};
    for (std::size_t a = 0; a < 3; ++a) {
        job.first[a] = std::max<std::int64_t>(0, box.first[a] - request.margin[a]);
        job.last[a] = std::min(n[a] - 1, box.last[a] + request.margin[a]);
    }
    Crop& crop = job.crop;
    for (crop.step = 1;; ++crop.step) {
        const auto count = [&](std::size_t a) { return (job.last[a] - job.first[a]) / crop.step + 1; };
        crop.grid.size = {count(0), count(1), count(2)};
        job.voxels = crop.grid.size.count();
        if (job.voxels <= request.most_voxels) break;
    }
    crop.grid.voxel_um = grid.voxel_um * static_cast<double>(crop.step);
    crop.grid.origin_um =
        grid.world_from_voxel({static_cast<double>(job.first[0]), static_cast<double>(job.first[1]),
                               static_cast<double>(job.first[2])});
    return job;
}

void copy_slice(Job& job, std::int64_t z, Size3 n, const std::uint32_t* labels, const std::uint8_t* classes,
                const float* grey, const std::array<bool, 256>& surroundings) {
    Crop& crop = job.crop;
    if (z < job.first[2] || z > job.last[2] || (z - job.first[2]) % crop.step != 0) return;
    auto to = static_cast<std::size_t>((z - job.first[2]) / crop.step * crop.grid.size.x * crop.grid.size.y);
    for (std::int64_t y = job.first[1]; y <= job.last[1]; y += crop.step)
        for (std::int64_t x = job.first[0]; x <= job.last[0]; x += crop.step, ++to) {
            const std::int64_t from = y * n.x + x;
            crop.grey[to] = grey[from];
            crop.kind[to] = labels[from] == crop.number   ? CropVoxel::own
                            : surroundings[classes[from]] ? CropVoxel::surroundings
                                                          : CropVoxel::other;
        }
}

}  // namespace

void for_crops(const InstanceSlices& instances, const ClassVolume& classes, const Tomogram& tomogram,
               const CropRequest& request, const std::function<void(std::size_t i, const Crop& crop)>& use,
               const Progress& progress) {
    const Size3 n = instances.grid.size;
    const std::int64_t area = n.x * n.y;
    std::vector<Job> jobs;
    for (std::size_t i = 0; i < request.numbers.size(); ++i)
        if (!request.boxes[i].empty()) jobs.push_back(plan(instances.grid, request, i));
    std::stable_sort(jobs.begin(), jobs.end(),
                     [](const Job& a, const Job& b) { return a.first[2] < b.first[2]; });
    std::vector<std::uint32_t> labels(static_cast<std::size_t>(area * slab_slices));
    std::vector<float> grey(labels.size());

    std::size_t next = 0, finished = 0;
    while (next < jobs.size()) {
        // Objects that follow each other along z and fit together.
        std::size_t stop = next;
        std::int64_t voxels = 0, z_end = 0;
        while (stop < jobs.size() && (stop == next || voxels + jobs[stop].voxels <= request.most_at_once)) {
            voxels += jobs[stop].voxels;
            z_end = std::max(z_end, jobs[stop].last[2] + 1);
            ++stop;
        }
        std::size_t begun = next;
        std::vector<std::size_t> open;
        for (std::int64_t z0 = jobs[next].first[2]; z0 < z_end; z0 += slab_slices) {
            const std::int64_t z1 = std::min(z_end, z0 + slab_slices);
            while (begun < stop && jobs[begun].first[2] < z1) open.push_back(begun++);
            if (open.empty()) continue;
            parallel_for(z1 - z0, [&](std::int64_t z) {
                const auto at = static_cast<std::size_t>(z * area), count = static_cast<std::size_t>(area);
                instances.read(z0 + z, 1, std::span(labels).subspan(at, count));
                tomogram.read_slices(z0 + z, 1, std::span(grey).subspan(at, count));
            });
            parallel_for(static_cast<std::int64_t>(open.size()), [&](std::int64_t i) {
                Job& job = jobs[open[static_cast<std::size_t>(i)]];
                if (job.crop.kind.empty()) {
                    job.crop.kind.resize(static_cast<std::size_t>(job.voxels));
                    job.crop.grey.resize(static_cast<std::size_t>(job.voxels));
                }
                for (std::int64_t z = z0; z < z1; ++z)
                    copy_slice(job, z, n, labels.data() + (z - z0) * area, classes.data() + z * area,
                               grey.data() + (z - z0) * area, request.surroundings);
                if (job.last[2] >= z1) return;
                use(job.request, job.crop);
                job.crop = {};
            });
            finished += static_cast<std::size_t>(
                std::erase_if(open, [&](std::size_t i) { return jobs[i].last[2] < z1; }));
            progress(static_cast<double>(finished) / static_cast<double>(jobs.size()));
        }
        next = stop;
    }
}

}  // namespace cytomo
