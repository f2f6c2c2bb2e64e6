#include "found_files.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <vector>

#include "command.h"
#include "cytomo/core/error.h"
#include "cytomo/core/json_text.h"
#include "cytomo/core/parallel.h"
#include "cytomo/io/text_io.h"
#include "instance_files.h"
#include "probability_files.h"
#include "record.h"

namespace cytomo::commands {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

using Notes = nlohmann::json;

constexpr int found_format = 1;
constexpr const char* remedy =
    "Analyze the tomogram again (without --no-probabilities), or measure its classes: cytomo measure "
    "TOMOGRAM CLASSES OUTDIR";
constexpr const char *notes_name = "found.json", *probabilities_name = "probability.tif",
                     *objects_name = "objects.tif";

/// The files beside found.json.
std::vector<std::string> volume_names(const Legend& legend) {
    std::vector<std::string> names{objects_name};
    for (const LegendEntry& entry : legend.entries)
        names.push_back(file_of_class(probabilities_name, legend, entry.id).string());
    return names;
}

Json grid_json(const Grid& g) {
    return {{"size", {g.size.x, g.size.y, g.size.z}},
            {"voxel_um", {g.voxel_um.x, g.voxel_um.y, g.voxel_um.z}},
            {"origin_um", {g.origin_um.x, g.origin_um.y, g.origin_um.z}}};
}

/// Throws InputError for `file` if no volume can have this grid.
Grid grid_in(const Notes& json, const fs::path& file) {
    const auto vector = [](const Notes& v) {
        return Vec3{v.at(0).get<double>(), v.at(1).get<double>(), v.at(2).get<double>()};
    };
    const Notes& size = json.at("size");
    const Grid grid{
        {size.at(0).get<std::int64_t>(), size.at(1).get<std::int64_t>(), size.at(2).get<std::int64_t>()},
        vector(json.at("voxel_um")),
        vector(json.at("origin_um"))};
    const auto [nx, ny, nz] = grid.size;
    const auto [ex, ey, ez] = grid.voxel_um;
    if (nx < 1 || ny < 1 || nz < 1 || !(ex > 0 && ey > 0 && ez > 0))
        throw InputError(file.string(), "sizes and voxel edges above 0", json.dump(), remedy);
    return grid;
}

Json prediction_json(const PredictRecord& r) {
    return {{"polarity", r.polarity == Polarity::dense_is_dark     ? "dark"
                         : r.polarity == Polarity::dense_is_bright ? "bright"
                                                                   : "unknown"},
            {"polarity_guessed", r.polarity_guessed},
            {"polarity_confidence", r.polarity_confidence},
            {"device", r.device},
            {"device_reason", r.device_reason},
            {"precision", r.precision},
            {"views", r.views},
            {"mean_confidence", r.mean_confidence}};
}

PredictRecord prediction_in(const Notes& json) {
    PredictRecord r;
    const auto polarity = json.at("polarity").get<std::string>();
    if (polarity != "unknown")
        r.polarity = polarity == "dark" ? Polarity::dense_is_dark : Polarity::dense_is_bright;
    r.polarity_guessed = json.at("polarity_guessed").get<bool>();
    r.polarity_confidence = json.at("polarity_confidence").get<double>();
    r.device = json.at("device").get<std::string>();
    r.device_reason = json.at("device_reason").get<std::string>();
    r.precision = json.at("precision").get<std::string>();
    r.views = json.at("views").get<int>();
    r.mean_confidence = json.at("mean_confidence").get<double>();
    return r;
}

Json notes_json(const FoundNotes& n) {
    const MeasureOptions& m = n.measures;
    const auto said = [](const auto& value) { return value ? Json(*value) : Json(nullptr); };
    return {{"dataset", n.dataset},
            {"voxel_nm", n.voxel_nm},
            {"smoothing", n.smoothing},
            {"lac_scale", said(m.lac_scale)},
            {"tilt_range", said(m.tilt_range)},
            {"tilt_axis_deg", said(m.tilt_axis_deg)},
            {"voxel_error_percent", said(m.voxel_error_percent)},
            {"placements", said(m.placements)},
            {"format", n.surfaces.format},
            {"per_instance", n.surfaces.per_instance},
            {"pictures", n.pictures}};
}

FoundNotes notes_in(const Notes& json) {
    // What nobody said is null; earlier versions wrote "" or the default.
    const auto take = [&](const char* name, auto& value) {
        if (const Notes& said = json.at(name); !said.is_null() && said != "")
            value = said.get<typename std::remove_reference_t<decltype(value)>::value_type>();
    };
    FoundNotes n;
    n.dataset = json.at("dataset").get<std::string>();
    n.voxel_nm = json.at("voxel_nm").get<std::string>();
    n.smoothing = json.at("smoothing").get<int>();
    take("lac_scale", n.measures.lac_scale);
    take("tilt_range", n.measures.tilt_range);
    take("tilt_axis_deg", n.measures.tilt_axis_deg);
    take("voxel_error_percent", n.measures.voxel_error_percent);
    take("placements", n.measures.placements);
    n.surfaces.format = json.at("format").get<std::string>();
    n.surfaces.per_instance = json.at("per_instance").get<bool>();
    n.pictures = json.value("pictures", n.pictures);
    return n;
}

/// Volumes keep their geometry to the last digits of a double, or nearly so.
bool lie_alike(const Grid& a, const Grid& b) {
    const auto alike = [](double edge_a, double edge_b, double origin_a, double origin_b) {
        return std::abs(edge_a - edge_b) <= 1e-6 * edge_b && std::abs(origin_a - origin_b) <= 1e-3 * edge_b;
    };
    return a.size == b.size && alike(a.voxel_um.x, b.voxel_um.x, a.origin_um.x, b.origin_um.x) &&
           alike(a.voxel_um.y, b.voxel_um.y, a.origin_um.y, b.origin_um.y) &&
           alike(a.voxel_um.z, b.voxel_um.z, a.origin_um.z, b.origin_um.z);
}

/// Of these files, in their order.
std::vector<std::string> checksums_of(const fs::path& folder, const std::vector<std::string>& names) {
    std::vector<std::string> sums(names.size());
    parallel_for(static_cast<std::int64_t>(names.size()), [&](std::int64_t i) {
        const auto k = static_cast<std::size_t>(i);
        sums[k] = file_checksum(folder / names[k]);
    });
    return sums;
}

/// All files are there, are those that were written, and lie where found.json says.
void check_files(const fs::path& folder, const StoredFound& stored, const Legend& legend) {
    const std::vector<std::string> names = volume_names(legend);
    std::error_code ec;
    for (const std::string& name : names)
        if (!fs::is_regular_file(folder / name, ec))
            throw InputError((folder / name).string(), "what cytomo analyze found", "no file", remedy);
    std::vector<std::string> sums;
    if (!stored.checksums.empty()) sums = checksums_of(folder, names);
    for (std::size_t i = 0; i < names.size(); ++i) {
        const fs::path file = folder / names[i];
        if (!sums.empty()) {
            const auto noted = stored.checksums.find(names[i]);
            if (noted == stored.checksums.end())
                throw InputError((folder / notes_name).string(), "the checksum of " + names[i], "none",
                                 remedy);
            if (sums[i] != noted->second)
                throw InputError(file.string(),
                                 "the file with the checksum " + noted->second + " that cytomo analyze left",
                                 sums[i] + ": it was damaged, changed or exchanged", remedy);
        }
        if (const Grid grid = open_volume(file).grid; !lie_alike(grid, stored.model))
            throw InputError(file.string(),
                             "the grid that found.json says, " + grid_json(stored.model).dump(),
                             grid_json(grid).dump(), remedy);
    }
}

}  // namespace

