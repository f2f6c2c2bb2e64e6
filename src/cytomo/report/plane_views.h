// Slices of the three planes for a web page.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "cytomo/report/slices.h"

namespace cytomo {

/// One slice: grey picture and, if there are classes, the coloured layer of the same size.
struct SliceView {
    std::string caption;
    double width_um = 0;  ///< of the whole picture; 0 if not known: no scale bar
    Image grey;
    OverlayImage overlay;
};

/// Some slices of one plane, in order; `shown` is the one to show first.
struct PlaneView {
    Plane plane = Plane::xy;
    std::vector<SliceView> slices;
    std::size_t shown = 0;
};

/// For each plane (xy, xz, yz) the slice where most is to be seen: the sum over classes (but background
/// and 255) of the square root of their area is largest. The middle one if nothing is labelled.
std::array<SlicePosition, 3> richest_slices(const ClassVolume& classes);

/// `per_plane` slices of each plane, the richest among them, the others spread evenly over the labelled
/// part; all with one grey range. Without classes they spread over the whole. Reads the tomogram once.
std::vector<PlaneView> make_plane_views(const Tomogram& tomogram, const ClassVolume* classes,
                                        const Legend& legend, int per_plane = 5, int longer_side = 700,
                                        const Progress& progress = {});

/// One slice, of its own grey range.
PlaneView make_slice_view(const Tomogram& tomogram, const ClassVolume* classes, const Legend& legend,
                          SlicePosition position, int longer_side = 700, const Progress& progress = {});

}  // namespace cytomo
