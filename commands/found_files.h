// What analyze keeps of a tomogram for measuring again after corrections: the folder "found" of a result.
//
// It holds the probabilities of the classes (8 bit, probability.CLASS.tif), the objects as they were found
// (objects.tif), both on the model's grid, and found.json: checksums of these files and of the tomogram, the
// two grids, how the tomogram was opened, what the network decided, and the options with which was measured.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "cytomo/analyze.h"
#include "cytomo/surfaces/smooth.h"
#include "measure_options.h"
#include "result_files.h"

namespace cytomo::commands {

/// The name of that folder.
inline constexpr const char* found_folder_name = "found";

/// How the tomogram was opened and measured, as the command line said.
struct FoundNotes {
    std::string dataset, voxel_nm;
    int smoothing = default_smoothing;
    MeasureOptions measures;
    SurfaceFiles surfaces;
    std::string pictures = "full";  ///< see pictures_named
};

/// What found.json says, read back.
struct StoredFound {
    Grid tomogram, model;
    bool voxel_size_known = true;
    PredictRecord prediction;
    double model_voxel_um = 0;
    FoundNotes notes;
    /// By the names of the files. None of it in results of versions that noted none.
    std::map<std::string, std::string> checksums;
    std::string tomogram_checksum;
};

/// Writes the folder within a result. `tomogram`: its grid as it was analyzed; `checksum`: of its file.
/// Throws InputError.
void write_found(const std::filesystem::path& result, const Found& found, const Tomogram& tomogram,
                 const std::string& checksum, const Legend& legend, const FoundNotes& notes,
                 const Progress& progress);

/// Size of the folder within a result on the disk, bytes; 0 if there is none.
std::uint64_t found_bytes(const std::filesystem::path& result);

/// Throws InputError that says what to do instead if `result` has no such folder, or one whose found.json is
/// damaged.
StoredFound read_found_notes(const std::filesystem::path& result);

/// Throws InputError if what lies in `result` was not found in the tomogram whose file has this checksum.
void check_same_tomogram(const std::filesystem::path& result, const StoredFound& stored,
                         const std::string& checksum);

/// Probabilities, classes and objects as analyze found them, before any correction. Throws InputError if a
/// file is missing, is not as analyze left it (where checksums were noted), or lies elsewhere than found.json
/// says.
Found read_found(const std::filesystem::path& result, const StoredFound& stored, const Legend& legend,
                 const Progress& progress);

/// The same folder in another result, which was measured as `notes` say: the files that write_found writes,
/// and no others. Throws InputError.
void copy_found(const std::filesystem::path& from, const std::filesystem::path& to, const Legend& legend,
                const FoundNotes& notes);

}  // namespace cytomo::commands
