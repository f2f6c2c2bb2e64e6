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

/// The cell seen along z, x to the right and y downwards as in the slices: cell body in light grey, each
/// filopodium and its branches in its place, as thick as it is (at least two pixels), coloured by its radius
/// along the line; a colour bar in nm, a scale bar, numbers at the roots. White ground. Those with larger z
/// lie above the others. Without filopodia: the cell body alone, without a colour bar. Deterministic; one
/// pass over the voxels.
Image filopodia_picture(const ClassVolume& classes, std::span<const Filopodium> filopodia,
                        const FilopodiaPictureOptions& options = {});

/// Radius along the line: the `most` longest filopodia by their numbers, and the median of all at each
/// distance from the root that at least half of them reach.
Figure filopodium_profiles_figure(std::span<const Filopodium> filopodia, int most = 8);

}  // namespace cytomo
