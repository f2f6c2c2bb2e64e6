// F. Cazals, M. Pouget: Estimating differential quantities using polynomial fitting of osculating jets,
// Computer Aided Geometric Design 22 (2005) 121-146: a height function over the tangent plane, of second
// order here, through the neighbours; its derivatives in the middle give the curvatures.
#include "cytomo/surfaces/curvature.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/surfaces/border.h"
#include "cytomo/surfaces/topology.h"

namespace cytomo {

namespace {

constexpr std::size_t most_neighbours = 160;
constexpr std::size_t terms = 6;  // x², xy, y², x, y, 1

/// Σ w t tᵀ and Σ w t z, to be solved for the coefficients of z.
struct NormalEquations {
    std::array<std::array<double, terms>, terms> matrix{};
    std::array<double, terms> right{};

    void add(double x, double y, double z, double w) {
        const std::array<double, terms> t{x * x, x * y, y * y, x, y, 1};
        for (std::size_t i = 0; i < terms; ++i) {
            for (std::size_t j = 0; j <= i; ++j) matrix[i][j] += w * t[i] * t[j];
            right[i] += w * t[i] * z;
        }
    }

    /// By Cholesky's decomposition, in place. False if the points do not determine the coefficients.
    bool solve(std::array<double, terms>& out) {
        for (std::size_t j = 0; j < terms; ++j) {
            double d = matrix[j][j];
            for (std::size_t k = 0; k < j; ++k) d -= matrix[j][k] * matrix[j][k];
            if (!(d > 1e-12 * matrix[j][j]) || !(d > 0)) return false;
            matrix[j][j] = std::sqrt(d);
            for (std::size_t i = j + 1; i < terms; ++i) {
                double s = matrix[i][j];
                for (std::size_t k = 0; k < j; ++k) s -= matrix[i][k] * matrix[j][k];
                matrix[i][j] = s / matrix[j][j];
            }
        }
        for (std::size_t i = 0; i < terms; ++i) {
            double s = right[i];
            for (std::size_t k = 0; k < i; ++k) s -= matrix[i][k] * out[k];
            out[i] = s / matrix[i][i];
        }
        for (std::size_t i = terms; i-- > 0;) {
            double s = out[i];
            for (std::size_t k = i + 1; k < terms; ++k) s -= matrix[k][i] * out[k];
            out[i] = s / matrix[i][i];
        }
        return true;
    }
};

/// Walks from vertex to vertex, one start after the other.
class Neighbourhood {
public:
    Neighbourhood(const Mesh& mesh, const VertexTriangles& triangles, const std::vector<OuterFaces>& faces,
                  double reach_um)
        : mesh_(mesh),
          triangles_(triangles),
          faces_(faces),
          reach_um_(reach_um),
          seen_(mesh.vertices.size(), 0) {}

