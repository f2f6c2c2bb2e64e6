#include "cytomo/image/grey_scale.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "order_statistics.h"

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

using Parts = std::vector<std::vector<float>>;

/// The least and the largest value and how often they occur.
struct Extremes {
    float least = std::numeric_limits<float>::infinity(), most = -least;
    std::size_t count = 0, at_least = 0, at_most = 0;
};

Extremes find_extremes(const Parts& parts) {
    std::vector<Extremes> found(parts.size());
    parallel_for(static_cast<std::int64_t>(parts.size()), [&](std::int64_t i) {
        const auto& part = parts[static_cast<std::size_t>(i)];
        Extremes e;
        for (const float v : part) {
            e.least = std::min(e.least, v);
            e.most = std::max(e.most, v);
        }
        e.count = part.size();
        e.at_least = static_cast<std::size_t>(std::count(part.begin(), part.end(), e.least));
        e.at_most = static_cast<std::size_t>(std::count(part.begin(), part.end(), e.most));
        found[static_cast<std::size_t>(i)] = e;
    });
    Extremes all;
    for (const Extremes& e : found) {
        all.least = std::min(all.least, e.least);
        all.most = std::max(all.most, e.most);
    }
    for (const Extremes& e : found) {
        all.count += e.count;
        all.at_least += e.least == all.least ? e.at_least : 0;
        all.at_most += e.most == all.most ? e.at_most : 0;
    }
    return all;
}

struct Clipped {
    double low = 0, high = 0, mean = 0, deviation = 0, skewness = 0;
};

/// A constant rim, as reconstructions leave it, does not count: an extreme value that more than three in a
/// hundred have.
Clipped clipped_moments(const Parts& parts, const Extremes& e) {
    if (e.count == 0) return {};
    const std::size_t limit = e.count / 33;
    const bool low_rim = e.at_least > limit && e.at_least < e.count;
    const std::size_t first = low_rim ? e.at_least : 0;
    const bool high_rim = e.at_most > limit && e.at_most < e.count - first;
    const std::size_t count = e.count - first - (high_rim ? e.at_most : 0);
    const auto place = [&](double share) {
        return first + static_cast<std::size_t>(share * static_cast<double>(count - 1));
    };
    const std::vector<float> limits = values_at(parts, {place(0.01), place(0.99)});
    Clipped c{limits[0], limits[1], 0, 0, 0};
    // Sums of the parts, added in their order: the same at any number of threads.
    const auto sum_up = [&](const auto& of_value) {
        std::vector<std::array<double, 2>> sums(parts.size());
        parallel_for(static_cast<std::int64_t>(parts.size()), [&](std::int64_t i) {
            std::array<double, 2> sum{};
            for (const float v : parts[static_cast<std::size_t>(i)]) {
                if ((low_rim && v == e.least) || (high_rim && v == e.most)) continue;
                const auto [a, b] = of_value(static_cast<double>(std::clamp(v, limits[0], limits[1])));
                sum[0] += a;
                sum[1] += b;
            }
            sums[static_cast<std::size_t>(i)] = sum;
        });
        std::array<double, 2> all{};
        for (const auto& sum : sums) {
            all[0] += sum[0];
            all[1] += sum[1];
        }
        return all;
    };
    const auto n = static_cast<double>(count);
    c.mean = sum_up([](double v) { return std::array{v, 0.0}; })[0] / n;
    const auto [s2, s3] = sum_up([&](double v) {
        const double d = v - c.mean;
        return std::array{d * d, d * d * d};
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
    Parts fine(static_cast<std::size_t>(slices)), coarse(fine.size());
    parallel_for(slices, [&](std::int64_t i) {
        std::vector<float> slice(static_cast<std::size_t>(nx * ny));
        tomogram.read_slices((2 * i + 1) * nz / (2 * slices), 1, slice);
        append_block_means(slice, nx, ny, block(voxel_um), fine[static_cast<std::size_t>(i)]);
        append_block_means(slice, nx, ny, block(0.06), coarse[static_cast<std::size_t>(i)]);
    });
    const Extremes of_fine = find_extremes(fine), of_coarse = find_extremes(coarse);
    if (of_fine.count == 0 || of_fine.least == of_fine.most)
        throw InputError(tomogram.source, "grey values that differ",
                         of_fine.count == 0 ? "only NaN" : "one value throughout",
                         "Check that this is a reconstructed tomogram");
    const Clipped a = clipped_moments(fine, of_fine), b = clipped_moments(coarse, of_coarse);
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
