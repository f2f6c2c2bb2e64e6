// Stretches of equal values, of which labels mostly consist.
#pragma once

#include <cstdint>

namespace cytomo {

/// Calls use(value, begin, end) for each stretch of equal values among the first `count` that stand at
/// `values`, a row most often, in their order; `end` lies behind the last one.
template <class T, class Use>
void for_stretches(const T* values, std::int64_t count, const Use& use) {
    for (std::int64_t begin = 0; begin < count;) {
        std::int64_t end = begin + 1;
        while (end < count && values[end] == values[begin]) ++end;
        use(values[begin], begin, end);
        begin = end;
    }
}

/// The same for two rows: use(value of a, value of b, begin, end) for each stretch in which neither changes.
template <class A, class B, class Use>
void for_stretches(const A* a, const B* b, std::int64_t count, const Use& use) {
    for (std::int64_t begin = 0; begin < count;) {
        std::int64_t end = begin + 1;
        while (end < count && a[end] == a[begin] && b[end] == b[begin]) ++end;
        use(a[begin], b[begin], begin, end);
        begin = end;
    }
}

}  // namespace cytomo
