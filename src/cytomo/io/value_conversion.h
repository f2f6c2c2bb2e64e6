// Copies a volume to another format or type, slab by slab.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cytomo/core/progress.h"
#include "cytomo/io/volume_io.h"

namespace cytomo {

struct ConvertOptions {
    std::optional<ScalarType> type;  ///< type of the result; none: as stored, with float16 and float64 as
                                     ///< float32, 64-bit integers as 32-bit ones
    /// Stretches the finite values linearly over the range of an integer type; reads the file twice.
    bool scale_to_type = false;
    bool overwrite = false;

    /// Throws UsageError for types that no format writes, and for scaling to a type that is no integer.
    void check() const;
};

/// Writes `volume` to `path` in the format of its extension; voxel size, origin, legend and order of rows and
/// slices stay. Without scaling, values must fit the type exactly: InputError names the first that does not.
/// Memory: one slab of 16 MiB and its copy. `remarks` gets the scale that was used.
void convert_volume(const StoredVolume& volume, const std::filesystem::path& path,
                    const ConvertOptions& options, std::vector<std::string>* remarks = nullptr,
                    const Progress& progress = {});

/// "uint8" … "float32"; none for other words.
std::optional<ScalarType> scalar_type_from(const std::string& name);

}  // namespace cytomo
