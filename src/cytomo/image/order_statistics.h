// Private to image: values at places of a sorted order, without sorting.
#pragma once

#include <cstddef>
#include <vector>

namespace cytomo {

/// The values that would stand at `places` (from 0) if the numbers of all parts were sorted together. None
/// may be NaN, and each place has to exist. Parts are looked at side by side; time linear in numbers, memory
/// 256 KB a part and, for each place, the numbers that share its upper 16 bits.
std::vector<float> values_at(const std::vector<std::vector<float>>& parts,
                             const std::vector<std::size_t>& places);

}  // namespace cytomo
