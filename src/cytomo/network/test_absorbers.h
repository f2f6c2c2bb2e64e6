// A tomogram whose polarity can be told, for tests.
#pragma once

#include <cstdint>
#include <memory>

#include "cytomo/core/random.h"
#include "cytomo/core/volume.h"

namespace cytomo::test_absorbers {

/// 64 × 64 × 32 voxels of 20 nm: a few strong absorbers in noise, bright (`sign` 1) or dark (-1).
inline Tomogram few_absorbers(float sign) {
    auto v = std::make_shared<Volume<float>>(Grid{{64, 64, 32}, {0.02, 0.02, 0.02}, {}});
    Random r(5);
    for (std::int64_t i = 0; i < v->count(); ++i)
        (*v)[i] = sign * static_cast<float>(r.normal(i % 64 < 4 && i / 64 % 64 < 40 ? 90 : 50, 5));
    return tomogram_from(v);
}

}  // namespace cytomo::test_absorbers
