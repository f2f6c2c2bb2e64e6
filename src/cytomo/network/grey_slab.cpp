#include "grey_slab.h"

#include <algorithm>
#include <cmath>

#include "cytomo/core/fresh_memory.h"
#include "cytomo/core/mirrored.h"
#include "cytomo/core/parallel.h"

namespace cytomo {

namespace {

constexpr float steps = 2048;
constexpr std::int64_t slices_at_once = 16;

}  // namespace

GreySlab::GreySlab(const Resampler& resampler, const GreyScale& scale, std::int64_t first, std::int64_t depth)
    : size_{resampler.grid().size.x, resampler.grid().size.y, depth} {
    resize_fresh(values_, static_cast<std::size_t>(size_.count()));
    const auto slice = size_.x * size_.y;
    for (std::int64_t z = 0; z < depth; z += slices_at_once) {
        const auto count = std::min(slices_at_once, depth - z);
        const auto values = resampler.slices(first + z, count);
        std::int16_t* to = values_.data() + z * slice;
        parallel_chunks(count * slice, 1 << 16, [&](std::int64_t begin, std::int64_t end) {
            for (auto i = begin; i < end; ++i) {
                const float v = values[static_cast<std::size_t>(i)];
                const float scaled = std::isfinite(v) ? steps * scale.apply(v) : 0.F;
                to[i] = static_cast<std::int16_t>(std::lrintf(std::clamp(scaled, -32767.F, 32767.F)));
            }
        });
    }
}

void GreySlab::cut(std::int64_t x0, std::int64_t y0, Size3 tile, std::vector<float>& out) const {
    const auto inside = std::min(tile.x, size_.x - x0);
    parallel_for(tile.z, [&](std::int64_t k) {
        const std::int16_t* slice = values_.data() + mirrored(k, size_.z) * size_.x * size_.y;
        for (std::int64_t j = 0; j < tile.y; ++j) {
            const std::int16_t* row = slice + mirrored(y0 + j, size_.y) * size_.x;
            float* to = out.data() + (k * tile.y + j) * tile.x;
            for (std::int64_t i = 0; i < inside; ++i) to[i] = row[x0 + i] * (1 / steps);
            for (auto i = inside; i < tile.x; ++i) to[i] = row[mirrored(x0 + i, size_.x)] * (1 / steps);
        }
    });
}

}  // namespace cytomo
