// Each subpixel sends one ray. Clear shells in front are laid over each other by opacity, which grows
// towards grazing angles as on a thin film of matter; behind them lies the first opaque surface or
// the ground. Opaque surfaces are lit by a uniform sky, whose visible part is sampled with rays
// (ambient occlusion; Landis 2002), and by a lamp of some extent. Light that neighbours of the same
// colour reflect is added by the fit of Jiménez et al. (Practical real-time strategies for accurate
// indirect occlusion, 2016).
#include "cytomo/report/rendering.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <mutex>

#include "cytomo/core/class_names.h"
#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/report/drawing.h"
#include "cytomo/report/ray_scene.h"
#include "cytomo/report/stage.h"

namespace cytomo {

using rays::Camera;
using rays::Float3;
using rays::Ground;
using rays::Hit;
using rays::Shift;

Look default_look(const std::string& class_name) {
    if (is_cell_body_name(class_name)) return Look::glass;
    if (standard_class_name(class_name) == "nucleus") return Look::translucent;
    return Look::opaque;
}

ColouredMesh coloured(Mesh mesh, const LegendEntry& entry) {
    return {std::move(mesh), entry.name, entry.colour, default_look(entry.name)};
}

void make_visible(std::vector<ColouredMesh>& meshes) {
    const bool any = std::any_of(meshes.begin(), meshes.end(),
                                 [](const auto& m) { return m.look == Look::opaque && !m.mesh.empty(); });
    if (any) return;
    for (auto& m : meshes) m.look = Look::opaque;
}

View view_named(const std::string& name) {
    if (name == "three-quarter") return View::three_quarter;
    if (name == "top") return View::top;
    if (name == "side") return View::side;
    throw UsageError("view: expected three-quarter, top or side, found '" + name + "'");
}

void RenderOptions::check() const {
    if (width < 16 || height < 16 || width > 16384 || height > 16384)
        throw UsageError("size of the picture: expected 16 to 16384 pixels, found " + std::to_string(width) +
                         " × " + std::to_string(height));
    if (!(margin >= 0 && margin < 0.45)) throw UsageError("margin of the picture: expected 0 to 0.45");
    if (sky_samples < 4 || sky_samples > 65536 || lamp_samples < 4 || lamp_samples > 65536)
        throw UsageError("samples: expected 4 to 65536 rays a pixel");
}

namespace {

constexpr int fine = 2;             // subpixels along each side of a pixel
constexpr float sky_reach = 0.45F;  // how far (radius of the scene = 1) neighbours darken the sky
constexpr float far_away = 8;
/// Where the cell is cut off by the border of the volume, the walls of shells lie in the same plane as the
/// cut faces of what is inside, and roundings would decide, pixel by pixel, which is in front. So a wall
/// counts as this much farther away than it is: opaque surfaces come first, then translucent ones, then
/// glass.
constexpr float same_plane = 2e-4F;

float set_back(Look look) {
    return look == Look::glass ? 2 * same_plane : look == Look::translucent ? same_plane : 0;
}

float linear_from_srgb(std::uint8_t value) {
    const float v = static_cast<float>(value) / 255;
    return v <= 0.04045F ? v / 12.92F : std::pow((v + 0.055F) / 1.055F, 2.4F);
}

std::uint8_t srgb_from_linear(float v) {
    v = std::clamp(v, 0.0F, 1.0F);
    const float s = v <= 0.0031308F ? 12.92F * v : 1.055F * std::pow(v, 1 / 2.4F) - 0.055F;
    return static_cast<std::uint8_t>(std::lround(255 * s));
}

Float3 linear_colour(Colour c) {
    return {linear_from_srgb(c[0]), linear_from_srgb(c[1]), linear_from_srgb(c[2])};
}

/// Reflected light brightens dents more, the brighter their colour.
float with_reflections(float open, float albedo) {
    const float a = 2.0404F * albedo - 0.3324F, b = -4.7951F * albedo + 0.6417F,
                c = 2.7552F * albedo + 0.6903F;
    return std::max(open, ((open * a + b) * open + c) * open);
}

/// Part of the sky that is seen from the hit, weighted by the cosine.
float open_sky(const rays::RayScene& scene, const Hit& hit, Float3 normal, Float3 face, int first, int count,
               Shift shift) {
    const Float3 origin = rays::lifted(hit, face);
    int closed = 0;
    std::array<Float3, rays::most_rays_at_once> directions;
    for (int done = 0; done < count; done += rays::most_rays_at_once) {
        const std::span some(directions.data(),
                             static_cast<std::size_t>(std::min(rays::most_rays_at_once, count - done)));
        rays::cosine_directions(normal, first + done, shift, some);
        for (Float3& d : some) {
            const float below = rays::dot(d, face);
            if (below < 0) d = d - face * (2 * below);  // the smooth normal reaches below the face: reflect
        }
        closed += std::popcount(scene.blocked(Look::opaque, origin, some, sky_reach));
    }
    return static_cast<float>(count - closed) / static_cast<float>(count);
}

struct Painter {
    const rays::RayScene& scene;
    const RenderOptions& options;
    Camera camera;
    std::vector<Float3> colours;
    Float3 background;
    Float3 lamp;  ///< towards the lamp
    Ground ground;

