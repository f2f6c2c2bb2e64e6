#include "measure_result.h"

#include <cstdio>
#include <fstream>
#include <iterator>

#include "cytomo/core/error.h"
#include "cytomo/core/output.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/io/voxel_size.h"
#include "found_files.h"
#include "record.h"
#include "result_errors.h"
#include "result_files.h"

namespace cytomo::commands {

namespace {

namespace fs = std::filesystem;

constexpr const char* edits_name = "edits.txt";

std::string text_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file) throw InputError(path, "a list of edits", "no readable file", "Check the name");
    return text;
}

/// The classes must be those that belong to the probabilities: who painted in them wants them measured as
/// they are.
Legend legend_of(const fs::path& classes) {
    const auto legend = open_volume(classes).legend;
    if (!legend || !are_as_left(classes))
        throw InputError(
            classes.string(), "the classes as cytomo left them", "others",
            "They were changed: cytomo measure TOMOGRAM CLASSES OUTDIR measures them as they are");
    return *legend;
}

/// The tomogram that was analyzed, where it is now.
std::string tomogram_of(const MeasureResultArguments& a, const Record& record) {
    const std::string file = a.tomogram.empty() ? record.value(record_names::input) : a.tomogram;
    std::error_code ec;
    if (!fs::is_regular_file(file, ec))
        throw InputError(file.empty() ? a.result : file, "the tomogram of " + a.result, "no file",
                         "Say where it lies: --tomogram FILE");
    const std::string noted = record.checksum(record_names::input);
    if (!noted.starts_with(file_checksum(file)))
        throw InputError(file, "the tomogram of " + a.result + ", with the checksum " + noted, "other bytes",
                         "Say where it lies: --tomogram FILE");
    return file;
}

RecordEntries record_of(const MeasureResultArguments& a, const std::string& tomogram, const Record& origin,
                        const MeasureOptions& measures, const std::string& pictures) {
    RecordWriter record("measure");
    record.add_file(record_names::input, tomogram)
        .add(record_names::model, origin.value(record_names::model))
        .add(checksum_name(record_names::model), origin.checksum(record_names::model))
        .add("Voxel size", origin.value("Voxel size"))
        .add(record_names::options, origin.value(record_names::options))
        .add(record_names::objects, objects_of_model)
        .add("Result", fs::absolute(a.result).string())
        .add_file(record_names::edits, a.edits)
        .add("Errors", a.errors == "auto" ? "" : a.errors)
        .add("Smoothing", a.smoothing ? std::to_string(*a.smoothing) : "")
        .add("Pictures", pictures)
        .add("Measures", measures.text())
        .add_machine();
    return record.entries();
}

/// A list within the result is one of its files, which is written anew, or stays if another time it is not
/// used.
void keep_edits(PendingOutput& output, const MeasureResultArguments& a) {
    const fs::path of_result = fs::path(a.result) / edits_name;
    std::error_code ec;
    if (a.edits.empty())
        output.keep(of_result);
    else if (!fs::equivalent(a.edits, of_result, ec))
        output.keep(a.edits);
}

}  // namespace

void measure_result(const Common& common, const MeasureResultArguments& a) {
    if (a.out.empty() && !common.overwrite)
        throw UsageError("measure " + a.result +
                         ": expected -o FOLDER for new results, or --overwrite to replace those there");
    const StoredFound stored = read_found_notes(a.result);
    const Legend legend = legend_of(fs::path(a.result) / "classes.tif");
    std::string list;
    std::vector<Edit> edits;
    if (!a.edits.empty()) {
        list = text_of(a.edits);
        edits = parse_edits(list, a.edits, legend);
    }
    std::error_code ec;
    const bool in_place = a.out.empty() || fs::equivalent(a.out, a.result, ec);
    PendingOutput output(in_place ? a.result : a.out, common.overwrite, PendingOutput::Kind::folder);
    const Record origin = read_record(a.result);
    const std::string file = tomogram_of(a, origin);
    output.keep(file);
    if (in_place)
        keep_edits(output, a);
    else
        for (const auto& input : {a.result, a.edits}) output.keep(input);

    AnalyzeOptions options;
    options.pictures = pictures_named(stored.notes.pictures);
    MeasureOptions measures = a.measures;
    measures.take_missing(stored.notes.measures);
    options.measures = measures.options(legend, a.smoothing.value_or(stored.notes.smoothing));
    const KnownErrors errors = errors_of_classes(a.errors, fs::path(a.result) / "classes.tif");
    ReadOptions reading;
    reading.voxel_um = parse_voxel_nm(stored.notes.voxel_nm);
    reading.dataset = stored.notes.dataset;
    Tomogram tomogram = open_tomogram(file, reading, &options.warnings);
    for (const auto& warning : options.warnings) common.say(warning);
    if (!(tomogram.grid.size == stored.tomogram.size))
        throw InputError(file, "the size of the tomogram that was analyzed", "another one",
                         "Say where it lies: --tomogram FILE");
    tomogram.grid = stored.tomogram;
    tomogram.voxel_size_known = stored.voxel_size_known;
    options.record = record_of(a, file, origin, measures, stored.notes.pictures);

    StageTimes times;
    const Progress progress = times.watch(common.progress());
    Found found = read_found(a.result, stored, legend, progress);
    for (const std::string& done : correct(found, std::move(edits), legend, progress)) common.say(done);
    const Analysis analysis = measure_found(std::move(found), tomogram, legend, errors, options, progress);
    write_result(output.path(), analysis, stored.notes.surfaces, legend, errors, times,
                 progress.stage("writing files"));
    copy_found(a.result, output.path());
    if (!a.edits.empty()) write_text(output.path() / edits_name, list);
    output.commit();
    say_result(analysis, common);
    std::printf("%s\n", (fs::path(a.out.empty() ? a.result : a.out) / "report.html").c_str());
}

}  // namespace cytomo::commands
