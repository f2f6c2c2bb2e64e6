// Which objects of two sets are the same.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/progress.h"
#include "cytomo/labels/instances.h"

namespace cytomo {

/// Object `a` of one set and object `b` of the other share `voxels` voxels.
struct Match {
    std::uint32_t a = 0, b = 0;
    std::int64_t voxels = 0;
    friend bool operator==(const Match&, const Match&) = default;
};

/// Pairs of objects of the same class that share more voxels with each other than with any other object of
/// the other set (ties: the lower numbers). However far the sizes differ: pairs that only agree well
/// would hide what a measurement is to be judged by. Each object occurs at most once; ascending by `a`. Reads
/// both once, slice by slice; the same at any thread count. Throws InputError if the sizes differ.
std::vector<Match> match_objects(const InstanceSlices& a, const InstanceSlices& b,
                                 const Progress& progress = {});

}  // namespace cytomo