void write_found(const fs::path& result, const Found& found, const Tomogram& tomogram,
                 const std::string& checksum, const Legend& legend, const FoundNotes& notes,
                 const Progress& progress) {
    const fs::path folder = result / found_folder_name;
    fs::create_directory(folder);
    progress(0);
    write_probabilities(folder / probabilities_name, *found.probabilities, legend, false);
    progress(0.8);
    write_instances(folder / objects_name, slices_of(*found.found), progress.part(0.8, 0.9));
    const std::vector<std::string> names = volume_names(legend), sums = checksums_of(folder, names);
    Json checksums;
    for (std::size_t i = 0; i < names.size(); ++i) checksums[names[i]] = sums[i];
    const Json json{{"format", found_format},
                    {"checksums", checksums},
                    {"tomogram_checksum", checksum},
                    {"tomogram", grid_json(tomogram.grid)},
                    {"voxel_size_known", tomogram.voxel_size_known},
                    {"model", grid_json(found.probabilities->grid)},
                    {"model_voxel_um", found.model_voxel_um},
                    {"prediction", prediction_json(found.prediction)},
                    {"options", notes_json(notes)}};
    write_text(folder / notes_name, json_text(json, 2) + "\n");
    progress(1);
}

std::uint64_t found_bytes(const fs::path& result) {
    std::uint64_t bytes = 0;
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(result / found_folder_name, ec))
        bytes += entry.file_size();
    return bytes;
}

