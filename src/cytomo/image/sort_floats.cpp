// Radix sort by 11 bits at a time, from the lowest: the bits of floats, with the sign turned round, are
// ordered as whole numbers. Each part of the values has its own places in each bucket, so parts move in
// parallel.
#include "sort_floats.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "cytomo/core/parallel.h"

namespace cytomo {

namespace {

constexpr int digit_bits = 11, parts = 16;
constexpr std::uint32_t buckets = 1U << digit_bits;
using Counts = std::array<std::size_t, buckets>;

std::uint32_t key_of(float v) {
    const auto bits = std::bit_cast<std::uint32_t>(v + 0.F);
    return (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
}

/// Calls body(part, begin, end) for each part of n values.
template <class Body>
void for_parts(std::size_t n, const Body& body) {
    parallel_for(parts, [&](std::int64_t p) {
        const auto part = static_cast<std::size_t>(p);
        body(part, n * part / parts, n * (part + 1) / parts);
    });
}

}  // namespace

void sort_floats(std::vector<float>& values) {
    const std::size_t n = values.size();
    std::vector<float> other(n);
    std::vector<Counts> places(parts);
    for (int shift = 0; shift < 32; shift += digit_bits) {
        const auto digit = [shift](float v) { return key_of(v) >> shift & (buckets - 1); };
        for_parts(n, [&](std::size_t part, std::size_t begin, std::size_t end) {
            places[part].fill(0);
            for (auto i = begin; i < end; ++i) ++places[part][digit(values[i])];
        });
        std::size_t next = 0;
        for (std::uint32_t b = 0; b < buckets; ++b)
            for (Counts& counts : places) {
                const auto count = counts[b];
                counts[b] = next;
                next += count;
            }
        for_parts(n, [&](std::size_t part, std::size_t begin, std::size_t end) {
            for (auto i = begin; i < end; ++i) other[places[part][digit(values[i])]++] = values[i];
        });
        values.swap(other);
    }
}

}  // namespace cytomo
