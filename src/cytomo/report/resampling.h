// Values on a raster to a raster of another size (private to the folder).
#pragma once

#include <cstdint>
#include <vector>

namespace cytomo {

/// `catmull_rom` passes through the values; `cubic_b_spline` smooths and never overshoots.
enum class Kernel { catmull_rom, cubic_b_spline };

/// width × height values, x fastest, to new_width × new_height over the same area; edges are repeated.
/// When the raster shrinks, values are averaged so that none is skipped. Same result at any thread
/// count.
std::vector<float> resampled(const std::vector<float>& values, std::int64_t width, std::int64_t height,
                             int new_width, int new_height, Kernel kernel);

}  // namespace cytomo
