// Slices of the three planes for a web page.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "cytomo/report/object_map.h"
#include "cytomo/report/slices.h"

namespace cytomo {

/// One slice: grey picture and, if there are classes, the coloured layer of the same size.
struct SliceView {
    std::string caption;
    double width_um = 0;  ///< of the whole picture; 0 if not known: no scale bar
    Image grey;
    OverlayImage overlay{};
    SliceObjects objects{};  ///< over the same area; empty if nobody asked for them
    SlicePosition position{};
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

struct PlaneViewOptions {
    int per_plane = 5;
    int longer_side = 700;  ///< of the pictures, in pixels
    /// If there are any, slices are those that show most of them, as well as possible (slice_choice.h).
    std::span<const PageObject> objects = {};
    ReadObjects read_objects = {};  ///< of the tomogram's voxels; without it slices know no objects
    int map_side = 350;             ///< longer side of the maps of objects
    int fewest_rows = 1;            ///< volumes of fewer slices z: the xy plane only
};

/// At most `per_plane` slices of each plane (xy, xz, yz), all with one grey range of 64 steps. Without
/// objects the richest of them, the others spread evenly over the labelled part; without classes over the
/// whole. Flat slices are drawn taller than they are (taller_if_flat), and say so. Reads the tomogram once.
/// Throws UsageError if sizes differ.
std::vector<PlaneView> make_plane_views(const Tomogram& tomogram, const ClassVolume* classes,
                                        const Legend& legend, const PlaneViewOptions& options = {},
                                        const Progress& progress = {});

/// One slice, drawn as those of make_plane_views, with its own grey range.
PlaneView make_slice_view(const Tomogram& tomogram, const ClassVolume* classes, const Legend& legend,
                          SlicePosition position, int longer_side = 700, const Progress& progress = {});

}  // namespace cytomo