    /// Vertices around `start`, itself first: all within reach, and two rings in any case.
    const std::vector<std::uint32_t>& around(std::uint32_t start) {
        found_.assign(1, start);
        ++epoch_;
        seen_[start] = epoch_;
        const Vec3 centre = position_um(mesh_, start);
        std::size_t ring_end = 1;
        int ring = 0;
        for (std::size_t next = 0; next < found_.size() && found_.size() < most_neighbours; ++next) {
            if (next == ring_end) {
                ++ring;
                ring_end = found_.size();
            }
            for (const auto t : triangles_.of(found_[next]))
                for (const auto v : mesh_.triangles[t]) {
                    if (seen_[v] == epoch_ || faces_[v] != 0) continue;
                    seen_[v] = epoch_;
                    if (ring < 2 || length(position_um(mesh_, v) - centre) <= reach_um_) found_.push_back(v);
                }
        }
        return found_;
    }

private:
    const Mesh& mesh_;
    const VertexTriangles& triangles_;
    const std::vector<OuterFaces>& faces_;
    double reach_um_;
    std::vector<std::uint32_t> seen_, found_;
    std::uint32_t epoch_ = 0;
};

/// First and second principal curvature of the height function with these coefficients, at its middle.
std::pair<double, double> principal(const std::array<double, terms>& c) {
    const double xx = 2 * c[0], xy = c[1], yy = 2 * c[2], x = c[3], y = c[4];
    const double slope2 = 1 + x * x + y * y;
    // Heights are along the outward normal: a ball falls off on all sides.
    const double mean =
        -((1 + y * y) * xx - 2 * x * y * xy + (1 + x * x) * yy) / (2 * slope2 * std::sqrt(slope2));
    const double gaussian = (xx * yy - xy * xy) / (slope2 * slope2);
    const double half = std::sqrt(std::max(0.0, mean * mean - gaussian));
    return {mean + half, mean - half};
}

}  // namespace

Curvature measure_curvature(const Mesh& mesh, double reach_um, const std::optional<Grid>& border,
                            const Progress& progress) {
    if (!(reach_um > 0) || !std::isfinite(reach_um))
        throw UsageError("curvature: expected a positive reach, found " + std::to_string(reach_um) + " µm");
    const auto n = static_cast<std::int64_t>(mesh.vertices.size());
    constexpr float none = std::numeric_limits<float>::quiet_NaN();
    Curvature out{std::vector<float>(mesh.vertices.size(), none),
                  std::vector<float>(mesh.vertices.size(), none)};
    if (mesh.empty()) return out;
    progress(0);
    const VertexTriangles triangles(mesh);
    const auto faces = find_outer_faces(mesh, border);
    const auto normals = offset_directions(mesh, faces);
    parallel_chunks(
        n, std::max<std::int64_t>(1 << 14, (n + 31) / 32), [&](std::int64_t begin, std::int64_t end) {
            Neighbourhood neighbourhood(mesh, triangles, faces, reach_um);
            for (auto i = begin; i < end; ++i) {
                const auto v = static_cast<std::uint32_t>(i);
                const Vec3 up = normals[v];
                if (faces[v] != 0 || length(up) == 0) continue;
                const Vec3 aside =
                    normalized(std::abs(up.x) < 0.6 ? cross(up, {1, 0, 0}) : cross(up, {0, 1, 0}));
                const Vec3 across = cross(up, aside);
                const auto& around = neighbourhood.around(v);
                const Vec3 centre = position_um(mesh, v);
                double farthest = reach_um;
                for (const auto other : around)
                    farthest = std::max(farthest, length(position_um(mesh, other) - centre));
                NormalEquations equations;
                for (const auto other : around) {
                    const Vec3 d = (position_um(mesh, other) - centre) * (1 / farthest);
                    // Places at the distance from the middle, not at that of their foot in the plane: on a
                    // ball, heights
                    // are then of second order however far one goes.
                    const double x = dot(d, aside), y = dot(d, across), foot = std::hypot(x, y);
                    const double stretch = foot > 0 ? length(d) / foot : 1;
                    equations.add(x * stretch, y * stretch, dot(d, up), 1.02 - dot(d, d));
                }
                std::array<double, terms> height{};
                if (around.size() < terms || !equations.solve(height)) continue;
                const auto [first, second] = principal(height);
                out.first_per_um[v] = static_cast<float>(first / farthest);
                out.second_per_um[v] = static_cast<float>(second / farthest);
            }
        });
    progress(1);
    return out;
}

MeanCurvature mean_curvature(const Mesh& mesh, const Curvature& curvature) {
    MeanCurvature out;
    for (const auto& t : mesh.triangles) {
        const double third = length(area_vector(mesh, t)) / 6;
        for (const auto v : t) {
            if (!std::isfinite(curvature.first_per_um[v])) continue;
            out.area_um2 += third;
            out.mean_per_um += third * static_cast<double>(curvature.mean_per_um(v));
            out.gaussian_per_um2 += third * static_cast<double>(curvature.gaussian_per_um2(v));
        }
    }
    const double factor = out.area_um2 > 0 ? 1 / out.area_um2 : std::numeric_limits<double>::quiet_NaN();
    out.mean_per_um *= factor;
    out.gaussian_per_um2 *= factor;
    return out;
}

}  // namespace cytomo
