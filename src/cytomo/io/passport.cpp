#include "cytomo/io/passport.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "cytomo/core/parallel.h"
#include "cytomo/core/slice_text.h"
#include "cytomo/io/label_signs.h"
#include "cytomo/io/scalar.h"
#include "cytomo/io/voxel_size.h"

namespace cytomo {

namespace {

constexpr std::int64_t most_samples = 4'000'000;
constexpr std::int64_t block_edge = 8;
constexpr std::int64_t most_distinct = 65536;

/// What is counted in one slice; slices are counted on all cores and added up in order.
struct SliceFacts {
    std::int64_t finite = 0, nans = 0, infinite = 0, at_minimum = 0, at_maximum = 0;
    double minimum = std::numeric_limits<double>::infinity();
    double maximum = -std::numeric_limits<double>::infinity();
    double sum = 0, squares = 0;  ///< of value - shift
    std::vector<float> block_means;
};

template <class T>
SliceFacts measure_slice(std::span<const T> values, std::int64_t nx, std::int64_t ny, double shift) {
    SliceFacts f;
    for (const T value : values) {
        const auto v = static_cast<double>(io::number(value));
        if (!std::isfinite(v)) {
            ++(std::isnan(v) ? f.nans : f.infinite);
            continue;
        }
        ++f.finite;
        f.sum += v - shift;
        f.squares += (v - shift) * (v - shift);
        if (v < f.minimum) f.minimum = v, f.at_minimum = 0;
        if (v > f.maximum) f.maximum = v, f.at_maximum = 0;
        f.at_minimum += v == f.minimum;
        f.at_maximum += v == f.maximum;
    }
    // Averages over blocks damp the noise. Blocks of one value are a rim or a mask, not matter.
    for (std::int64_t y = 0; y + block_edge <= ny; y += block_edge)
        for (std::int64_t x = 0; x + block_edge <= nx; x += block_edge) {
            double sum = 0;
            bool constant = true;
            const auto first = static_cast<double>(io::number(values[static_cast<std::size_t>(y * nx + x)]));
            for (std::int64_t j = 0; j < block_edge; ++j)
                for (std::int64_t i = 0; i < block_edge; ++i) {
                    const auto v = static_cast<double>(
                        io::number(values[static_cast<std::size_t>((y + j) * nx + x + i)]));
                    sum += v;
                    constant = constant && v == first;
                }
            if (!constant && std::isfinite(sum))
                f.block_means.push_back(static_cast<float>(sum / (block_edge * block_edge)));
        }
    return f;
}

/// Values from which percentiles are taken: a histogram for small integers, a regular sample for others.
class Distribution {
public:
    Distribution(const Grid& grid, ScalarType type) : type_(type) {
        small_ = bytes(type) <= 2 && type != ScalarType::float16;
        if (small_) counts_.resize(65536);
        step_ = std::max<std::int64_t>(1, (grid.count() + most_samples - 1) / most_samples);
        while (step_ > 1 && std::gcd(step_, grid.size.x) > 1) ++step_;  // no stripes along y
        if (!small_) sample_.reserve(static_cast<std::size_t>(grid.count() / step_ + 1));
    }

    template <class T>
    void add(std::int64_t first_voxel, std::span<const T> values) {
        if constexpr (std::is_integral_v<T> && sizeof(T) <= 2) {
            for (const T v : values) ++counts_[static_cast<std::size_t>(static_cast<int>(v) + offset<T>())];
        } else {
            for (std::int64_t i = (step_ - first_voxel % step_) % step_;
                 i < static_cast<std::int64_t>(values.size()); i += step_) {
                const auto v = static_cast<double>(io::number(values[static_cast<std::size_t>(i)]));
                if (std::isfinite(v)) sample_.push_back(v);
            }
        }
    }

    /// To be called once, after the last add().
    void close() {
        std::sort(sample_.begin(), sample_.end());
        if (small_)
            for (const std::int64_t c : counts_) total_ += c;
        else
            total_ = static_cast<std::int64_t>(sample_.size());
    }

    /// The value below which `percent` of the others lie (the nearest rank).
    double percentile(double percent) const {
        if (total_ == 0) return std::numeric_limits<double>::quiet_NaN();
        auto rank = static_cast<std::int64_t>(std::ceil(percent / 100 * static_cast<double>(total_)));
        rank = std::clamp<std::int64_t>(rank, 1, total_);
        if (!small_) return sample_[static_cast<std::size_t>(rank - 1)];
        std::int64_t below = 0;
        for (std::size_t i = 0; i < counts_.size(); ++i)
            if ((below += counts_[i]) >= rank) return static_cast<double>(i) - smallest();
        return std::numeric_limits<double>::quiet_NaN();
    }

    std::int64_t distinct() const {
        if (small_)
            return std::count_if(counts_.begin(), counts_.end(), [](std::int64_t c) { return c > 0; });
        std::int64_t n = sample_.empty() ? 0 : 1;
        for (std::size_t i = 1; i < sample_.size(); ++i)
            if (sample_[i] != sample_[i - 1] && ++n > most_distinct) return 0;
        return n;
    }

