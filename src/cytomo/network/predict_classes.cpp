// From probabilities on the model's grid to one value a voxel on any other grid.
#include <algorithm>

#include "cytomo/core/parallel.h"
#include "cytomo/image/resample.h"
#include "cytomo/network/predict.h"

namespace cytomo {

namespace {

/// Calls `use(index, class, probability)` for each voxel of `grid`: the class whose linearly interpolated
/// probability (0 … 255) is highest there, the lower id among equals. From several threads.
template <class Use>
void for_winning_classes(const Probabilities& p, const Grid& grid, const Progress& progress, const Use& use) {
    const Grid& g = p.grid;
    const auto wx = make_axis_weights(g.size.x, g.voxel_um.x, g.origin_um.x, grid.size.x, grid.voxel_um.x,
                                      grid.origin_um.x);
    const auto wy = make_axis_weights(g.size.y, g.voxel_um.y, g.origin_um.y, grid.size.y, grid.voxel_um.y,
                                      grid.origin_um.y);
    const auto wz = make_axis_weights(g.size.z, g.voxel_um.z, g.origin_um.z, grid.size.z, grid.voxel_um.z,
                                      grid.origin_um.z);
    progress(0);
    parallel_for(grid.size.z, [&](std::int64_t z) {
        const auto row_length = static_cast<std::size_t>(g.size.x),
                   length = static_cast<std::size_t>(grid.size.x);
        std::vector<float> row(row_length), best(length);
        std::vector<std::uint8_t> winner(length);
        const auto& cz = wz.cells[static_cast<std::size_t>(z)];
        for (std::int64_t y = 0; y < grid.size.y; ++y) {
            const auto& cy = wy.cells[static_cast<std::size_t>(y)];
            std::fill(best.begin(), best.end(), -1.F);
            for (int c = 0; c < p.classes; ++c) {
                const std::uint8_t* values = p.of_class(c).data();
                std::fill(row.begin(), row.end(), 0.F);
                for (std::size_t k = 0; k < cz.weights.size(); ++k)
                    for (std::size_t j = 0; j < cy.weights.size(); ++j) {
                        const float w = cz.weights[k] * cy.weights[j];
                        const std::uint8_t* from =
                            values + g.index(0, cy.first + static_cast<std::int64_t>(j),
                                             cz.first + static_cast<std::int64_t>(k));
                        for (std::size_t i = 0; i < row_length; ++i)
                            row[i] += w * static_cast<float>(from[i]);
                    }
                for (std::size_t x = 0; x < length; ++x) {
                    const auto& cx = wx.cells[x];
                    float v = 0;
                    for (std::size_t i = 0; i < cx.weights.size(); ++i)
                        v += cx.weights[i] * row[static_cast<std::size_t>(cx.first) + i];
                    if (v > best[x]) {
                        best[x] = v;
                        winner[x] = static_cast<std::uint8_t>(c);
                    }
                }
            }
            for (std::size_t x = 0; x < length; ++x)
                use(grid.index(static_cast<std::int64_t>(x), y, z), winner[x], best[x]);
        }
    });
    progress(1);
}

}  // namespace

ClassVolume most_probable_classes(const Probabilities& p, const Grid& grid, const Progress& progress) {
    ClassVolume out(grid);
    for_winning_classes(p, grid, progress.stage("labelling voxels"),
                        [&out](std::int64_t i, std::uint8_t winner, float) { out[i] = winner; });
    return out;
}

Volume<std::uint8_t> confidence(const Probabilities& p, const Grid& grid, const Progress& progress) {
    Volume<std::uint8_t> out(grid);
    for_winning_classes(p, grid, progress.stage("measuring confidence"),
                        [&out](std::int64_t i, std::uint8_t, float probability) {
                            out[i] = static_cast<std::uint8_t>(std::min(255.F, probability + 0.5F));
                        });
    return out;
}

}  // namespace cytomo
