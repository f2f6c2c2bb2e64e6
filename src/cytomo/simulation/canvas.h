// The voxels a cell is painted on.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cytomo/core/legend.h"
#include "cytomo/core/volume.h"
#include "cytomo/simulation/shapes.h"

namespace cytomo {

/// Something with a class and a number. Index 0 is "nothing".
struct PaintedObject {
    std::uint8_t class_id = 0;
    std::string kind;
    double volume_um3 = -1, area_um2 = -1;  ///< of the whole shape, if known
};

/// Where an object was painted, for what is measured later.
struct Shape {
    std::uint32_t owner = 0;
    Box box;
    std::function<double(Vec3)> distance;  ///< µm, negative inside; empty for a tube
    std::shared_ptr<const Tube> tube;
};

/// Absorption and owner (index into `objects`) of every voxel, on the wide grid. Brushes are queued
/// and then run slab by slab along z, in the order queued: later ones paint over earlier ones.
class Canvas {
public:
    /// `fractions`: keep which share of each voxel is of which class, too.
    explicit Canvas(const Grid& grid, bool fractions = false);

    std::uint32_t add_object(std::uint8_t class_id, std::string kind, double volume_um3 = -1,
                             double area_um2 = -1);
    std::uint8_t class_of(std::uint32_t owner) const { return objects[owner].class_id; }

    /// Half-open voxel limits of a box, cut to slices [z0, z1).
    struct Limits {
        std::int64_t x0, x1, y0, y1, z0, z1;
        bool empty() const { return x0 >= x1 || y0 >= y1 || z0 >= z1; }
    };
    Limits limits(const Box& box, std::int64_t z0, std::int64_t z1) const;

    /// As owner of a shape: absorption changes, owners stay.
    static constexpr std::uint32_t same_owner = 0xFFFFFFFF;

    using Brush = std::function<void(std::int64_t z0, std::int64_t z1)>;
    void queue(Brush brush) { brushes_.push_back(std::move(brush)); }

    /// Queues a shape: distance(p) in µm, negative inside; absorption(p, distance, x, y, z) in 1/µm.
    /// Edges are blended over one voxel; a voxel belongs to `owner` where the distance is negative
    /// and may_cover(owner there) holds.
    template <class Distance, class Absorption, class MayCover>
    void paint(const Box& box, std::uint32_t owner, Distance distance, Absorption absorption,
               MayCover may_cover) {
        if (is_measured(owner)) shapes.push_back({owner, box, distance, nullptr});
        queue([=, this](std::int64_t z0, std::int64_t z1) {
            const Limits l = limits(box.grown(edge_um_), z0, z1);
            std::int64_t covered = 0;
            for (auto z = l.z0; z < l.z1; ++z)
                for (auto y = l.y0; y < l.y1; ++y)
                    for (auto x = l.x0; x < l.x1; ++x) {
                        const Vec3 p = lac.grid().world_from_voxel(
                            {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
                        const double d = distance(p);
                        if (d >= edge_um_ / 2) continue;
                        covered += d < 0;
                        blend(x, y, z, d, owner, may_cover, [&] { return absorption(p, d, x, y, z); });
                    }
            count(owner, covered);
        });
    }
    /// Queues a branched tube; absorption(p, distance, along_um, x, y, z).
    template <class Absorption, class MayCover>
    void paint_tube(const Tube& tube, std::uint32_t owner, Absorption absorption, MayCover may_cover) {
        const auto shape = std::make_shared<const Tube>(tube);
        if (is_measured(owner)) shapes.push_back({owner, tube.box(), {}, shape});
        queue([=, this](std::int64_t z0, std::int64_t z1) {
            const Limits l = limits(shape->box().grown(edge_um_), z0, z1);
            const TubeDistance field(*this, *shape, l, edge_um_);
            std::int64_t covered = 0;
            std::size_t i = 0;
            for (auto z = l.z0; z < l.z1; ++z)
                for (auto y = l.y0; y < l.y1; ++y)
                    for (auto x = l.x0; x < l.x1; ++x, ++i) {
                        const double d = field.distance[i];
                        if (d >= edge_um_ / 2) continue;
                        const Vec3 p = lac.grid().world_from_voxel(
                            {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
                        covered += d < 0;
                        blend(x, y, z, d, owner, may_cover,
                              [&] { return absorption(p, d, field.along[i], x, y, z); });
                    }
            count(owner, covered);
        });
    }

    /// Gives `coverage` of what there is in a voxel to a class.
    void blend_class(std::int64_t x, std::int64_t y, std::int64_t z, float coverage, std::uint8_t class_id) {
        for (std::size_t c = 0; c < fractions.size(); ++c) {
            std::uint8_t& f = fractions[c](x, y, z);
            const float to = c == class_id ? 255.0F : 0.0F;
            f = static_cast<std::uint8_t>(static_cast<float>(f) + coverage * (to - static_cast<float>(f)) +
                                          0.5F);
        }
    }

    /// µm from a shape, for all voxels within the limits (x fastest, then y, then z); of tubes exact up to
    /// `reach_um`, `far` or too large beyond.
    std::vector<float> distances(const Shape& shape, const Limits& limits, double reach_um) const;
    static constexpr float far = 1e9F;

    /// Runs all brushes, on all cores.
    void run();
    /// Voxels within the shapes painted for `owner`, whether they were free and whoever has them now.
    std::int64_t painted(std::uint32_t owner) const { return painted_[owner]; }

    Volume<float> lac;
    Volume<std::uint32_t> owner_of;
    std::vector<Volume<std::uint8_t>> fractions;  ///< by class, 255: all of it; empty if not wanted
    std::vector<PaintedObject> objects;
    std::vector<Shape> shapes;  ///< of nuclei, organelles and filopodia, in the order painted

private:
    struct TubeDistance {
        /// Within the limits, exact up to `reach_um` from the surface.
        TubeDistance(const Canvas& canvas, const Tube& tube, const Limits& limits, double reach_um);
        std::vector<float> distance, along;
    };
    bool is_measured(std::uint32_t owner) const { return owner != same_owner && class_of(owner) >= nucleus; }
    template <class MayCover, class Value>
    void blend(std::int64_t x, std::int64_t y, std::int64_t z, double d, std::uint32_t owner,
               const MayCover& may_cover, const Value& value) {
        std::uint32_t& now = owner_of(x, y, z);
        if (!may_cover(now)) return;
        float& here = lac(x, y, z);
        const auto coverage = static_cast<float>(std::clamp(0.5 - d / edge_um_, 0.0, 1.0));
        here += coverage * (static_cast<float>(value()) - here);
        if (owner == same_owner) return;
        if (now != owner) blend_class(x, y, z, coverage, class_of(owner));
        if (d < 0) now = owner;
    }
    void count(std::uint32_t owner, std::int64_t covered) {
        if (owner != same_owner) painted_[owner] += covered;
    }

    double edge_um_;
    std::vector<Brush> brushes_;
    std::vector<std::atomic<std::int64_t>> painted_;
};

}  // namespace cytomo
