// Slabs of slices are summed on all cores, each over the objects it meets, and added in the order of the
// slabs, so that floating-point sums do not depend on the number of threads. Positions are summed in whole
// numbers, exactly.
#include "cytomo/measures/object_sums.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <string>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/stretches.h"
#include "cytomo/measures/surface_area.h"

namespace cytomo {

namespace {

constexpr std::int64_t block = 16;  // voxels compared at once where nothing changes
constexpr std::uint32_t not_listed = 0xFFFFFFFFU;

/// Σ i for i in [begin, end).
std::int64_t sum_between(std::int64_t begin, std::int64_t end) {
    return (end - begin) * (begin + end - 1) / 2;
}
/// Σ i² for i in [0, end).
std::int64_t squares_below(std::int64_t end) {
    return (end - 1) * end * (2 * end - 1) / 6;
}

/// Sums of the objects that one slab meets.
class Slab {
public:
    Slab(const InstanceSlices& source, const std::array<double, 13>& surface_weights)
        : source_(source),
          weights_(surface_weights),
          place_(source.count() + 1ULL, not_listed),
          flat_(static_cast<std::size_t>(source.grid.size.x * source.grid.size.y)) {}

    /// Before the first slice, z: what lies before it is another slab's, unless nothing does.
    void begin(std::int64_t z) {
        if (z > 0) return load(z, here_);
        load(-1, here_);
        load(0, next_);
        count_changes(false);
        std::swap(here_, next_);
    }

    /// Slices come in order.
    void sum_slice(std::int64_t z, const float* grey) {
        const Size3 n = source_.grid.size;
        rows_.resize(sums_.size());
        for (std::int64_t y = 0; y < n.y; ++y) {
            const std::uint32_t* row = here_.data() + (y + 1) * (n.x + 2) + 1;
            for_stretches(row, n.x, [&](std::uint32_t number, std::int64_t begin, std::int64_t end) {
                if (number == 0) return;
                const std::uint32_t at = place(number);
                sums_[at].add_run(begin, end, y, z);
                if (grey != nullptr) sums_[at].grey.add(GreySums::of(grey + y * n.x + begin, end - begin));
                note_row(at, begin, end - 1, y);
            });
        }
        for (const std::uint32_t at : in_slice_) {
            append_outline(rows_[at], static_cast<std::int32_t>(z), sums_[at].outline);
            rows_[at].clear();
        }
        in_slice_.clear();
        load(z + 1, next_);
        count_changes(true);
        std::swap(here_, next_);
    }

    /// Numbers met, in the order of the sums.
    const std::vector<std::uint32_t>& numbers() const { return numbers_; }
    std::vector<ObjectSums>& sums() { return sums_; }

private:
    std::uint32_t place(std::uint32_t number) {
        std::uint32_t& at = place_[number];
        if (at == not_listed) {
            at = static_cast<std::uint32_t>(sums_.size());
            sums_.emplace_back();
            rows_.emplace_back();
            numbers_.push_back(number);
        }
        return at;
    }

    void note_row(std::uint32_t at, std::int64_t first_x, std::int64_t last_x, std::int64_t y) {
        auto& rows = rows_[at];
        if (rows.empty()) in_slice_.push_back(at);
        if (!rows.empty() && rows.back().y == y)
            rows.back().last_x = static_cast<std::int32_t>(last_x);
        else
            rows.push_back({static_cast<std::int32_t>(y), static_cast<std::int32_t>(first_x),
                            static_cast<std::int32_t>(last_x)});
    }

    /// Slice z with a margin of one voxel of background; outside the volume all background.
    void load(std::int64_t z, std::vector<std::uint32_t>& slice) {
        const Size3 n = source_.grid.size;
        slice.assign(static_cast<std::size_t>((n.x + 2) * (n.y + 2)), 0);
        if (z < 0 || z >= n.z) return;
        source_.read(z, 1, flat_);
        for (std::int64_t y = 0; y < n.y; ++y)
            std::copy_n(flat_.data() + y * n.x, n.x, slice.begin() + (y + 1) * (n.x + 2) + 1);
    }

    /// Changes of label from the slice at hand to the next and, if asked, within it.
    void count_changes(bool within) {
        const Size3 n = source_.grid.size;
        const std::int64_t width = n.x + 2;
        for (std::size_t k = 0; k < surface_steps.size(); ++k) {
            const Step s = surface_steps[k];
            const std::vector<std::uint32_t>& to = s.z == 0 ? here_ : next_;
            if (s.z == 0 && !within) continue;
            for (std::int64_t y = std::max(0, -s.y); y < n.y + 2 - std::max(0, s.y); ++y) {
                const std::int64_t x_begin = std::max(0, -s.x), x_end = width - std::max(0, s.x);
                compare(here_.data() + y * width + x_begin, to.data() + (y + s.y) * width + x_begin + s.x,
                        x_end - x_begin, weights_[k]);
            }
        }
    }

    void compare(const std::uint32_t* a, const std::uint32_t* b, std::int64_t count, double weight_um2) {
        const auto change = [&](std::int64_t i) {
            if (a[i] == b[i]) return;
            if (a[i] != 0) sums_[place(a[i])].surface_um2 += weight_um2;
            if (b[i] != 0) sums_[place(b[i])].surface_um2 += weight_um2;
        };
        std::int64_t i = 0;
        for (; i + block <= count; i += block) {
            std::uint32_t differs = 0;
            for (std::int64_t j = 0; j < block; ++j) differs |= a[i + j] ^ b[i + j];
            if (differs != 0)
                for (std::int64_t j = 0; j < block; ++j) change(i + j);
        }
        for (; i < count; ++i) change(i);
    }

