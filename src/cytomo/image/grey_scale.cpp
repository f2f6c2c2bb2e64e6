#include "cytomo/image/grey_scale.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "sort_floats.h"

namespace cytomo {

namespace {

/// Appends means over blocks of b × b pixels of a slice; blocks with a NaN are left out.
void append_block_means(const std::vector<float>& slice, std::int64_t nx, std::int64_t ny, std::int64_t b,
                        std::vector<float>& out) {
    for (std::int64_t y = 0; y + b <= ny; y += b)
        for (std::int64_t x = 0; x + b <= nx; x += b) {
            float sum = 0;
            for (std::int64_t j = 0; j < b; ++j)
                for (std::int64_t i = 0; i < b; ++i)
                    sum += slice[static_cast<std::size_t>((y + j) * nx + x + i)];
            const float mean = sum / static_cast<float>(b * b);
            if (std::isfinite(mean)) out.push_back(mean);
        }
}

void drop_constant_rim(std::vector<float>& sorted) {
    const auto limit = static_cast<std::ptrdiff_t>(sorted.size() / 33);
    const auto low = std::upper_bound(sorted.begin(), sorted.end(), sorted.front());
    if (low - sorted.begin() > limit && low != sorted.end()) sorted.erase(sorted.begin(), low);
    const auto high = std::lower_bound(sorted.begin(), sorted.end(), sorted.back());
    if (sorted.end() - high > limit && high != sorted.begin()) sorted.erase(high, sorted.end());
}

struct Clipped {
    double low, high, mean, deviation, skewness;
};

Clipped clipped_moments(std::vector<float>& values) {
    sort_floats(values);
    drop_constant_rim(values);
    const auto at = [&](double f) {
        return static_cast<double>(
            values[static_cast<std::size_t>(f * static_cast<double>(values.size() - 1))]);
    };
    Clipped c{at(0.01), at(0.99), 0, 0, 0};
    // Sums in the order of the values, which are sorted: what is clipped comes first and last.
    const auto first = std::lower_bound(values.begin(), values.end(), static_cast<float>(c.low));
    const auto last = std::upper_bound(first, values.end(), static_cast<float>(c.high));
    const auto for_clipped = [&](const auto& add) {
        for (auto v = values.begin(); v != first; ++v) add(c.low);
        for (auto v = first; v != last; ++v) add(static_cast<double>(*v));
        for (auto v = last; v != values.end(); ++v) add(c.high);
    };
    double s1 = 0;
    for_clipped([&s1](double v) { s1 += v; });
    const auto n = static_cast<double>(values.size());
    c.mean = s1 / n;
    double s2 = 0, s3 = 0;
    for_clipped([&](double v) {
        const double d = v - c.mean;
        s2 += d * d;
        s3 += d * d * d;
    });
    c.deviation = std::sqrt(s2 / n);
    c.skewness = c.deviation > 0 ? s3 / n / std::pow(c.deviation, 3) : 0;
    return c;
}

}  // namespace

GreyStatistics measure_grey_statistics(const Tomogram& tomogram, double voxel_um) {
    const auto [nx, ny, nz] = tomogram.grid.size;
    const std::int64_t slices = std::min<std::int64_t>(48, nz);
    const double edge = std::max(tomogram.grid.voxel_um.x, tomogram.grid.voxel_um.y);
    const std::int64_t shortest = std::min(nx, ny);
    const auto block = [&](double wanted) {
        return std::clamp<std::int64_t>(std::llround(wanted / edge), 1,
                                        std::max<std::int64_t>(1, shortest / 4));
    };
    std::vector<std::vector<float>> fine(static_cast<std::size_t>(slices)),
        coarse(static_cast<std::size_t>(slices));
    parallel_for(slices, [&](std::int64_t i) {
        std::vector<float> slice(static_cast<std::size_t>(nx * ny));
        tomogram.read_slices((2 * i + 1) * nz / (2 * slices), 1, slice);
        append_block_means(slice, nx, ny, block(voxel_um), fine[static_cast<std::size_t>(i)]);
        append_block_means(slice, nx, ny, block(0.06), coarse[static_cast<std::size_t>(i)]);
    });
    const auto joined = [](std::vector<std::vector<float>>& parts) {
        std::vector<float> all;
        std::size_t count = 0;
        for (const auto& p : parts) count += p.size();
        all.reserve(count);
        for (auto& p : parts) {
            all.insert(all.end(), p.begin(), p.end());
            std::vector<float>().swap(p);
        }
        return all;
    };
    auto values = joined(fine), smooth = joined(coarse);
    if (values.empty() ||
        *std::min_element(values.begin(), values.end()) == *std::max_element(values.begin(), values.end()))
        throw InputError(tomogram.source, "grey values that differ",
                         values.empty() ? "only NaN" : "one value throughout",
                         "Check that this is a reconstructed tomogram");
    const Clipped a = clipped_moments(values), b = clipped_moments(smooth);
    return {a.low, a.high, a.mean, a.deviation > 0 ? a.deviation : 1, b.skewness};
}

Polarity guess_polarity(const GreyStatistics& s) {
    return s.skewness < 0 ? Polarity::dense_is_dark : Polarity::dense_is_bright;
}

GreyScale make_grey_scale(const GreyStatistics& s, Polarity polarity) {
    const double sign = polarity == Polarity::dense_is_dark ? -1 : 1;
    return {static_cast<float>(s.mean), static_cast<float>(sign / s.deviation)};
}

}  // namespace cytomo
