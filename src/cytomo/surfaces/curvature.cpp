// F. Cazals, M. Pouget: Estimating differential quantities using polynomial fitting of osculating jets,
// Computer Aided Geometric Design 22 (2005) 121-146: a height function over the tangent plane, of second
// order here, through the neighbours; its derivatives in the middle give the curvatures.
#include "cytomo/surfaces/curvature.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <span>
#include <string>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/surfaces/border.h"
#include "cytomo/surfaces/topology.h"

namespace cytomo {

namespace {

constexpr std::size_t most_neighbours = 160;
constexpr std::size_t most_places = 256;  ///< the last vertex's neighbours come on top
constexpr std::size_t terms = 6;          // x², xy, y², x, y, 1

constexpr std::size_t side_by_side = 4;
using Four = double __attribute__((vector_size(side_by_side * sizeof(double))));

/// Places around a vertex: in the tangent plane, above it, and how much they count; filled up to whole
/// vectors with places that count nothing.
struct Places {
    alignas(Four) std::array<double, most_places> x{}, y{}, z{}, weight{};
    std::size_t count = 0;

    void add(double px, double py, double pz, double w) {
        x[count] = px;
        y[count] = py;
        z[count] = pz;
        weight[count++] = w;
    }
    void fill_up() {
        while (count % side_by_side != 0) add(0, 0, 0, 0);
    }
    static Four four(const std::array<double, most_places>& values, std::size_t i) {
        Four out;
        std::memcpy(&out, values.data() + i, sizeof out);
        return out;
    }
};

/// Σ w t tᵀ and Σ w t z, to be solved for the coefficients of z.
struct NormalEquations {
    std::array<std::array<double, terms>, terms> matrix{};
    std::array<double, terms> right{};

