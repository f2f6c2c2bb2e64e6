// The bits of floats, with the sign turned round, are ordered as whole numbers. Counting the upper half of
// them tells in which group of numbers a place lies; only that group is looked at.
#include "order_statistics.h"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "cytomo/core/parallel.h"

namespace cytomo {

namespace {

constexpr std::size_t groups = 1U << 16U;

std::uint32_t group_of(float v) {
    const auto bits = std::bit_cast<std::uint32_t>(v + 0.F);
    return ((bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U) >> 16U;
}

}  // namespace

std::vector<float> values_at(const std::vector<std::vector<float>>& parts,
                             const std::vector<std::size_t>& places) {
    std::vector<std::vector<std::uint32_t>> counts(parts.size());
    parallel_for(static_cast<std::int64_t>(parts.size()), [&](std::int64_t i) {
        const auto part = static_cast<std::size_t>(i);
        counts[part].assign(groups, 0);
        for (const float v : parts[part]) ++counts[part][group_of(v)];
    });
    std::vector<std::size_t> before(groups + 1, 0);
    for (std::size_t g = 0; g < groups; ++g) {
        before[g + 1] = before[g];
        for (const auto& of_part : counts) before[g + 1] += of_part[g];
    }
    std::vector<float> values(places.size());
    parallel_for(static_cast<std::int64_t>(places.size()), [&](std::int64_t i) {
        const std::size_t place = places[static_cast<std::size_t>(i)];
        const auto above = std::upper_bound(before.begin(), before.end(), place);
        const auto group = static_cast<std::size_t>(above - before.begin()) - 1;
        std::vector<float> members;
        members.reserve(before[group + 1] - before[group]);
        for (std::size_t p = 0; p < parts.size(); ++p) {
            if (counts[p][group] == 0) continue;
            for (const float v : parts[p])
                if (group_of(v) == group) members.push_back(v);
        }
        const auto at = members.begin() + static_cast<std::ptrdiff_t>(place - before[group]);
        std::nth_element(members.begin(), at, members.end());
        values[static_cast<std::size_t>(i)] = *at;
    });
    return values;
}

}  // namespace cytomo