    struct Numbers {
        int sky_first, sky_count, lamp_first, lamp_count;
        Shift shift;
    };

    float lamp_light(const Hit& hit, Float3 normal, Float3 face, const Numbers& n) const {
        if (rays::dot(normal, lamp) <= 0) return 0;
        const Float3 origin = rays::lifted(hit, face);
        float sum = 0;
        std::array<Float3, rays::most_rays_at_once> directions;
        for (int done = 0; done < n.lamp_count; done += rays::most_rays_at_once) {
            const auto count =
                static_cast<std::size_t>(std::min(rays::most_rays_at_once, n.lamp_count - done));
            const std::span some(directions.data(), count);
            rays::cone_directions(lamp, 0.22F, n.lamp_first + done, {n.shift.v, n.shift.u}, some);
            const std::uint64_t blocked = scene.blocked(Look::opaque, origin, some, far_away);
            for (std::size_t i = 0; i < count; ++i)
                if ((blocked >> i & 1) == 0) sum += std::max(0.0F, rays::dot(normal, some[i]));
        }
        return sum / static_cast<float>(n.lamp_count);
    }

    Float3 lit(const Hit& hit, Float3 direction, const Numbers& n) const {
        // Seen from inside (an open mesh): the back has the same matter.
        const float side = rays::dot(hit.face_normal, direction) > 0 ? -1.0F : 1.0F;
        const Float3 face = hit.face_normal * side, normal = hit.normal * side;
        const float open = open_sky(scene, hit, normal, face, n.sky_first, n.sky_count, n.shift);
        const float lamp_part = lamp_light(hit, normal, face, n);
        const float above = 0.82F + 0.18F * rays::dot(normal, camera.up);
        const Float3 albedo = colours[hit.mesh];
        const Float3 half = rays::normalized(lamp - direction);
        const float shine =
            lamp_part > 0 ? 0.16F * std::pow(std::max(0.0F, rays::dot(normal, half)), 36.0F) * lamp_part : 0;
        const auto channel = [&](float c) {
            return c * (0.70F * above * with_reflections(open, c) + 0.62F * lamp_part) + shine;
        };
        // A little haze towards the far side tells near from far.
        const float haze = 0.10F * std::clamp((hit.distance - 1) / 2, 0.0F, 1.0F);
        return Float3{channel(albedo.x), channel(albedo.y), channel(albedo.z)} * (1 - haze) +
               background * haze;
    }

    struct Layer {
        float distance = 0, opacity = 0;
        Float3 light;
    };

    /// Walls of clear shells in front of `end`, near to far.
    void add_layers(Look look, Float3 origin, Float3 direction, float end, const Numbers& n,
                    std::vector<Layer>& layers) const {
        constexpr int most_walls = 10;  // dense folds: what lies deeper is hardly seen
        const float back = set_back(look);
        float from = 0;
        Hit hit;
        for (int w = 0; w < most_walls && scene.find_hit(look, origin, direction, from, end - back, hit);
             ++w) {
            from = hit.distance + 2e-5F;
            const bool front = rays::dot(hit.face_normal, direction) < 0;
            const float facing = std::min(1.0F, std::abs(rays::dot(hit.normal, direction)));
            const float graze = 1 - facing;
            Layer layer;
            layer.distance = hit.distance + back;
            const Float3 albedo = colours[hit.mesh];
            if (look == Look::glass) {
                layer.opacity = 0.035F + 0.60F * graze * graze * graze;
                const float shade = 0.72F + 0.28F * std::max(0.0F, rays::dot(hit.normal, lamp));
                layer.light = albedo * shade;
            } else {
                layer.opacity = 0.40F + 0.50F * graze * graze;
                layer.light = front ? lit(hit, direction, n) : albedo * 0.5F;
            }
            if (!front) layer.opacity *= 0.5F;
            layers.push_back(layer);
        }
    }

