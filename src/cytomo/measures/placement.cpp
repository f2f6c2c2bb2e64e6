#include "cytomo/measures/placement.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "cytomo/labels/distance.h"

namespace cytomo {

namespace {

constexpr std::size_t most_points = 100, most_balls = 32;
constexpr std::int64_t most_crop_voxels = 150000;

/// Voxels of one object, every k-th along each axis.
struct ShapeCutout {
    Grid grid;
    std::vector<std::uint8_t> mask;
};

ShapeCutout shape_cutout(const InstanceVolume& volume, const SurfacePoints& surfaces, std::uint32_t object) {
    const Grid& grid = volume.grid();
    std::int64_t low[3] = {grid.size.x, grid.size.y, grid.size.z}, high[3] = {-1, -1, -1};
    for (const SurfaceCluster& c : surfaces.clusters_of(object))
        for (const SurfacePoint& p : surfaces.points_of(c)) {
            const std::int64_t at[3] = {p.x, p.y, p.z};
            for (int a = 0; a < 3; ++a) {
                low[a] = std::min(low[a], at[a]);
                high[a] = std::max(high[a], at[a]);
            }
        }
    const auto count = (high[0] - low[0] + 1) * (high[1] - low[1] + 1) * (high[2] - low[2] + 1);
    const auto step = static_cast<std::int64_t>(
        std::ceil(std::cbrt(static_cast<double>(count) / static_cast<double>(most_crop_voxels))));
    const auto left = [&](int a) { return (high[a] - low[a]) / step + 1; };
    ShapeCutout crop;
    crop.grid.size = {left(0), left(1), left(2)};
    crop.grid.voxel_um = grid.voxel_um * static_cast<double>(step);
    crop.grid.origin_um = grid.world_from_voxel(
        {static_cast<double>(low[0]), static_cast<double>(low[1]), static_cast<double>(low[2])});
    for (std::int64_t z = 0; z < crop.grid.size.z; ++z)
        for (std::int64_t y = 0; y < crop.grid.size.y; ++y)
            for (std::int64_t x = 0; x < crop.grid.size.x; ++x)
                crop.mask.push_back(volume(low[0] + x * step, low[1] + y * step, low[2] + z * step) ==
                                    object);
    return crop;
}

}  // namespace

PlacedShape make_shape(const InstanceVolume& volume, const SurfacePoints& surfaces, const FineSurface& fine,
                       std::uint32_t object, double inside_um) {
    PlacedShape shape;
    shape.object = object;
    std::vector<SurfacePoint> points;
    for (const SurfaceCluster& c : surfaces.clusters_of(object))
        points.insert(points.end(), surfaces.points_of(c).begin(), surfaces.points_of(c).end());
    shape.faces = static_cast<std::int64_t>(points.size());
    if (points.empty()) return shape;

    const ShapeCutout crop = shape_cutout(volume, surfaces, object);
    std::vector<float> depth(crop.mask.size());
    find_squared_distances_um2(crop.mask, crop.grid.size, crop.grid.voxel_um, Beyond::other, depth);
    const double half = 0.5 * std::min({crop.grid.voxel_um.x, crop.grid.voxel_um.y, crop.grid.voxel_um.z});
    for (float& d : depth) d = std::sqrt(d) - static_cast<float>(half);
    const auto position = [&](std::size_t i) {
        const auto n = static_cast<std::int64_t>(i);
        const Size3 s = crop.grid.size;
        return crop.grid.world_from_voxel({static_cast<double>(n % s.x), static_cast<double>(n / s.x % s.y),
                                           static_cast<double>(n / (s.x * s.y))});
    };
    // A crop of every k-th voxel may miss a thin object altogether: then its first voxel stands for it.
    const auto deepest =
        static_cast<std::size_t>(std::max_element(depth.begin(), depth.end()) - depth.begin());
    const bool seen = crop.mask[deepest] != 0;
    shape.deepest_um = seen ? position(deepest) : surfaces.voxel_position_um(points[0]);
    shape.depth_um = seen ? depth[deepest] : half;
    shape.balls.push_back({{0, 0, 0}, shape.depth_um});
    std::vector<std::uint32_t> order;
    for (std::size_t i = 0; i < depth.size(); ++i)
        if (crop.mask[i] != 0 && depth[i] >= 0.5 * shape.depth_um)
            order.push_back(static_cast<std::uint32_t>(i));
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return depth[a] > depth[b]; });
    for (const std::uint32_t i : order) {
        if (shape.balls.size() >= most_balls) break;
        const Vec3 centre = position(i) - shape.deepest_um;
        if (std::none_of(shape.balls.begin(), shape.balls.end(), [&](const PlacedShape::Ball& b) {
                return length(centre - b.centre_um) < 0.9 * b.radius_um;
            }))
            shape.balls.push_back({centre, depth[i]});
    }
    const std::size_t step = std::max<std::size_t>(1, points.size() / most_points);
    // No farther within than half its depth: small objects would vanish.
    const double inside = std::min(inside_um, 0.5 * shape.depth_um);
    for (std::size_t i = 0; i < points.size(); i += step) {
        const FineSurface::Place place = fine.at(points[i]);
        shape.points_um.push_back(place.position_um - shape.deepest_um);
        shape.inner_um.push_back(shape.points_um.back() - place.normal * inside);
    }
    for (const Vec3 p : shape.points_um) shape.reach_um = std::max(shape.reach_um, length(p));
    shape.reach_um += half;
    return shape;
}

