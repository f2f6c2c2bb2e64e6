// Reading and writing volumes: the format is chosen by content when reading, by extension when writing.
//
// Read: MRC (and REC, MAP, ST, CCP4, gzip of these), TIFF and BigTIFF (ImageJ, OME, Python's
// tifffile), HDF5, NumPy .npy. Integers of 8 to 64 bits, bool, real numbers of 16 to 64 bits.
// Written: MRC (.mrc .rec .map .st), TIFF (.tif .tiff), NumPy (.npy with a small .npy.json beside it),
// HDF5 (.h5 .hdf5 .hdf). Other formats are recognised and refused with advice what to convert them with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/core/legend.h"
#include "cytomo/core/volume.h"

namespace cytomo {

/// How to read a file that leaves questions open.
struct ReadOptions {
    std::optional<Vec3> voxel_um;  ///< voxel edges (x, y, z) that supply or replace those of the file
    /// HDF5: path of the dataset, with ":c1", ":t0" or ":t0c1" behind it if it has channels or times.
    /// TIFF: "c0", "c1", …; where its description names axes also "t0" and "t0c1".
    std::string dataset;

    /// Throws UsageError if voxel_um is not positive and finite.
    void check() const;
};

/// A volume file, opened: its header is known, values are read on demand in their stored type.
/// Copies are cheap and share the file.
struct StoredVolume {
    /// Writes slices z = first … first+count-1, x fastest, in `type` and the machine's byte order;
    /// out.size() == nx * ny * count * bytes(type). Safe to call from several threads.
    /// Throws InputError if the file is damaged or became unreadable.
    using ReadBytes = std::function<void(std::int64_t first, std::int64_t count, std::span<std::byte> out)>;

    Grid grid;
    bool voxel_size_known = true;  ///< false: grid.voxel_um is made up, wholly or in z
    ScalarType type = ScalarType::float32;
    std::string format;   ///< "MRC", "TIFF", "ImageJ TIFF", "OME-TIFF", "tifffile TIFF", "HDF5", "NumPy"
    std::string dataset;  ///< HDF5: path of the dataset that was chosen
    std::string source;   ///< file name, for messages and records
    std::vector<std::string> remarks;  ///< what had to be assumed and what is odd, for people
    std::uint64_t file_bytes = 0;      ///< size of the file on disk
    std::optional<Legend> legend;      ///< what the values mean, if the file says so: it holds classes
    ReadBytes read_bytes;
};

/// Opens a volume and reads its header; the sizes it promises were checked against the size of the
/// file. Throws InputError for missing, damaged or foreign files, with advice.
StoredVolume open_volume(const std::filesystem::path& path, const ReadOptions& options = {});

/// The same volume as a tomogram: values become float (exact for up to 16-bit integers, float16 and
/// float32). Remarks of the reader are added to `remarks`, and one if integers of 32 or 64 bits have to be
/// rounded; to know that costs a pass over such a volume.
Tomogram open_tomogram(const std::filesystem::path& path, const ReadOptions& options = {},
                       std::vector<std::string>* remarks = nullptr);

/// Class ids 0 … 255, exactly; integer or whole-numbered float files. 255 means ignore, and so does -1.
/// A file with the two values 0 and 255 only (or 0 and one value of 32 or more) is a mask and becomes
/// 0 and 1, which is remarked, unless it has a legend: then values are what that says, 255 stays ignore, and
/// ids that share a name become the first of them, which is remarked too. Throws InputError if values are no
/// class ids. `legend` gets what the file says of them, each name once. Cost: one pass.
ClassVolume read_classes(const std::filesystem::path& path, const ReadOptions& options = {},
                         std::vector<std::string>* remarks = nullptr,
                         std::optional<Legend>* legend = nullptr);

/// A label volume before anyone said what its values mean: voxel i holds values[codes[i]].
struct CodedLabels {
    ClassVolume codes;
    std::vector<std::int64_t> values;  ///< that occur, in the order in which they first do; at most 255
    std::vector<std::int64_t> counts;  ///< voxels of each
    bool voxel_size_known = true;      ///< as in StoredVolume
};

/// Whole numbers of any sign and up to 32 bits, exactly, without interpretation. Throws InputError if a value
/// is no whole number or more than 255 different ones occur. Cost: one pass; one byte a voxel.
CodedLabels read_coded_labels(const std::filesystem::path& path, const ReadOptions& options = {},
                              std::vector<std::string>* remarks = nullptr);

/// Object numbers, exactly: whole numbers from 0 to 2^32-1. Throws InputError for anything else.
InstanceVolume read_instances(const std::filesystem::path& path, const ReadOptions& options = {},
                              std::vector<std::string>* remarks = nullptr);

/// Writes a volume slab by slab; the file appears under its name with finish(), or not at all.
/// A writer is used from one thread.
class VolumeWriter {
public:
    /// Checks name, folder and format at once and throws InputError. Types: int8 … uint32, float32.
    /// MRC has no 8-bit unsigned and no 32-bit integers: uint8 is stored as uint16, 32-bit integers as
    /// float32 (write_slices then throws InputError for values from 2^24 on).
    /// voxel_size_known = false leaves the voxel size out of the file. A legend goes into the file: as a line
    /// of ImageJ's description and in its "Info", which Fiji keeps (TIFF), as the attribute "legend" (HDF5),
    /// in the labels of the header or, if they are too short, in NAME.mrc.json (MRC), in NAME.npy.json
    /// (NumPy). A NAME.npy.json that is there counts as the volume itself does: without `overwrite` it is
    /// refused.
    VolumeWriter(const std::filesystem::path& path, const Grid& grid, ScalarType type, bool overwrite,
                 bool voxel_size_known = true, const std::optional<Legend>& legend = {});
    ~VolumeWriter();
    VolumeWriter(VolumeWriter&&) noexcept;
    VolumeWriter& operator=(VolumeWriter&&) noexcept;

    /// Writes slices z = first … first+count-1, x fastest; slabs come in order of z without gaps.
    /// T must be the type given to the constructor; values.size() == nx * ny * count.
    /// Throws InputError if the disk is full or values do not fit.
    template <class T>
    void write_slices(std::int64_t first, std::int64_t count, std::span<const T> values);
    /// The same for values in memory as the constructor's type.
    void write_bytes(std::int64_t first, std::int64_t count, std::span<const std::byte> values);
    /// After the last slice: completes the file and gives it its name.
    void finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Writes a whole volume. T: int8, uint8, int16, uint16, int32, uint32, float (of standard widths).
template <class T>
void write_volume(const std::filesystem::path& path, const Volume<T>& volume, bool overwrite,
                  const std::optional<Legend>& legend = {});

/// Writes classes with what they mean.
void write_classes(const std::filesystem::path& path, const ClassVolume& classes, const Legend& legend,
                   bool overwrite);

/// Throws the InputError with which write_volume would refuse this name, or that of the file beside it:
/// before long work.
void check_volume_name(const std::filesystem::path& path, bool overwrite,
                       const std::optional<Legend>& legend = {});

/// Whether write_volume knows the extension (in small or capital letters).
bool is_writable_format(const std::filesystem::path& path);

/// Values of any stored type as float. in.size() == out.size() * bytes(type).
void convert_to_float(ScalarType type, std::span<const std::byte> in, std::span<float> out);

/// A number of slices that together take about 16 MiB in memory as `bytes_per_voxel`; at least 1.
std::int64_t slices_per_slab(const Grid& grid, std::int64_t bytes_per_voxel);

}  // namespace cytomo
