#include "measure_result.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <nlohmann/json.hpp>

#include "cytomo/core/error.h"
#include "cytomo/core/output.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/io/voxel_size.h"
#include "found_files.h"
#include "record.h"
#include "result_errors.h"
#include "result_files.h"
#include "result_names.h"

namespace cytomo::commands {

namespace {

namespace fs = std::filesystem;

constexpr const char* edits_name = "edits.txt";

/// A result is read, or replaced as a whole: another one within it would be lost or taken for a part of it.
void check_output(const MeasureResultArguments& a) {
    std::error_code ec;  // of what does not exist
    const auto whole = [&](const std::string& name) {
        return fs::weakly_canonical(fs::absolute(name, ec), ec);
    };
    const fs::path result = whole(a.result) / "", out = whole(a.out) / "";
    if (result != out &&
        std::mismatch(result.begin(), std::prev(result.end()), out.begin(), out.end()).first ==
            std::prev(result.end()))
        throw UsageError("-o " + a.out + ": expected a folder for results, found one within " + a.result +
                         ", which is read. Name another one");
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

struct TomogramFile {
    std::string path, checksum;
};

/// The tomogram that was analyzed, where it is now.
TomogramFile tomogram_of(const MeasureResultArguments& a, const Record& record) {
    const std::string noted = record.checksum(record_names::input);
    if (noted.empty())
        throw InputError((fs::path(a.result) / summary_name).string(), "the checksum of the tomogram", "none",
                         "Analyze the tomogram again");
    const std::string file = a.tomogram.empty() ? record.value(record_names::input) : a.tomogram;
    std::error_code ec;
    if (!fs::is_regular_file(file, ec))
        throw InputError(file.empty() ? a.result : file, "the tomogram of " + a.result, "no file",
                         "Say where it lies: --tomogram FILE");
    const std::string checksum = file_checksum(file);
    if (!noted.starts_with(checksum))
        throw InputError(file, "the tomogram of " + a.result + ", with the checksum " + noted, "other bytes",
                         "Say where it lies: --tomogram FILE");
    return {file, checksum};
}

/// The tomogram as it was analyzed. `warnings`: of its reader.
Tomogram open_as_analyzed(const TomogramFile& file, const StoredFound& stored,
                          std::vector<std::string>& warnings) {
    ReadOptions reading;
    reading.voxel_um = parse_voxel_nm(stored.notes.voxel_nm);
    reading.dataset = stored.notes.dataset;
    Tomogram tomogram = open_tomogram(file.path, reading, &warnings);
    if (!(tomogram.grid.size == stored.tomogram.size))
        throw InputError(file.path, "the size of the tomogram that was analyzed", "another one",
                         "Say where it lies: --tomogram FILE");
    tomogram.grid = stored.tomogram;
    tomogram.voxel_size_known = stored.voxel_size_known;
    return tomogram;
}

/// As when it was analyzed, but for what was given now.
FoundNotes notes_of(const MeasureResultArguments& a, const StoredFound& stored) {
    FoundNotes notes = stored.notes;
    notes.measures = a.measures;
    notes.measures.take_missing(stored.notes.measures);
    notes.smoothing = a.smoothing.value_or(notes.smoothing);
    return notes;
}

/// What results of other versions may lack or mean otherwise.
void say_other_version(const Common& common, const std::string& result, const nlohmann::json& summary,
                       const StoredFound& stored) {
    const std::optional<int> before = definitions_in(summary);
    if (before != measure_definitions)
        common.say(
            result + ": its measures follow " +
            (before ? "definitions " + std::to_string(*before) : "the definitions of an earlier version") +
            ", those written now definitions " + std::to_string(measure_definitions) +
            ": numbers change for that reason too, also of objects that no correction touches.");
    if (stored.checksums.empty())
        common.say(result +
                   ": an earlier version noted no checksums of what it found: see for yourself that "
                   "nobody changed " +
                   found_folder_name + " since.");
}

RecordEntries record_of(const MeasureResultArguments& a, const TomogramFile& tomogram, const Record& origin,
                        const FoundNotes& notes) {
    RecordWriter record("measure");
    record.add_file(record_names::input, tomogram.path, tomogram.checksum)
        .add(record_names::model, origin.value(record_names::model))
        .add(checksum_name(record_names::model), origin.checksum(record_names::model))
        .add("Voxel size", origin.value("Voxel size"))
        .add(record_names::options, origin.value(record_names::options))
        .add(record_names::objects, objects_of_model)
        .add("Result", fs::absolute(a.result).string())
        .add_file(record_names::edits, a.edits)
        .add("Errors", a.errors == "auto" ? "" : a.errors)
        .add("Pictures", notes.pictures)
        .add(record_names::smoothing, std::to_string(notes.smoothing))
        .add(record_names::tilts, notes.measures.tilts_text())
        .add(record_names::measures, notes.measures.rest_text())
        .add_machine();
    return record.entries();
}

/// Where a list can be set aside in a folder: edits.kept.txt, edits.kept-2.txt, … the first that is free or
/// holds it.
fs::path free_name_for(const std::string& list, const fs::path& folder) {
    for (int n = 1;; ++n) {
        const fs::path file = folder / ("edits.kept" + (n == 1 ? "" : "-" + std::to_string(n)) + ".txt");
        std::error_code ec;
        if (!fs::exists(file, ec) || read_edit_list(file.string()) == list) return file;
    }
}

/// Whether a list begins with all lines of another, however lines end.
bool begins_with_lines(const std::string& list, const std::string& other) {
    const auto lines = [](std::string text) {
        std::erase(text, '\r');
        while (text.ends_with('\n')) text.pop_back();
        return text + '\n';
    };
    return lines(list).starts_with(lines(other));
}

/// What edits.txt of a result holds was carried out there, and is somebody's work: a list that is not part of
/// what is carried out now (`list`, empty for none) is set aside, and nothing that was set aside before is
/// touched. `origin`: of the result, which is replaced.
void keep_edits(const Common& common, PendingOutput& output, const MeasureResultArguments& a,
                const std::string& list, const Record& origin) {
    const fs::path folder = a.result, of_result = folder / edits_name;
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(folder, ec))
        if (entry.path().filename().string().starts_with("edits.kept")) output.keep(entry.path());
    if (!a.edits.empty() && !fs::equivalent(a.edits, of_result, ec)) output.keep(a.edits);
    if (!fs::is_regular_file(of_result, ec)) return;
    // One that was not carried out there is a file of the user, which PendingOutput keeps.
    if (origin.value(record_names::edits).empty()) return a.edits.empty() ? output.keep(of_result) : void();
    const std::string former = read_edit_list(of_result.string());
    if (former.find_first_not_of(" \t\r\n") == std::string::npos || begins_with_lines(list, former)) return;
    const fs::path aside = free_name_for(former, folder);
    if (!fs::exists(aside, ec)) write_text(output.path() / aside.filename(), former);
    common.say(a.result + ": its corrections are not carried out this time; the list becomes " +
               aside.string() + ". To carry it out: --edits FILE");
}

}  // namespace

void measure_result(const Common& common, const MeasureResultArguments& a) {
    if (a.out.empty() && !common.overwrite)
        throw UsageError("measure " + a.result +
                         ": expected -o FOLDER for new results, or --overwrite to replace those there");
    if (!a.out.empty()) check_output(a);
    const StoredFound stored = read_found_notes(a.result);
    const Legend legend = legend_of(fs::path(a.result) / "classes.tif");
    std::string list;
    std::vector<Edit> edits;
    if (!a.edits.empty()) {
        list = read_edit_list(a.edits);
        edits = parse_edits(list, a.edits, legend);
    }
    std::error_code ec;
    const bool in_place = a.out.empty() || fs::equivalent(a.out, a.result, ec);
    // As analyze writes them: each takes the place of the other.
    const std::string& folder = in_place ? a.result : a.out;
    PendingOutput output(folder, common.overwrite, results_of("analyze", folder));
    const nlohmann::json summary =
        read_result_file(a.result, summary_name, "Copy the folder as a whole, or analyze the tomogram again")
            .json;
    const Record origin = record_in(summary);
    const TomogramFile file = tomogram_of(a, origin);
    check_same_tomogram(a.result, stored, file.checksum);
    say_other_version(common, a.result, summary, stored);
    output.keep(file.path);
    if (in_place)
        keep_edits(common, output, a, list, origin);
    else
        for (const auto& input : {a.result, a.edits}) output.keep(input);

    const FoundNotes notes = notes_of(a, stored);
    AnalyzeOptions options;
    options.pictures = pictures_named(notes.pictures);
    options.measures = notes.measures.options(legend, notes.smoothing);
    const KnownErrors errors = errors_of_classes(a.errors, fs::path(a.result) / "classes.tif");
    const Tomogram tomogram = open_as_analyzed(file, stored, options.warnings);
    for (const auto& warning : options.warnings) common.say(warning);
    options.record = record_of(a, file, origin, notes);

    StageTimes times;
    const Progress progress = times.watch(common.progress());
    Found found = read_found(a.result, stored, legend, progress);
    for (const std::string& done : correct(found, std::move(edits), legend, progress)) common.say(done);
    const Analysis analysis = measure_found(std::move(found), tomogram, legend, errors, options, progress);
    write_result(output.path(), analysis, notes.surfaces, legend, errors, times,
                 progress.stage("writing files"));
    copy_found(a.result, output.path(), legend, notes);
    if (!a.edits.empty()) write_text(output.path() / edits_name, list);
    output.commit();
    say_result(analysis, options.warnings, common);
    std::printf("%s\n", (fs::path(a.out.empty() ? a.result : a.out) / "report.html").c_str());
}

}  // namespace cytomo::commands
