// Pictures of filopodia: where they are and how thick, and their radius along the line.
#pragma once

#include <cstdint>
#include <span>

#include "cytomo/core/legend.h"
#include "cytomo/core/volume.h"
#include "cytomo/measures/filopodia.h"
#include "cytomo/report/figures.h"
#include "cytomo/report/image.h"

namespace cytomo {

struct FilopodiaPictureOptions {
    std::uint8_t class_id = filopodium;  ///< every other class but 0 and 255 is cell body
    int longer_side = 1400;              ///< of the map, pixels
    bool numbers = true;                 ///< of the objects, at their roots
    bool scale_bar = true;               ///< false where the voxel size is not known
    /// Throws UsageError if the side is not 200 … 20000 pixels.
    void check() const;
};

/// The cell seen along z, x to the right and y downwards as in the slices and in the view from the top: cell
/// body in light grey, filopodia and their branches as shaded tubes in their places, as thick as they are (at
/// least two pixels), coloured by their radius along the line; the nearer (smaller z) hide the farther. Above
/// it what is seen; beside it the colour scale in nm and what the rest means; a scale bar. Numbers stand at
/// the roots, apart from each other, farther off with a line that leads to the root; where there is no room
/// for all, the shortest filopodia have none, and the picture says how many. White ground. Without filopodia:
/// the cell body alone. Deterministic; one pass over the voxels.
Image filopodia_picture(const ClassVolume& classes, std::span<const Filopodium> filopodia,
                        const FilopodiaPictureOptions& options = {});

/// Radius along the line: the median of all at each distance from the root that at least half of them reach,
/// with a band from the first to the third quartile, and thin the `most` longest filopodia by their numbers.
Figure filopodium_profiles_figure(std::span<const Filopodium> filopodia, int most = 3);

}  // namespace cytomo
