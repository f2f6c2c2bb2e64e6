// Errors of volume, area and mean curvature of known shapes, as a Markdown table:
// cytomo_shapes_validation [PLACES]. Each row: the mean over PLACES random places of the lattice (default 8),
// ± the standard deviation over them. Radii count the longest voxel edge.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "cytomo/surfaces/check.h"
#include "cytomo/surfaces/intersections.h"
#include "cytomo/surfaces/test_validation.h"

namespace {

using namespace cytomo;
using namespace cytomo::test_shapes;

struct Row {
    std::vector<ShapeErrors> errors;
    std::size_t crossings = 0;
};

Row measure(const Shape& shape, Vec3 voxel, Source source, int places) {
    Row row;
    row.errors.resize(static_cast<std::size_t>(places));
    std::vector<Vec3> shifts;
    Random random(17);
    for (int i = 0; i < places; ++i) shifts.push_back({random.uniform(), random.uniform(), random.uniform()});
    std::vector<std::size_t> crossings(shifts.size());
    parallel_for(places, [&](std::int64_t i) {
        const auto n = static_cast<std::size_t>(i);
        const Grid grid = grid_around(shape, voxel, shifts[n]);
        const Mesh mesh = surface_of_object(shape, grid, source);
        row.errors[n] = errors_of(mesh, shape, grid);
        crossings[n] = find_self_intersections(mesh).size();
    });
    for (const auto c : crossings) row.crossings += c;
    return row;
}

void print(const Row& row, double ShapeErrors::*quantity) {
    double mean = 0, square = 0;
    const auto n = static_cast<double>(row.errors.size());
    for (const auto& e : row.errors) mean += e.*quantity / n;
    for (const auto& e : row.errors) square += std::pow(e.*quantity - mean, 2) / std::max(1.0, n - 1);
    std::printf(" %+.2f ± %.2f |", 100 * mean, 100 * std::sqrt(square));
}

}  // namespace

int main(int argc, char** argv) {
    const int places = argc > 1 ? std::max(1, std::atoi(argv[1])) : 8;
    std::printf(
        "| shape | edges | radius, voxels | from | volume, %% | area, %% | mean curvature, %% | crossings "
        "|\n");
    std::printf("|---|---|---|---|---|---|---|---|\n");
    for (const Vec3 voxel : {Vec3{0.01, 0.01, 0.01}, Vec3{0.01, 0.01, 0.02}})
        for (std::size_t s = 0; s < 4; ++s)
            for (const double radius : {3.0, 4.5, 6.0, 10.0, 20.0}) {
                const Shape shape = validation_shapes(radius * longest_edge(voxel))[s];
                if (radius > 10 && s > 0) continue;
                for (const auto& [source, name] :
                     {std::pair{Source::soft_probabilities, "probabilities, soft"},
                      {Source::sharp_probabilities, "probabilities, sharp"},
                      {Source::labels, "labels"}}) {
                    const Row row = measure(shape, voxel, source, places);
                    std::printf("| %s | 1:1:%.0f | %g | %s |",
                                shape.name == "capsule" ? "tube" : shape.name.c_str(), voxel.z / voxel.x,
                                radius, name);
                    print(row, &ShapeErrors::volume);
                    print(row, &ShapeErrors::area);
                    print(row, &ShapeErrors::mean_curvature);
                    std::printf(" %zu |\n", row.crossings);
                    std::fflush(stdout);
                }
            }
}
