// From probabilities: the log-odds of a class against the next best, which a network and an imaging
// process with a soft edge both make linear across a surface, and 0 where two classes are equally
// probable. (Differences of probabilities flatten a voxel away from the surface; interpolated between
// voxels they scatter by three times as much at a radius of 3 voxels.) From labels: the mask smoothed by a
// Gaussian. Smoothing moves curved surfaces inwards and can lift a thin object wholly below one half; hence
// the level by rank (as many voxels above it as the object has) and the final correction of the volume.
#include "cytomo/surfaces/fields.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <mutex>
#include <string>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/surfaces/compensate.h"
#include "cytomo/surfaces/smooth.h"

namespace cytomo {

namespace {

/// Half-open box of voxels around an object, and how many voxels the object has.
struct ObjectBox {
    std::array<std::int64_t, 3> first{}, end{};
    std::int64_t voxels = 0;

    void include(std::array<std::int64_t, 3> from, std::array<std::int64_t, 3> to, std::int64_t count) {
        for (std::size_t a = 0; a < 3; ++a) {
            first[a] = voxels == 0 ? from[a] : std::min(first[a], from[a]);
            end[a] = voxels == 0 ? to[a] : std::max(end[a], to[a]);
        }
        voxels += count;
    }
};

std::vector<ObjectBox> find_boxes(const InstanceVolume& instances, std::uint32_t count) {
    const auto [nx, ny, nz] = instances.grid().size;
    std::vector<ObjectBox> boxes(std::size_t{count} + 1);
    std::mutex mutex;
    parallel_chunks(nz, 16, [&, nx = nx, ny = ny](std::int64_t begin, std::int64_t end) {
        std::vector<ObjectBox> own(boxes.size());
        for (auto z = begin; z < end; ++z)
            for (std::int64_t y = 0; y < ny; ++y) {
                const std::uint32_t* row = &instances(0, y, z);
                for (std::int64_t x = 0; x < nx;) {
                    const std::uint32_t n = row[x];
                    const std::int64_t from = x;
                    while (x < nx && row[x] == n) ++x;
                    if (n != 0 && n <= count) own[n].include({from, y, z}, {x, y + 1, z + 1}, x - from);
                }
            }
        const std::lock_guard lock(mutex);  // smallest, largest and sum: the order does not matter
        for (std::size_t n = 0; n < own.size(); ++n)
            if (own[n].voxels > 0) boxes[n].include(own[n].first, own[n].end, own[n].voxels);
    });
    return boxes;
}

/// The box and `margin` voxels around it, within the grid, as a grid of its own.
struct Window {
    Grid grid;
    Size3 first;

