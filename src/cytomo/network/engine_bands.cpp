#include "engine_bands.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "engine_threads.h"
#include "folded_weights.h"

namespace cytomo {

using namespace onednn;

namespace {

std::size_t slice_bytes(const Slices& slices, Size3 tile) {
    return slices.descriptor(tile, 1).get_size();
}

}  // namespace

InputSlices::InputSlices(Size3 tile, Precision precision, float scale)
    : Slices(precision == Precision::bf16 ? 2 : 1, activation_type(precision, true),
             precision == Precision::int8 ? tag::acdeb : tag::abcde),
      tile_(tile),
      precision_(precision),
      scale_(scale) {}

const void* InputSlices::get(std::int64_t begin, std::int64_t end) {
    const std::int64_t slice = tile_.x * tile_.y, n = (end - begin) * slice;
    const float* values = values_ + begin * slice;
    if (precision_ == Precision::f32) return values;
    const auto bytes = static_cast<std::size_t>(end - begin) * slice_bytes(*this, tile_);
    if (buffer_.size() < bytes) buffer_ = Buffer(bytes);
    if (precision_ == Precision::int8) {
        auto* to = reinterpret_cast<std::int8_t*>(buffer_.data());
        engine_chunks(n, 1 << 14, [&](std::int64_t first, std::int64_t last) {
            for (auto i = first; i < last; ++i)
                to[i] = static_cast<std::int8_t>(std::lrintf(std::clamp(values[i] / scale_, -127.F, 127.F)));
        });
    } else {
        auto* high = reinterpret_cast<std::uint16_t*>(buffer_.data());
        engine_chunks(n, 1 << 14, [&](std::int64_t first, std::int64_t last) {
            for (auto i = first; i < last; ++i) {
                const float rounded = to_bfloat16(values[i]);
                high[i] = upper_half(rounded);
                high[n + i] = upper_half(to_bfloat16(values[i] - rounded));
            }
        });
    }
    return buffer_.data();
}

ConvolutionSlices::ConvolutionSlices(Slices& source, Convolution convolution, Size3 tile, dt type,
                                     void* whole)
    : Slices(convolution.layer().out, type, source.layout() == tag::acdeb ? tag::acdeb : blocked_tag()),
      source_(source),
      convolution_(std::move(convolution)),
      tile_(tile),
      slice_bytes_(slice_bytes(*this, tile)),
      data_(static_cast<std::byte*>(whole)),
      room_(whole != nullptr ? tile.z : 0) {}

void ConvolutionSlices::restart() {
    source_.restart();
    first_ = end_ = 0;
}

/// Forgets the slices before `begin` if there is no room for those up to `end` otherwise.
void ConvolutionSlices::make_room(std::int64_t begin, std::int64_t end) {
    if (end - first_ <= room_) return;
    const auto kept = static_cast<std::size_t>(end_ - begin) * slice_bytes_;
    const std::byte* from = data_ + static_cast<std::size_t>(begin - first_) * slice_bytes_;
    if (end - begin > room_) {
        room_ = end - begin;
        Buffer larger(static_cast<std::size_t>(room_) * slice_bytes_);
        if (kept > 0) std::memcpy(larger.data(), from, kept);
        own_ = std::move(larger);
        data_ = own_.data();
    } else if (kept > 0) {
        std::memmove(data_, from, kept);
    }
    first_ = begin;
}

const Convolution::Prepared& ConvolutionSlices::prepared(std::int64_t depth, std::int64_t front,
                                                         std::int64_t back) {
    const auto found = prepared_.find({depth, front, back});
    if (found != prepared_.end()) return found->second;
    const auto halo = 2 * convolution_.padding_along_z() - front - back;
    return prepared_
        .emplace(std::tuple(depth, front, back), convolution_.prepare(source_.descriptor(tile_, depth + halo),
                                                                      descriptor(tile_, depth), front, back))
        .first->second;
}

const void* ConvolutionSlices::get(std::int64_t begin, std::int64_t end) {
    if (end > end_) {
        make_room(begin, end);
        const auto p = convolution_.padding_along_z(), from = std::max<std::int64_t>(0, end_ - p),
                   to = std::min(tile_.z, end + p);
        const auto* source = static_cast<const std::byte*>(source_.get(from, to));
        run(prepared(end - end_, p - (end_ - from), p - (to - end)), source,
            data_ + static_cast<std::size_t>(end_ - first_) * slice_bytes_,
            convolution_.layer().residual
                ? source + static_cast<std::size_t>(end_ - from) * slice_bytes(source_, tile_)
                : nullptr);
        end_ = end;
    }
    return data_ + static_cast<std::size_t>(begin - first_) * slice_bytes_;
}

SumSlices::SumSlices(UpsampledSum sum, const dnnl::memory& fine, dt type, tag layout)
    : Slices(fine.get_desc().dims()[1], type, layout),
      sum_(std::move(sum)),
      fine_(static_cast<std::byte*>(fine.get_data_handle())),
      slice_bytes_(fine.get_desc().get_size() / static_cast<std::size_t>(fine.get_desc().dims()[2])) {}

const void* SumSlices::get(std::int64_t begin, std::int64_t end) {
    const auto pairs = (end + 1) / 2;
    if (pairs > pairs_) sum_.add(pairs_, pairs);
    pairs_ = std::max(pairs_, pairs);
    return fine_ + static_cast<std::size_t>(begin) * slice_bytes_;
}

}  // namespace cytomo
