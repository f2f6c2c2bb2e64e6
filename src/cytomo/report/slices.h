// Pictures of slices of a tomogram, with the classes laid over them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cytomo/core/legend.h"
#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"
#include "cytomo/report/image.h"

namespace cytomo {

/// Two axes of a slice: the first runs to the right in pictures, the second downwards.
enum class Plane { xy, xz, yz };

/// "xy", "xz", "yz".
std::string name(Plane plane);
/// "x", "y" or "z": the axis across the plane, which counts its slices.
std::string across(Plane plane);
/// Number of slices of that orientation.
std::int64_t slice_count(const Grid& grid, Plane plane);

/// Where a slice lies: `index` counts voxels along the axis across the plane.
struct SlicePosition {
    Plane plane = Plane::xy;
    std::int64_t index = 0;
};

/// Values of one slice: width × height, first axis fastest; edges of its voxels in µm.
template <class T>
struct Slice {
    SlicePosition position;
    std::int64_t width = 0, height = 0;
    double edge_across_um = 1, edge_down_um = 1;
    std::vector<T> values;
};

/// Grey values of the slices asked for, in one pass over the tomogram. xy slices are read alone; xz
/// and yz slices need all z, read in slabs of at most 64 MB. Throws UsageError for an index outside.
std::vector<Slice<float>> read_grey_slices(const Tomogram& tomogram, std::span<const SlicePosition> positions,
                                           const Progress& progress = {});
/// Classes in one slice. Throws UsageError for an index outside.
Slice<std::uint8_t> class_slice(const ClassVolume& classes, SlicePosition position);

/// Grey values that become black and white.
struct GreyRange {
    float black = 0, white = 1;
};
/// Percentiles (0 … 100) of all finite values of the slices together.
GreyRange find_grey_range(std::span<const Slice<float>> slices, double low = 0.5, double high = 99.5);

/// Pixels of the picture of a slice: true proportions, the longer side `longer_side` pixels.
struct PictureSize {
    int width = 1, height = 1;
    double um_per_pixel = 1;  ///< across
    int taller = 1;           ///< heights are drawn this many times as large as they are
};
PictureSize picture_size(std::int64_t width, std::int64_t height, double edge_across_um, double edge_down_um,
                         int longer_side);
/// For strips in which nothing would be seen: what is flatter than 1 : 12 becomes taller by the smallest
/// whole factor that mends it, at most 8.
PictureSize taller_if_flat(PictureSize size);
/// ", heights × 4", or nothing: belongs to the caption.
std::string taller_text(const PictureSize& size);

/// Grey picture of a slice, resampled (Catmull-Rom; averaging when it shrinks). Values that are not
/// finite are drawn black.
Image draw_grey(const Slice<float>& slice, GreyRange range, PictureSize size);

struct OverlayOptions {
    double fill = 0.35;           ///< opacity of the area of a class
    double contour_pixels = 1.9;  ///< width of the opaque contour
    /// Classes that cover most of a cell are drawn by their contour and this much weaker fill.
    double body_fill = 0.10;
};
/// Classes as coloured areas with smooth, opaque contours; background and 255 stay clear.
OverlayImage draw_classes(const Slice<std::uint8_t>& slice, const Legend& legend, PictureSize size,
                          const OverlayOptions& options = {});

/// "xy slice 13 of 200 (index 12, z = 0.24 µm)": where a slice lies, for captions (core/slice_text.h).
std::string slice_caption(const Grid& grid, SlicePosition position, bool voxel_size_known = true);

/// The legend's entry, or for classes it lacks "class 12" in one of eight calm colours.
LegendEntry entry_for(const Legend& legend, std::uint8_t class_id);

struct SlicePictureOptions {
    int longer_side = 900;
    double low_percentile = 0.5, high_percentile = 99.5;
    OverlayOptions overlay;
    /// Throws UsageError if a value makes no sense.
    void check() const;
};
/// A finished picture for people: the slice, and beside it the same with classes (if there are any), or below
/// it where a slice is at least twice as wide as high, with scale bar (in voxels if their size is not known),
/// caption and legend; flat slices are drawn taller than they are, and the caption says so (taller_if_flat).
/// Throws UsageError if the sizes of tomogram and classes differ.
Image slice_picture(const Tomogram& tomogram, const ClassVolume* classes, const Legend& legend,
                    SlicePosition position, const SlicePictureOptions& options = {},
                    const Progress& progress = {});

}  // namespace cytomo
