// Names of axes in HDF5 files: vigra's AxisTags as JSON (ilastik writes them as attribute axistags), a plain
// attribute axes, or the labels of dimensions that h5py keeps in DIMENSION_LABELS.
#include "cytomo/io/hdf5_attributes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "cytomo/io/scalar.h"
#include "cytomo/io/units.h"

namespace cytomo::io {

namespace {

constexpr std::size_t most_text = 65536;
constexpr hssize_t most_strings = 32;

std::string up_to_nul(const char* text, std::size_t size) {
    return {text, std::find(text, text + size, '\0')};
}

/// The axes of an attribute axistags that is what vigra writes; empty otherwise.
nlohmann::json axes_of_tags(hid_t dataset) {
    const auto texts = read_strings(dataset, "axistags");
    if (texts.size() != 1) return {};
    const auto json = nlohmann::json::parse(texts[0], nullptr, false);
    if (!json.is_object() || !json.contains("axes") || !json["axes"].is_array()) return {};
    for (const auto& axis : json["axes"])
        if (!axis.is_object() || !axis.contains("key") || !axis["key"].is_string()) return {};
    return json["axes"];
}

}  // namespace

bool read_triple(hid_t object, const char* name, Vec3& v) {
    if (H5Aexists(object, name) <= 0) return false;
    const Hdf5Handle attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose);
    if (!attribute) return false;
    const Hdf5Handle space(H5Aget_space(attribute.get()), H5Sclose);
    const Hdf5Handle type(H5Aget_type(attribute.get()), H5Tclose);
    const H5T_class_t kind = type ? H5Tget_class(type.get()) : H5T_NO_CLASS;
    if (!space || H5Sget_simple_extent_npoints(space.get()) != 3 ||
        (kind != H5T_FLOAT && kind != H5T_INTEGER))
        return false;
    std::array<double, 3> zyx{};
    if (H5Aread(attribute.get(), H5T_NATIVE_DOUBLE, zyx.data()) < 0) return false;
    v = {zyx[2], zyx[1], zyx[0]};
    return std::isfinite(v.x) && std::isfinite(v.y) && std::isfinite(v.z);
}

std::vector<std::string> read_strings(hid_t object, const char* name) {
    if (H5Aexists(object, name) <= 0) return {};
    const Hdf5Handle attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose);
    if (!attribute) return {};
    const Hdf5Handle space(H5Aget_space(attribute.get()), H5Sclose);
    const Hdf5Handle type(H5Aget_type(attribute.get()), H5Tclose);
    if (!space || !type || H5Tget_class(type.get()) != H5T_STRING) return {};
    const hssize_t count = H5Sget_simple_extent_npoints(space.get());
    if (count < 1 || count > most_strings) return {};
    const auto n = static_cast<std::size_t>(count);
    std::vector<std::string> texts;
    if (H5Tis_variable_str(type.get()) > 0) {
        const Hdf5Handle memory(H5Tcopy(H5T_C_S1), H5Tclose);
        H5Tset_size(memory.get(), H5T_VARIABLE);
        H5Tset_cset(memory.get(), H5Tget_cset(type.get()));
        std::vector<char*> pointers(n, nullptr);
        const bool ok = H5Aread(attribute.get(), memory.get(), static_cast<void*>(pointers.data())) >= 0;
        std::size_t total = 0;
        for (const char* p : pointers) {
            texts.push_back(p ? up_to_nul(p, std::char_traits<char>::length(p)) : "");
            total += texts.back().size();
        }
        H5Dvlen_reclaim(memory.get(), space.get(), H5P_DEFAULT, static_cast<void*>(pointers.data()));
        if (!ok || total > most_text) return {};
        return texts;
    }
    const std::size_t size = H5Tget_size(type.get());
    if (size < 1 || size > most_text / n) return {};
    std::vector<char> characters(n * size);
    if (H5Aread(attribute.get(), type.get(), characters.data()) < 0) return {};
    for (std::size_t i = 0; i < n; ++i) texts.push_back(up_to_nul(characters.data() + i * size, size));
    return texts;
}

