// Where the viewer stands, and the floor (private to the folder).
#pragma once

#include <vector>

#include "cytomo/report/ray_scene.h"

namespace cytomo::rays {

/// Orthographic.
struct Camera {
    Float3 right, up, forward;
    Float3 upper_left;  ///< of the picture, on a plane in front of everything
    float pixel = 1;    ///< width of a pixel in the unit frame
};

/// Looks at all points of the first `meshes` meshes, fitted to the picture.
Camera make_camera(const RayScene& scene, std::size_t meshes, const RenderOptions& options);

/// The floor on which the cell seems to stand: how much of the sky its points see, on a lattice, as
/// shadows of the sky are soft. Shells that are not opaque take a part of the light.
class Ground {
public:
    /// No floor.
    Ground() = default;
    /// At z = `height`; rays fan out upwards, which is towards smaller z.
    Ground(const RayScene& scene, float height, int samples);

    bool empty() const { return open_.empty(); }
    float height() const { return height_; }
    /// Part of the sky that is seen from p: 1 is all of it; 1 beyond the lattice too.
    float open_at(Float3 p) const;

private:
    float height_ = 0;
    std::vector<float> open_;
};

}  // namespace cytomo::rays
