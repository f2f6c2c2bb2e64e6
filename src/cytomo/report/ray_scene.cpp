// Ray tracing by Embree (Wald et al. 2014). The tree is built by one thread: with several, its
// shape, and with it the order of equal hits, would depend on their number.
#include "cytomo/report/ray_scene.h"

#include <embree3/rtcore.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <numbers>
#include <stdexcept>

#include "cytomo/core/disjoint_sets.h"
#include "cytomo/core/error.h"

namespace cytomo::rays {

UnitFrame unit_frame(std::span<const ColouredMesh> meshes) {
    constexpr double huge = std::numeric_limits<double>::max();
    Vec3 low{huge, huge, huge}, high{-huge, -huge, -huge};
    for (const auto& m : meshes)
        for (const auto& v : m.mesh.vertices) {
            if (!std::isfinite(v[0]) || !std::isfinite(v[1]) || !std::isfinite(v[2]))
                throw InputError(m.name, "vertices with finite coordinates", "infinite or undefined ones",
                                 "Make the surface again");
            low = {std::min<double>(low.x, v[0]), std::min<double>(low.y, v[1]),
                   std::min<double>(low.z, v[2])};
            high = {std::max<double>(high.x, v[0]), std::max<double>(high.y, v[1]),
                    std::max<double>(high.z, v[2])};
        }
    UnitFrame frame;
    if (low.x > high.x) return frame;
    frame.centre = (low + high) * 0.5;
    frame.radius_um = std::max(1e-9, length(high - low) / 2);
    return frame;
}

namespace {

using Triangle = std::array<std::uint32_t, 3>;

/// Triangles without the connected parts that face inwards (negative volume), unless all do.
std::vector<Triangle> without_cavities(const Mesh& mesh) {
    DisjointSets parts(mesh.vertices.size());
    for (const auto& t : mesh.triangles)
        for (const auto v : {t[1], t[2]}) parts.join(t[0], v);
    std::vector<double> volume(mesh.vertices.size(), 0.0);
    const auto at = [&](std::uint32_t i, std::uint32_t origin) {
        const auto &v = mesh.vertices[i], &o = mesh.vertices[origin];
        return Vec3{double{v[0]} - o[0], double{v[1]} - o[1], double{v[2]} - o[2]};
    };
    for (const auto& t : mesh.triangles) {
        const auto r = parts.find(t[0]);
        volume[r] += cytomo::dot(at(t[0], r), cytomo::cross(at(t[1], r), at(t[2], r)));
    }
    std::vector<Triangle> kept;
    for (const auto& t : mesh.triangles)
        if (volume[parts.find(t[0])] >= 0) kept.push_back(t);
    return kept.empty() ? mesh.triangles : kept;
}

/// Normals of vertices: mean of the faces, weighted by area.
std::vector<Float3> vertex_normals(std::span<const Float3> points, const std::vector<Triangle>& triangles) {
    std::vector<Float3> normals(points.size());
    for (const auto& t : triangles) {
        const Float3 n = cross(points[t[1]] - points[t[0]], points[t[2]] - points[t[0]]);
        for (const auto i : t) normals[i] = normals[i] + n;
    }
    for (auto& n : normals) n = normalized(n);
    return normals;
}

/// The rim of a clear shell shows every dent of its normals: averages them over neighbours.
void smooth_normals(std::vector<Float3>& normals, const std::vector<Triangle>& triangles, int rounds) {
    for (int round = 0; round < rounds; ++round) {
        std::vector<Float3> sum = normals;
        for (const auto& t : triangles) {
            const Float3 all = normals[t[0]] + normals[t[1]] + normals[t[2]];
            for (const auto i : t) sum[i] = sum[i] + all;
        }
        for (auto& n : sum) n = normalized(n);
        normals = std::move(sum);
    }
}

}  // namespace

struct RayScene::Parts {
    struct Surface {
        std::vector<Float3> points, normals;
        std::vector<Triangle> triangles;
    };
    RTCDevice device = nullptr;
    std::array<RTCScene, 3> scenes{};
    std::array<bool, 3> filled{};
    std::vector<Surface> surfaces;

