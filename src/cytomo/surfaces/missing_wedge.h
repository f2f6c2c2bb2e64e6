// Which parts of a surface the microscope could not see.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/mesh.h"

namespace cytomo {

/// How the sample was tilted. At tilt a the beam runs along z cos a - x sin a (for an axis along y), so that
/// the image shows what varies along x cos a + z sin a; the sign of the angles only matters if they reach
/// farther to one side.
struct WedgeOptions {
    double tilt_min_deg = -65, tilt_max_deg = 65;
    /// Direction of the tilt axis in the plane of the slices, from y towards x. The beam runs along z at 0°.
    double axis_deg = 0;
    /// Half a turn or more: every direction was seen.
    bool full_rotation() const { return tilt_max_deg - tilt_min_deg >= 180; }
    /// Throws UsageError for values that are no numbers, or unless tilt_min_deg < tilt_max_deg.
    void check() const;
};

/// Whether a surface element with this normal (any length, either sign) leaves no evidence in the images.
///
/// By the Fourier slice theorem (Bracewell 1956; Crowther, DeRosier and Klug 1970) the image at tilt a holds
/// those wave vectors k of the object that are perpendicular to the beam: with the part of k across the tilt
/// axis at the angle a from x towards z. All images together hold the angles from tilt_min to tilt_max (and k
/// with -k); the rest is the missing wedge. A piece of flat surface is a step of density along its normal n,
/// and the Fourier transform of a step lies on the line through n: if the line lies in the missing wedge, no
/// image shows the step. So n is unsupported if its part across the axis makes an angle with the beam at 0°
/// below the missing half angle: 90° - tilt_max where that part rises from x towards z, 90° + tilt_min on the
/// other side. A normal along the tilt axis is in every image. Curved surfaces are taken as made of flat
/// pieces, which holds for pieces larger than the resolution.
bool is_unsupported(Vec3 normal, const WedgeOptions& options);

/// For each triangle 1 if it is unsupported, by its own normal; 0 for those without area. On a sphere the
/// share of the area is the missing angle / 180°, 28 % for ±65°. Time linear.
std::vector<std::uint8_t> mark_unsupported(const Mesh& mesh, const WedgeOptions& options);

}  // namespace cytomo
