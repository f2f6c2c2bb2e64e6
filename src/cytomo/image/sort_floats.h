// Private to image: sorting many numbers.
#pragma once

#include <vector>

namespace cytomo {

/// Sorts numbers, none of them NaN, on all cores, ten times as fast as comparing. Memory: as
/// much again.
void sort_floats(std::vector<float>& values);

}  // namespace cytomo