    Float3 ground_light(Float3 origin, Float3 direction) const {
        if (ground.empty() || direction.z < 0.05F) return background;
        const float distance = (ground.height() - origin.z) / direction.z;
        return background * (0.62F + 0.38F * ground.open_at(origin + direction * distance));
    }

    Float3 subpixel(float x, float y, const Numbers& n, std::vector<Layer>& layers) const {
        const Float3 origin =
            camera.upper_left + camera.right * (x * camera.pixel) - camera.up * (y * camera.pixel);
        Hit hit;
        const bool solid = scene.find_hit(Look::opaque, origin, camera.forward, 0, far_away, hit);
        const float end = solid ? hit.distance : far_away;
        layers.clear();
        add_layers(Look::glass, origin, camera.forward, end, n, layers);
        add_layers(Look::translucent, origin, camera.forward, end, n, layers);
        std::stable_sort(layers.begin(), layers.end(),
                         [](const Layer& a, const Layer& b) { return a.distance < b.distance; });
        Float3 light;
        float clear = 1;
        for (const Layer& layer : layers) {
            light = light + layer.light * (clear * layer.opacity);
            clear *= 1 - layer.opacity;
        }
        const Float3 behind = solid ? lit(hit, camera.forward, n) : ground_light(origin, camera.forward);
        return light + behind * clear;
    }

