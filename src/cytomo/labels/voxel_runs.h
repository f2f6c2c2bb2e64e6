// The voxels of single objects as runs along x, with their neighbours: work on an object then costs what the
// object holds, not what its box holds.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "cytomo/core/volume.h"

namespace cytomo {

/// Voxels x_begin … x_end-1 of row (y, z).
struct VoxelRun {
    std::int32_t x_begin, x_end, y, z;
};

/// Runs of each wanted object, in the order of the volume: result[n] are those of object n (empty where
/// wanted[n] is false). One threaded pass; memory 16 bytes a run.
std::vector<std::vector<VoxelRun>> find_runs(const InstanceVolume& volume, const std::vector<bool>& wanted);

/// One object. Its voxels are numbered in the order of the volume. Memory: 4 bytes a voxel, 8 a run and 4 a
/// row of the box around it, and 4 for each voxel of the box where the object fills an eighth of it or more:
/// there neighbours are looked up, elsewhere searched. Keeps a view of the runs, which must outlive it.
class ObjectVoxels {
public:
    explicit ObjectVoxels(std::span<const VoxelRun> runs);

    std::size_t size() const { return run_of_.size(); }
    /// Position in the volume, in voxels.
    std::array<std::int32_t, 3> operator[](std::size_t i) const {
        const std::uint32_t r = run_of_[i];
        return {runs_[r].x_begin + static_cast<std::int32_t>(i - first_[r]), runs_[r].y, runs_[r].z};
    }
    /// Calls found(number, step) for each of the 26 neighbours that belong to the object, in the order of the
    /// volume; bits 0, 1, 2 of step tell whether x, y, z differ.
    template <class Found>
    void for_neighbours(std::size_t i, Found found) const;

    /// Calls found(number) for each of its voxels with x_begin <= x < x_end in row (y, z).
    template <class Found>
    void for_row(std::int32_t y, std::int32_t z, std::int32_t x_begin, std::int32_t x_end,
                 Found found) const {
        if (!has_row(y, z)) return;
        const std::size_t at = row(y, z);
        for (std::uint32_t r = first_beyond(at, x_begin); r < row_begin_[at + 1] && runs_[r].x_begin < x_end;
             ++r) {
            const std::int32_t begin = runs_[r].x_begin > x_begin ? runs_[r].x_begin : x_begin;
            const std::int32_t end = runs_[r].x_end < x_end ? runs_[r].x_end : x_end;
            for (std::int32_t x = begin; x < end; ++x)
                found(first_[r] + static_cast<std::size_t>(x - runs_[r].x_begin));
        }
    }

    /// Area of the voxel faces at the surface, those at the border of the volume included.
    double face_area_um2(Vec3 voxel_um) const;

private:
    std::size_t row(std::int32_t y, std::int32_t z) const {
        return static_cast<std::size_t>(z - low_z_) * static_cast<std::size_t>(rows_y_) +
               static_cast<std::size_t>(y - low_y_);
    }
    bool has_row(std::int32_t y, std::int32_t z) const {
        return y >= low_y_ && y < low_y_ + rows_y_ && z >= low_z_ && z < low_z_ + rows_z_;
    }
    /// First run of the row that ends beyond x.
    std::uint32_t first_beyond(std::size_t row, std::int32_t x) const;

    std::span<const VoxelRun> runs_;
    std::vector<std::uint32_t> first_;      ///< number of each run's first voxel
    std::vector<std::uint32_t> run_of_;     ///< of each voxel
    std::vector<std::uint32_t> row_begin_;  ///< first run of each row of the box
    std::int32_t low_y_ = 0, low_z_ = 0, rows_y_ = 0, rows_z_ = 0;

    /// Numbers in the box, with one voxel around it; empty for objects that fill little of theirs.
    std::vector<std::uint32_t> numbers_;
    std::int32_t low_x_ = 0;
    std::ptrdiff_t box_row_ = 0, box_slice_ = 0;
    static constexpr std::uint32_t nobody = 0xFFFFFFFFU;
    std::ptrdiff_t in_box(std::int32_t x, std::int32_t y, std::int32_t z) const {
        return (z - low_z_ + 1) * box_slice_ + (y - low_y_ + 1) * box_row_ + (x - low_x_ + 1);
    }
    void fill_box(std::size_t voxels);
};

template <class Found>
void ObjectVoxels::for_neighbours(std::size_t i, Found found) const {
    const VoxelRun& own = runs_[run_of_[i]];
    const std::int32_t x = own.x_begin + static_cast<std::int32_t>(i - first_[run_of_[i]]);
    if (!numbers_.empty()) {
        const std::uint32_t* middle = numbers_.data() + in_box(x, own.y, own.z);
        for (int z = -1; z <= 1; ++z)
            for (int y = -1; y <= 1; ++y) {
                const std::uint32_t* row = middle + z * box_slice_ + y * box_row_;
                const int aside = (y != 0 ? 2 : 0) + (z != 0 ? 4 : 0);
                if (row[-1] != nobody) found(static_cast<std::size_t>(row[-1]), aside + 1);
                if (aside != 0 && row[0] != nobody) found(static_cast<std::size_t>(row[0]), aside);
                if (row[1] != nobody) found(static_cast<std::size_t>(row[1]), aside + 1);
            }
        return;
    }
    for (std::int32_t z = own.z - 1; z <= own.z + 1; ++z)
        for (std::int32_t y = own.y - 1; y <= own.y + 1; ++y) {
            if (!has_row(y, z)) continue;
            const std::size_t at = row(y, z);
            const int aside = (y != own.y ? 2 : 0) + (z != own.z ? 4 : 0);
            for (std::uint32_t r = first_beyond(at, x - 1);
                 r < row_begin_[at + 1] && runs_[r].x_begin <= x + 1; ++r) {
                const std::int32_t begin = runs_[r].x_begin > x - 1 ? runs_[r].x_begin : x - 1;
                const std::int32_t end = runs_[r].x_end < x + 2 ? runs_[r].x_end : x + 2;
                for (std::int32_t other = begin; other < end; ++other) {
                    const int step = aside + (other != x ? 1 : 0);
                    if (step != 0)
                        found(first_[r] + static_cast<std::size_t>(other - runs_[r].x_begin), step);
                }
            }
        }
}

}  // namespace cytomo
