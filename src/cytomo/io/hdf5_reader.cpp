// Reads one dataset of an HDF5 file. Its axes are what their names say (io/axis_order), else z, y, x. Which
// dataset: the one asked for, else the only volume, else /t0/channel0 (Deep-SXT). The voxel size is taken
// from the attribute element_size_um (z, y, x), as PlantSeg writes it, else from ilastik's axistags and
// axis_units.
#include <algorithm>
#include <iterator>
#include <optional>

#include "cytomo/core/error.h"
#include "cytomo/io/axis_order.h"
#include "cytomo/io/hdf5.h"
#include "cytomo/io/hdf5_attributes.h"
#include "cytomo/io/hdf5_dataset.h"
#include "cytomo/io/hdf5_library.h"
#include "cytomo/io/legend_io.h"
#include "cytomo/io/scalar.h"

namespace cytomo::io {

std::mutex& hdf5_mutex() {
    static std::mutex mutex;
    return mutex;
}

void prepare_hdf5() {
    [[maybe_unused]] static const herr_t once = H5dont_atexit();
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

namespace {

/// A dataset of numbers with three axes or more.
struct Found {
    std::string path;
    NamedArray array;
    bool plain = false;  ///< one volume, as it stands
};

/// Visits an object of the file and keeps its name if it may be a volume.
herr_t keep_volumes(hid_t root, const char* name, const H5O_info_t* info, void* list) {
    if (info->type != H5O_TYPE_DATASET) return 0;
    const Hdf5Handle dataset(H5Dopen2(root, name, H5P_DEFAULT), H5Dclose);
    if (!dataset) return 0;
    const Hdf5Handle type(H5Dget_type(dataset.get()), H5Tclose);
    if (!type || !scalar_type_of_hdf5(type.get())) return 0;
    NamedArray array = named_array_of(dataset.get());
    const bool plain = is_plain_volume(array);
    const bool named = !array.letters.empty();
    if ((!named && !plain) || array.shape.size() < (named && plain ? 2 : 3)) return 0;
    std::string path(1, '/');
    path += name;
    static_cast<std::vector<Found>*>(list)->push_back({std::move(path), std::move(array), plain});
    return 0;
}

std::string list_text(const std::vector<Found>& volumes) {
    std::string text;
    constexpr std::size_t most = 20;
    for (std::size_t i = 0; i < std::min(volumes.size(), most); ++i)
        text += (i ? ", " : "") + volumes[i].path + " (" + shape_text(volumes[i].array.shape) + ")";
    return volumes.size() > most ? text + ", …" : text;
}

/// A dataset, and what was chosen of its channels and times.
struct Asked {
    std::string path;
    AxisChoice choice;
};

/// What --dataset names: a path, or one with a choice behind a colon; none if there is no such dataset.
std::optional<Asked> find_asked(hid_t root, const std::string& text) {
    const auto is_dataset = [&](const std::string& path) {
        return !path.empty() &&
               static_cast<bool>(Hdf5Handle(H5Dopen2(root, path.c_str(), H5P_DEFAULT), H5Dclose));
    };
    if (is_dataset(text)) return Asked{text, {}};
    const auto colon = text.rfind(':');
    if (colon == std::string::npos || !is_dataset(text.substr(0, colon))) return std::nullopt;
    const auto choice = parse_axis_choice(std::string_view(text).substr(colon + 1));
    return choice ? std::optional(Asked{text.substr(0, colon), *choice}) : std::nullopt;
}

Asked choose_dataset(const std::string& file, hid_t root, const std::string& text) {
    if (!text.empty())
        if (auto asked = find_asked(root, text)) return *asked;
    std::vector<Found> volumes;
    H5Ovisit2(root, H5_INDEX_NAME, H5_ITER_INC, keep_volumes, &volumes, H5O_INFO_BASIC);
    if (!text.empty())
        throw InputError(file, "a dataset " + text, volumes.empty() ? "no volume at all" : list_text(volumes),
                         "Choose one of the file with --dataset, a channel of it with --dataset PATH:c0");
    if (volumes.empty())
        throw InputError(file, "a dataset with three axes and numbers", "none",
                         "See its content with h5ls -r, and choose with --dataset");
    std::vector<Found> plain;
    std::copy_if(volumes.begin(), volumes.end(), std::back_inserter(plain),
                 [](const Found& v) { return v.plain; });
    const std::vector<Found>& candidates = plain.empty() ? volumes : plain;
    if (candidates.size() == 1) return {candidates[0].path, {}};
    for (const Found& v : candidates)
        if (v.path == "/t0/channel0") return {v.path, {}};
    throw InputError(file, "one volume", list_text(volumes), "Choose one with --dataset PATH");
}

/// Voxel size and origin from the attributes.
void set_geometry(StoredVolume& out, hid_t dataset, const ArrayAxes& axes) {
    Vec3 v;
    if (read_triple(dataset, "element_size_um", v) && v.x > 0 && v.y > 0 && v.z > 0) {
        out.grid.voxel_um = v;
        if (!axes.in_order() && !(v.x == v.y && v.y == v.z))
            out.remarks.push_back(
                "The attribute element_size_um is read as z, y, x, though the axes have another order: "
                "check the voxel size.");
    } else if (const auto edges = edges_from_axistags(dataset)) {
        out.grid.voxel_um = *edges;
    } else {
        out.grid.voxel_um = {0.001, 0.001, 0.001};
        out.voxel_size_known = false;
        out.remarks.push_back("The dataset has no attribute element_size_um, which would give a voxel size.");
    }
    if (read_triple(dataset, "origin_um", v)) out.grid.origin_um = v;
}

}  // namespace

std::int64_t count_open_hdf5_handles() {
    const std::lock_guard lock(hdf5_mutex());
    return H5Fget_obj_count(static_cast<hid_t>(H5F_OBJ_ALL), H5F_OBJ_ALL);
}

StoredVolume open_hdf5(std::shared_ptr<FileBytes> file, const ReadOptions& options) {
    const std::lock_guard lock(hdf5_mutex());
    prepare_hdf5();
    const auto damaged = [&](const std::string& what) {
        return InputError(file->name(), "a complete HDF5 file", what,
                          "It is damaged or incomplete: copy it again from its source, or test it with h5ls");
    };
    Hdf5Handle h5(H5Fopen(file->name().c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
    if (!h5) throw damaged("one that the HDF5 library cannot open");
    const auto [path, choice] = choose_dataset(file->name(), h5.get(), options.dataset);

    StoredVolume out;
    out.format = "HDF5";
    out.dataset = path;
    Hdf5Handle dataset(H5Dopen2(h5.get(), path.c_str(), H5P_DEFAULT), H5Dclose);
    if (!dataset) throw damaged("a dataset " + path + " that cannot be opened");
    {
        const Hdf5Handle type(H5Dget_type(dataset.get()), H5Tclose);
        const auto scalar = type ? scalar_type_of_hdf5(type.get()) : std::nullopt;
        if (!scalar)
            throw InputError(file->name(), "integers, bool or real numbers in " + path, "another type",
                             "Choose another dataset, or convert it in Python with h5py");
        out.type = *scalar;
    }
    const NamedArray array = named_array_of(dataset.get());
    const ArrayAxes axes =
        find_axes(file->name() + " " + path, array, choice, "--dataset " + path + ":", out.remarks);
    out.grid.size = axes.size;
    for (const std::int64_t n : {out.grid.size.x, out.grid.size.y, out.grid.size.z})
        if (n < 1 || n > largest_axis)
            throw InputError(file->name(), "axes of 1 to " + std::to_string(largest_axis) + " in " + path,
                             shape_text(array.shape), "The file is damaged, or holds no values yet");
    const std::int64_t total =
        checked_bytes(out.grid.size.x, out.grid.size.y, out.grid.size.z, bytes(out.type));
    const auto stored = static_cast<double>(H5Dget_storage_size(dataset.get()));
    constexpr double best_ratio = 1 << 20;
    if (stored <= 0 || static_cast<double>(total) > best_ratio * stored)
        throw InputError(file->name(), "values for " + size_text(out.grid.size) + " voxels in " + path,
                         short_text(stored) + " bytes", "The dataset was never filled: write it again");

    set_geometry(out, dataset.get(), axes);
    if (const auto legend = read_text_attribute(dataset.get(), "legend"); !legend.empty()) {
        out.legend = legend_from_json(legend);
        if (!out.legend) out.remarks.push_back("Its attribute legend could not be understood.");
    }
    if (options.dataset.empty()) out.remarks.push_back("Dataset " + path + " was read.");

    dataset = open_with_cache(file->name(), h5.get(), path, axes, bytes(out.type));
    if (!dataset) throw damaged("a dataset " + path + " that cannot be opened");
    out.read_bytes = make_dataset_reader(file, std::move(h5), std::move(dataset), out.type, axes);
    return out;
}

}  // namespace cytomo::io
