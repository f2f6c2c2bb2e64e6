// From probabilities on the model's grid to one value a voxel on any other grid.
#include <algorithm>

#include "cytomo/core/parallel.h"
#include "cytomo/image/resample.h"
#include "cytomo/network/predict.h"

namespace cytomo {

namespace {

/// The weights of an axis, one array for each of the cells that a value may need (those that it does not need
/// weigh nothing), so that rows are interpolated in loops without branches.
struct Taps {
    std::vector<std::vector<std::int32_t>> from;
    std::vector<std::vector<float>> weight;

    explicit Taps(const AxisWeights& axis) {
        std::size_t most = 0;
        for (const auto& cell : axis.cells) most = std::max(most, cell.weights.size());
        from.resize(most);
        weight.resize(most);
        for (const auto& cell : axis.cells)
            for (std::size_t k = 0; k < most; ++k) {
                const std::size_t used = std::min(k, cell.weights.size() - 1);
                from[k].push_back(static_cast<std::int32_t>(cell.first + static_cast<std::int64_t>(used)));
                weight[k].push_back(k < cell.weights.size() ? cell.weights[k] : 0.F);
            }
    }

    void interpolate(const float* row, std::vector<float>& out) const {
        const std::size_t length = out.size();
        float* to = out.data();
        for (std::size_t k = 0; k < from.size(); ++k) {
            const std::int32_t* at = from[k].data();
            const float* w = weight[k].data();
            if (k == 0)
                for (std::size_t x = 0; x < length; ++x) to[x] = w[x] * row[at[x]];
            else
                for (std::size_t x = 0; x < length; ++x) to[x] += w[x] * row[at[x]];
        }
    }
};

/// The rows of the model's grid that one row of another grid lies between, added with their weights.
class SourceRow {
public:
    SourceRow(const Grid& grid, const AxisWeights::Cell& y, const AxisWeights::Cell& z)
        : length_(static_cast<std::size_t>(grid.size.x)) {
        for (std::size_t k = 0; k < z.weights.size(); ++k)
            for (std::size_t j = 0; j < y.weights.size(); ++j)
                rows_.push_back({grid.index(0, y.first + static_cast<std::int64_t>(j),
                                            z.first + static_cast<std::int64_t>(k)),
                                 z.weights[k] * y.weights[j]});
    }

    bool all_zero(const std::uint8_t* values) const {
        std::uint8_t any = 0;
        for (const Row& r : rows_)
            for (std::size_t i = 0; i < length_; ++i)
                any = static_cast<std::uint8_t>(any | values[static_cast<std::size_t>(r.first) + i]);
        return any == 0;
    }

    void add_up(const std::uint8_t* values, float* out) const {
        if (rows_.size() == 4) {  // the usual case, without stops in memory
            const std::uint8_t *a = values + rows_[0].first, *b = values + rows_[1].first,
                               *c = values + rows_[2].first, *d = values + rows_[3].first;
            const float wa = rows_[0].weight, wb = rows_[1].weight, wc = rows_[2].weight,
                        wd = rows_[3].weight;
            for (std::size_t i = 0; i < length_; ++i) {
                float sum = wa * static_cast<float>(a[i]);
                sum += wb * static_cast<float>(b[i]);
                sum += wc * static_cast<float>(c[i]);
                sum += wd * static_cast<float>(d[i]);
                out[i] = sum;
            }
            return;
        }
        std::fill_n(out, length_, 0.F);
        for (const Row& r : rows_)
            for (std::size_t i = 0; i < length_; ++i)
                out[i] += r.weight * static_cast<float>(values[static_cast<std::size_t>(r.first) + i]);
    }

private:
    struct Row {
        std::int64_t first;
        float weight;
    };
    std::size_t length_;
    std::vector<Row> rows_;
};

/// Calls `use(index, class, probability)` for each voxel of `grid`: the class whose linearly interpolated
/// probability (0 … 255) is highest there, the lower id among equals. From several threads.
template <class Use>
void for_winning_classes(const Probabilities& p, const Grid& grid, const Progress& progress, const Use& use) {
    const Grid& g = p.grid;
    const Taps along_x(make_axis_weights(g.size.x, g.voxel_um.x, g.origin_um.x, grid.size.x, grid.voxel_um.x,
                                         grid.origin_um.x));
    const auto wy = make_axis_weights(g.size.y, g.voxel_um.y, g.origin_um.y, grid.size.y, grid.voxel_um.y,
                                      grid.origin_um.y);
    const auto wz = make_axis_weights(g.size.z, g.voxel_um.z, g.origin_um.z, grid.size.z, grid.voxel_um.z,
                                      grid.origin_um.z);
    progress(0);
    parallel_for(grid.size.z, [&](std::int64_t z) {
        const auto length = static_cast<std::size_t>(grid.size.x);
        std::vector<float> row(static_cast<std::size_t>(g.size.x)), value(length), best(length);
        std::vector<std::int32_t> winner(length);
        for (std::int64_t y = 0; y < grid.size.y; ++y) {
            const SourceRow source(g, wy.cells[static_cast<std::size_t>(y)],
                                   wz.cells[static_cast<std::size_t>(z)]);
            std::fill(best.begin(), best.end(), -1.F);
            for (int c = 0; c < p.classes; ++c) {
                const std::uint8_t* values = p.of_class(c).data();
                if (c > 0 && source.all_zero(values)) continue;  // wins nowhere
                source.add_up(values, row.data());
                along_x.interpolate(row.data(), value);
                for (std::size_t x = 0; x < length; ++x) {
                    const bool better = value[x] > best[x];
                    best[x] = better ? value[x] : best[x];
                    winner[x] = better ? c : winner[x];
                }
            }
            for (std::size_t x = 0; x < length; ++x)
                use(grid.index(static_cast<std::int64_t>(x), y, z), static_cast<std::uint8_t>(winner[x]),
                    best[x]);
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
