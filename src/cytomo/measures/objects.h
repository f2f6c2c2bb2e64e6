// What is measured of each object.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/core/legend.h"
#include "cytomo/core/progress.h"
#include "cytomo/core/table.h"
#include "cytomo/core/volume.h"
#include "cytomo/labels/instances.h"

namespace cytomo {

constexpr double not_defined = std::numeric_limits<double>::quiet_NaN();

/// One object. Positions and lengths in µm in the grid's space (order x, y, z).
struct Object {
    std::uint32_t instance = 0;  ///< its number in the instance volume
    std::uint8_t class_id = 0;
    std::int64_t voxels = 0;
    double volume_um3 = 0;                ///< voxels × volume of a voxel
    double equivalent_diameter_um = 0;    ///< of the sphere of the same volume
    Vec3 centroid_um;                     ///< mean of the voxel centres
    Vec3 min_um, max_um;                  ///< box around the voxels, to their outer faces
    double mean_grey = not_defined;       ///< of finite values in the object; calibrated: LAC in 1/µm
    double deviation_grey = not_defined;  ///< standard deviation of the same
    double longest_width_um = 0;          ///< largest distance between two voxel centres
    /// Lengths of the ellipsoid with the same moments of inertia.
    double longest_axis_um = 0, middle_axis_um = 0, shortest_axis_um = 0;
    double elongation = 1;   ///< longest axis / middle axis; 1 for spheres and flat discs
    double flatness = 1;     ///< middle axis / shortest axis; 1 for spheres and round tubes
    double surface_um2 = 0;  ///< faces at the border of the volume included
    double sphericity = 0;   ///< surface of the sphere of the same volume / surface; 1 for a sphere
    bool touches_border_xy = false, touches_border_z = false;
    /// The object may go on beyond the volume. In volumes of at most thin_volume_slices nearly everything
    /// touches the z borders, and would be left out by whoever leaves out what is cut: there only the borders
    /// in x and y count.
    bool touches_border = false;
};

inline constexpr std::int64_t thin_volume_slices = 16;

/// Measures every object, in the order of the numbers (result[n - 1] is object n; numbers without voxels
/// are left out). `tomogram`: grey values on the same number of voxels, read slice by slice; nullptr
/// leaves them undefined. Surfaces are estimated from the voxels (see surface_area.h).
/// One pass over the voxels, threaded, the same at any thread count; memory far below that of the volume.
/// Throws InputError if the sizes differ.
std::vector<Object> measure_objects(const InstanceSlices& instances, const Tomogram* tomogram,
                                    const Progress& progress = {});
std::vector<Object> measure_objects(const Instances& instances, const Tomogram* tomogram,
                                    const Progress& progress = {});

/// Replaces surface and sphericity by better ones, for example of triangle surfaces:
/// area_um2[n] is the surface of object n; a NaN leaves that object as it is.
void set_surface_areas(std::vector<Object>& objects, const std::vector<double>& area_um2);

/// What to tell where more than a quarter of the objects, without the cell body, reach the border of a volume
/// of so many slices: how many of all do; "" otherwise. In thin volumes it says that touches_border does not
/// tell of the first and last slice.
std::string border_warning(const std::vector<Object>& objects, const Legend& legend, std::int64_t slices);

/// objects.csv: one row an object.
Table objects_table(const std::vector<Object>& objects, const Legend& legend);

}  // namespace cytomo
