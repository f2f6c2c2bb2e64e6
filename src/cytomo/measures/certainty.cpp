#include "cytomo/measures/certainty.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <numbers>
#include <string>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/stretches.h"
#include "cytomo/measures/objects.h"

namespace cytomo {

namespace {

/// Whole numbers: sums do not depend on the order of the threads.
struct CertaintySums {
    std::int64_t voxels = 0;
    std::int64_t probability = 0;         // in 255ths
    std::array<std::int64_t, 3> faces{};  // across x, y, z
    std::array<std::int64_t, 3> fall{};   // in 255ths, over these faces

    void add(const CertaintySums& other) {
        voxels += other.voxels;
        probability += other.probability;
        for (std::size_t a = 0; a < 3; ++a) {
            faces[a] += other.faces[a];
            fall[a] += other.fall[a];
        }
    }
};

/// Adds slices [z_begin, z_end), one run of voxels of the same object after the other: inside a run there is
/// nothing to be asked along x, and little else than to compare with the rows beside it.
void sum_slices(const Instances& instances, const ClassVolume& seen, const Probabilities& probabilities,
                std::int64_t z_begin, std::int64_t z_end, std::vector<CertaintySums>& sums) {
    const Size3 n = instances.volume.grid().size;
    const std::uint32_t* numbers = instances.volume.data();
    const std::array<std::int64_t, 3> strides{1, n.x, n.x * n.y};
    for (std::int64_t z = z_begin; z < z_end; ++z)
        for (std::int64_t y = 0; y < n.y; ++y) {
            const std::int64_t row = (z * n.y + y) * n.x;
            const std::array<bool, 3> has_before{true, y > 0, z > 0},
                has_after{true, y + 1 < n.y, z + 1 < n.z};
            for_stretches(numbers + row, n.x,
                          [&](std::uint32_t number, std::int64_t begin, std::int64_t end) {
                              if (number == 0) return;
                              const std::uint8_t class_id = instances.class_of[number];
                              const std::uint8_t* p = probabilities.of_class(class_id).data();
                              CertaintySums& own = sums[number];
                              own.voxels += end - begin;
                              std::int64_t probability = 0;
                              for (std::int64_t i = row + begin; i < row + end; ++i) probability += p[i];
                              own.probability += probability;
                              const auto look = [&](std::size_t axis, std::int64_t i, std::int64_t step) {
                                  if (numbers[i + step] == number || seen[i + step] == class_id) return;
                                  ++own.faces[axis];
                                  own.fall[axis] += std::int64_t{p[i]} - p[i + step];
                              };
                              if (begin > 0) look(0, row + begin, -1);
                              if (end < n.x) look(0, row + end - 1, 1);
                              for (std::size_t axis = 1; axis < 3; ++axis) {
                                  if (has_before[axis])
                                      for (std::int64_t i = row + begin; i < row + end; ++i)
                                          look(axis, i, -strides[axis]);
                                  if (has_after[axis])
                                      for (std::int64_t i = row + begin; i < row + end; ++i)
                                          look(axis, i, strides[axis]);
                              }
                          });
        }
}

Certainty certainty_from(const CertaintySums& sums, Vec3 edge) {
    Certainty c;
    c.mean_probability = c.edge_blur_um = not_defined;
    if (sums.voxels == 0) return c;
    c.mean_probability = static_cast<double>(sums.probability) / 255.0 / static_cast<double>(sums.voxels);
    const std::array<double, 3> edges{edge.x, edge.y, edge.z};
    double area = 0, fall = 0;
    for (std::size_t a = 0; a < 3; ++a) {
        const double face = edge.x * edge.y * edge.z / edges[a];
        area += static_cast<double>(sums.faces[a]) * face;
        fall += static_cast<double>(sums.fall[a]) / 255.0 * face / edges[a];
    }
    if (area > 0) {
        // No steepness at all (an object the network does not believe in) is a blur as wide as can be.
        const double steepness_per_um = std::max(fall / (area / 1.5), 1e-3);
        c.edge_blur_um = 1 / (std::sqrt(2 * std::numbers::pi) * steepness_per_um);
    }
    return c;
}

}  // namespace

std::vector<Certainty> measure_certainty(const Instances& instances, const ClassVolume& seen,
                                         const Probabilities& probabilities, const Progress& progress) {
    const Grid& grid = instances.volume.grid();
    if (probabilities.grid.size != grid.size || seen.grid().size != grid.size)
        throw InputError("certainty: expected classes and probabilities on the grid of the instances");
    for (const std::uint8_t class_id : instances.class_of)
        if (class_id >= probabilities.classes)
            throw InputError("certainty: expected probabilities of class " + std::to_string(class_id) +
                             ", found " + std::to_string(probabilities.classes) + " classes");
    progress(0);
    std::vector<CertaintySums> all(instances.class_of.size());
    std::mutex merging;
    parallel_chunks(grid.size.z, slab_slices, [&](std::int64_t z_begin, std::int64_t z_end) {
        std::vector<CertaintySums> sums(all.size());
        sum_slices(instances, seen, probabilities, z_begin, z_end, sums);
        const std::lock_guard lock(merging);
        for (std::size_t n = 0; n < all.size(); ++n)
            if (sums[n].voxels > 0) all[n].add(sums[n]);
    });
    std::vector<Certainty> result;
    result.reserve(all.size());
    for (const CertaintySums& sums : all) result.push_back(certainty_from(sums, grid.voxel_um));
    progress(1);
    return result;
}

}  // namespace cytomo
