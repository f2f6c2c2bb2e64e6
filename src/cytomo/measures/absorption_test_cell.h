// For tests: round objects of known absorption in a cell, as a microscope with a known blur shows them.
#pragma once

#include <cmath>
#include <memory>
#include <vector>

#include "cytomo/core/legend.h"
#include "cytomo/core/random.h"
#include "cytomo/core/volume.h"
#include "cytomo/labels/instances.h"

namespace cytomo {

/// A ball of layers: lac[i] between radius_um[i] and radius_um[i + 1] (or the middle), from outside inwards.
struct TestBall {
    Vec3 centre_um;
    std::uint8_t class_id = 0;
    std::vector<double> radius_um, lac;
};

/// Ice for x < ice_um, cytoplasm beyond, balls in it.
struct AbsorptionTestCell {
    Grid grid;
    ClassVolume classes;
    Instances instances;
    Volume<float> lac;

    static constexpr double ice = 0.11, cytosol = 0.2;

    /// blur_um: deviation of a Gaussian, exact for flat edges.
    AbsorptionTestCell(const Grid& g, double ice_um, const std::vector<TestBall>& balls, double blur_um,
                       double noise)
        : grid(g), classes(g), instances{InstanceVolume(g), {0}}, lac(g) {
        Random random(11);
        for (const TestBall& b : balls) instances.class_of.push_back(b.class_id);
        const auto share = [&](double distance_um) {
            return blur_um > 0 ? 0.5 * std::erfc(-distance_um / (blur_um * std::sqrt(2.0)))
                               : (distance_um >= 0 ? 1.0 : 0.0);
        };
        for (std::int64_t z = 0; z < g.size.z; ++z)
            for (std::int64_t y = 0; y < g.size.y; ++y)
                for (std::int64_t x = 0; x < g.size.x; ++x) {
                    const Vec3 p = g.world_from_voxel(
                        {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
                    const bool in_cell = p.x >= ice_um;
                    classes(x, y, z) = in_cell ? cytoplasm : background;
                    const double base = ice + (cytosol - ice) * share(p.x - ice_um);
                    double value = base;
                    for (std::size_t i = 0; i < balls.size(); ++i) {
                        const TestBall& b = balls[i];
                        const double r = length(p - b.centre_um);
                        if (r > b.radius_um[0] + 6 * blur_um) continue;
                        double before = base;
                        for (std::size_t l = 0; l < b.lac.size(); ++l) {
                            value += (b.lac[l] - before) * share(b.radius_um[l] - r);
                            before = b.lac[l];
                        }
                        if (r > b.radius_um[0]) continue;
                        classes(x, y, z) = b.class_id;
                        instances.volume(x, y, z) = static_cast<std::uint32_t>(i + 1);
                    }
                    lac(x, y, z) = static_cast<float>(value + (noise > 0 ? random.normal(0, noise) : 0));
                }
    }

    /// grey = factor × LAC + offset.
    Tomogram tomogram(bool calibrated = true, double factor = 1, double offset = 0) const {
        auto grey = std::make_shared<Volume<float>>(grid);
        for (std::int64_t i = 0; i < grid.count(); ++i)
            (*grey)[i] = static_cast<float>(factor * lac[i] + offset);
        Tomogram t = tomogram_from(grey);
        t.calibrated = calibrated;
        return t;
    }
};

}  // namespace cytomo
