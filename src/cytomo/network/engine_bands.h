// Private to network: layers at full resolution, some slices at a time. What one layer leaves, the next one
// takes while it is still in the cache, and no layer but the last one's result exists as a whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <tuple>

#include "cytomo/core/grid.h"
#include "engine_buffer.h"
#include "engine_convolution.h"
#include "engine_upsampled.h"
#include "onednn.h"

namespace cytomo {

/// Slices of an activation, made when they are asked for, along z in ascending order.
class Slices {
public:
    virtual ~Slices() = default;
    /// Slices begin … end - 1, one after the other; in memory until the next call, which must not have a
    /// smaller begin or end.
    virtual const void* get(std::int64_t begin, std::int64_t end) = 0;
    /// For the next tile, which begins at slice 0 again.
    virtual void restart() = 0;
    std::int64_t channels() const { return channels_; }
    /// Of so many slices.
    dnnl::memory::desc descriptor(Size3 tile, std::int64_t depth) const {
        return {{1, channels_, depth, tile.y, tile.x}, type_, layout_};
    }
    onednn::tag layout() const { return layout_; }

protected:
    Slices(std::int64_t channels, onednn::dt type, onednn::tag layout)
        : channels_(channels), type_(type), layout_(layout) {}

private:
    std::int64_t channels_;
    onednn::dt type_;
    onednn::tag layout_;
};

/// The network's input, from normalised grey values: in bf16 two channels, the values and what rounding them
/// lost, so that the first layer sees 16 bits of each; in int8 multiples of `scale`.
class InputSlices : public Slices {
public:
    InputSlices(Size3 tile, Precision precision, float scale);
    void set(const float* values) { values_ = values; }
    float scale() const { return scale_; }
    const void* get(std::int64_t begin, std::int64_t end) override;
    void restart() override {}

private:
    Size3 tile_;
    Precision precision_;
    float scale_;
    const float* values_ = nullptr;
    Buffer buffer_;
};

/// The result of a 3×3×3 convolution. All channels of a voxel must lie in one block of the layout.
class ConvolutionSlices : public Slices {
public:
    /// `whole`: where all slices of the result go; else as many are kept as were asked for last. `type` of
    /// the result. Keeps references to `source`.
    ConvolutionSlices(Slices& source, Convolution convolution, Size3 tile, onednn::dt type,
                      void* whole = nullptr);
    const void* get(std::int64_t begin, std::int64_t end) override;
    void restart() override;

private:
    void make_room(std::int64_t begin, std::int64_t end);
    const Convolution::Prepared& prepared(std::int64_t depth, std::int64_t front, std::int64_t back);

    Slices& source_;
    Convolution convolution_;
    Size3 tile_;
    std::size_t slice_bytes_;
    Buffer own_;
    std::byte* data_;                   ///< slice first_
    std::int64_t first_ = 0, end_ = 0;  ///< which slices are there
    std::int64_t room_;                 ///< for so many
    std::map<std::tuple<std::int64_t, std::int64_t, std::int64_t>, Convolution::Prepared> prepared_;
};

/// The sum of a fine activation and of a coarse one, each voxel of it added to eight; it takes the place of
/// the fine one.
class SumSlices : public Slices {
public:
    /// `fine` is what `sum` adds to; `type` that of the result.
    SumSlices(UpsampledSum sum, const dnnl::memory& fine, onednn::dt type, onednn::tag layout);
    const void* get(std::int64_t begin, std::int64_t end) override;
    void restart() override { pairs_ = 0; }

private:
    UpsampledSum sum_;
    std::byte* fine_;
    std::size_t slice_bytes_;
    std::int64_t pairs_ = 0;  ///< of fine slices that are done
};

}  // namespace cytomo