    Parts() = default;
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;
    ~Parts() {
        for (const auto scene : scenes)
            if (scene != nullptr) rtcReleaseScene(scene);
        if (device != nullptr) rtcReleaseDevice(device);
    }
    void check() const {
        const RTCError error = rtcGetDeviceError(device);
        if (error == RTC_ERROR_OUT_OF_MEMORY) throw std::bad_alloc();
        if (error != RTC_ERROR_NONE)
            throw std::runtime_error("Embree failed with error " + std::to_string(static_cast<int>(error)));
    }
};

RayScene::RayScene(std::span<const ColouredMesh> meshes, const UnitFrame& frame)
    : parts_(std::make_unique<Parts>()) {
    Parts& p = *parts_;
    p.device = rtcNewDevice("threads=1,set_affinity=0");
    if (p.device == nullptr) throw std::runtime_error("Embree could not start");
    for (auto& scene : p.scenes) {
        scene = rtcNewScene(p.device);
        rtcSetSceneFlags(scene, RTC_SCENE_FLAG_ROBUST);
    }
    p.surfaces.resize(meshes.size());
    for (std::size_t m = 0; m < meshes.size(); ++m) {
        auto& s = p.surfaces[m];
        const Mesh& mesh = meshes[m].mesh;
        s.points.reserve(mesh.vertices.size());
        for (const auto& v : mesh.vertices) s.points.push_back(frame.from_world({v[0], v[1], v[2]}));
        const bool opaque = meshes[m].look == Look::opaque;
        s.triangles = opaque ? mesh.triangles : without_cavities(mesh);
        s.normals = vertex_normals(s.points, s.triangles);
        if (!opaque) smooth_normals(s.normals, s.triangles, 4);
        if (s.triangles.empty()) continue;
        RTCGeometry geometry = rtcNewGeometry(p.device, RTC_GEOMETRY_TYPE_TRIANGLE);
        auto* points = static_cast<Float3*>(rtcSetNewGeometryBuffer(
            geometry, RTC_BUFFER_TYPE_VERTEX, 0, RTC_FORMAT_FLOAT3, sizeof(Float3), s.points.size()));
        auto* triangles = static_cast<Triangle*>(rtcSetNewGeometryBuffer(
            geometry, RTC_BUFFER_TYPE_INDEX, 0, RTC_FORMAT_UINT3, sizeof(Triangle), s.triangles.size()));
        if (points == nullptr || triangles == nullptr) {
            rtcReleaseGeometry(geometry);
            throw std::bad_alloc();
        }
        std::copy(s.points.begin(), s.points.end(), points);
        std::copy(s.triangles.begin(), s.triangles.end(), triangles);
        rtcCommitGeometry(geometry);
        const auto set = static_cast<std::size_t>(meshes[m].look);
        rtcAttachGeometryByID(p.scenes[set], geometry, static_cast<unsigned>(m));
        rtcReleaseGeometry(geometry);
        p.filled[set] = true;
    }
    for (const auto scene : p.scenes) rtcCommitScene(scene);
    p.check();
}

RayScene::~RayScene() = default;

bool RayScene::has(Look look) const {
    return parts_->filled[static_cast<std::size_t>(look)];
}

std::span<const Float3> RayScene::points(std::size_t mesh) const {
    return parts_->surfaces[mesh].points;
}

std::span<const Float3> RayScene::normals(std::size_t mesh) const {
    return parts_->surfaces[mesh].normals;
}

bool RayScene::find_hit(Look look, Float3 origin, Float3 direction, float from, float to, Hit& hit) const {
    const auto set = static_cast<std::size_t>(look);
    if (!parts_->filled[set]) return false;
    RTCIntersectContext context;
    rtcInitIntersectContext(&context);
    RTCRayHit ray{};
    ray.ray = {origin.x, origin.y, origin.z, from, direction.x, direction.y, direction.z, 0, to, ~0U, 0, 0};
    ray.hit.geomID = RTC_INVALID_GEOMETRY_ID;
    rtcIntersect1(parts_->scenes[set], &context, &ray);
    if (ray.hit.geomID == RTC_INVALID_GEOMETRY_ID) return false;

    const auto& s = parts_->surfaces[ray.hit.geomID];
    const Triangle& t = s.triangles[ray.hit.primID];
    const float u = ray.hit.u, v = ray.hit.v, w = 1 - u - v;
    const Float3 a = s.points[t[0]], b = s.points[t[1]], c = s.points[t[2]];
    const Float3 na = s.normals[t[0]], nb = s.normals[t[1]], nc = s.normals[t[2]];
    hit.distance = ray.ray.tfar;
    hit.mesh = ray.hit.geomID;
    hit.point = a * w + b * u + c * v;
    hit.face_normal = normalized(cross(b - a, c - a));
    hit.normal = normalized(na * w + nb * u + nc * v);
    if (dot(hit.normal, hit.normal) < 0.5F) hit.normal = hit.face_normal;
    // Hanika, Hacking the shadow terminator, Ray Tracing Gems II (2021): the point as seen from the
    // tangent planes of the three vertices, where it lies below them.
    const auto lift = [&](Float3 vertex, Float3 normal) {
        return normal * std::max(0.0F, dot(vertex - hit.point, normal));
    };
    hit.smooth_point = hit.point + lift(a, na) * w + lift(b, nb) * u + lift(c, nc) * v;
    return true;
}

std::uint64_t RayScene::blocked(Look look, Float3 origin, std::span<const Float3> directions,
                                float to) const {
    const auto set = static_cast<std::size_t>(look);
    if (!parts_->filled[set]) return 0;
    constexpr std::size_t packet = 8;
    std::uint64_t found = 0;
    for (std::size_t first = 0; first < directions.size(); first += packet) {
        RTCIntersectContext context;
        rtcInitIntersectContext(&context);
        alignas(32) std::array<int, packet> valid;
        RTCRay8 rays;
        for (std::size_t k = 0; k < packet; ++k) {
            const bool used = first + k < directions.size();
            const Float3 d = directions[used ? first + k : first];
            valid[k] = used ? -1 : 0;
            rays.org_x[k] = origin.x, rays.org_y[k] = origin.y, rays.org_z[k] = origin.z;
            rays.dir_x[k] = d.x, rays.dir_y[k] = d.y, rays.dir_z[k] = d.z;
            rays.tnear[k] = rays.time[k] = 0;
            rays.tfar[k] = to;
            rays.mask[k] = ~0U;
            rays.id[k] = rays.flags[k] = 0;
        }
        rtcOccluded8(valid.data(), parts_->scenes[set], &context, &rays);
        for (std::size_t k = 0; k < packet && first + k < directions.size(); ++k)
            if (rays.tfar[k] < 0) found |= std::uint64_t{1} << (first + k);
    }
    return found;
}

namespace {

/// Points in the unit disc, evenly spread: one after the other, each a constant turn further round.
class DiscSamples {
public:
    DiscSamples(int first, Shift shift)
        : u_(part(shift.u + turn_u * first)),
          cos_(std::cos(2 * std::numbers::pi * (shift.v + turn_v * first))),
          sin_(std::sin(2 * std::numbers::pi * (shift.v + turn_v * first))) {}

