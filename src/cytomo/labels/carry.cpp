#include "cytomo/labels/carry.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "cytomo/core/legend.h"
#include "cytomo/core/parallel.h"

namespace cytomo {

namespace {

/// Where the voxels of an axis lie in another grid, in its voxels, and the nearest of these.
struct AxisPlaces {
    std::vector<double> place;
    std::vector<std::int64_t> nearest;

    AxisPlaces(std::int64_t n, double edge, double origin, std::int64_t other_n, double other_edge,
               double other_origin) {
        for (std::int64_t i = 0; i < n; ++i) {
            place.push_back((origin + static_cast<double>(i) * edge - other_origin) / other_edge);
            nearest.push_back(std::clamp<std::int64_t>(std::llround(place.back()), 0, other_n - 1));
        }
    }
};

/// Finds for each voxel of a fine grid the voxel of a coarse one that it comes from: the nearest of its own
/// class.
class Carrier {
public:
    Carrier(std::shared_ptr<const ClassVolume> coarse, std::shared_ptr<const ClassVolume> classes)
        : coarse_(std::move(coarse)),
          classes_(std::move(classes)),
          x_(axis(&Size3::x, &Vec3::x)),
          y_(axis(&Size3::y, &Vec3::y)),
          z_(axis(&Size3::z, &Vec3::z)) {}

    /// What `values`, on the coarse grid, have where the voxels of slice z come from; `otherwise(class)` for
    /// background and for voxels that come from nowhere.
    template <class Value, class Otherwise>
    void read_slice(std::int64_t z, const Volume<Value>& values, Otherwise otherwise, Value* out) const {
        const Size3 n = classes_->grid().size;
        const auto cz = z_.nearest[static_cast<std::size_t>(z)];
        for (std::int64_t y = 0; y < n.y; ++y) {
            const std::uint8_t* row = &(*classes_)(0, y, z);
            const auto line = coarse_->grid().index(0, y_.nearest[static_cast<std::size_t>(y)], cz);
            const std::uint8_t* coarse_class = coarse_->data() + line;
            const Value* value = values.data() + line;
            for (std::int64_t x = 0; x < n.x; ++x) {
                const auto c = row[x];
                const auto cx = x_.nearest[static_cast<std::size_t>(x)];
                if (c != background && coarse_class[cx] == c) {
                    *out++ = value[cx];
                    continue;
                }
                const std::int64_t from = c == background ? -1 : search(c, x, y, z);
                *out++ = from < 0 ? otherwise(c) : values[from];
            }
        }
    }

private:
    AxisPlaces axis(std::int64_t Size3::*size, double Vec3::*part) const {
        const Grid &to = classes_->grid(), &from = coarse_->grid();
        return {to.size.*size,   to.voxel_um.*part,   to.origin_um.*part,
                from.size.*size, from.voxel_um.*part, from.origin_um.*part};
    }

    /// The nearest voxel of class c among the nearest and its neighbours; -1: there is none.
    std::int64_t search(std::uint8_t c, std::int64_t x, std::int64_t y, std::int64_t z) const {
        const Grid& from = coarse_->grid();
        const auto ux = static_cast<std::size_t>(x), uy = static_cast<std::size_t>(y),
                   uz = static_cast<std::size_t>(z);
        std::int64_t found = -1;
        double nearest = 1e30;
        for (auto k = z_.nearest[uz] - 1; k <= z_.nearest[uz] + 1; ++k)
            for (auto j = y_.nearest[uy] - 1; j <= y_.nearest[uy] + 1; ++j)
                for (auto i = x_.nearest[ux] - 1; i <= x_.nearest[ux] + 1; ++i) {
                    if (!from.contains(i, j, k) || (*coarse_)(i, j, k) != c) continue;
                    const Vec3 d{(static_cast<double>(i) - x_.place[ux]) * from.voxel_um.x,
                                 (static_cast<double>(j) - y_.place[uy]) * from.voxel_um.y,
                                 (static_cast<double>(k) - z_.place[uz]) * from.voxel_um.z};
                    if (dot(d, d) < nearest) {
                        nearest = dot(d, d);
                        found = from.index(i, j, k);
                    }
                }
        return found;
    }

    std::shared_ptr<const ClassVolume> coarse_, classes_;
    AxisPlaces x_, y_, z_;
};

}  // namespace

InstanceSlices carry_instances(std::shared_ptr<const Instances> instances,
                               std::shared_ptr<const ClassVolume> coarse,
                               std::shared_ptr<const ClassVolume> classes) {
    InstanceSlices out{classes->grid(), instances->class_of, {}};
    auto carrier = std::make_shared<const Carrier>(std::move(coarse), std::move(classes));
    out.read = [carrier, instances, slice = out.grid.size.x * out.grid.size.y](
                   std::int64_t first, std::int64_t count, std::span<std::uint32_t> values) {
        for (std::int64_t k = 0; k < count; ++k)
            carrier->read_slice(
                first + k, instances->volume, [](std::uint8_t) { return std::uint32_t{0}; },
                values.data() + k * slice);
    };
    return out;
}

ClassVolume carry_classes(const ClassVolume& changed, std::shared_ptr<const ClassVolume> coarse,
                          std::shared_ptr<const ClassVolume> classes) {
    ClassVolume out(classes->grid());
    const std::int64_t slice = out.grid().size.x * out.grid().size.y;
    const Carrier carrier(std::move(coarse), std::move(classes));
    parallel_for(out.grid().size.z, [&](std::int64_t z) {
        carrier.read_slice(
            z, changed, [](std::uint8_t c) { return c; }, out.data() + z * slice);
    });
    return out;
}

}  // namespace cytomo
