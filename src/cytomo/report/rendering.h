// Ray-traced pictures of surfaces.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cytomo/core/legend.h"
#include "cytomo/core/mesh.h"
#include "cytomo/core/progress.h"
#include "cytomo/report/image.h"

namespace cytomo {

/// How a surface is drawn. `glass`: almost clear where it faces the viewer, denser at its rim, so
/// that what lies inside is seen. `translucent`: the same, denser.
enum class Look { opaque, translucent, glass };

/// Consecutive triangles of a surface that belong to one object.
struct ObjectTriangles {
    std::uint32_t object = 0, triangles = 0;
};

/// A surface for pictures and for the page's 3D view.
struct ColouredMesh {
    Mesh mesh;
    std::string name;  ///< for lists, e.g. the name of the class
    Colour colour{200, 200, 200};
    Look look = Look::opaque;
    std::vector<ObjectTriangles>
        parts{};  ///< whose triangles these are, in order; may be empty. Pictures do not need it
};

/// Cytoplasm (or "cell") is glass, the nucleus translucent, everything else opaque.
Look default_look(const std::string& class_name);
/// The mesh of a class in its colour and default look.
ColouredMesh coloured(Mesh mesh, const LegendEntry& entry);
/// A shell with nothing inside need not be clear: if no surface is opaque, makes all opaque.
void make_visible(std::vector<ColouredMesh>& meshes);

/// `top` looks along +z with x to the right and y downwards, like a picture of an xy slice; `side`
/// looks along -y with x to the right and z downwards, like an xz slice; `three_quarter` lies between.
enum class View { three_quarter, top, side };
/// From "three-quarter", "top" or "side". Throws UsageError for anything else.
View view_named(const std::string& name);

struct RenderOptions {
    int width = 1200, height = 900;  ///< pixels
    View view = View::three_quarter;
    double margin = 0.06;  ///< free rim, part of the shorter side
    /// Rays for the light of the sky and of the lamp; per pixel, shared by its 2 × 2 subpixels.
    int sky_samples = 64, lamp_samples = 16;
    bool ground_shadow = true;
    bool scale_bar = true;
    Colour background{250, 251, 252};
    /// Throws UsageError for sizes outside 16 … 16384 pixels or meaningless numbers.
    void check() const;
};

/// A picture of all surfaces, orthographic, fitted to the picture; so the scale bar holds everywhere.
/// Light: a uniform sky with ambient occlusion and one large lamp at the upper left with soft
/// shadows. Cavities inside glass and translucent surfaces (parts that face inwards, as organelles
/// leave in a cytoplasm) are not drawn, nor are walls in the plane of an opaque surface, as where the border
/// of the volume cuts both off. Without any triangle: the empty background. Deterministic at any thread
/// count. Cost: about 10 s of one core, shared by all, for 1200 × 900 and a million triangles; memory about
/// 150 bytes a triangle. Throws InputError for coordinates that are not finite.
Image render_surfaces(std::span<const ColouredMesh> meshes, const RenderOptions& options = {},
                      const Progress& progress = {});

/// Several pictures of the same surfaces, which are prepared only once.
std::vector<Image> render_views(std::span<const ColouredMesh> meshes, std::span<const RenderOptions> views,
                                const Progress& progress = {});

/// The picture with a strip below it that names the surfaces in their colours: each name once, and none of
/// those without triangles. As wide as the picture; `ground`: of the strip.
Image with_legend(const Image& picture, std::span<const ColouredMesh> meshes,
                  Colour ground = RenderOptions{}.background);

/// Light of the sky that reaches each vertex of each mesh, 0 (dark) … 255, as render_surfaces has it;
/// for viewers that cannot trace rays. Surfaces that are not opaque cast no shadow. Deterministic.
std::vector<std::vector<std::uint8_t>> vertex_sky_light(std::span<const ColouredMesh> meshes,
                                                        int samples = 64, const Progress& progress = {});

}  // namespace cytomo