    const InstanceSlices& source_;
    const std::array<double, 13>& weights_;
    std::vector<std::uint32_t> place_;  ///< where in sums_, by number
    std::vector<ObjectSums> sums_;
    std::vector<std::uint32_t> numbers_;
    std::vector<std::vector<RowEnds>> rows_;  ///< of the slice at hand
    std::vector<std::uint32_t> in_slice_;
    std::vector<std::uint32_t> flat_, here_, next_;
};

}  // namespace

void GreySums::add(const GreySums& other) {
    if (other.count == 0) return;
    const auto a = static_cast<double>(count), b = static_cast<double>(other.count);
    const double difference = other.mean - mean;
    count += other.count;
    mean += difference * b / (a + b);
    squares += other.squares + difference * difference * a * b / (a + b);
}

GreySums GreySums::of(const float* values, std::int64_t count) {
    GreySums sums;
    double total = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        if (!std::isfinite(values[i])) continue;
        total += values[i];
        ++sums.count;
    }
    if (sums.count == 0) return sums;
    sums.mean = total / static_cast<double>(sums.count);
    for (std::int64_t i = 0; i < count; ++i)
        if (std::isfinite(values[i])) sums.squares += (values[i] - sums.mean) * (values[i] - sums.mean);
    return sums;
}

double GreySums::deviation() const {
    return count > 0 ? std::sqrt(squares / static_cast<double>(count)) : NAN;
}

void ObjectSums::add_run(std::int64_t x_begin, std::int64_t x_end, std::int64_t y, std::int64_t z) {
    const std::int64_t count = x_end - x_begin, xs = sum_between(x_begin, x_end);
    const VoxelIndex run_low{static_cast<std::int32_t>(x_begin), static_cast<std::int32_t>(y),
                             static_cast<std::int32_t>(z)};
    const VoxelIndex run_high{static_cast<std::int32_t>(x_end - 1), run_low[1], run_low[2]};
    for (std::size_t a = 0; a < 3; ++a) {
        low[a] = voxels == 0 ? run_low[a] : std::min(low[a], run_low[a]);
        high[a] = voxels == 0 ? run_high[a] : std::max(high[a], run_high[a]);
    }
    voxels += count;
    first[0] += xs;
    first[1] += count * y;
    first[2] += count * z;
    second[0] += squares_below(x_end) - squares_below(x_begin);
    second[1] += count * y * y;
    second[2] += count * z * z;
    second[3] += xs * y;
    second[4] += xs * z;
    second[5] += count * y * z;
}

void ObjectSums::add(ObjectSums&& other) {
    if (other.voxels > 0)
        for (std::size_t a = 0; a < 3; ++a) {
            low[a] = voxels == 0 ? other.low[a] : std::min(low[a], other.low[a]);
            high[a] = voxels == 0 ? other.high[a] : std::max(high[a], other.high[a]);
        }
    voxels += other.voxels;
    for (std::size_t i = 0; i < first.size(); ++i) first[i] += other.first[i];
    for (std::size_t i = 0; i < second.size(); ++i) second[i] += other.second[i];
    grey.add(other.grey);
    surface_um2 += other.surface_um2;
    if (outline.empty())
        outline = std::move(other.outline);
    else
        outline.insert(outline.end(), other.outline.begin(), other.outline.end());
}

std::vector<ObjectSums> sum_objects(const InstanceSlices& source, const Tomogram* tomogram,
                                    const Progress& progress) {
    const Size3 n = source.grid.size;
    const std::array<double, 13> weights = surface_weights_um2(source.grid.voxel_um);
    std::vector<ObjectSums> total(source.count() + 1ULL);
    // A few slabs at a time, so that waiting sums stay few.
    const std::int64_t slabs = (n.z + slab_slices - 1) / slab_slices;
    const std::int64_t batch = 4LL * thread_count();
    progress(0);
    for (std::int64_t first_slab = 0; first_slab < slabs; first_slab += batch) {
        const std::int64_t last_slab = std::min(slabs, first_slab + batch);
        std::vector<std::unique_ptr<Slab>> done(static_cast<std::size_t>(last_slab - first_slab));
        parallel_for(last_slab - first_slab, [&](std::int64_t i) {
            const std::int64_t z_begin = (first_slab + i) * slab_slices,
                               z_end = std::min(n.z, z_begin + slab_slices);
            auto slab = std::make_unique<Slab>(source, weights);
            std::vector<float> grey(tomogram != nullptr ? static_cast<std::size_t>(n.x * n.y) : 0);
            slab->begin(z_begin);
            for (std::int64_t z = z_begin; z < z_end; ++z) {
                if (tomogram != nullptr) tomogram->read_slices(z, 1, grey);
                slab->sum_slice(z, tomogram != nullptr ? grey.data() : nullptr);
            }
            done[static_cast<std::size_t>(i)] = std::move(slab);
        });
        for (auto& slab : done) {
            for (std::size_t i = 0; i < slab->numbers().size(); ++i)
                total[slab->numbers()[i]].add(std::move(slab->sums()[i]));
            slab.reset();
        }
        progress(static_cast<double>(last_slab) / static_cast<double>(slabs));
    }
    return total;
}

void check_same_size(const Tomogram& tomogram, Size3 classes) {
    if (tomogram.grid.size == classes) return;
    const auto text = [](Size3 s) {
        return std::to_string(s.x) + " × " + std::to_string(s.y) + " × " + std::to_string(s.z) + " voxels";
    };
    throw InputError(tomogram.source, "the size of the classes, " + text(classes), text(tomogram.grid.size),
                     "Give the tomogram from which the classes were made");
}

}  // namespace cytomo
