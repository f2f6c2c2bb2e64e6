// Private to io: what the attributes of an HDF5 dataset say of its axes and voxels. The caller holds
// hdf5_mutex().
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/io/axis_order.h"
#include "cytomo/io/hdf5_library.h"

namespace cytomo::io {

/// Three numbers of an attribute, in the order z, y, x; false if there is none.
bool read_triple(hid_t object, const char* name, Vec3& v);

/// The strings of an attribute, of fixed or variable length; empty if there is none, or if it is too large to
/// be read (64 KB, 32 strings).
std::vector<std::string> read_strings(hid_t object, const char* name);

/// One string of an attribute, of fixed or variable length, up to 1 MB; empty if there is none.
std::string read_text_attribute(hid_t object, const char* name);

/// Lengths of a dataset's axes; empty if it has none.
std::vector<std::int64_t> shape_of(hid_t dataset);

/// Shape and names of axes: from the attribute axistags (vigra, ilastik; JSON), else axes, else the labels of
/// the dimensions.
NamedArray named_array_of(hid_t dataset);

/// Voxel edges from the resolutions in axistags and ilastik's attribute axis_units; none unless all three are
/// there.
std::optional<Vec3> edges_from_axistags(hid_t dataset);

}  // namespace cytomo::io