    Colour pixel(int x, int y, std::vector<Layer>& layers) const {
        const auto number = static_cast<std::uint64_t>(y) * static_cast<std::uint64_t>(options.width) +
                            static_cast<std::uint64_t>(x);
        Float3 sum;
        constexpr int subpixels = fine * fine;
        for (int s = 0; s < subpixels; ++s) {
            const int sky = std::max(1, options.sky_samples / subpixels),
                      lamps = std::max(1, options.lamp_samples / subpixels);
            const Numbers n{s * sky, sky, s * lamps, lamps, rays::shift_for(number)};
            const float dx = (static_cast<float>(s % fine) + 0.5F) / fine,
                        dy = (static_cast<float>(s / fine) + 0.5F) / fine;
            const Float3 c = subpixel(static_cast<float>(x) + dx, static_cast<float>(y) + dy, n, layers);
            sum = sum + Float3{std::min(c.x, 1.0F), std::min(c.y, 1.0F), std::min(c.z, 1.0F)};
        }
        sum = sum * (1.0F / subpixels);
        return {srgb_from_linear(sum.x), srgb_from_linear(sum.y), srgb_from_linear(sum.z)};
    }
};

/// Counts finished pieces from several threads and tells the receiver one at a time.
class SharedProgress {
public:
    SharedProgress(const Progress& progress, std::int64_t pieces) : progress_(progress), pieces_(pieces) {}
    void one_done() {
        const std::lock_guard lock(mutex_);
        progress_(static_cast<double>(++done_) / static_cast<double>(pieces_));
    }

private:
    const Progress& progress_;
    std::int64_t pieces_, done_ = 0;
    std::mutex mutex_;
};

Image render_view(std::span<const ColouredMesh> meshes, const rays::RayScene& scene,
                  const rays::UnitFrame& frame, const RenderOptions& options, const Progress& progress) {
    Image image(options.width, options.height, options.background);
    Painter painter{scene,
                    options,
                    rays::make_camera(scene, meshes.size(), options),
                    {},
                    linear_colour(options.background),
                    {},
                    {}};
    for (const auto& m : meshes) painter.colours.push_back(linear_colour(m.colour));
    const Camera& c = painter.camera;
    painter.lamp = rays::normalized(c.right * -0.55F + c.up * 0.75F - c.forward * 0.75F);
    if (options.ground_shadow && options.view != View::side) {
        float lowest = -2;  // z points downwards in pictures
        for (std::size_t m = 0; m < meshes.size(); ++m)
            for (const Float3 p : scene.points(m)) lowest = std::max(lowest, p.z);
        painter.ground = Ground(scene, lowest + 0.01F, options.sky_samples);
    }

    constexpr int tile = 32;
    const int tiles_across = (options.width + tile - 1) / tile,
              tiles_down = (options.height + tile - 1) / tile;
    SharedProgress shared(progress, static_cast<std::int64_t>(tiles_across) * tiles_down);
    parallel_for(static_cast<std::int64_t>(tiles_across) * tiles_down, [&](std::int64_t t) {
        const int x0 = static_cast<int>(t % tiles_across) * tile,
                  y0 = static_cast<int>(t / tiles_across) * tile;
        std::vector<Painter::Layer> layers;
        for (int y = y0; y < std::min(y0 + tile, options.height); ++y)
            for (int x = x0; x < std::min(x0 + tile, options.width); ++x)
                image.set(x, y, painter.pixel(x, y, layers));
        shared.one_done();
    });

    if (options.scale_bar) {
        const double size = std::clamp(std::min(options.width, options.height) / 60.0, 8.0, 60.0);
        const ScaleBar bar = choose_scale_bar(c.pixel * frame.radius_um, options.width * 0.2);
        draw_scale_bar(image, bar, {options.width - 2 * size, options.height - 2 * size}, size, {60, 68, 78},
                       options.background);
    }
    return image;
}

bool nothing_in(std::span<const ColouredMesh> meshes) {
    return std::all_of(meshes.begin(), meshes.end(), [](const auto& m) { return m.mesh.empty(); });
}

}  // namespace

std::vector<Image> render_views(std::span<const ColouredMesh> meshes, std::span<const RenderOptions> views,
                                const Progress& progress) {
    std::vector<Image> images;
    for (const RenderOptions& options : views) options.check();
    if (nothing_in(meshes)) {
        for (const RenderOptions& options : views)
            images.emplace_back(options.width, options.height, options.background);
        return images;
    }
    const rays::UnitFrame frame = rays::unit_frame(meshes);
    const rays::RayScene scene(meshes, frame);
    const auto count = static_cast<double>(views.size());
    for (const RenderOptions& options : views) {
        const auto done = static_cast<double>(images.size());
        images.push_back(
            render_view(meshes, scene, frame, options, progress.part(done / count, (done + 1) / count)));
    }
    return images;
}

Image render_surfaces(std::span<const ColouredMesh> meshes, const RenderOptions& options,
                      const Progress& progress) {
    return std::move(render_views(meshes, {&options, 1}, progress).front());
}

Image with_legend(const Image& picture, std::span<const ColouredMesh> meshes, Colour ground) {
    std::vector<LegendEntry> entries;
    for (const ColouredMesh& m : meshes) {
        const bool listed =
            std::any_of(entries.begin(), entries.end(), [&](const auto& e) { return e.name == m.name; });
        if (!m.mesh.empty() && !listed) entries.push_back({0, m.name, m.colour});
    }
    if (entries.empty() || picture.empty()) return picture;
    constexpr Colour ink{60, 68, 78};
    const double size = std::clamp(std::min(picture.width, picture.height) / 60.0, 8.0, 60.0);
    const double width = std::max(size, picture.width - 4 * size);
    const double height = draw_legend(nullptr, entries, {}, width, size, ink);
    Image out(picture.width, picture.height + static_cast<int>(std::ceil(height + 1.5 * size)), ground);
    paste(out, picture, 0, 0);
    draw_legend(&out, entries, {2 * size, picture.height + 0.5 * size}, width, size, ink);
    return out;
}

std::vector<std::vector<std::uint8_t>> vertex_sky_light(std::span<const ColouredMesh> meshes, int samples,
                                                        const Progress& progress) {
    std::vector<std::vector<std::uint8_t>> light(meshes.size());
    if (nothing_in(meshes)) return light;
    const rays::RayScene scene(meshes, rays::unit_frame(meshes));
    for (std::size_t m = 0; m < meshes.size(); ++m) {
        progress(static_cast<double>(m) / static_cast<double>(meshes.size()));
        const auto points = scene.points(m);
        const auto normals = scene.normals(m);
        light[m].resize(points.size());
        parallel_chunks(
            static_cast<std::int64_t>(points.size()), 1024, [&](std::int64_t begin, std::int64_t end) {
                for (std::int64_t v = begin; v < end; ++v) {
                    const auto i = static_cast<std::size_t>(v);
                    Hit hit;
                    hit.point = points[i];
                    hit.normal = hit.face_normal = normals[i];
                    // A vertex may lie in a fold of its own faces: start a little farther out.
                    hit.smooth_point = hit.point + hit.normal * 1e-3F;
                    const float open =
                        open_sky(scene, hit, hit.normal, hit.normal, 0, samples, rays::shift_for(i));
                    light[m][i] = static_cast<std::uint8_t>(std::lround(255 * open));
                }
            });
    }
    progress(1);
    return light;
}

}  // namespace cytomo
