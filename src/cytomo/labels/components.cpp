// Each row of voxels becomes stretches of equal class; stretches that touch in neighbouring rows are
// joined in sets for which the first stretch always stands (Rosenfeld and Pfaltz 1966 for the two passes, He,
// Chao and Suzuki 2008 for stretches). Slabs of slices are joined
// independently on all cores, then across the faces between slabs. As the first ones stand for
// them, the numbers do not depend on the order of joining.
#include "cytomo/labels/components.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "cytomo/core/disjoint_sets.h"
#include "cytomo/core/error.h"
#include "cytomo/core/legend.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/stretches.h"

namespace cytomo {

namespace {

struct Stretch {
    std::uint32_t begin, end;  // x, half-open
};

bool is_object(std::uint8_t label) {
    return label != background && label != ignore_label;
}

/// Calls body(begin, end) for each stretch of objects in one row.
template <class Body>
void for_object_stretches(const std::uint8_t* row, std::int64_t width, Body body) {
    for_stretches(row, width, [&](std::uint8_t label, std::int64_t begin, std::int64_t end) {
        if (is_object(label)) body(begin, end);
    });
}

class Joiner {
public:
    Joiner(const ClassVolume& classes, Connectivity connectivity)
        : classes_(classes), reach_(connectivity == Connectivity::corners ? 1 : 0) {
        find_stretches();
    }

    /// Joins the stretches of slice z with each other and, if asked, with those of slice z - 1.
    void join_slice(std::int64_t z, bool with_itself, bool with_previous) {
        const Size3& n = classes_.grid().size;
        for (std::int64_t y = 0; y < n.y; ++y) {
            if (with_itself && y > 0) join_rows(y, z, y - 1, z);
            if (!with_previous) continue;
            for (std::int64_t other = std::max<std::int64_t>(0, y - reach_);
                 other <= std::min(n.y - 1, y + reach_); ++other)
                join_rows(y, z, other, z - 1);
        }
    }

    Components number() {
        Components result;
        const Size3& n = classes_.grid().size;
        std::vector<std::uint32_t> number(stretches_.size());
        for (std::int64_t row = 0; row < n.y * n.z; ++row) {
            for (std::uint32_t s = row_begin_[u(row)]; s < row_begin_[u(row) + 1]; ++s) {
                const std::int64_t first = row * n.x + stretches_[s].begin;
                if (sets_.stands_for_set(s)) {
                    number[s] = static_cast<std::uint32_t>(result.class_of.size());
                    result.class_of.push_back(classes_[first]);
                    result.voxels.push_back(0);
                    result.first_voxel.push_back(first);
                } else {
                    number[s] = number[sets_.find(s)];  // which comes first
                }
                result.voxels[number[s]] += stretches_[s].end - stretches_[s].begin;
            }
        }
        result.volume = InstanceVolume(classes_.grid());
        parallel_chunks(n.y * n.z, 256, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t row = begin; row < end; ++row)
                for (std::uint32_t s = row_begin_[u(row)]; s < row_begin_[u(row) + 1]; ++s)
                    std::fill(result.volume.data() + row * n.x + stretches_[s].begin,
                              result.volume.data() + row * n.x + stretches_[s].end, number[s]);
        });
        return result;
    }

private:
    static std::size_t u(std::int64_t i) { return static_cast<std::size_t>(i); }

