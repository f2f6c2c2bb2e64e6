// Stands in for the TIFF and HDF5 readers and writers where their libraries are missing, as on a bare
// training machine: such files are refused with advice, MRC and NumPy files work.
#include "cytomo/core/error.h"
#include "cytomo/io/hdf5.h"
#include "cytomo/io/tiff.h"

namespace cytomo::io {

namespace {

[[noreturn]] void refuse(const std::string& file, const std::string& format) {
    throw InputError(file, "a format this build knows (MRC, NumPy)", format,
                     "Install the development files of libtiff and HDF5 and build again, or convert to MRC");
}

}  // namespace

#if !CYTOMO_HAS_TIFF
StoredVolume open_tiff(std::shared_ptr<FileBytes> file, const ReadOptions&) {
    refuse(file->name(), "TIFF");
}
SliceSink make_tiff_sink(const std::filesystem::path& path, const Grid&, ScalarType, bool,
                         const std::optional<Legend>&) {
    refuse(path.string(), "TIFF");
}
#endif

#if !CYTOMO_HAS_HDF5
StoredVolume open_hdf5(std::shared_ptr<FileBytes> file, const ReadOptions&) {
    refuse(file->name(), "HDF5");
}
SliceSink make_hdf5_sink(const std::filesystem::path& path, const Grid&, ScalarType, bool,
                         const std::optional<Legend>&) {
    refuse(path.string(), "HDF5");
}
#endif

}  // namespace cytomo::io