    struct Sample {
        float x, y, squared;  ///< and the square of the distance from the middle
    };
    Sample next() {
        const double r = std::sqrt(u_);
        const Sample sample{static_cast<float>(r * cos_), static_cast<float>(r * sin_),
                            static_cast<float>(u_)};
        static const double c = std::cos(2 * std::numbers::pi * turn_v),
                            s = std::sin(2 * std::numbers::pi * turn_v);
        u_ = part(u_ + turn_u);
        const double cosine = cos_ * c - sin_ * s;
        sin_ = sin_ * c + cos_ * s;
        cos_ = cosine;
        return sample;
    }

private:
    static constexpr double turn_u = 0.7548776662466927,
                            turn_v = 0.5698402909980532;  // powers of the plastic number
    static double part(double v) { return v - std::floor(v); }
    double u_, cos_, sin_;
};

/// Two directions at right angles to `n` (Duff et al. 2017).
void make_basis(Float3 n, Float3& s, Float3& t) {
    const float sign = std::copysign(1.0F, n.z);
    const float a = -1 / (sign + n.z), b = n.x * n.y * a;
    s = {1 + sign * n.x * n.x * a, sign * b, -sign * n.x};
    t = {b, sign + n.y * n.y * a, -n.y};
}

}  // namespace

Shift shift_for(std::uint64_t number) {
    std::uint64_t h = number + 0x9E3779B97F4A7C15ULL;
    h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9ULL;
    h = (h ^ (h >> 27)) * 0x94D049BB133111EBULL;
    h ^= h >> 31;
    return {static_cast<float>(h & 0xFFFFFFU) / 16777216.0F,
            static_cast<float>((h >> 32) & 0xFFFFFFU) / 16777216.0F};
}

void cosine_directions(Float3 normal, int first, Shift shift, std::span<Float3> out) {
    Float3 s, t;
    make_basis(normal, s, t);
    DiscSamples samples(first, shift);
    for (Float3& direction : out) {
        const auto p = samples.next();
        direction = s * p.x + t * p.y + normal * std::sqrt(std::max(0.0F, 1 - p.squared));
    }
}

void cone_directions(Float3 axis, float spread, int first, Shift shift, std::span<Float3> out) {
    Float3 s, t;
    make_basis(axis, s, t);
    DiscSamples samples(first, shift);
    for (Float3& direction : out) {
        const auto p = samples.next();
        direction = normalized(axis + s * (spread * p.x) + t * (spread * p.y));
    }
}

Float3 lifted(const Hit& hit, Float3 outwards) {
    constexpr float off_surface = 2e-5F;  // the unit ball in floats: about a hundred roundings
    return hit.smooth_point + outwards * off_surface;
}

}  // namespace cytomo::rays
