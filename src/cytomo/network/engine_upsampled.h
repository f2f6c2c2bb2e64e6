// Private to network: where the decoder joins the encoder.
#pragma once

#include <cstdint>
#include <map>

#include "engine.h"
#include "onednn.h"

namespace cytomo {

/// Adds a coarse activation to one of twice its resolution, each voxel of it to eight (to four if both have
/// one slice); the sum takes the place of the fine one.
class UpsampledSum {
public:
    /// `fine`: [1, channels, z, y, x], where it lies and its scale; then the same of the coarse one. Scales
    /// are 1 unless int8.
    UpsampledSum(Precision precision, const dnnl::memory& fine, float fine_scale, const dnnl::memory& coarse,
                 float coarse_scale, float result_scale);
    /// From slices begin … end - 1 of the coarse activation. All of them, unless all channels of a voxel lie
    /// in one block of the layout.
    void add(std::int64_t begin, std::int64_t end);
    /// Slices of the fine activation for one of the coarse one: 2, or 1.
    std::int64_t slices() const { return fine_.get_desc().dims()[2] / coarse_.get_desc().dims()[2]; }

private:
    void add_int8(std::int64_t begin, std::int64_t end) const;

    Precision precision_;
    dnnl::memory fine_, coarse_;
    float fine_factor_, coarse_factor_;
    struct Prepared {
        dnnl::resampling_forward primitive;
        dnnl::memory::desc fine, coarse;
    };
    std::map<std::int64_t, Prepared> prepared_;  ///< by depth
};

}  // namespace cytomo