    void find_stretches() {
        const Size3& n = classes_.grid().size;
        const std::int64_t rows = n.y * n.z;
        std::vector<std::uint32_t> per_row(u(rows));
        parallel_chunks(rows, 256, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t row = begin; row < end; ++row)
                for_object_stretches(classes_.data() + row * n.x, n.x,
                                     [&](std::int64_t, std::int64_t) { ++per_row[u(row)]; });
        });
        const std::uint64_t total = std::accumulate(per_row.begin(), per_row.end(), std::uint64_t{0});
        if (total >= std::numeric_limits<std::uint32_t>::max())
            throw InputError("classes", "a volume with fewer pieces", std::to_string(total) + " pieces",
                             "Crop the volume or remove noise from it");
        row_begin_.resize(u(rows) + 1);
        row_begin_[0] = 0;
        std::partial_sum(per_row.begin(), per_row.end(), row_begin_.begin() + 1);
        stretches_.resize(total);
        sets_ = DisjointSets(total);
        parallel_chunks(rows, 256, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t row = begin; row < end; ++row) {
                std::uint32_t s = row_begin_[u(row)];
                for_object_stretches(
                    classes_.data() + row * n.x, n.x, [&](std::int64_t x, std::int64_t x_end) {
                        stretches_[s] = {static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(x_end)};
                        ++s;
                    });
            }
        });
    }

    void join_rows(std::int64_t y, std::int64_t z, std::int64_t other_y, std::int64_t other_z) {
        const Size3& n = classes_.grid().size;
        const std::int64_t row = z * n.y + y, other = other_z * n.y + other_y;
        std::uint32_t a = row_begin_[u(row)], b = row_begin_[u(other)];
        const std::uint32_t a_end = row_begin_[u(row) + 1], b_end = row_begin_[u(other) + 1];
        const std::uint8_t* values = classes_.data() + row * n.x;
        const std::uint8_t* other_values = classes_.data() + other * n.x;
        while (a < a_end && b < b_end) {
            join_if_touching(a, values, b, other_values);
            const std::uint32_t end = stretches_[a].end, other_end = stretches_[b].end;
            if (end == other_end) {  // over the corner, each may touch the one after its neighbour
                if (a + 1 < a_end) join_if_touching(a + 1, values, b, other_values);
                if (b + 1 < b_end) join_if_touching(a, values, b + 1, other_values);
            }
            if (end <= other_end) ++a;
            if (other_end <= end) ++b;
        }
    }

    void join_if_touching(std::uint32_t a, const std::uint8_t* values, std::uint32_t b,
                          const std::uint8_t* other_values) {
        const Stretch& p = stretches_[a];
        const Stretch& q = stretches_[b];
        const auto reach = static_cast<std::uint32_t>(reach_);
        if (p.begin < q.end + reach && q.begin < p.end + reach && values[p.begin] == other_values[q.begin])
            sets_.join(a, b);
    }

    const ClassVolume& classes_;
    std::int64_t reach_;
    std::vector<std::uint32_t> row_begin_;
    std::vector<Stretch> stretches_;
    DisjointSets sets_;
};

}  // namespace

Components find_components(const ClassVolume& classes, Connectivity connectivity, const Progress& progress) {
    if (classes.empty()) return {InstanceVolume(classes.grid()), {0}, {0}, {0}};
    progress(0);
    Joiner joiner(classes, connectivity);
    progress(0.4);
    const std::int64_t slices = classes.grid().size.z;
    parallel_chunks(slices, slab_slices, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t z = begin; z < end; ++z) joiner.join_slice(z, true, z > begin);
    });
    for (std::int64_t z = slab_slices; z < slices; z += slab_slices) joiner.join_slice(z, false, true);
    progress(0.7);
    Components result = joiner.number();
    progress(1);
    return result;
}

std::vector<std::uint32_t> find_splittable(const Components& components,
                                           const std::array<bool, 256>& classes) {
    constexpr std::int64_t least_voxels = 24;
    std::vector<std::uint32_t> found;
    for (std::uint32_t c = 1; c <= components.count(); ++c)
        if (classes[components.class_of[c]] && components.voxels[c] >= least_voxels) found.push_back(c);
    return found;
}

PieceParts::PieceParts(Components& components, std::uint32_t c, const std::vector<std::uint32_t>& part_of)
    : components_(components), part_of_(part_of), piece_(c), before_new_(components.count()) {
    const std::size_t size = before_new_ + *std::max_element(part_of.begin(), part_of.end()) + 1ULL;
    components.class_of.resize(size, components.class_of[c]);
    components.voxels.resize(size, 0);
    components.first_voxel.resize(size, -1);
    components.voxels[c] = 0;
}

void PieceParts::next(std::int64_t voxel) {
    const std::uint32_t part = part_of_[given_++];
    const std::uint32_t number = part > 0 ? before_new_ + part : piece_;
    components_.volume[voxel] = number;
    if (components_.first_voxel[number] < 0) components_.first_voxel[number] = voxel;
    ++components_.voxels[number];
}

}  // namespace cytomo
