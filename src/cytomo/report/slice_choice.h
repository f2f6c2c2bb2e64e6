// Which slices show most of the objects (private to the folder).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace cytomo {

/// Slices from the first to the last one that an object is in, along one axis.
struct SliceSpan {
    std::int64_t first = 0, last = 0;
};

/// Some slices of one axis, ascending; `richest` is the place in the list of the one with most objects.
struct SliceChoice {
    std::vector<std::int64_t> slices;
    std::size_t richest = 0;
};

/// At most `most` of the slices 0 … count-1, so that together they show as many objects as well as they can:
/// a slice through an object's middle shows it best, one through its end not at all (as wide as a ball is
/// there). First the slice that shows most, then, one by one, the one that adds most: within (1 - 1/e) of the
/// best choice (Nemhauser, Wolsey and Fisher 1978). Where no other adds anything, the middles of the widest
/// gaps between the first and the last slice with objects. No slice without objects. Spans are cut to the
/// volume. Time: `most` × sum of the lengths of all spans. Deterministic.
SliceChoice choose_slices(std::span<const SliceSpan> objects, std::int64_t count, int most);

}  // namespace cytomo