    /// Products of terms are powers up to the fourth, of which there are 15.
    explicit NormalEquations(const Places& p) {
        std::array<Four, 15> sums{};
        std::array<Four, terms> heights{};
        for (std::size_t i = 0; i < p.count; i += side_by_side) {
            const Four x = Places::four(p.x, i), y = Places::four(p.y, i), z = Places::four(p.z, i),
                       w = Places::four(p.weight, i);
            const Four wx = w * x, wy = w * y, xx = x * x, xy = x * y, yy = y * y;
            const Four wxx = w * xx, wxy = w * xy, wyy = w * yy;
            sums[0] += wxx * xx;
            sums[1] += wxx * xy;
            sums[2] += wxx * yy;
            sums[3] += wyy * xy;
            sums[4] += wyy * yy;
            sums[5] += wxx * x;
            sums[6] += wxx * y;
            sums[7] += wyy * x;
            sums[8] += wyy * y;
            sums[9] += wxx;
            sums[10] += wxy;
            sums[11] += wyy;
            sums[12] += wx;
            sums[13] += wy;
            sums[14] += w;
            heights[0] += wxx * z;
            heights[1] += wxy * z;
            heights[2] += wyy * z;
            heights[3] += wx * z;
            heights[4] += wy * z;
            heights[5] += w * z;
        }
        const auto total = [](Four v) { return (v[0] + v[1]) + (v[2] + v[3]); };
        constexpr std::array<std::array<std::size_t, terms>, terms> place{
            {{0}, {1, 2}, {2, 3, 4}, {5, 6, 7, 9}, {6, 7, 8, 10, 11}, {9, 10, 11, 12, 13, 14}}};
        for (std::size_t i = 0; i < terms; ++i) {
            for (std::size_t j = 0; j <= i; ++j) matrix[i][j] = total(sums[place[i][j]]);
            right[i] = total(heights[i]);
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

/// For each vertex those at the other ends of its edges, in the order of its triangles; those in the outer
/// faces left out.
class VertexNeighbours {
public:
    VertexNeighbours(const Mesh& mesh, const std::vector<OuterFaces>& faces)
        : begin_(mesh.vertices.size() + 1, 0) {
        const VertexTriangles triangles(mesh);
        const auto for_neighbours = [&](std::uint32_t vertex, std::vector<std::uint32_t>& seen, auto&& use) {
            seen.clear();
            for (const auto t : triangles.of(vertex))
                for (const auto v : mesh.triangles[t]) {
                    if (v == vertex || faces[v] != 0 || std::find(seen.begin(), seen.end(), v) != seen.end())
                        continue;
                    seen.push_back(v);
                    use(v);
                }
        };
        const auto n = static_cast<std::int64_t>(mesh.vertices.size());
        const auto each_vertex = [&](auto&& body) {
            parallel_chunks(n, 1 << 14, [&](std::int64_t first, std::int64_t end) {
                std::vector<std::uint32_t> seen;
                for (auto v = first; v < end; ++v) body(static_cast<std::uint32_t>(v), seen);
            });
        };
        each_vertex([&](std::uint32_t v, auto& seen) {
            for_neighbours(v, seen, [&](std::uint32_t) { ++begin_[v + 1ULL]; });
        });
        std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
        vertices_.resize(begin_.back());
        each_vertex([&](std::uint32_t v, auto& seen) {
            std::size_t next = begin_[v];
            for_neighbours(v, seen, [&](std::uint32_t other) { vertices_[next++] = other; });
        });
    }
    std::span<const std::uint32_t> of(std::uint32_t vertex) const {
        return {vertices_.data() + begin_[vertex], begin_[vertex + 1] - begin_[vertex]};
    }

private:
    std::vector<std::size_t> begin_;
    std::vector<std::uint32_t> vertices_;
};

/// Walks from vertex to vertex, one start after the other.
class Neighbourhood {
public:
    Neighbourhood(const Mesh& mesh, const VertexNeighbours& neighbours, double reach_um)
        : mesh_(mesh), neighbours_(neighbours), reach_um_(reach_um), seen_(mesh.vertices.size(), 0) {}

    /// Ways from `start` to the vertices around it, itself first: all within reach, and two rings in any
    /// case.
    const std::vector<Vec3>& around(std::uint32_t start) {
        found_.assign(1, start);
        ways_.assign(1, Vec3{});
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
            for (const auto v : neighbours_.of(found_[next])) {
                if (seen_[v] == epoch_) continue;
                seen_[v] = epoch_;
                const Vec3 way = position_um(mesh_, v) - centre;
                if (ring >= 2 && !(std::sqrt(dot(way, way)) <= reach_um_)) continue;
                if (found_.size() == most_places - side_by_side) break;
                found_.push_back(v);
                ways_.push_back(way);
            }
        }
        return ways_;
    }

private:
    const Mesh& mesh_;
    const VertexNeighbours& neighbours_;
    double reach_um_;
    std::vector<std::uint32_t> seen_, found_;
    std::vector<Vec3> ways_;
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
    const auto faces = find_outer_faces(mesh, border);
    const VertexNeighbours neighbours(mesh, faces);
    const auto normals = offset_directions(mesh, faces);
    parallel_chunks(
        n, std::max<std::int64_t>(1 << 14, (n + 31) / 32), [&](std::int64_t begin, std::int64_t end) {
            Neighbourhood neighbourhood(mesh, neighbours, reach_um);
            Places places;
            for (auto i = begin; i < end; ++i) {
                const auto v = static_cast<std::uint32_t>(i);
                const Vec3 up = normals[v];
                if (faces[v] != 0 || length(up) == 0) continue;
                const Vec3 aside =
                    normalized(std::abs(up.x) < 0.6 ? cross(up, {1, 0, 0}) : cross(up, {0, 1, 0}));
                const Vec3 across = cross(up, aside);
                const auto& around = neighbourhood.around(v);
                double farthest2 = 0;
                for (const Vec3 way : around) farthest2 = std::max(farthest2, dot(way, way));
                const double farthest = std::max(reach_um, std::sqrt(farthest2));
                places.count = 0;
                for (const Vec3 way : around) {
                    const Vec3 d = way * (1 / farthest);
                    // Places at the distance from the middle, not at that of their foot in the plane: on a
                    // ball, heights are then of second order however far one goes.
                    const double x = dot(d, aside), y = dot(d, across), foot2 = x * x + y * y,
                                 length2 = dot(d, d);
                    const double stretch = foot2 > 0 ? std::sqrt(length2 / foot2) : 1;
                    places.add(x * stretch, y * stretch, dot(d, up), 1.02 - length2);
                }
                places.fill_up();
                NormalEquations equations(places);
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
