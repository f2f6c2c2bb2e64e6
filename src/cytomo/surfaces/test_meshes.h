// Meshes whose vertices lie exactly on known surfaces, for the tests of this folder.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

#include "cytomo/core/mesh.h"

namespace cytomo::test_meshes {

/// An ellipsoid around the origin, by circles of latitude; 2 n (n - 1) × 2 triangles.
inline Mesh ellipsoid_mesh(Vec3 half_axes, std::uint32_t n) {
    Mesh mesh;
    const std::uint32_t around = 2 * n;
    const auto add = [&](double x, double y, double z) {
        mesh.vertices.push_back({static_cast<float>(half_axes.x * x), static_cast<float>(half_axes.y * y),
                                 static_cast<float>(half_axes.z * z)});
    };
    add(0, 0, 1);
    for (std::uint32_t i = 1; i < n; ++i)
        for (std::uint32_t j = 0; j < around; ++j) {
            const double u = std::numbers::pi * i / n, v = 2 * std::numbers::pi * j / around;
            add(std::sin(u) * std::cos(v), std::sin(u) * std::sin(v), std::cos(u));
        }
    add(0, 0, -1);
    const auto at = [&](std::uint32_t i, std::uint32_t j) { return 1 + (i - 1) * around + j % around; };
    const auto last = static_cast<std::uint32_t>(mesh.vertices.size() - 1);
    for (std::uint32_t j = 0; j < around; ++j) {
        mesh.triangles.push_back({0, at(1, j), at(1, j + 1)});
        for (std::uint32_t i = 1; i + 1 < n; ++i) {
            mesh.triangles.push_back({at(i, j), at(i + 1, j), at(i + 1, j + 1)});
            mesh.triangles.push_back({at(i, j), at(i + 1, j + 1), at(i, j + 1)});
        }
        mesh.triangles.push_back({last, at(n - 1, j + 1), at(n - 1, j)});
    }
    return mesh;
}

/// A torus around z, by circles; 2 n m triangles.
inline Mesh torus_mesh(double ring, double tube, std::uint32_t n, std::uint32_t m) {
    Mesh mesh;
    for (std::uint32_t i = 0; i < n; ++i)
        for (std::uint32_t j = 0; j < m; ++j) {
            const double u = 2 * std::numbers::pi * i / n, v = 2 * std::numbers::pi * j / m;
            const double r = ring + tube * std::cos(v);
            mesh.vertices.push_back({static_cast<float>(r * std::cos(u)), static_cast<float>(r * std::sin(u)),
                                     static_cast<float>(tube * std::sin(v))});
        }
    const auto at = [&](std::uint32_t i, std::uint32_t j) { return i % n * m + j % m; };
    for (std::uint32_t i = 0; i < n; ++i)
        for (std::uint32_t j = 0; j < m; ++j) {
            mesh.triangles.push_back({at(i, j), at(i + 1, j), at(i + 1, j + 1)});
            mesh.triangles.push_back({at(i, j), at(i + 1, j + 1), at(i, j + 1)});
        }
    return mesh;
}

}  // namespace cytomo::test_meshes
