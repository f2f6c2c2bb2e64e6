// Surfaces prepared for ray tracing (private to the folder).
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/report/rendering.h"

namespace cytomo::rays {

struct Float3 {
    float x = 0, y = 0, z = 0;
};
inline Float3 operator+(Float3 a, Float3 b) {
    return {a.x + b.x, a.y + b.y, a.z + b.z};
}
inline Float3 operator-(Float3 a, Float3 b) {
    return {a.x - b.x, a.y - b.y, a.z - b.z};
}
inline Float3 operator*(Float3 a, float s) {
    return {a.x * s, a.y * s, a.z * s};
}
inline float dot(Float3 a, Float3 b) {
    return a.x * b.x + a.y * b.y + a.z * b.z;
}
inline Float3 cross(Float3 a, Float3 b) {
    return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline Float3 normalized(Float3 a) {
    const float l = std::sqrt(dot(a, a));
    return l > 0 ? a * (1 / l) : a;
}

/// Coordinates are moved and scaled so that all surfaces lie within the unit ball: offsets against
/// self-shadowing then suit any cell.
struct UnitFrame {
    Vec3 centre;
    double radius_um = 1;
    Float3 from_world(Vec3 p) const {
        return {static_cast<float>((p.x - centre.x) / radius_um),
                static_cast<float>((p.y - centre.y) / radius_um),
                static_cast<float>((p.z - centre.z) / radius_um)};
    }
};
/// Throws InputError for coordinates that are not finite.
UnitFrame unit_frame(std::span<const ColouredMesh> meshes);

struct Hit {
    float distance = 0;
    std::uint32_t mesh = 0;
    Float3 point;
    Float3 face_normal;   ///< of the triangle, outwards
    Float3 normal;        ///< interpolated, outwards
    Float3 smooth_point;  ///< `point` moved onto the curved surface that the normals suggest
};

constexpr int most_rays_at_once = 64;

/// Three separate sets, because the viewer's rays and the light treat them differently.
class RayScene {
public:
    RayScene(std::span<const ColouredMesh> meshes, const UnitFrame& frame);
    ~RayScene();
    RayScene(const RayScene&) = delete;
    RayScene& operator=(const RayScene&) = delete;

    /// First surface of that look along the ray beyond `from`; false if there is none before `to`.
    bool find_hit(Look look, Float3 origin, Float3 direction, float from, float to, Hit& hit) const;
    /// Bit i: a surface of that look lies on the ray along directions[i] before `to`. At most
    /// most_rays_at_once; rays from one point are traced together.
    std::uint64_t blocked(Look look, Float3 origin, std::span<const Float3> directions, float to) const;
    bool has(Look look) const;

    std::span<const Float3> points(std::size_t mesh) const;
    std::span<const Float3> normals(std::size_t mesh) const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/// Points of the additive recurrence R2 (Roberts 2018), evenly spread in the unit square for any run
/// of indices; `shift` makes the points of each pixel different.
struct Shift {
    float u = 0, v = 0;
};
/// A shift for a pixel or vertex number, by hashing: reproducible at any thread count.
Shift shift_for(std::uint64_t number);
/// Directions around `normal`, with density proportional to the cosine: samples first, first + 1, …
void cosine_directions(Float3 normal, int first, Shift shift, std::span<Float3> out);
/// Directions within a cone around `axis`; `spread` is the tangent of its half angle.
void cone_directions(Float3 axis, float spread, int first, Shift shift, std::span<Float3> out);
/// A start for secondary rays: off the surface, on the side of the face normal.
Float3 lifted(const Hit& hit, Float3 outwards);

}  // namespace cytomo::rays
