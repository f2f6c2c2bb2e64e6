#include "views.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "cytomo/core/parallel.h"

namespace cytomo {

namespace {

/// Adds `weight` times `from` to `to`, mirrored along x, y, z where bits 0, 1, 2 of `view` say so.
void add_mirrored(const float* from, float* to, Size3 size, int volumes, int view, float weight) {
    parallel_for(volumes * size.z, [&](std::int64_t slice) {
        const auto z = slice % size.z, first = slice - z;
        for (std::int64_t y = 0; y < size.y; ++y) {
            const auto source_z = (view & 4) != 0 ? size.z - 1 - z : z,
                       source_y = (view & 2) != 0 ? size.y - 1 - y : y;
            const float* in = from + ((first + source_z) * size.y + source_y) * size.x;
            float* out = to + (slice * size.y + y) * size.x;
            if ((view & 1) != 0)
                for (std::int64_t x = 0; x < size.x; ++x) out[x] += weight * in[size.x - 1 - x];
            else
                for (std::int64_t x = 0; x < size.x; ++x) out[x] += weight * in[x];
        }
    });
}

/// Entropy of the classes of each of n voxels, in bits.
void measure_entropy(const float* p, std::int64_t n, int classes, float* entropy) {
    parallel_chunks(n, 1 << 14, [&](std::int64_t begin, std::int64_t end) {
        std::fill(entropy + begin, entropy + end, 0.F);
        for (int c = 0; c < classes; ++c)
            for (auto i = begin; i < end; ++i) {
                const float q = p[c * n + i];
                if (q > 1e-7F) entropy[i] -= q * std::log2(q);
            }
    });
}

}  // namespace

Runner over_views(Runner run, int views, Size3 tile, int classes, bool disagreement) {
    if (views == 1 && !disagreement) return run;
    const auto n = static_cast<std::size_t>(tile.count());
    return [=, values = std::vector<float>(n), p = std::vector<float>(n * static_cast<std::size_t>(classes)),
            entropy = std::vector<float>(disagreement ? n : 0)](const float* in, float* out) mutable {
        float* doubt = out + p.size();
        std::fill_n(out, p.size() + entropy.size(), 0.F);
        for (int view = 0; view < views; ++view) {
            std::fill(values.begin(), values.end(), 0.F);
            add_mirrored(in, values.data(), tile, 1, view, 1);
            run(values.data(), p.data());
            add_mirrored(p.data(), out, tile, classes, view, 1 / static_cast<float>(views));
            if (!disagreement) continue;
            measure_entropy(p.data(), tile.count(), classes, entropy.data());
            add_mirrored(entropy.data(), doubt, tile, 1, view, 1 / static_cast<float>(views));
        }
        if (!disagreement) return;
        measure_entropy(out, tile.count(), classes, entropy.data());
        for (std::size_t i = 0; i < n; ++i) doubt[i] = std::clamp(entropy[i] - doubt[i], 0.F, 1.F);
    };
}

}  // namespace cytomo
