// From absorption to the images that the microscope's detector would record.
#pragma once

#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"
#include "cytomo/simulation/reconstruction.h"
#include "cytomo/simulation/simulate.h"

namespace cytomo {

/// The tilt angles of an acquisition, ascending, degrees; `seed` decides which images are missing (never the
/// first or the last).
std::vector<double> tilt_angles(const Acquisition& acquisition, std::uint64_t seed);

/// Tilt images of `lac` (1/µm), turned about an axis along y through the middle of `field` (aligned
/// with lac's voxels); the detector has a pixel for each voxel of `field` along x. Matter of `lac`
/// outside the field along x absorbs light and so adds noise, but its share is taken out of the
/// images again, as if it were known: a small field then looks like the middle of a large
/// reconstruction, without the rim of a cut one. Memory: one copy of `lac` and the images. Same
/// result at any thread count.
TiltSeries acquire(const Volume<float>& lac, const Grid& field, const Acquisition& acquisition,
                   std::uint64_t seed, const Progress& progress = {});

}  // namespace cytomo