StoredFound read_found_notes(const fs::path& result) {
    const ResultFile file = read_result_file(result, fs::path(found_folder_name) / notes_name, remedy);
    const Notes& json = file.json;
    StoredFound stored;
    try {
        if (json.at("format").get<int>() != found_format)
            throw InputError(file.path.string(), "format 1", "another one, of a later version", remedy);
        stored.tomogram = grid_in(json.at("tomogram"), file.path);
        stored.voxel_size_known = json.at("voxel_size_known").get<bool>();
        stored.model = grid_in(json.at("model"), file.path);
        stored.model_voxel_um = json.at("model_voxel_um").get<double>();
        stored.prediction = prediction_in(json.at("prediction"));
        stored.notes = notes_in(json.at("options"));
        stored.checksums = json.value("checksums", stored.checksums);
        stored.tomogram_checksum = json.value("tomogram_checksum", "");
    } catch (const nlohmann::json::exception& e) {
        throw InputError(file.path.string(), "what cytomo analyze notes there", e.what(), remedy);
    }
    return stored;
}

void check_same_tomogram(const fs::path& result, const StoredFound& stored, const std::string& checksum) {
    if (!stored.tomogram_checksum.empty() && stored.tomogram_checksum != checksum)
        throw InputError((result / found_folder_name).string(),
                         "what was found in the tomogram of this result, with the checksum " + checksum,
                         "that of another, with " + stored.tomogram_checksum, remedy);
}

Found read_found(const fs::path& result, const StoredFound& stored, const Legend& legend,
                 const Progress& progress) {
    const fs::path folder = result / found_folder_name;
    check_files(folder, stored, legend);
    auto p = std::make_unique<Probabilities>(read_probabilities(folder / probabilities_name, legend, {}));
    p->grid = stored.model;  // to the last digit
    const auto find = [&](const ClassVolume& classes, const Probabilities&) {
        InstanceVolume numbers = read_instances(folder / objects_name);
        numbers.set_geometry(stored.model.voxel_um, stored.model.origin_um);
        return make_instances(std::move(numbers), classes);
    };
    Found found = find_in(std::move(p), stored.tomogram, find, progress);
    found.prediction = stored.prediction;
    found.model_voxel_um = stored.model_voxel_um;
    return found;
}

void copy_found(const fs::path& from, const fs::path& to, const Legend& legend, const FoundNotes& notes) {
    std::error_code ec;
    fs::create_directory(to / found_folder_name, ec);
    for (const std::string& name : volume_names(legend)) {
        if (!ec) fs::copy_file(from / found_folder_name / name, to / found_folder_name / name, ec);
        if (ec)
            throw InputError((to / found_folder_name / name).string(), "to write it", ec.message(),
                             "Check space and rights");
    }
    Json json =
        Json::parse(read_text(from / found_folder_name / notes_name, "what cytomo analyze notes", 1'000'000));
    json["options"] = notes_json(notes);
    write_text(to / found_folder_name / notes_name, json_text(json, 2) + "\n");
}

}  // namespace cytomo::commands
