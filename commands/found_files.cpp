#include "found_files.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "command.h"
#include "cytomo/core/error.h"
#include "cytomo/core/json_text.h"
#include "instance_files.h"
#include "probability_files.h"

namespace cytomo::commands {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int found_format = 1;
constexpr const char* remedy =
    "Analyze the tomogram again (without --no-probabilities), or measure its classes: cytomo measure "
    "TOMOGRAM CLASSES "
    "OUTDIR";

Json grid_json(const Grid& g) {
    return {{"size", {g.size.x, g.size.y, g.size.z}},
            {"voxel_um", {g.voxel_um.x, g.voxel_um.y, g.voxel_um.z}},
            {"origin_um", {g.origin_um.x, g.origin_um.y, g.origin_um.z}}};
}

Grid grid_in(const Json& json) {
    const auto vector = [](const Json& v) {
        return Vec3{v.at(0).get<double>(), v.at(1).get<double>(), v.at(2).get<double>()};
    };
    const Json& size = json.at("size");
    return {{size.at(0).get<std::int64_t>(), size.at(1).get<std::int64_t>(), size.at(2).get<std::int64_t>()},
            vector(json.at("voxel_um")),
            vector(json.at("origin_um"))};
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

PredictRecord prediction_in(const Json& json) {
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
    return {{"dataset", n.dataset},
            {"voxel_nm", n.voxel_nm},
            {"smoothing", n.smoothing},
            {"lac_scale", m.lac_scale},
            {"tilt_range", m.tilt_range},
            {"tilt_axis_deg", m.tilt_axis_deg},
            {"voxel_error_percent", m.voxel_error_percent},
            {"placements", m.placements},
            {"format", n.surfaces.format},
            {"per_instance", n.surfaces.per_instance},
            {"pictures", n.pictures}};
}

FoundNotes notes_in(const Json& json) {
    FoundNotes n;
    n.dataset = json.at("dataset").get<std::string>();
    n.voxel_nm = json.at("voxel_nm").get<std::string>();
    n.smoothing = json.at("smoothing").get<int>();
    n.measures.lac_scale = json.at("lac_scale").get<std::string>();
    n.measures.tilt_range = json.at("tilt_range").get<std::string>();
    n.measures.tilt_axis_deg = json.at("tilt_axis_deg").get<double>();
    n.measures.voxel_error_percent = json.at("voxel_error_percent").get<double>();
    n.measures.placements = json.at("placements").get<int>();
    n.surfaces.format = json.at("format").get<std::string>();
    n.surfaces.per_instance = json.at("per_instance").get<bool>();
    n.pictures = json.value("pictures", n.pictures);
    return n;
}

}  // namespace

void write_found(const fs::path& result, const Found& found, const Tomogram& tomogram, const Legend& legend,
                 const FoundNotes& notes, const Progress& progress) {
    const fs::path folder = result / found_folder_name;
    fs::create_directory(folder);
    progress(0);
    write_probabilities(folder / "probability.tif", *found.probabilities, legend, false);
    progress(0.8);
    write_instances(folder / "objects.tif", slices_of(*found.found), progress.part(0.8, 1));
    const Json json{{"format", found_format},
                    {"tomogram", grid_json(tomogram.grid)},
                    {"voxel_size_known", tomogram.voxel_size_known},
                    {"model", grid_json(found.probabilities->grid)},
                    {"model_voxel_um", found.model_voxel_um},
                    {"prediction", prediction_json(found.prediction)},
                    {"options", notes_json(notes)}};
    write_text(folder / "found.json", json_text(json, 2) + "\n");
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
    const fs::path file = result / found_folder_name / "found.json";
    std::error_code ec;
    if (!fs::is_directory(result, ec))
        throw InputError(result.string(), "a folder with results of cytomo analyze", "none of this name",
                         remedy);
    if (!fs::is_regular_file(file, ec))
        throw InputError(result.string(), "a folder \"found\" in it, as cytomo analyze leaves it", "none",
                         remedy);
    std::ifstream in(file, std::ios::binary);
    StoredFound stored;
    try {
        const Json json = Json::parse(in);
        if (json.at("format").get<int>() != found_format)
            throw InputError(file.string(), "format 1", "another one, of a later version", remedy);
        stored.tomogram = grid_in(json.at("tomogram"));
        stored.voxel_size_known = json.at("voxel_size_known").get<bool>();
        stored.model = grid_in(json.at("model"));
        stored.model_voxel_um = json.at("model_voxel_um").get<double>();
        stored.prediction = prediction_in(json.at("prediction"));
        stored.notes = notes_in(json.at("options"));
    } catch (const nlohmann::json::exception& e) {
        throw InputError(file.string(), "what cytomo analyze notes there", e.what(), remedy);
    }
    return stored;
}

Found read_found(const fs::path& result, const StoredFound& stored, const Legend& legend,
                 const Progress& progress) {
    const fs::path folder = result / found_folder_name;
    const auto check_size = [&](const fs::path& file, const Grid& grid) {
        if (!(grid.size == stored.model.size))
            throw InputError(file.string(), "the size that found.json says", "another one", remedy);
    };
    auto p = std::make_unique<Probabilities>(read_probabilities(folder / "probability.tif", legend, {}));
    check_size(folder / "probability.tif", p->grid);
    p->grid = stored.model;  // to the last digit
    const auto find = [&](const ClassVolume& classes, const Probabilities&) {
        InstanceVolume numbers = read_instances(folder / "objects.tif");
        check_size(folder / "objects.tif", numbers.grid());
        numbers.set_geometry(stored.model.voxel_um, stored.model.origin_um);
        return make_instances(std::move(numbers), classes);
    };
    Found found = find_in(std::move(p), stored.tomogram, find, progress);
    found.prediction = stored.prediction;
    found.model_voxel_um = stored.model_voxel_um;
    return found;
}

void copy_found(const fs::path& from, const fs::path& to) {
    std::error_code ec;
    fs::copy(from / found_folder_name, to / found_folder_name, fs::copy_options::recursive, ec);
    if (ec)
        throw InputError((to / found_folder_name).string(), "to write it", ec.message(),
                         "Check space and rights");
}

}  // namespace cytomo::commands
