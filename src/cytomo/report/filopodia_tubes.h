// Filopodia as shaded tubes, seen along z (private to the folder).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/measures/filopodia.h"
#include "cytomo/report/drawing.h"
#include "cytomo/report/filopodia_pictures.h"
#include "cytomo/report/image.h"

namespace cytomo {

/// From the volume to the picture: x to the right, y downwards, z away from the viewer.
struct FilopodiaMap {
    Grid grid;
    double pixels_per_um = 1, left = 0, top = 0;  ///< left, top: of the volume's corner, pixels
    int width = 1, height = 1;                    ///< of the volume, pixels

    PicturePoint at(Vec3 p) const {
        return {left + (p.x - grid.origin_um.x + grid.voxel_um.x / 2) * pixels_per_um,
                top + (p.y - grid.origin_um.y + grid.voxel_um.y / 2) * pixels_per_um};
    }
};

/// Where filopodia_picture draws the volume.
FilopodiaMap map_of_filopodia(const Grid& grid, bool any, const FilopodiaPictureOptions& options);

/// The ends of the colour scale, µm.
struct RadiusRange {
    double low = 0, high = 1;
    double part(double radius_um) const { return (radius_um - low) / (high - low); }
};
/// Round limits around nearly all radii; of the filopodia; 0 to 1 without any.
RadiusRange find_radius_range(std::span<const Filopodium> filopodia);

/// A stretch of a tube: a cone with round ends, in pixels; depth grows away from the viewer.
struct TubePart {
    PicturePoint a, b;
    double depth_a = 0, depth_b = 0, radius_a = 1, radius_b = 1;
    double value_a = 0, value_b = 0;  ///< on the colour scale, 0 … 1
    std::uint32_t owner = 0;          ///< which filopodium it belongs to
};

/// Stems as thick as they are (at least two pixels) and branches at 0.6 of the mean radius of their stem, in
/// its colour: a branch has no radius of its own. Those with less than two points have no parts.
std::vector<TubePart> tube_parts(std::span<const Filopodium> filopodia, const FilopodiaMap& map,
                                 const RadiusRange& range);

/// The nearer hides the farther, pixel by pixel, and keeps a white rim in front of it; nothing is drawn
/// beyond the map. Light falls from the upper left; along its middle a tube has the colour of its value.
/// Deterministic at any thread count.
void draw_tubes(Image& image, const FilopodiaMap& map, std::span<const TubePart> parts);

}  // namespace cytomo
