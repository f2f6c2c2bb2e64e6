// Where voxels lie in space: size in voxels, voxel edges and origin in µm.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace cytomo {

/// A point, vector or triple of edge lengths, in the order x, y, z.
struct Vec3 {
    double x = 0, y = 0, z = 0;
    friend bool operator==(const Vec3&, const Vec3&) = default;
};

inline Vec3 operator+(Vec3 a, Vec3 b) {
    return {a.x + b.x, a.y + b.y, a.z + b.z};
}
inline Vec3 operator-(Vec3 a, Vec3 b) {
    return {a.x - b.x, a.y - b.y, a.z - b.z};
}
inline Vec3 operator*(Vec3 a, double s) {
    return {a.x * s, a.y * s, a.z * s};
}
inline double dot(Vec3 a, Vec3 b) {
    return a.x * b.x + a.y * b.y + a.z * b.z;
}
inline Vec3 cross(Vec3 a, Vec3 b) {
    return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
double length(Vec3 a);
/// a / |a|; the zero vector stays zero.
Vec3 normalized(Vec3 a);

/// Numbers of voxels along x, y, z.
struct Size3 {
    std::int64_t x = 0, y = 0, z = 0;
    friend bool operator==(const Size3&, const Size3&) = default;
    std::int64_t count() const { return x * y * z; }
};

/// A regular lattice of voxel centres.
/// Order of values everywhere in cytomo: x fastest, then y, then z.
/// The centre of voxel (i, j, k) lies at origin_um + (i, j, k) * voxel_um.
struct Grid {
    Size3 size;
    Vec3 voxel_um{1, 1, 1};
    Vec3 origin_um{0, 0, 0};

    friend bool operator==(const Grid&, const Grid&) = default;
    std::int64_t count() const { return size.count(); }
    std::int64_t index(std::int64_t x, std::int64_t y, std::int64_t z) const {
        return (z * size.y + y) * size.x + x;
    }
    bool contains(std::int64_t x, std::int64_t y, std::int64_t z) const {
        return x >= 0 && y >= 0 && z >= 0 && x < size.x && y < size.y && z < size.z;
    }
    /// World position (µm) of a point in voxel coordinates.
    Vec3 world_from_voxel(Vec3 v) const {
        return {origin_um.x + v.x * voxel_um.x, origin_um.y + v.y * voxel_um.y,
                origin_um.z + v.z * voxel_um.z};
    }
    /// Voxel coordinates of a world position (µm).
    Vec3 voxel_from_world(Vec3 p) const {
        return {(p.x - origin_um.x) / voxel_um.x, (p.y - origin_um.y) / voxel_um.y,
                (p.z - origin_um.z) / voxel_um.z};
    }
    double voxel_volume_um3() const { return voxel_um.x * voxel_um.y * voxel_um.z; }

    /// The lattice that covers the same box with voxels of edge `voxel_um` (at least one voxel an
    /// axis); the outer faces of the first voxels coincide.
    Grid resampled(Vec3 new_voxel_um) const;
};

}  // namespace cytomo
