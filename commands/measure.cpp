// cytomo measure: numbers of every object, from a tomogram and its classes.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "calls.h"
#include "class_files.h"
#include "command.h"
#include "cytomo/core/error.h"
#include "cytomo/core/likely_name.h"
#include "cytomo/core/output.h"
#include "cytomo/image/grey_scale.h"
#include "cytomo/io/table_io.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/io/voxel_size.h"
#include "cytomo/labels/edits.h"
#include "cytomo/labels/instance_options.h"
#include "cytomo/labels/instances.h"
#include "cytomo/measures/cell.h"
#include "cytomo/surfaces/smooth.h"
#include "grey_files.h"
#include "instance_files.h"
#include "measure_options.h"
#include "measure_result.h"
#include "record.h"
#include "result_errors.h"
#include "result_names.h"

namespace cytomo::commands {

namespace {

namespace fs = std::filesystem;

struct MeasureArguments {
    std::string tomogram, classes, folder, voxel_nm, instances, edits, legend, errors = "auto";
    std::string out, moved_tomogram;  // where a result is measured again
    std::optional<double> min_volume_um3;
    std::optional<int> smoothing;
    bool columns = false, grey = false;
    MeasureOptions measures;
};

void say_remarks(const Common& common, const std::string& file, const std::vector<std::string>& remarks) {
    for (const std::string& remark : remarks) common.say(file + ": " + remark);
}

std::string size_text(Size3 s) {
    return std::to_string(s.x) + " × " + std::to_string(s.y) + " × " + std::to_string(s.z) + " voxels";
}

ClassVolume read_classes_of(const Tomogram& tomogram, const MeasureArguments& arguments,
                            const ClassMeaning& meaning, const ReadOptions& reading, const Common& common) {
    ClassVolume classes = read_meant_classes(arguments.classes, meaning, reading, common);
    if (classes.grid().size != tomogram.grid.size)
        throw InputError(arguments.classes, "the size of the tomogram, " + size_text(tomogram.grid.size),
                         size_text(classes.grid().size),
                         "Give the classes that were made from " + arguments.tomogram);
    // The tomogram knows best where it lies; a made-up voxel size of its own does not replace a known one.
    if (tomogram.voxel_size_known) classes.set_geometry(tomogram.grid.voxel_um, tomogram.grid.origin_um);
    return classes;
}

Instances read_or_find_instances(const ClassVolume& classes, const MeasureArguments& arguments,
                                 const InstanceOptions& options, const ReadOptions& reading,
                                 const Common& common, const Progress& progress) {
    if (arguments.instances.empty()) return find_instances(classes, options, progress);
    std::vector<std::string> remarks;
    InstanceVolume numbers = read_instances(arguments.instances, reading, &remarks);
    say_remarks(common, arguments.instances, remarks);
    if (numbers.grid().size != classes.grid().size)
        throw InputError(arguments.instances, "the size of the classes, " + size_text(classes.grid().size),
                         size_text(numbers.grid().size), "Give the instances of the same tomogram");
    numbers.set_geometry(classes.grid().voxel_um, classes.grid().origin_um);
    return make_instances(std::move(numbers), classes);
}

/// What made the classes, if they are as a model left them.
void add_origin(RecordWriter& record, const fs::path& classes) {
    if (!are_as_left(classes)) return;
    const Record origin = read_record(classes.parent_path());
    for (const char* name : {record_names::model, record_names::device, record_names::precision}) {
        record.add(name, origin.value(name));
        record.add(checksum_name(name), origin.checksum(name));
    }
}

RecordEntries record_of(const MeasureArguments& a, const ClassMeaning& meaning) {
    RecordWriter record("measure");
    record.add_file(record_names::input, a.tomogram).add_file(record_names::classes, a.classes);
    add_origin(record, a.classes);
    record.add("Legend", meaning.text(a.legend))
        .add("Voxel size", a.voxel_nm.empty() ? "from the file" : a.voxel_nm + " nm, given")
        .add(record_names::objects, a.instances.empty() ? objects_of_classes : objects_given)
        .add_file("Instances", a.instances)
        .add_file(record_names::edits, a.edits)
        .add("Smallest volume", a.min_volume_um3 ? std::to_string(*a.min_volume_um3) + " µm³" : "")
        .add("Errors", a.errors == "auto" ? "" : a.errors)
        .add(record_names::smoothing, std::to_string(a.smoothing.value_or(default_smoothing)))
        .add(record_names::tilts, a.measures.tilts_text())
        .add(record_names::measures, a.measures.rest_text())
        .add_machine();
    return record.entries();
}

void run_measure(const Common& common, const MeasureArguments& arguments) {
    refuse_exchanged({{"the tomogram", arguments.tomogram},
                      {"its classes", arguments.classes},
                      {"the folder for results", arguments.folder}});
    ReadOptions reading;
    reading.voxel_um = parse_voxel_nm(arguments.voxel_nm);
    PendingOutput output(arguments.folder, common.overwrite, results_of("measure", arguments.folder));

    for (const auto& input : {arguments.tomogram, arguments.classes, arguments.instances, arguments.edits})
        output.keep(input);
    // Classes that stay are still the model's.
    output.keep(fs::path(arguments.classes).parent_path() / result_errors_name);

    const std::string no_tomogram = check_tomogram(arguments.tomogram, reading, arguments.grey, common,
                                                   LabelsOf{arguments.classes, reading});
    const ClassMeaning meaning = find_meaning(arguments.classes, arguments.legend, reading, common);
    const Legend& legend = meaning.legend();
    InstanceOptions options = instance_options_for(legend);
    if (arguments.min_volume_um3) options.min_volume_um3.fill(*arguments.min_volume_um3);
    options.check();
    CellOptions measuring =
        arguments.measures.options(legend, arguments.smoothing.value_or(default_smoothing));
    measuring.errors = errors_of_classes(arguments.errors, arguments.classes);
    std::vector<Edit> edits;
    if (!arguments.edits.empty())
        edits = parse_edits(read_edit_list(arguments.edits), arguments.edits, legend);

    std::vector<std::string> remarks;
    const Tomogram tomogram = open_tomogram(arguments.tomogram, reading, &remarks);
    say_remarks(common, arguments.tomogram, remarks);
    if (tomogram.voxel_size_known)
        require_voxel_size(tomogram, reading);
    else
        require_voxel_size(arguments.classes, reading);
    measuring.likely_polarity = guess_polarity(measure_grey_statistics(tomogram, statistics_voxel_um));
    auto classes =
        std::make_shared<ClassVolume>(read_classes_of(tomogram, arguments, meaning, reading, common));
    {
        const Progress progress = common.progress();
        auto instances = std::make_shared<Instances>(
            read_or_find_instances(*classes, arguments, options, reading, common, progress.stage("objects")));
        for (const std::string& done :
             apply_edits(*instances, classes.get(), edits, legend, progress.stage("edits")))
            common.say(done);
        // Grey values lie where the classes do, whatever the file says of its origin.
        Tomogram grey = tomogram;
        grey.grid = classes->grid();
        CellMeasures measures = measure_cell(
            {grey, classes, slices_of(*instances), classes, instances, nullptr}, legend, measuring, progress);
        for (const std::string& warning : measures.warnings) common.say(warning);
        measures.summary.record = record_of(arguments, meaning);
        if (!no_tomogram.empty()) measures.summary.record.emplace_back("warning", no_tomogram);
        write_measures(output.path(), measures, legend);
        write_instances(output.path() / "instances.tif", slices_of(*instances),
                        progress.stage("writing objects"));
        if (!edits.empty()) {
            write_classes(output.path() / "classes.tif", *classes, legend, false);
            write_result_errors(output.path(), "classes.tif", measuring.errors);
        }
        write_text(output.path() / "summary.json", summary_json(measures.summary));
    }
    output.commit();
    common.say("tables (columns.csv says what they hold), instances.tif, summary.json → " + arguments.folder);
}

/// A folder that is no result: what it is, and of one of cytomo simulate the call with what is in it.
void refuse_no_result(const MeasureArguments& a) {
    std::error_code ec;
    const fs::path folder = a.tomogram;
    // Of a result that lost a part, measure_result says which.
    if (fs::is_regular_file(folder / summary_name, ec) || fs::is_directory(folder / "found", ec)) return;
    constexpr const char* wanted = "a folder that cytomo analyze wrote";
    if (!is_simulated(folder)) {
        const auto other = result_in_place_of_file(folder);
        if (!other && !a.classes.empty()) return;  // another word may be the wrong one
        throw InputError(a.tomogram, wanted, other ? other->found : std::string("no ") + summary_name,
                         "Give a tomogram, its classes and a folder for the results: cytomo measure TOMOGRAM "
                         "CLASSES OUTDIR");
    }
    const Words right = call_measuring(folder);
    Words call = this_call_replacing({{a.tomogram, right[1]}});
    if (const auto at = std::find(call.begin(), call.end(), right[1]); at != call.end()) {
        call.insert(at + 1, right[2]);
        if (a.classes.empty() && a.out.empty()) call.push_back(right[3]);
    }
    throw InputError(a.tomogram, wanted, "a folder of cytomo simulate",
                     "It holds a tomogram and its true classes (and, for --instances, " +
                         (folder / "instances.tif").string() + ", its true objects)." +
                         advice("It is called so", call));
}

/// A result of analyze, alone: it knows its tomogram and its classes.
void run_measure_result(const Common& common, const MeasureArguments& a) {
    refuse_no_result(a);
    if (!a.voxel_nm.empty() || !a.legend.empty() || !a.instances.empty() || a.min_volume_um3)
        throw UsageError(
            "measure " + a.tomogram +
            ": expected no --voxel-nm, --legend, --instances or --min-volume-um3: a result is measured as "
            "it was found");
#if CYTOMO_HAS_REPORT
    measure_result(common, {a.tomogram, a.out, a.moved_tomogram, a.edits, a.errors, a.smoothing, a.measures});
#else
    (void)common;
    throw UsageError("measure: this program was built without analyze, and cannot measure its results again");
#endif
}

/// One name that is no result, or two.
[[noreturn]] void refuse_incomplete(const MeasureArguments& a) {
    const std::string wanted =
        "a tomogram, its classes and a folder for the results (cytomo measure TOMOGRAM CLASSES OUTDIR), or a "
        "folder that cytomo analyze wrote, alone";
    if (a.tomogram.empty()) throw UsageError("measure: expected " + wanted + ", found no name");
    std::error_code ec;
    if (!fs::exists(a.tomogram, ec)) {
        const auto [found, remedy] = file_trouble(a.tomogram, ENOENT);
        throw InputError(a.tomogram, wanted, found, remedy);
    }
    if (fs::is_directory(a.tomogram, ec)) {
        refuse_no_result(a);
        if (fs::is_regular_file(a.classes, ec))
            throw UsageError("measure: expected the folder " + a.tomogram +
                             " alone, a result that knows its tomogram, found the file '" + a.classes +
                             "' behind it." +
                             advice("If its tomogram was moved there, it is called so",
                                    this_call_replacing({{a.classes, "--tomogram=" + a.classes}})));
        throw UsageError(
            "measure: expected -o before the folder for new results, found '" + a.classes +
            "' behind the folder " + a.tomogram + "." +
            advice("It is called so", this_call_replacing({{a.classes, "--output=" + a.classes}})));
    }
    throw UsageError("measure: expected " + wanted + ", found " +
                     (a.classes.empty() ? "the file '" + a.tomogram + "' only"
                                        : "no folder for the results behind '" + a.classes + "'"));
}

/// Everything that a table may hold, as Markdown.
void print_columns() {
    std::printf("%s", dictionary_markdown(cell_tables({}, default_legend())).c_str());
}

}  // namespace

Command measure_command() {
    return {
        "measure", "Measures every object: shape, surface, absorption, networks, filopodia, contacts",
        [](CLI::App& app) -> Run {
            auto arguments = std::make_shared<MeasureArguments>();
            app.add_option(
                "TOMOGRAM", arguments->tomogram,
                "The tomogram: grey values. Or, alone, a folder that cytomo analyze wrote: its cell is "
                "measured again as it was found but for --edits, with page, surfaces and pictures");
            app.add_option("CLASSES", arguments->classes, "Its classes, as written by cytomo segment");
            app.add_option("OUTDIR", arguments->folder,
                           "Folder for tables (objects.csv, filopodia.csv, network.csv, contacts.csv, …), "
                           "instances.tif and summary.json");
            add_voxel_option(app, arguments->voxel_nm,
                             "Voxel edges in nm, for files that carry none or wrong ones");
            add_legend_option(app, arguments->legend);
            app.add_option(
                   "-o,--output", arguments->out,
                   "OUTDIR by another name; or where a result that is measured again goes, which --overwrite "
                   "replaces else")
                ->type_name("FOLDER");
            app.add_option("--tomogram", arguments->moved_tomogram,
                           "Where the tomogram of a result lies, if it was moved")
                ->type_name("FILE");
            app.add_option("--instances", arguments->instances,
                           "Object numbers to use instead of finding objects")
                ->type_name("FILE");
            app.add_option(
                   "--min-volume-um3", arguments->min_volume_um3,
                   "Smaller objects are left out, in all classes (default, by the names of the classes: a "
                   "sphere of 100 nm for filopodia, 160 nm for mitochondria, 60 nm for all others; 0.05 µm³ "
                   "of cytoplasm, 0.2 µm³ of nucleus)")
                ->type_name("V");
            app.add_option("--edits", arguments->edits,
                           "List of objects to merge, split, delete or give another class (docs/edits.md)")
                ->type_name("FILE");
            app.add_option(
                   "--errors", arguments->errors,
                   "Whose errors the intervals tell: those of the default model (default), of a model file, "
                   "or none; auto: of the model that made these classes, if cytomo analyze left it beside "
                   "them")
                ->type_name("auto|default|none|MODEL")
                ->capture_default_str();
            app.add_option("--smoothing", arguments->smoothing,
                           "Smoothing iterations on surfaces (default " + std::to_string(default_smoothing) +
                               ", or as the result was made; volumes stay)")
                ->check(CLI::Range(0, 1000));
            app.add_flag("--columns", arguments->columns,
                         "Print what the columns of all tables mean, and end");
            add_grey_option(app, arguments->grey);
            arguments->measures.declare(app);
            return [arguments](const Common& common) {
                if (arguments->columns) return print_columns();
                std::error_code ec;
                const bool of_folder = fs::is_directory(arguments->tomogram, ec);
                if (arguments->classes.empty() && of_folder) return run_measure_result(common, *arguments);
                if (arguments->folder.empty() && !arguments->classes.empty() && !of_folder)
                    arguments->folder.swap(arguments->out);
                if (arguments->folder.empty()) refuse_incomplete(*arguments);
                if (!arguments->out.empty())
                    throw UsageError("measure: expected one folder for results, found '" + arguments->folder +
                                     "' and, behind -o, '" + arguments->out + "'");
                if (!arguments->moved_tomogram.empty())
                    throw UsageError(
                        "measure: --tomogram goes with a folder that cytomo analyze wrote, alone");
                run_measure(common, *arguments);
            };
        }};
}

}  // namespace cytomo::commands
