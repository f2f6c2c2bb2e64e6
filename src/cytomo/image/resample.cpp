#include "cytomo/image/resample.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "cytomo/core/parallel.h"

namespace cytomo {

AxisWeights make_axis_weights(std::int64_t n, double edge, double origin, std::int64_t new_n, double new_edge,
                              double new_origin) {
    AxisWeights out;
    out.cells.resize(static_cast<std::size_t>(new_n));
    const bool average = new_edge > edge * (1 + 1e-9);
    for (std::int64_t i = 0; i < new_n; ++i) {
        auto& cell = out.cells[static_cast<std::size_t>(i)];
        // In units of old cells, whose faces lie at ±0.5 around whole numbers.
        const double centre = (new_origin + static_cast<double>(i) * new_edge - origin) / edge;
        const double half = average ? 0.5 * new_edge / edge : 0.5;
        if (average) {
            const auto first =
                std::clamp<std::int64_t>(std::llround(std::floor(centre - half + 0.5)), 0, n - 1);
            const auto last =
                std::clamp<std::int64_t>(std::llround(std::ceil(centre + half - 0.5)), first, n - 1);
            cell.first = first;
            double sum = 0;
            for (auto k = first; k <= last; ++k) {
                const auto at = static_cast<double>(k);
                const double overlap = std::min(centre + half, at + 0.5) - std::max(centre - half, at - 0.5);
                cell.weights.push_back(static_cast<float>(std::max(0.0, overlap)));
                sum += std::max(0.0, overlap);
            }
            if (sum <= 0) {
                cell.weights.assign(1, 1.F);
            } else {
                for (auto& w : cell.weights) w = static_cast<float>(w / sum);
            }
        } else {
            const double at = std::clamp(centre, 0.0, static_cast<double>(n - 1));
            const auto lower = std::min(static_cast<std::int64_t>(at), std::max<std::int64_t>(n - 2, 0));
            const double fraction = at - static_cast<double>(lower);
            cell.first = lower;
            if (fraction < 1e-6) {
                cell.weights = {1.F};
            } else if (fraction > 1 - 1e-6) {
                cell.first = lower + 1;
                cell.weights = {1.F};
            } else {
                cell.weights = {static_cast<float>(1 - fraction), static_cast<float>(fraction)};
            }
        }
    }
    return out;
}

Resampler::Resampler(Tomogram tomogram, const Grid& target)
    : tomogram_(std::move(tomogram)), target_(target) {
    const Grid& g = tomogram_.grid;
    x_ = make_axis_weights(g.size.x, g.voxel_um.x, g.origin_um.x, target.size.x, target.voxel_um.x,
                           target.origin_um.x);
    y_ = make_axis_weights(g.size.y, g.voxel_um.y, g.origin_um.y, target.size.y, target.voxel_um.y,
                           target.origin_um.y);
    z_ = make_axis_weights(g.size.z, g.voxel_um.z, g.origin_um.z, target.size.z, target.voxel_um.z,
                           target.origin_um.z);
}

std::vector<float> Resampler::slices(std::int64_t first, std::int64_t count) const {
    const Size3 from = tomogram_.grid.size, to = target_.size;
    std::vector<float> out(static_cast<std::size_t>(to.x * to.y * count), 0.F);
    const auto stored_slice = static_cast<std::size_t>(from.x * from.y);
    parallel_for(count, [&](std::int64_t k) {
        std::vector<float> stored(stored_slice), sum(stored_slice, 0.F),
            row(static_cast<std::size_t>(from.x));
        const auto& z = z_.cells[static_cast<std::size_t>(first + k)];
        for (std::size_t s = 0; s < z.weights.size(); ++s) {
            tomogram_.read_slices(z.first + static_cast<std::int64_t>(s), 1, stored);
            for (std::size_t i = 0; i < stored_slice; ++i) sum[i] += z.weights[s] * stored[i];
        }
        float* target = out.data() + k * to.x * to.y;
        for (std::int64_t j = 0; j < to.y; ++j) {
            const auto& y = y_.cells[static_cast<std::size_t>(j)];
            std::fill(row.begin(), row.end(), 0.F);
            for (std::size_t s = 0; s < y.weights.size(); ++s) {
                const float* line = sum.data() + (y.first + static_cast<std::int64_t>(s)) * from.x;
                for (std::int64_t i = 0; i < from.x; ++i)
                    row[static_cast<std::size_t>(i)] += y.weights[s] * line[i];
            }
            for (std::int64_t i = 0; i < to.x; ++i) {
                const auto& x = x_.cells[static_cast<std::size_t>(i)];
                float value = 0;
                for (std::size_t s = 0; s < x.weights.size(); ++s)
                    value += x.weights[s] * row[static_cast<std::size_t>(x.first) + s];
                target[j * to.x + i] = value;
            }
        }
    });
    return out;
}

namespace {

/// Along one axis: which old voxels a new one covers, and how much of it each; and which lies at its centre.
struct Cover {
    AxisWeights::Cell cell;
    std::int64_t centre = 0;
};

std::vector<Cover> make_covers(std::int64_t n, double edge, double origin, std::int64_t new_n,
                               double new_edge, double new_origin) {
    const AxisWeights weights = make_axis_weights(n, edge, origin, new_n, new_edge, new_origin);
    const bool larger = new_edge > edge * (1 + 1e-9);
    std::vector<Cover> covers(static_cast<std::size_t>(new_n));
    for (std::int64_t i = 0; i < new_n; ++i) {
        Cover& cover = covers[static_cast<std::size_t>(i)];
        const double at = (new_origin + static_cast<double>(i) * new_edge - origin) / edge;
        cover.centre = std::clamp<std::int64_t>(std::llround(at), 0, n - 1);
        cover.cell =
            larger ? weights.cells[static_cast<std::size_t>(i)] : AxisWeights::Cell{cover.centre, {1.F}};
    }
    return covers;
}

/// How much of a new voxel each label has: few, so that a list does.
class Shares {
public:
    void clear() { shares_.clear(); }
    void add(std::uint32_t label, double share) {
        for (auto& [known, sum] : shares_)
            if (known == label) {
                sum += share;
                return;
            }
        shares_.emplace_back(label, share);
    }
    std::uint32_t most(std::uint32_t at_centre) const {
        constexpr double equal = 1e-6;  // weights are floats
        double largest = 0;
        for (const auto& [label, share] : shares_) largest = std::max(largest, share);
        std::uint32_t smallest = 0;
        bool any = false;
        for (const auto& [label, share] : shares_) {
            if (share < largest - equal) continue;
            if (label == at_centre) return label;
            if (!any || label < smallest) smallest = label;
            any = true;
        }
        return smallest;
    }

private:
    std::vector<std::pair<std::uint32_t, double>> shares_;
};

}  // namespace

InstanceVolume resample_labels(const InstanceVolume& labels, const Grid& target) {
    const Grid& g = labels.grid();
    const auto xs = make_covers(g.size.x, g.voxel_um.x, g.origin_um.x, target.size.x, target.voxel_um.x,
                                target.origin_um.x);
    const auto ys = make_covers(g.size.y, g.voxel_um.y, g.origin_um.y, target.size.y, target.voxel_um.y,
                                target.origin_um.y);
    const auto zs = make_covers(g.size.z, g.voxel_um.z, g.origin_um.z, target.size.z, target.voxel_um.z,
                                target.origin_um.z);
    InstanceVolume out(target);
    parallel_for(target.size.z, [&](std::int64_t k) {
        const Cover& z = zs[static_cast<std::size_t>(k)];
        Shares shares;
        for (std::int64_t j = 0; j < target.size.y; ++j) {
            const Cover& y = ys[static_cast<std::size_t>(j)];
            for (std::int64_t i = 0; i < target.size.x; ++i) {
                const Cover& x = xs[static_cast<std::size_t>(i)];
                shares.clear();
                for (std::size_t c = 0; c < z.cell.weights.size(); ++c)
                    for (std::size_t b = 0; b < y.cell.weights.size(); ++b)
                        for (std::size_t a = 0; a < x.cell.weights.size(); ++a)
                            shares.add(labels(x.cell.first + static_cast<std::int64_t>(a),
                                              y.cell.first + static_cast<std::int64_t>(b),
                                              z.cell.first + static_cast<std::int64_t>(c)),
                                       static_cast<double>(x.cell.weights[a]) *
                                           static_cast<double>(y.cell.weights[b]) *
                                           static_cast<double>(z.cell.weights[c]));
                out(i, j, k) = shares.most(labels(x.centre, y.centre, z.centre));
            }
        }
    });
    return out;
}

Grid model_grid(const Grid& grid, double voxel_um) {
    const auto covering = [voxel_um](std::int64_t n, double edge) {
        if (std::abs(edge / voxel_um - 1) < 0.05) return edge;
        const double length = static_cast<double>(n) * edge;
        return length / std::max(1., std::round(length / voxel_um));
    };
    const auto [n, v] = std::pair{grid.size, grid.voxel_um};
    return grid.resampled({covering(n.x, v.x), covering(n.y, v.y), covering(n.z, v.z)});
}

}  // namespace cytomo
