#include "cytomo/labels/voxel_runs.h"

#include <algorithm>
#include <utility>

#include "cytomo/core/parallel.h"
#include "cytomo/core/stretches.h"

namespace cytomo {

std::vector<std::vector<VoxelRun>> find_runs(const InstanceVolume& volume, const std::vector<bool>& wanted) {
    const Size3 n = volume.grid().size;
    std::vector<std::vector<std::pair<std::uint32_t, VoxelRun>>> found(
        static_cast<std::size_t>((n.z + slab_slices - 1) / slab_slices));
    parallel_chunks(n.z, slab_slices, [&](std::int64_t z_begin, std::int64_t z_end) {
        auto& here = found[static_cast<std::size_t>(z_begin / slab_slices)];
        for (std::int64_t z = z_begin; z < z_end; ++z)
            for (std::int64_t y = 0; y < n.y; ++y)
                for_stretches(
                    &volume(0, y, z), n.x, [&](std::uint32_t number, std::int64_t begin, std::int64_t end) {
                        if (number < wanted.size() && wanted[number])
                            here.push_back({number,
                                            {static_cast<std::int32_t>(begin), static_cast<std::int32_t>(end),
                                             static_cast<std::int32_t>(y), static_cast<std::int32_t>(z)}});
                    });
    });
    std::vector<std::size_t> counts(wanted.size(), 0);
    for (const auto& part : found)
        for (const auto& [number, run] : part) ++counts[number];
    std::vector<std::vector<VoxelRun>> runs(wanted.size());
    for (std::size_t i = 0; i < runs.size(); ++i) runs[i].reserve(counts[i]);
    for (auto& part : found) {
        for (const auto& [number, run] : part) runs[number].push_back(run);
        part = {};
    }
    return runs;
}

ObjectVoxels::ObjectVoxels(std::span<const VoxelRun> runs) : runs_(runs) {
    if (runs.empty()) return;
    low_z_ = runs.front().z;
    rows_z_ = runs.back().z - low_z_ + 1;
    std::int32_t high_y = low_y_ = runs.front().y;
    for (const VoxelRun& run : runs) {
        low_y_ = std::min(low_y_, run.y);
        high_y = std::max(high_y, run.y);
    }
    rows_y_ = high_y - low_y_ + 1;
    row_begin_.assign(row(high_y, runs.back().z) + 2, 0);
    first_.reserve(runs.size());
    for (std::size_t r = 0; r < runs.size(); ++r) {
        first_.push_back(static_cast<std::uint32_t>(run_of_.size()));
        run_of_.insert(run_of_.end(), static_cast<std::size_t>(runs[r].x_end - runs[r].x_begin),
                       static_cast<std::uint32_t>(r));
        row_begin_[row(runs[r].y, runs[r].z) + 1] = static_cast<std::uint32_t>(r + 1);
    }
    for (std::size_t i = 1; i < row_begin_.size(); ++i)
        row_begin_[i] = std::max(row_begin_[i], row_begin_[i - 1]);
    fill_box(run_of_.size());
}

void ObjectVoxels::fill_box(std::size_t voxels) {
    constexpr std::ptrdiff_t fullest = 8;  // voxels of the box for one of the object
    std::int32_t high_x = low_x_ = runs_.front().x_begin;
    for (const VoxelRun& run : runs_) {
        low_x_ = std::min(low_x_, run.x_begin);
        high_x = std::max(high_x, run.x_end);
    }
    box_row_ = high_x - low_x_ + 2;
    box_slice_ = box_row_ * (rows_y_ + 2);
    const std::ptrdiff_t size = box_slice_ * (rows_z_ + 2);
    if (size > fullest * static_cast<std::ptrdiff_t>(voxels)) return;
    numbers_.assign(static_cast<std::size_t>(size), nobody);
    std::uint32_t number = 0;
    for (const VoxelRun& run : runs_) {
        std::uint32_t* at = numbers_.data() + in_box(run.x_begin, run.y, run.z);
        for (std::int32_t x = run.x_begin; x < run.x_end; ++x) *at++ = number++;
    }
}

std::uint32_t ObjectVoxels::first_beyond(std::size_t row, std::int32_t x) const {
    std::uint32_t begin = row_begin_[row], end = row_begin_[row + 1];
    constexpr std::uint32_t few = 6;
    while (end - begin > few) {
        const std::uint32_t middle = begin + (end - begin) / 2;
        (runs_[middle].x_end <= x ? begin : end) = middle;
    }
    while (begin < row_begin_[row + 1] && runs_[begin].x_end <= x) ++begin;
    return begin;
}

double ObjectVoxels::face_area_um2(Vec3 voxel_um) const {
    std::int64_t pairs_y = 0, pairs_z = 0;
    const auto overlap = [&](const VoxelRun& run, std::int32_t y, std::int32_t z) {
        std::int64_t sum = 0;
        if (!has_row(y, z)) return sum;
        const std::size_t at = row(y, z);
        for (std::uint32_t r = first_beyond(at, run.x_begin);
             r < row_begin_[at + 1] && runs_[r].x_begin < run.x_end; ++r)
            sum += std::min(runs_[r].x_end, run.x_end) - std::max(runs_[r].x_begin, run.x_begin);
        return sum;
    };
    for (const VoxelRun& run : runs_) {
        pairs_y += overlap(run, run.y + 1, run.z);
        pairs_z += overlap(run, run.y, run.z + 1);
    }
    const auto voxels = static_cast<std::int64_t>(size());
    return 2 * (static_cast<double>(runs_.size()) * voxel_um.y * voxel_um.z +
                static_cast<double>(voxels - pairs_y) * voxel_um.x * voxel_um.z +
                static_cast<double>(voxels - pairs_z) * voxel_um.x * voxel_um.y);
}

}  // namespace cytomo