Room::Room(ClassVolume allowed)
    : allowed_(std::move(allowed)), edge_um_(std::cbrt(allowed_.grid().voxel_volume_um3())) {
    half_diagonal_um_ = 0.5 * length(allowed_.grid().voxel_um);
    depth_um_ = find_squared_distances_um2(allowed_, Beyond::other);
    constexpr std::size_t most_levels = 4096;
    const auto level = [&](std::int64_t i) {
        return std::min(most_levels - 1, static_cast<std::size_t>(2 * depth_um_[i] / edge_um_));
    };
    deeper_than_.assign(most_levels + 1, 0);
    for (std::int64_t i = 0; i < allowed_.count(); ++i) {
        if (allowed_[i] == 0) continue;
        depth_um_[i] = std::sqrt(depth_um_[i]);
        ++deeper_than_[level(i)];
    }
    for (std::size_t l = most_levels; l-- > 0;) deeper_than_[l] += deeper_than_[l + 1];
    voxels_.resize(deeper_than_[0]);
    std::vector<std::size_t> next(deeper_than_.begin() + 1, deeper_than_.end());
    for (std::int64_t i = 0; i < allowed_.count(); ++i)
        if (allowed_[i] != 0) voxels_[next[level(i)]++] = static_cast<std::uint32_t>(i);
}

bool Room::draw(double depth_um, Random& random, Vec3& deepest_um) const {
    // Depths run between voxel centres, half a voxel farther than the surface; a little less is asked for, so
    // that the limit, which voxels blur, cuts nothing off: misfit decides.
    const double wanted = std::max(0.0, depth_um - 0.5 * edge_um_);
    const auto level = std::min(deeper_than_.size() - 1, static_cast<std::size_t>(2 * wanted / edge_um_));
    const std::size_t choices = deeper_than_[level];
    if (choices == 0) return false;
    const auto voxel = static_cast<std::int64_t>(
        voxels_[static_cast<std::size_t>(random.integer(0, static_cast<std::int64_t>(choices) - 1))]);
    const Size3 n = allowed_.grid().size;
    deepest_um = allowed_.grid().world_from_voxel(
        {static_cast<double>(voxel % n.x) + random.uniform(-0.5, 0.5),
         static_cast<double>(voxel / n.x % n.y) + random.uniform(-0.5, 0.5),
         static_cast<double>(voxel / (n.x * n.y)) + random.uniform(-0.5, 0.5)});
    return true;
}

