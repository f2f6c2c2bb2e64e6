// How far the measures of a surface, made the way the program makes it, are from those of a known shape. For
// the tests of this folder and for bench/shapes_validation.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "cytomo/surfaces/fields.h"
#include "cytomo/surfaces/smooth.h"
#include "cytomo/surfaces/surface_measures.h"
#include "cytomo/surfaces/test_shapes.h"

namespace cytomo::test_shapes {

/// What the surface is made from.
enum class Source { soft_probabilities, sharp_probabilities, labels };

/// The surface of an object as `cytomo analyze` makes it from probabilities, or `cytomo surface` from labels:
/// eight steps of smoothing.
inline Mesh surface_of_object(const Shape& shape, const Grid& grid, Source source) {
    const InstanceVolume instances = instances_of(shape, grid);
    Mesh mesh;
    if (source == Source::labels) {
        mesh = extract_objects(instances, 1)[1];
    } else {
        const Edge edge = source == Source::soft_probabilities ? Edge::sigmoid : Edge::sharp_sigmoid;
        const std::array<std::uint8_t, 2> class_of{0, 1};
        mesh = extract_objects(probabilities_of(shape, grid, edge), instances, class_of)[1];
    }
    SmoothOptions smooth;
    smooth.iterations = 8;
    smooth.border = grid;
    smooth_surface(mesh, smooth);
    return mesh;
}

/// Measured / true - 1.
struct ShapeErrors {
    double volume = 0, area = 0, mean_curvature = 0;
};

inline ShapeErrors errors_of(const Mesh& mesh, const Shape& shape, const Grid& grid) {
    const SurfaceMeasures m = measure_surface(mesh, grid, {});
    return {m.volume_um3 / shape.volume_um3 - 1, m.area_um2 / shape.area_um2 - 1,
            m.curvature.mean_per_um.mean / shape.mean_curvature_per_um - 1};
}

inline double longest_edge(Vec3 v) {
    return std::max({v.x, v.y, v.z});
}

/// A ball, a flattened ellipsoid, a ring and a slanted tube with round ends, of this radius.
inline std::vector<Shape> validation_shapes(double r) {
    return {sphere(r), oblate(1.5 * r, r), torus(3 * r, r), capsule(r, 6 * r, {1, 2, 1.5})};
}

}  // namespace cytomo::test_shapes