    Window(const Grid& whole, const ObjectBox& box, std::int64_t margin) {
        first = {std::max<std::int64_t>(0, box.first[0] - margin),
                 std::max<std::int64_t>(0, box.first[1] - margin),
                 std::max<std::int64_t>(0, box.first[2] - margin)};
        grid.size = {std::min(whole.size.x, box.end[0] + margin) - first.x,
                     std::min(whole.size.y, box.end[1] + margin) - first.y,
                     std::min(whole.size.z, box.end[2] + margin) - first.z};
        grid.voxel_um = whole.voxel_um;
        grid.origin_um = whole.world_from_voxel(
            {static_cast<double>(first.x), static_cast<double>(first.y), static_cast<double>(first.z)});
    }
};

/// Calls make(n) for each object that has voxels: large ones one by one, so that their slabs use all
/// threads, the others side by side.
void for_each_object(const std::vector<ObjectBox>& boxes, const std::function<void(std::size_t)>& make,
                     const Progress& progress) {
    constexpr std::int64_t large_box = 2'000'000;
    std::vector<std::size_t> large, small;
    for (std::size_t n = 1; n < boxes.size(); ++n) {
        const ObjectBox& b = boxes[n];
        if (b.voxels == 0) continue;
        const auto size = (b.end[0] - b.first[0]) * (b.end[1] - b.first[1]) * (b.end[2] - b.first[2]);
        (size > large_box ? large : small).push_back(n);
    }
    const auto total = static_cast<double>(large.size() + small.size());
    double done = 0;
    for (const auto n : large) {
        make(n);
        progress(++done / total);
    }
    std::mutex mutex;
    parallel_for(static_cast<std::int64_t>(small.size()), [&](std::int64_t i) {
        make(small[static_cast<std::size_t>(i)]);
        const std::lock_guard lock(mutex);
        progress(++done / total);
    });
}

/// Half the logarithm of each 8-bit probability, kept finite and strictly rising.
const std::array<float, 256>& half_logarithms() {
    static const auto table = [] {
        std::array<float, 256> t{};
        for (std::size_t k = 0; k < t.size(); ++k)
            t[k] = static_cast<float>(0.5 * std::log((static_cast<double>(k) + 1.5) / 256.5));
        return t;
    }();
    return table;
}

/// Margins of class c for `count` voxels in a row from `index` on.
void margin_row(const Probabilities& p, int c, std::int64_t index, std::span<float> out) {
    const auto n = out.size();
    const auto at = [&](int k) { return p.of_class(k).data() + index; };
    constexpr std::size_t block = 512;
    std::array<std::uint8_t, block> lower, higher;
    const auto& half_log = half_logarithms();
    for (std::size_t begin = 0; begin < n; begin += block) {
        const std::size_t size = std::min(block, n - begin);
        lower.fill(0);
        higher.fill(0);
        for (int k = 0; k < p.classes; ++k) {
            if (k == c) continue;
            auto& best = k < c ? lower : higher;
            const std::uint8_t* in = at(k) + begin;
            for (std::size_t i = 0; i < size; ++i) best[i] = std::max(best[i], in[i]);
        }
        const std::uint8_t* own = at(c) + begin;
        for (std::size_t i = 0; i < size; ++i) {
            // Of two equal classes the lower wins; a fraction of a step says so.
            const float tie = lower[i] >= higher[i] && c > 0 ? -0.001F : 0.001F;
            const std::uint8_t other = std::max(lower[i], higher[i]);
            out[begin + i] = own[i] != other ? half_log[own[i]] - half_log[other] : tie;
        }
    }
}

std::int64_t mirrored(std::int64_t i, std::int64_t n) {
    const std::int64_t period = 2 * n;
    i = (i % period + period) % period;
    return i < n ? i : period - 1 - i;
}

/// Weights at distance 0, 1, …; they add up to 1 over both sides.
std::vector<float> gaussian_weights(double sigma) {
    const int radius = std::max(1, static_cast<int>(std::ceil(3.5 * sigma)));
    std::vector<double> weights;
    double sum = 0;
    for (int i = 0; i <= radius; ++i) {
        weights.push_back(std::exp(-0.5 * i * i / (sigma * sigma)));
        sum += (i == 0 ? 1 : 2) * weights.back();
    }
    std::vector<float> result;
    for (const double w : weights) result.push_back(static_cast<float>(w / sum));
    return result;
}

/// The mask labels == id within a window, smoothed slice by slice; mirrored at the window's faces
/// (inside the volume nothing lies near enough to them to be mirrored).
template <class T>
SliceField smoothed_mask(const Volume<T>& labels, T id, const Window& window) {
    const Vec3 edge = window.grid.voxel_um;
    const double sigma_um = 0.9 * std::min({edge.x, edge.y, edge.z});
    return [&labels, id, window, wx = gaussian_weights(sigma_um / edge.x),
            wy = gaussian_weights(sigma_um / edge.y),
            wz = gaussian_weights(sigma_um / edge.z)](std::int64_t z, std::span<float> out) {
        const auto [nx, ny, nz] = window.grid.size;
        const auto radius_x = static_cast<std::int64_t>(wx.size()) - 1;
        const auto radius_y = static_cast<std::int64_t>(wy.size()) - 1;
        const auto radius_z = static_cast<std::int64_t>(wz.size()) - 1;
        std::vector<float> along_z(out.size(), 0.0F);
        for (std::int64_t d = -radius_z; d <= radius_z; ++d) {
            const float w = wz[static_cast<std::size_t>(std::abs(d))];
            for (std::int64_t y = 0; y < ny; ++y) {
                const T* in =
                    &labels(window.first.x, window.first.y + y, window.first.z + mirrored(z + d, nz));
                float* sum = along_z.data() + y * nx;
                for (std::int64_t x = 0; x < nx; ++x) sum[x] += in[x] == id ? w : 0.0F;
            }
        }
        std::vector<float> row(static_cast<std::size_t>(nx + 2 * radius_x));
        float* centre = row.data() + radius_x;
        for (std::int64_t y = 0; y < ny; ++y) {
            std::fill(row.begin(), row.end(), 0.0F);
            for (std::int64_t d = -radius_y; d <= radius_y; ++d) {
                const float w = wy[static_cast<std::size_t>(std::abs(d))];
                const float* in = along_z.data() + mirrored(y + d, ny) * nx;
                for (std::int64_t x = 0; x < nx; ++x) centre[x] += w * in[x];
            }
            for (std::int64_t d = 1; d <= radius_x; ++d) {
                centre[-d] = centre[mirrored(-d, nx)];
                centre[nx - 1 + d] = centre[mirrored(nx - 1 + d, nx)];
            }
            float* result = out.data() + y * nx;
            for (std::int64_t x = 0; x < nx; ++x) result[x] = wx[0] * centre[x];
            for (std::int64_t d = 1; d <= radius_x; ++d) {
                const float w = wx[static_cast<std::size_t>(d)];
                for (std::int64_t x = 0; x < nx; ++x) result[x] += w * (centre[x - d] + centre[x + d]);
            }
        }
    };
}

/// The level above which about `voxels` values of a field within 0 … 1 lie, in the middle of the gap
/// between the values above and below it.
float find_level(const Grid& grid, const SliceField& field, std::int64_t voxels) {
    constexpr int bins = 4096;
    std::vector<std::int64_t> histogram(bins, 0);
    std::mutex mutex;
    parallel_chunks(grid.size.z, 16, [&](std::int64_t begin, std::int64_t end) {
        std::vector<float> slice(static_cast<std::size_t>(grid.size.x * grid.size.y));
        std::vector<std::int64_t> own(bins, 0);
        for (auto z = begin; z < end; ++z) {
            field(z, slice);
            for (const float v : slice)
                ++own[static_cast<std::size_t>(std::clamp(static_cast<int>(v * bins), 0, bins - 1))];
        }
        const std::lock_guard lock(mutex);
        for (std::size_t b = 0; b < own.size(); ++b) histogram[b] += own[b];
    });
    const auto below = [&](int bin) {  // next bin downwards that holds something
        do --bin;
        while (bin > 0 && histogram[static_cast<std::size_t>(bin)] == 0);
        return bin;
    };
    std::int64_t above = 0;
    int bin = below(bins);
    while (bin > 1) {
        const std::int64_t with = above + histogram[static_cast<std::size_t>(bin)];
        const int next = below(bin);
        const std::int64_t with_next = with + histogram[static_cast<std::size_t>(std::max(0, next))];
        if (next <= 0 || std::abs(with - voxels) <= std::abs(with_next - voxels))
            return static_cast<float>(bin + next + 1) / (2.0F * bins);
        above = with;
        bin = next;
    }
    return 0.5F / bins;
}

template <class T>
Mesh extract_mask(const Volume<T>& labels, T id, const ObjectBox& box, const Progress& progress) {
    const Window window(labels.grid(), box, 4);
    const SliceField field = smoothed_mask(labels, id, window);
    const float level = find_level(window.grid, field, box.voxels);
    Mesh mesh = extract_surface(window.grid, field, level, progress);
    const MeshComponents together{1, std::vector<std::uint32_t>(mesh.vertices.size(), 0)};
    const double target = static_cast<double>(box.voxels) * labels.grid().voxel_volume_um3();
    restore_volumes(mesh, together, std::array{target}, labels.grid());
    return mesh;
}

std::string size_text(const Grid& g) {
    return std::to_string(g.size.x) + " x " + std::to_string(g.size.y) + " x " + std::to_string(g.size.z) +
           " voxels of " + std::to_string(g.voxel_um.x * 1000) + " x " + std::to_string(g.voxel_um.y * 1000) +
           " x " + std::to_string(g.voxel_um.z * 1000) + " nm";
}

}  // namespace

SliceField class_margin(const Probabilities& probabilities, int c) {
    if (c < 0 || c >= probabilities.classes)
        throw UsageError("class: expected 0 to " + std::to_string(probabilities.classes - 1) + ", found " +
                         std::to_string(c));
    return [&probabilities, c](std::int64_t z, std::span<float> out) {
        margin_row(probabilities, c, z * static_cast<std::int64_t>(out.size()), out);
    };
}

Mesh extract_class(const Probabilities& probabilities, int c, const Progress& progress) {
    Mesh mesh = extract_surface(probabilities.grid, class_margin(probabilities, c), 0, progress);
    compensate_curvature(mesh, probabilities.grid);
    return mesh;
}

std::vector<Mesh> extract_objects(const Probabilities& probabilities, const InstanceVolume& instances,
                                  std::span<const std::uint8_t> class_of, const Progress& progress) {
    if (!(instances.grid() == probabilities.grid))
        throw InputError("surfaces of objects", "objects and probabilities on the same grid",
                         size_text(instances.grid()) + " and " + size_text(probabilities.grid),
                         "Resample one of them");
    for (const auto c : class_of)
        if (c >= probabilities.classes)
            throw InputError("surfaces of objects", "classes below " + std::to_string(probabilities.classes),
                             std::to_string(c), "Use probabilities and objects of the same model");
    std::vector<Mesh> meshes(class_of.size());
    if (class_of.size() < 2) return meshes;
    const auto boxes = find_boxes(instances, static_cast<std::uint32_t>(class_of.size() - 1));
    for_each_object(
        boxes,
        [&](std::size_t n) {
            const Window window(instances.grid(), boxes[n], 1);
            const SliceField field = [&](std::int64_t z, std::span<float> out) {
                const auto nx = static_cast<std::size_t>(window.grid.size.x);
                for (std::int64_t y = 0; y < window.grid.size.y; ++y) {
                    const auto index =
                        instances.grid().index(window.first.x, window.first.y + y, window.first.z + z);
                    const auto row = out.subspan(static_cast<std::size_t>(y) * nx, nx);
                    margin_row(probabilities, class_of[n], index, row);
                    const std::uint32_t* number = instances.data() + index;
                    for (std::size_t x = 0; x < nx; ++x)
                        row[x] = number[x] == n ? std::fabs(row[x]) : -std::fabs(row[x]);
                }
            };
            meshes[n] = extract_surface(window.grid, field, 0);
            compensate_curvature(meshes[n], instances.grid());
        },
        progress);
    return meshes;
}

std::vector<Mesh> extract_objects(const InstanceVolume& instances, std::uint32_t count,
                                  const Progress& progress) {
    std::vector<Mesh> meshes(std::size_t{count} + 1);
    const auto boxes = find_boxes(instances, count);
    for_each_object(
        boxes,
        [&](std::size_t n) {
            meshes[n] = extract_mask(instances, static_cast<std::uint32_t>(n), boxes[n], {});
        },
        progress);
    return meshes;
}

Mesh extract_class(const ClassVolume& classes, std::uint8_t c, const Progress& progress) {
    const auto [nx, ny, nz] = classes.grid().size;
    const auto voxels =
        static_cast<std::int64_t>(std::count(classes.values().begin(), classes.values().end(), c));
    if (voxels == 0) return {};
    return extract_mask(classes, c, ObjectBox{{0, 0, 0}, {nx, ny, nz}, voxels}, progress);
}

}  // namespace cytomo