std::int64_t Room::voxel_at(Vec3 position_um) const {
    const Vec3 v = allowed_.grid().voxel_from_world(position_um);
    const std::int64_t x = static_cast<std::int64_t>(std::floor(v.x + 0.5)),
                       y = static_cast<std::int64_t>(std::floor(v.y + 0.5)),
                       z = static_cast<std::int64_t>(std::floor(v.z + 0.5));
    return allowed_.grid().contains(x, y, z) ? allowed_.grid().index(x, y, z) : -1;
}

double Room::misfit(const PlacedShape& shape, const Pose& pose, double limit) const {
    // Where the room is wide, all of the shape lies within it: one look instead of a hundred. Both the
    // position and a voxel that is not allowed reach half a diagonal from their centres.
    const std::int64_t middle = voxel_at(pose.deepest_um);
    if (middle >= 0 && depth_um_[middle] > shape.reach_um + 2 * half_diagonal_um_) return 0;
    for (const PlacedShape::Ball& ball : shape.balls) {
        const std::int64_t voxel = voxel_at(pose.place(ball.centre_um));
        if (voxel < 0 || depth_um_[voxel] < ball.radius_um - edge_um_) return 1;
    }
    const auto most = static_cast<std::int64_t>(limit * static_cast<double>(shape.inner_um.size()));
    std::int64_t outside = 0;
    for (const Vec3 p : shape.inner_um) {
        const std::int64_t voxel = voxel_at(pose.place(p));
        if ((voxel < 0 || allowed_[voxel] == 0) && ++outside > most) return 1;
    }
    return static_cast<double>(outside) / static_cast<double>(shape.inner_um.size());
}

namespace {

bool overlap(const PlacedShape& a, const Pose& at_a, const PlacedShape& b, const Pose& at_b,
             double slack_um) {
    const double reach = a.reach_um + b.reach_um;
    const Vec3 between = at_a.deepest_um - at_b.deepest_um;
    if (dot(between, between) >= reach * reach) return false;
    for (const PlacedShape::Ball& p : a.balls)
        for (const PlacedShape::Ball& q : b.balls) {
            const Vec3 d = at_a.place(p.centre_um) - at_b.place(q.centre_um);
            const double sum = p.radius_um + q.radius_um - slack_um;
            if (sum > 0 && dot(d, d) < sum * sum) return true;
        }
    return false;
}

}  // namespace

Placement place_at_random(const std::vector<PlacedShape>& shapes, const Room& room, Random& random) {
    constexpr int trials = 200;
    constexpr double tolerated = 0.03, worst = 0.2;
    Placement placement;
    for (const PlacedShape& shape : shapes) {
        Pose best;
        best.deepest_um = shape.deepest_um;
        double best_misfit = worst;
        bool fits = false;
        for (int trial = 0; trial < trials && !fits; ++trial) {
            Pose pose;
            if (!room.draw(shape.depth_um, random, pose.deepest_um)) break;
            const double turn = random.uniform(0, 2 * std::numbers::pi);
            pose.cosine = std::cos(turn);
            pose.sine = std::sin(turn);
            const double misfit = room.misfit(shape, pose, std::max(best_misfit, tolerated));
            if (misfit > tolerated) {
                if (misfit < best_misfit) {
                    best_misfit = misfit;
                    best = pose;
                }
                continue;
            }
            fits = true;
            for (std::size_t i = 0; i < placement.poses.size() && fits; ++i)
                fits = !overlap(shape, pose, shapes[i], placement.poses[i], 0.25 * room.edge_um());
            if (fits || misfit < best_misfit) {
                best_misfit = misfit;
                best = pose;
            }
        }
        placement.misfits += fits ? 0 : 1;
        placement.poses.push_back(best);
    }
    return placement;
}

}  // namespace cytomo
