// P. F. Felzenszwalb, D. P. Huttenlocher: Distance transforms of sampled functions, Theory of Computing 8
// (2012) 415-428: along each axis in turn, the lower envelope of parabolas rooted at the voxels.
// A line along an axis is cut where the label changes; only the two voxels next to a piece can matter from
// beyond it, as they carry distance 0 (the idea of W. Silversmith's multi-label edt). So one pass serves
// all objects.
#include "cytomo/labels/distance.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "cytomo/core/parallel.h"
#include "cytomo/core/stretches.h"

namespace cytomo {

namespace {

constexpr float infinite = std::numeric_limits<float>::infinity();
/// Lines handled together, so that each piece of memory fetched (64 bytes of float) is used whole.
constexpr std::int64_t lines_together = 16;

/// Distances along one line of equal label pieces, `ended` = whether the line's ends are boundaries.
class LineTransform {
public:
    LineTransform(std::int64_t length, double edge) : edge2_(edge * edge) {
        const auto n = static_cast<std::size_t>(length) + 2;
        place_.resize(n);
        half_inverse_.resize(n);
        for (std::size_t steps = 1; steps < n; ++steps)
            half_inverse_[steps] = 0.5 / (edge2_ * static_cast<double>(steps));
        height_.resize(n);
        until_.resize(n);
    }

    /// values: squared distances so far, replaced. Piece [begin, end) of one label; left, right: whether
    /// another label lies just before and just after.
    void transform(float* values, std::int64_t begin, std::int64_t end, bool left, bool right) {
        parabolas_ = 0;
        if (left) add(begin - 1, 0);
        for (std::int64_t i = begin; i < end; ++i)
            if (values[i] < infinite) add(i, values[i]);
        if (right) add(end, 0);
        if (parabolas_ == 0) return;
        std::size_t k = 0;
        for (std::int64_t i = begin; i < end; ++i) {
            while (k + 1 < parabolas_ && until_[k] < static_cast<double>(i)) ++k;
            const double d = static_cast<double>(i - place_[k]);
            values[i] = static_cast<float>(edge2_ * d * d + height_[k]);
        }
    }

private:
    void add(std::int64_t place, double height) {
        while (parabolas_ > 0) {
            const std::size_t k = parabolas_ - 1;
            // Where the new parabola falls below the last one.
            const double crossing =
                0.5 * static_cast<double>(place_[k] + place) +
                (height - height_[k]) * half_inverse_[static_cast<std::size_t>(place - place_[k])];
            if (k > 0 && crossing <= until_[k - 1]) {
                --parabolas_;
                continue;
            }
            until_[k] = crossing;
            break;
        }
        place_[parabolas_] = place;
        height_[parabolas_] = height;
        ++parabolas_;
    }

    double edge2_;
    std::vector<std::int64_t> place_;
    std::vector<double> half_inverse_;    ///< 1 / (2 edge² steps): a division for each voxel would cost most
    std::vector<double> height_, until_;  ///< until_[k]: parabola k is lowest up to here
    std::size_t parabolas_ = 0;
};

/// Along x nothing is known yet: distances to the ends of each piece.
template <class Label>
void transform_row(const Label* labels, std::int64_t width, double edge, bool ended, float* out) {
    for_stretches(labels, width, [=](Label label, std::int64_t begin, std::int64_t end) {
        if (label == 0) return std::fill(out + begin, out + end, 0.0F);
        const bool left = begin > 0 || ended, right = end < width || ended;
        for (std::int64_t i = begin; i < end; ++i) {
            std::int64_t steps = std::numeric_limits<std::int64_t>::max();
            if (left) steps = i - begin + 1;
            if (right) steps = std::min(steps, end - i);
            const double d = edge * static_cast<double>(steps);
            out[i] = left || right ? static_cast<float>(d * d) : infinite;
        }
    });
}

/// All lines along y (step = width) of one plane z, or along z (step = width * height) of one row y: `width`
/// lines that start side by side.
template <class Label>
void transform_lines(const Label* labels, std::int64_t width, std::int64_t length, std::int64_t step,
                     double edge, bool ended, float* out) {
    LineTransform line(length, edge);
    std::vector<float> values(static_cast<std::size_t>(length * lines_together));
    std::vector<Label> ids(static_cast<std::size_t>(length * lines_together));
    for (std::int64_t x = 0; x < width; x += lines_together) {
        const std::int64_t lines = std::min(lines_together, width - x);
        for (std::int64_t i = 0; i < length; ++i)
            for (std::int64_t l = 0; l < lines; ++l) {
                values[static_cast<std::size_t>(l * length + i)] = out[i * step + x + l];
                ids[static_cast<std::size_t>(l * length + i)] = labels[i * step + x + l];
            }
        for (std::int64_t l = 0; l < lines; ++l) {
            float* v = values.data() + l * length;
            for_stretches(ids.data() + l * length, length,
                          [&](Label label, std::int64_t begin, std::int64_t end) {
                              if (label != 0)
                                  line.transform(v, begin, end, begin > 0 || ended, end < length || ended);
                          });
        }
        for (std::int64_t i = 0; i < length; ++i)
            for (std::int64_t l = 0; l < lines; ++l)
                out[i * step + x + l] = values[static_cast<std::size_t>(l * length + i)];
    }
}

template <class Label>
void transform(std::span<const Label> labels, Size3 n, Vec3 voxel_um, Beyond beyond, std::span<float> out) {
    const bool ended = beyond == Beyond::other;
    const std::int64_t slice = n.x * n.y;
    parallel_chunks(n.z, 1, [&](std::int64_t z_begin, std::int64_t z_end) {
        for (std::int64_t z = z_begin; z < z_end; ++z) {
            for (std::int64_t y = 0; y < n.y; ++y)
                transform_row(labels.data() + z * slice + y * n.x, n.x, voxel_um.x, ended,
                              out.data() + z * slice + y * n.x);
            transform_lines(labels.data() + z * slice, n.x, n.y, n.x, voxel_um.y, ended,
                            out.data() + z * slice);
        }
    });
    parallel_chunks(n.y, 4, [&](std::int64_t y_begin, std::int64_t y_end) {
        for (std::int64_t y = y_begin; y < y_end; ++y)
            transform_lines(labels.data() + y * n.x, n.x, n.z, slice, voxel_um.z, ended,
                            out.data() + y * n.x);
    });
}

template <class Label>
Volume<float> transform(const Volume<Label>& labels, Beyond beyond) {
    Volume<float> out(labels.grid());
    transform<Label>(labels.values(), labels.grid().size, labels.grid().voxel_um, beyond, out.values());
    return out;
}

}  // namespace

void find_squared_distances_um2(std::span<const std::uint8_t> labels, Size3 size, Vec3 voxel_um,
                                Beyond beyond, std::span<float> out) {
    transform(labels, size, voxel_um, beyond, out);
}

void find_squared_distances_um2(std::span<const std::uint32_t> labels, Size3 size, Vec3 voxel_um,
                                Beyond beyond, std::span<float> out) {
    transform(labels, size, voxel_um, beyond, out);
}

Volume<float> find_squared_distances_um2(const ClassVolume& labels, Beyond beyond) {
    return transform(labels, beyond);
}

Volume<float> find_squared_distances_um2(const InstanceVolume& labels, Beyond beyond) {
    return transform(labels, beyond);
}

}  // namespace cytomo
