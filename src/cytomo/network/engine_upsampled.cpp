#include "engine_upsampled.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "engine_threads.h"

namespace cytomo {

using namespace onednn;

namespace {

/// The first `depth` slices of an activation, or some like them.
dnnl::memory::desc some_slices(const dnnl::memory& all, Precision precision, std::int64_t depth) {
    const auto md = all.get_desc();
    auto dims = md.dims();
    if (dims[2] == depth) return md;
    dims[2] = depth;
    return {dims, md.data_type(), precision == Precision::int8 ? tag::acdeb : blocked_tag()};
}

void* slice_of(const dnnl::memory& all, std::int64_t z) {
    const auto bytes = static_cast<std::int64_t>(all.get_desc().get_size()) / all.get_desc().dims()[2];
    return static_cast<std::byte*>(all.get_data_handle()) + z * bytes;
}

}  // namespace

UpsampledSum::UpsampledSum(Precision precision, const dnnl::memory& fine, float fine_scale,
                           const dnnl::memory& coarse, float coarse_scale, float result_scale)
    : precision_(precision),
      fine_(fine),
      coarse_(coarse),
      fine_factor_(fine_scale / result_scale),
      coarse_factor_(coarse_scale / result_scale) {}

void UpsampledSum::add(std::int64_t begin, std::int64_t end) {
    if (precision_ == Precision::int8) return add_int8(begin, end);
    auto at = prepared_.find(end - begin);
    if (at == prepared_.end()) {
        dnnl::post_ops post;
        post.append_sum(1.F);
        dnnl::primitive_attr attributes;
        attributes.set_post_ops(post);
        const auto coarse = some_slices(coarse_, precision_, end - begin),
                   fine = some_slices(fine_, precision_, slices() * (end - begin));
        const dnnl::resampling_forward::primitive_desc pd({dnnl::prop_kind::forward_inference,
                                                           dnnl::algorithm::resampling_nearest,
                                                           {static_cast<float>(slices()), 2.F, 2.F},
                                                           coarse,
                                                           fine},
                                                          attributes, cpu());
        at = prepared_.emplace(end - begin, Prepared{dnnl::resampling_forward(pd), fine, coarse}).first;
    }
    const Prepared& p = at->second;
    execute(p.primitive, {{DNNL_ARG_SRC, dnnl::memory(p.coarse, cpu(), slice_of(coarse_, begin))},
                          {DNNL_ARG_DST, dnnl::memory(p.fine, cpu(), slice_of(fine_, slices() * begin))}});
}

/// In 8 bits, channels side by side: result = round(fine * fine_factor + coarse * coarse_factor).
void UpsampledSum::add_int8(std::int64_t begin, std::int64_t end) const {
    const auto dims = fine_.get_desc().dims();
    const auto channels = dims[1], ny = dims[3], nx = dims[4], deep = slices();
    const auto* fine = static_cast<const std::uint8_t*>(fine_.get_data_handle());
    const auto* coarse = static_cast<const std::int8_t*>(coarse_.get_data_handle());
    auto* out = static_cast<std::int8_t*>(fine_.get_data_handle());
    engine_chunks(deep * (end - begin) * ny, 16, [&](std::int64_t first, std::int64_t last) {
        for (auto row = deep * begin * ny + first; row < deep * begin * ny + last; ++row) {
            const std::int64_t y = row % ny, z = row / ny;
            const auto* from = coarse + (z / deep * (ny / 2) + y / 2) * (nx / 2) * channels;
            for (std::int64_t x = 0; x < nx; ++x) {
                const std::int8_t* c = from + x / 2 * channels;
                const auto at = (row * nx + x) * channels;
                for (std::int64_t i = 0; i < channels; ++i) {
                    const float sum = fine_factor_ * static_cast<float>(fine[at + i]) +
                                      coarse_factor_ * static_cast<float>(c[i]);
                    out[at + i] = static_cast<std::int8_t>(
                        static_cast<int>(std::clamp(sum, -127.F, 127.F) + 127.5F) - 127);
                }
            }
        }
    });
}

}  // namespace cytomo