    /// Each value and how often it comes; empty if not all values are here, or more than `most` different
    /// ones.
    std::vector<std::pair<std::int64_t, std::int64_t>> counts(std::int64_t most) const {
        std::vector<std::pair<std::int64_t, std::int64_t>> out;
        const std::int64_t n = distinct();
        if (n == 0 || n > most || (!small_ && step_ > 1)) return out;
        for (std::size_t i = 0; small_ && i < counts_.size(); ++i)
            if (counts_[i] > 0)
                out.emplace_back(static_cast<std::int64_t>(static_cast<double>(i) - smallest()), counts_[i]);
        for (const double v : sample_) {
            const auto value = static_cast<std::int64_t>(v);
            if (out.empty() || out.back().first != value) out.emplace_back(value, 0);
            ++out.back().second;
        }
        return out;
    }

private:
    template <class T>
    static constexpr int offset() {
        return std::is_signed_v<T> ? 32768 : 0;
    }
    double smallest() const { return type_ == ScalarType::int8 || type_ == ScalarType::int16 ? 32768 : 0; }

    ScalarType type_;
    bool small_ = false;
    std::int64_t step_ = 1, total_ = 0;
    std::vector<std::int64_t> counts_;
    std::vector<double> sample_;
};

void guess_polarity(Passport& p, std::vector<float>& means) {
    constexpr std::size_t fewest_blocks = 50;
    constexpr double clear_asymmetry = 0.1;
    if (means.size() < fewest_blocks || p.looks_like_labels) return;
    std::sort(means.begin(), means.end());
    const auto at = [&](double q) {
        return static_cast<double>(
            means[static_cast<std::size_t>(q * static_cast<double>(means.size() - 1))]);
    };
    const double low = at(0.01), middle = at(0.5), high = at(0.99);
    if (!(high > low)) return;
    p.tail_asymmetry = ((high - middle) - (middle - low)) / (high - low);
    if (p.tail_asymmetry > clear_asymmetry) p.polarity = Polarity::dense_is_bright;
    if (p.tail_asymmetry < -clear_asymmetry) p.polarity = Polarity::dense_is_dark;
}

std::string percent_text(double fraction) {
    return io::short_text(100 * fraction) + " %";
}

void find_oddities(Passport& p) {
    const Grid& g = p.volume.grid;
    const auto odd = [&](const std::string& text) { p.oddities.push_back(text); };
    if (!p.volume.voxel_size_known) odd("The voxel size is not known: pass --voxel-nm X,Y,Z.");
    if (p.volume.voxel_size_known) {
        const auto [low, high] = std::minmax({g.voxel_um.x, g.voxel_um.y, g.voxel_um.z});
        if (const std::string doubt = voxel_size_doubt(g.voxel_um); !doubt.empty())
            odd(doubt + " Check the unit; what measures asks for --voxel-nm X,Y,Z.");
        else if (high > 5 * low)
            odd("The voxel edges differ more than fivefold: check the edge along z.");
    }
    if (p.nan_count > 0) odd(std::to_string(p.nan_count) + " voxels are not a number (NaN).");
    if (p.infinite_count > 0) odd(std::to_string(p.infinite_count) + " voxels are infinite.");
    if (p.minimum == p.maximum) {
        odd("All voxels have the same value.");
        return;
    }
    if (p.looks_like_labels) {
        odd("These seem to be labels, not grey values.");
        return;
    }
    constexpr double exact_in_float = 1 << 24;
    const bool wide = io::with_type(p.volume.type, [](auto sample) {
        return std::is_integral_v<decltype(sample)> && sizeof(sample) >= 4;
    });
    if (wide && std::max(std::fabs(p.minimum), std::fabs(p.maximum)) > exact_in_float)
        odd("Some values lie beyond 16777216: grey values are computed in float32, which rounds them to 24 "
            "bits.");
    if (!p.constant_slices.empty())
        odd(std::to_string(p.constant_slices.size()) + " of " + std::to_string(g.size.z) +
            " slices hold one value only, the first of them " +
            slice_text(g, 'z', p.constant_slices.front(), p.volume.voxel_size_known) + ".");
    constexpr double many = 0.001;
    if (p.fraction_at_maximum > many)
        odd(percent_text(p.fraction_at_maximum) +
            " of the voxels have the largest value: clipped, or a mask.");
    if (p.fraction_at_minimum > many)
        odd(percent_text(p.fraction_at_minimum) +
            " of the voxels have the smallest value: clipped, or outside the reconstruction.");
    if (bytes(p.volume.type) > 1 && p.distinct_values > 0 && p.distinct_values <= 256 && g.count() > 100'000)
        odd("Only " + std::to_string(p.distinct_values) + " different values in " + name(p.volume.type) +
            ": the tomogram was probably stored in 8 bits before.");
    if (bytes(p.volume.type) == 1 && p.distinct_values < 64 && g.count() > 100'000)
        odd("Only " + std::to_string(p.distinct_values) +
            " different grey values: the contrast was probably compressed.");
    if (g.size.z > 1 && 10 * g.size.y < 7 * std::min(g.size.x, g.size.z))
        odd("The y axis is the shortest: perhaps y and z are exchanged, as IMOD's tilt leaves them (trimvol "
            "-yz or -rx turns them).");
}

/// Those of 0 … count - 1 that are not among `left_out`, both ascending.
std::vector<std::int64_t> other_slices(std::int64_t count, const std::vector<std::int64_t>& left_out) {
    std::vector<std::int64_t> slices;
    for (std::int64_t z = 0; z < count; ++z)
        if (!std::binary_search(left_out.begin(), left_out.end(), z)) slices.push_back(z);
    return slices;
}

}  // namespace

bool some_slices_look_like_labels(const StoredVolume& volume) {
    return io::label_signs(volume, other_slices(volume.grid.size.z, {})).are_labels();
}

bool some_slices_look_grey(const StoredVolume& volume) {
    return io::label_signs(volume, other_slices(volume.grid.size.z, {})).are_grey();
}

Passport measure_passport(const StoredVolume& volume, const Progress& progress) {
    Passport p;
    p.volume = volume;
    const Grid& grid = volume.grid;
    const std::int64_t slice = grid.size.x * grid.size.y, slab = slices_per_slab(grid, bytes(volume.type));
    Distribution distribution(grid, volume.type);
    SliceFacts all;
    double shift = 0;
    bool has_shift = false;
    io::with_type(volume.type, [&](auto sample) {
        using T = decltype(sample);
        std::vector<T> values(static_cast<std::size_t>(slab * slice));
        for (std::int64_t z = 0; z < grid.size.z; z += slab) {
            const std::int64_t n = std::min(slab, grid.size.z - z);
            const auto part = std::span(values).first(static_cast<std::size_t>(n * slice));
            volume.read_bytes(z, n, std::as_writable_bytes(part));
            for (std::size_t i = 0; i < part.size() && !has_shift; ++i) {
                // Sums of differences to some value of the volume lose fewer digits.
                const auto v = static_cast<double>(io::number(part[i]));
                if (std::isfinite(v)) shift = v, has_shift = true;
            }
            std::vector<SliceFacts> facts(static_cast<std::size_t>(n));
            parallel_for(n, [&](std::int64_t i) {
                const auto one =
                    part.subspan(static_cast<std::size_t>(i * slice), static_cast<std::size_t>(slice));
                facts[static_cast<std::size_t>(i)] = measure_slice<T>(one, grid.size.x, grid.size.y, shift);
            });
            for (std::int64_t i = 0; i < n; ++i) {
                const SliceFacts& f = facts[static_cast<std::size_t>(i)];
                all.finite += f.finite;
                all.nans += f.nans;
                all.infinite += f.infinite;
                all.sum += f.sum;
                all.squares += f.squares;
                if (f.minimum < all.minimum) all.minimum = f.minimum, all.at_minimum = 0;
                if (f.maximum > all.maximum) all.maximum = f.maximum, all.at_maximum = 0;
                if (f.minimum == all.minimum) all.at_minimum += f.at_minimum;
                if (f.maximum == all.maximum) all.at_maximum += f.at_maximum;
                all.block_means.insert(all.block_means.end(), f.block_means.begin(), f.block_means.end());
                if (f.finite == slice && f.minimum == f.maximum) p.constant_slices.push_back(z + i);
            }
            distribution.add<T>(z * slice, part);
            progress(static_cast<double>(z + n) / static_cast<double>(grid.size.z));
        }
    });
    distribution.close();

    const auto finite = static_cast<double>(all.finite);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    p.nan_count = all.nans;
    p.infinite_count = all.infinite;
    p.minimum = all.finite ? all.minimum : nan;
    p.maximum = all.finite ? all.maximum : nan;
    const double shifted = all.sum / finite;
    p.mean = all.finite ? shift + shifted : nan;
    p.deviation = all.finite ? std::sqrt(std::max(0.0, all.squares / finite - shifted * shifted)) : nan;
    p.fraction_at_minimum = all.finite ? static_cast<double>(all.at_minimum) / finite : 0;
    p.fraction_at_maximum = all.finite ? static_cast<double>(all.at_maximum) / finite : 0;
    for (const double percent : {0.1, 1.0, 5.0, 50.0, 95.0, 99.0, 99.9})
        p.percentiles.push_back({percent, distribution.percentile(percent)});
    p.distinct_values = distribution.distinct();
    p.looks_like_labels = io::label_signs(volume, other_slices(grid.size.z, p.constant_slices)).are_labels();
    constexpr std::int64_t most_labels = 64;
    if (p.looks_like_labels) p.label_counts = distribution.counts(most_labels);
    guess_polarity(p, all.block_means);
    find_oddities(p);
    return p;
}

}  // namespace cytomo
