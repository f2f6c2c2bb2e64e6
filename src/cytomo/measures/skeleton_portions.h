// Private to measures: the portions of an object, one after the other or on all cores.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/core/parallel.h"
#include "cytomo/measures/skeleton_fit.h"

namespace cytomo {

/// The voxels of an object that belong to a level, in the order of the volume, in pieces of some thousands.
class SkeletonVoxels {
public:
    SkeletonVoxels(const SkeletonMatter& matter, const Grid& grid) : matter_(matter), grid_(grid) {
        constexpr std::size_t voxels_a_piece = 4096;
        std::size_t voxels = 0, begun = 0;
        for (std::size_t r = 0; r < matter.runs->size(); ++r) {
            if (r == 0 || voxels - begun >= voxels_a_piece) {
                pieces_.push_back({r, voxels});
                begun = voxels;
            }
            const VoxelRun& run = (*matter.runs)[r];
            voxels += static_cast<std::size_t>(run.x_end - run.x_begin);
        }
    }

    std::size_t pieces() const { return pieces_.size(); }
    /// Calls body(place in µm, level) for each voxel of a piece.
    template <class Body>
    void for_piece(std::size_t piece, Body body) const {
        const bool blocks = !matter_.block_of_run.empty();
        const std::size_t end = piece + 1 < pieces_.size() ? pieces_[piece + 1].run : matter_.runs->size();
        std::size_t next = pieces_[piece].voxel;
        for (std::size_t r = pieces_[piece].run; r < end; ++r) {
            const VoxelRun& run = (*matter_.runs)[r];
            const auto first_block = run.x_begin / matter_.block_x;
            Vec3 p = grid_.world_from_voxel(
                {static_cast<double>(run.x_begin), static_cast<double>(run.y), static_cast<double>(run.z)});
            const double x0 = p.x;
            for (std::int32_t x = run.x_begin; x < run.x_end; ++x) {
                p.x = x0 + (x - run.x_begin) * grid_.voxel_um.x;
                const std::size_t at = blocks
                                           ? matter_.block_of_run[r] +
                                                 static_cast<std::size_t>(x / matter_.block_x - first_block)
                                           : next++;
                if (matter_.level_of[at] != no_level) body(p, matter_.level_of[at]);
            }
        }
    }

private:
    struct Piece {
        std::size_t run, voxel;
    };
    const SkeletonMatter& matter_;
    const Grid& grid_;
    std::vector<Piece> pieces_;
};

/// find(piece, found) appends what is found in a piece, from several threads; add(one) gets all of it in the
/// order of the pieces, from one thread at a time: sums are the same at any number of threads.
template <class Found, class Find, class Add>
void find_and_add(std::size_t pieces, Find find, Add add) {
    constexpr std::size_t batch = 32;
    std::vector<std::vector<Found>> now(batch), before(batch);
    for (std::size_t first = 0; first < pieces + batch; first += batch) {
        const std::size_t count = first < pieces ? std::min(batch, pieces - first) : 0;
        parallel_for(static_cast<std::int64_t>(count) + 1, [&](std::int64_t i) {
            if (i == 0) {
                for (std::vector<Found>& all : before) {
                    for (const Found& one : all) add(one);
                    all.clear();
                }
                return;
            }
            const auto at = static_cast<std::size_t>(i - 1);
            find(first + at, now[at]);
        });
        std::swap(now, before);
    }
}

}  // namespace cytomo