std::string read_text_attribute(hid_t object, const char* name) {
    if (H5Aexists(object, name) <= 0) return {};
    const Hdf5Handle attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose);
    const Hdf5Handle space(attribute ? H5Aget_space(attribute.get()) : -1, H5Sclose);
    const Hdf5Handle type(attribute ? H5Aget_type(attribute.get()) : -1, H5Tclose);
    if (!space || !type || H5Tget_class(type.get()) != H5T_STRING ||
        H5Sget_simple_extent_npoints(space.get()) != 1)
        return {};
    constexpr std::size_t longest = 1'000'000;
    if (H5Tis_variable_str(type.get()) > 0) {
        char* value = nullptr;
        if (H5Aread(attribute.get(), type.get(), &value) < 0 || value == nullptr) return {};
        std::string text(value, strnlen(value, longest));
        H5free_memory(value);
        return text;
    }
    const std::size_t size = H5Tget_size(type.get());
    if (size == 0 || size > longest) return {};
    std::string text(size, '\0');
    if (H5Aread(attribute.get(), type.get(), text.data()) < 0) return {};
    text.resize(strnlen(text.data(), size));
    return text;
}

std::vector<std::int64_t> shape_of(hid_t dataset) {
    const Hdf5Handle space(H5Dget_space(dataset), H5Sclose);
    if (!space) return {};
    const int rank = H5Sget_simple_extent_ndims(space.get());
    if (rank < 1 || rank > H5S_MAX_RANK) return {};
    std::vector<hsize_t> extent(static_cast<std::size_t>(rank));
    H5Sget_simple_extent_dims(space.get(), extent.data(), nullptr);
    std::vector<std::int64_t> shape;
    for (const hsize_t n : extent)  // what no reader accepts needs no exact number
        shape.push_back(static_cast<std::int64_t>(std::min<hsize_t>(n, largest_axis + 1)));
    return shape;
}

NamedArray named_array_of(hid_t dataset) {
    NamedArray array;
    array.shape = shape_of(dataset);
    array.is_zyx = H5Aexists(dataset, "element_size_um") > 0;  // z, y, x, as PlantSeg and cytomo write it
    const auto take = [&](std::string letters, const char* where) {
        if (!array.letters.empty() || letters.empty()) return;
        array.letters = std::move(letters);
        array.named_by = where;
    };
    std::vector<std::string> keys;
    for (const auto& axis : axes_of_tags(dataset)) keys.push_back(axis["key"].get<std::string>());
    take(axis_letters(keys), "the attribute axistags");
    const auto axes = read_strings(dataset, "axes");
    take(axes.size() == 1 ? axis_letters(std::string_view(axes[0])) : axis_letters(axes),
         "the attribute axes");
    take(axis_letters(read_strings(dataset, "DIMENSION_LABELS")), "the attribute DIMENSION_LABELS");
    return array;
}

std::optional<Vec3> edges_from_axistags(hid_t dataset) {
    const auto texts = read_strings(dataset, "axis_units");
    if (texts.size() != 1) return std::nullopt;
    const auto units = nlohmann::json::parse(texts[0], nullptr, false);
    if (!units.is_object()) return std::nullopt;
    Vec3 edge;
    for (const auto& axis : axes_of_tags(dataset)) {
        const auto key = axis["key"].get<std::string>();
        double* to = key == "x" ? &edge.x : key == "y" ? &edge.y : key == "z" ? &edge.z : nullptr;
        if (!to || !axis.contains("resolution") || !axis["resolution"].is_number() || !units.contains(key) ||
            !units[key].is_string())
            continue;
        *to = axis["resolution"].get<double>() * um_per_unit(units[key].get<std::string>()).value_or(0);
    }
    for (const double e : {edge.x, edge.y, edge.z})
        if (!is_plausible_edge(e)) return std::nullopt;
    return edge;
}

}  // namespace cytomo::io
