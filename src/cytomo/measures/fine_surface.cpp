#include "cytomo/measures/fine_surface.h"

#include <algorithm>
#include <cmath>

namespace cytomo {

namespace {

/// Width of the weights, in the longest edge of a voxel.
constexpr double width_voxels = 1.1;

/// A Gaussian times (3 - t²) / 2, which has no second moment, and its slope.
double weight(double t) {
    return 0.5 * (3 - t * t) * std::exp(-0.5 * t * t);
}
double weight_slope(double t) {
    return 0.5 * (t * t * t - 5 * t) * std::exp(-0.5 * t * t);
}

}  // namespace

FineSurface::FineSurface(const InstanceVolume& objects) : FineSurface(objects.grid(), &objects, nullptr) {}
FineSurface::FineSurface(const ClassVolume& classes) : FineSurface(classes.grid(), nullptr, &classes) {}

FineSurface::FineSurface(const Grid& grid, const InstanceVolume* objects, const ClassVolume* classes)
    : grid_(grid), objects_(objects), classes_(classes) {
    const Vec3 e = grid.voxel_um;
    const double longest = std::max({e.x, e.y, e.z}), width = width_voxels * longest;
    farthest_um_ = 0.75 * longest;
    const double edges[3] = {e.x, e.y, e.z};
    for (std::size_t a = 0; a < 3; ++a) {
        Axis& axis = axes_[a];
        axis.edge_um = edges[a];
        axis.reach = static_cast<int>(std::ceil(3 * width / axis.edge_um));
        const auto fill = [&](std::vector<float>& values, std::vector<float>& slopes, int last,
                              double middle) {
            double sum = 0;
            for (int i = -axis.reach; i <= last; ++i) sum += weight((i - middle) * axis.edge_um / width);
            for (int i = -axis.reach; i <= last; ++i) {
                const double t = (i - middle) * axis.edge_um / width;
                values.push_back(static_cast<float>(weight(t) / sum));
                // The slope by the place of the point, not by that of the voxel.
                slopes.push_back(static_cast<float>(-weight_slope(t) / (sum * width)));
            }
        };
        fill(axis.centre, axis.centre_slope, axis.reach, 0);
        fill(axis.face, axis.face_slope, axis.reach + 1, 0.5);
    }
}

FineSurface::Place FineSurface::at(const SurfacePoint& point) const {
    if (objects_ == nullptr) return estimate(*classes_, point, [](std::uint8_t label) { return label != 0; });
    const std::uint32_t object = (*objects_)(point.x, point.y, point.z);
    return estimate(*objects_, point, [object](std::uint32_t label) { return label == object; });
}

template <class Label, class Inside>
FineSurface::Place FineSurface::estimate(const Volume<Label>& volume, const SurfacePoint& point,
                                         Inside inside) const {
    const Grid& grid = grid_;
    const Size3 n = grid.size;
    const std::int64_t voxel[3] = {point.x, point.y, point.z}, size[3] = {n.x, n.y, n.z};
    const float *value[3], *slope[3];
    std::int64_t first[3], count[3];
    for (std::size_t a = 0; a < 3; ++a) {
        const bool across = static_cast<int>(a) == point.axis();
        value[a] = across ? axes_[a].face.data() : axes_[a].centre.data();
        slope[a] = across ? axes_[a].face_slope.data() : axes_[a].centre_slope.data();
        count[a] = 2 * axes_[a].reach + (across ? 2 : 1);
        first[a] = voxel[a] - axes_[a].reach - (across && point.direction() < 0 ? 1 : 0);
    }
    const auto clipped = [&](std::size_t a, std::int64_t i) {  // the border's voxels go on beyond it
        return std::clamp<std::int64_t>(first[a] + i, 0, size[a] - 1);
    };
    const bool whole = first[0] >= 0 && first[0] + count[0] <= size[0];
    double sum = 0, dx = 0, dy = 0, dz = 0;
    for (std::int64_t k = 0; k < count[2]; ++k)
        for (std::int64_t j = 0; j < count[1]; ++j) {
            const Label* row = &volume(0, clipped(1, j), clipped(2, k));
            float row_sum = 0, row_slope = 0;
            for (std::int64_t i = 0; i < count[0]; ++i) {
                const float is = inside(whole ? row[first[0] + i] : row[clipped(0, i)]) ? 1.0F : 0.0F;
                row_sum += is * value[0][i];
                row_slope += is * slope[0][i];
            }
            sum += double{row_sum} * value[1][j] * value[2][k];
            dx += double{row_slope} * value[1][j] * value[2][k];
            dy += double{row_sum} * slope[1][j] * value[2][k];
            dz += double{row_sum} * value[1][j] * slope[2][k];
        }
    const Vec3 gradient{dx, dy, dz};
    const double steepness = length(gradient);
    Vec3 middle{static_cast<double>(point.x), static_cast<double>(point.y), static_cast<double>(point.z)};
    (point.axis() == 0 ? middle.x : point.axis() == 1 ? middle.y : middle.z) += 0.5 * point.direction();
    Place place;
    place.position_um = grid.world_from_voxel(middle);
    place.normal = {0, 0, 0};
    (point.axis() == 0   ? place.normal.x
     : point.axis() == 1 ? place.normal.y
                         : place.normal.z) = point.direction();
    const Vec3 face = place.normal;
    // Next to nothing changes: as at the border of the volume.
    if (steepness * farthest_um_ > 0.05) {
        place.normal = gradient * (-1 / steepness);
        // Where less than half is left at the voxel itself, the object is too thin to be smoothed.
        const double at_voxel =
            sum - 0.5 * axes_[static_cast<std::size_t>(point.axis())].edge_um * dot(gradient, face);
        const double away =
            at_voxel < 0.5 ? 0 : std::clamp((sum - 0.5) / steepness, -farthest_um_, farthest_um_);
        place.position_um = place.position_um + place.normal * away;
    }
    const double face_area = grid.voxel_volume_um3() / axes_[static_cast<std::size_t>(point.axis())].edge_um;
    // Lines along an axis cross the surface as often as it faces them: each crossing stands for the area of a
    // face times the share of the normal in the axis, so that the three axes add up to the whole.
    place.area_um2 = face_area * std::max(0.0, dot(place.normal, face));
    return place;
}

}  // namespace cytomo
