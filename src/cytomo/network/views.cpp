#include "views.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "cytomo/core/parallel.h"

namespace cytomo {

namespace {

/// Copies a tile, mirrored along x, y, z where bits 0, 1, 2 of `view` say so.
void copy_mirrored(const float* from, float* to, Size3 size, int view) {
    parallel_for(size.z, [&](std::int64_t z) {
        for (std::int64_t y = 0; y < size.y; ++y) {
            const auto source_z = (view & 4) != 0 ? size.z - 1 - z : z,
                       source_y = (view & 2) != 0 ? size.y - 1 - y : y;
            const float* in = from + (source_z * size.y + source_y) * size.x;
            float* out = to + (z * size.y + y) * size.x;
            if ((view & 1) != 0)
                std::reverse_copy(in, in + size.x, out);
            else
                std::copy(in, in + size.x, out);
        }
    });
}

/// Entropy of the classes of a row of n voxels, in bits.
void measure_entropy(const float* p, std::int64_t n, int classes, float* entropy) {
    std::fill(entropy, entropy + n, 0.F);
    for (int c = 0; c < classes; ++c)
        for (std::int64_t i = 0; i < n; ++i) {
            const float q = p[c * n + i];
            if (q > 1e-7F) entropy[i] -= q * std::log2(q);
        }
}

/// Sums over the views of one tile.
class ViewSums {
public:
    ViewSums(Size3 tile, int classes, int others, int views, bool disagreement)
        : tile_(tile),
          classes_(classes),
          volumes_(classes + others),
          disagreement_(disagreement),
          weight_(1 / static_cast<float>(views)),
          sums_(static_cast<std::size_t>(tile.count() * (volumes_ + (disagreement ? 1 : 0)))) {}

    void clear() { std::fill(sums_.begin(), sums_.end(), 0.F); }

    RowSink sink(int view) {
        return [this, view](std::int64_t y, std::int64_t z, const float* row) {
            if (z >= tile_.z) return;  // not wanted
            const auto n = tile_.x;
            const auto target_z = (view & 4) != 0 ? tile_.z - 1 - z : z,
                       target_y = (view & 2) != 0 ? tile_.y - 1 - y : y;
            const auto add = [&, at = (target_z * tile_.y + target_y) * n](const float* from, int volume) {
                float* to = sums_.data() + volume * tile_.count() + at;
                if ((view & 1) != 0)
                    for (std::int64_t x = 0; x < n; ++x) to[x] += weight_ * from[n - 1 - x];
                else
                    for (std::int64_t x = 0; x < n; ++x) to[x] += weight_ * from[x];
            };
            for (int c = 0; c < volumes_; ++c) add(row + c * n, c);
            if (!disagreement_) return;
            std::vector<float> entropy(static_cast<std::size_t>(n));
            measure_entropy(row, n, classes_, entropy.data());
            add(entropy.data(), volumes_);
        };
    }

    void emit(const RowSink& sink) const {
        if (!disagreement_) return emit_rows(sums_.data(), tile_, volumes_, sink);
        emit_rows(sums_.data(), tile_, volumes_ + 1, [&](std::int64_t y, std::int64_t z, const float* row) {
            const auto n = static_cast<std::size_t>(tile_.x), all = n * static_cast<std::size_t>(volumes_);
            std::vector<float> out(row, row + all + n), entropy(n);
            measure_entropy(row, tile_.x, classes_, entropy.data());
            for (std::size_t i = 0; i < n; ++i)
                out[all + i] = std::clamp(entropy[i] - row[all + i], 0.F, 1.F);
            sink(y, z, out.data());
        });
    }

private:
    Size3 tile_;
    int classes_, volumes_;
    bool disagreement_;
    float weight_;
    std::vector<float> sums_;
};

}  // namespace

Runner over_views(Runner run, int views, Size3 tile, int classes, int others, bool disagreement,
                  std::int64_t wanted) {
    const Size3 kept{tile.x, tile.y, wanted > 0 ? wanted : tile.z};
    if (views > 4 && kept.z != tile.z)
        throw std::logic_error("mirror images along z need all slices of a tile");
    if (views == 1 && !disagreement) return run;
    return [=, values = std::vector<float>(static_cast<std::size_t>(tile.count())),
            sums = ViewSums(kept, classes, others, views, disagreement)](const float* in, const RowSink& sink,
                                                                         const Progress& progress) mutable {
        sums.clear();
        for (int view = 0; view < views; ++view) {
            if (view > 0) copy_mirrored(in, values.data(), tile, view);
            run(view > 0 ? values.data() : in, sums.sink(view),
                progress.part(static_cast<double>(view) / views, static_cast<double>(view + 1) / views));
        }
        sums.emit(sink);
    };
}

}  // namespace cytomo
