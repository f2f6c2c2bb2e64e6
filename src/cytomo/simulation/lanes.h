// Vector code over the slices that the projector takes together.
#pragma once

#include "cytomo/simulation/projector.h"

namespace cytomo {

/// Eight neighbouring values as one vector (compilers spill wider ones than the processor's).
constexpr std::int64_t eight = 8;
using Eight = float __attribute__((vector_size(eight * sizeof(float)), aligned(alignof(float)), may_alias));

inline Eight& eight_at(float* p) {
    return *reinterpret_cast<Eight*>(p);
}
inline const Eight& eight_at(const float* p) {
    return *reinterpret_cast<const Eight*>(p);
}

/// to += wa * a + wb * b, for one place in all slices.
inline void add(float* to, const float* a, float wa, const float* b, float wb) {
    for (std::int64_t j = 0; j < lanes; j += eight)
        eight_at(to + j) += wa * eight_at(a + j) + wb * eight_at(b + j);
}

}  // namespace cytomo
