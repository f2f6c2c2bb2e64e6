// cytomo measure: numbers of every object, from a tomogram and its classes.
#include <chrono>
#include <fstream>
#include <memory>

#include "command.h"
#include "cytomo/core/error.h"
#include "cytomo/core/output.h"
#include "cytomo/io/table_io.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/labels/instances.h"
#include "cytomo/measures/filopodia.h"
#include "cytomo/measures/objects.h"
#include "cytomo/measures/summary.h"
#include "instance_files.h"

namespace cytomo::commands {

namespace {

struct MeasureArguments {
    std::string tomogram, classes, folder, voxel_nm, instances;
    std::optional<double> min_volume_um3;
};

void say_remarks(const Common& common, const std::string& file, const std::vector<std::string>& remarks) {
    for (const std::string& remark : remarks) common.say(file + ": " + remark);
}

void write_text(const std::filesystem::path& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (!file)
        throw InputError(path.string(), "to write the file", "an error while writing",
                         "Check space and rights");
}

std::string size_text(Size3 s) {
    return std::to_string(s.x) + " × " + std::to_string(s.y) + " × " + std::to_string(s.z) + " voxels";
}

ClassVolume read_classes_of(const Tomogram& tomogram, const MeasureArguments& arguments,
                            const ReadOptions& reading, const Common& common) {
    std::vector<std::string> remarks;
    ClassVolume classes = read_classes(arguments.classes, reading, &remarks);
    say_remarks(common, arguments.classes, remarks);
    if (classes.grid().size != tomogram.grid.size)
        throw InputError(arguments.classes, "the size of the tomogram, " + size_text(tomogram.grid.size),
                         size_text(classes.grid().size),
                         "Give the classes that were made from " + arguments.tomogram);
    if (!tomogram.voxel_size_known && !open_volume(arguments.classes, reading).voxel_size_known)
        throw InputError(arguments.tomogram, "a voxel size", "none in the file",
                         "Give it with --voxel-nm X,Y,Z");
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

std::vector<std::pair<std::string, std::string>> record_of(const MeasureArguments& arguments) {
    std::vector<std::pair<std::string, std::string>> record{{"program", "cytomo " CYTOMO_VERSION},
                                                            {"command", "measure"},
                                                            {"tomogram", arguments.tomogram},
                                                            {"classes", arguments.classes}};
    if (!arguments.instances.empty()) record.emplace_back("instances", arguments.instances);
    if (!arguments.voxel_nm.empty()) record.emplace_back("voxel_nm", arguments.voxel_nm);
    if (arguments.min_volume_um3)
        record.emplace_back("min_volume_um3", std::to_string(*arguments.min_volume_um3));
    return record;
}

void run_measure(const Common& common, const MeasureArguments& arguments) {
    InstanceOptions options = default_instance_options();
    if (arguments.min_volume_um3) options.min_volume_um3.fill(*arguments.min_volume_um3);
    options.check();
    ReadOptions reading;
    reading.voxel_um = parse_voxel_nm(arguments.voxel_nm);
    PendingOutput output(arguments.folder, common.overwrite, PendingOutput::Kind::folder);

    std::vector<std::string> remarks;
    const Tomogram tomogram = open_tomogram(arguments.tomogram, reading, &remarks);
    say_remarks(common, arguments.tomogram, remarks);
    const ClassVolume classes = read_classes_of(tomogram, arguments, reading, common);
    const Legend legend = default_legend();
    {
        const Progress progress = common.progress();
        const Instances instances =
            read_or_find_instances(classes, arguments, options, reading, common, progress.stage("objects"));
        const std::vector<Object> objects = measure_objects(instances, &tomogram, progress.stage("measures"));
        const std::vector<Filopodium> filopodia =
            measure_filopodia(classes, instances, {}, nullptr, progress.stage("filopodia"));
        const std::vector<ClassTotal> totals = measure_classes(classes, &tomogram, progress.stage("totals"));
        Summary summary = summarise(classes.grid(), &tomogram, totals, objects, filopodia, legend);
        summary.record = record_of(arguments);
        write_csv(output.path() / "objects.csv", objects_table(objects, legend), false);
        write_csv(output.path() / "filopodia.csv", filopodia_table(filopodia), false);
        write_instances(output.path() / "instances.tif", slices_of(instances),
                        progress.stage("writing objects"));
        write_text(output.path() / "summary.json", summary_json(summary));
    }
    output.commit();
    common.say("objects.csv, filopodia.csv, instances.tif, summary.json → " + arguments.folder);
}

}  // namespace

Command measure_command() {
    return {"measure", "Measures every object: volume, surface, shape, grey value, filopodia",
            [](CLI::App& app) -> Run {
                auto arguments = std::make_shared<MeasureArguments>();
                app.add_option("TOMOGRAM", arguments->tomogram, "The tomogram: grey values")->required();
                app.add_option("CLASSES", arguments->classes, "Its classes, as written by cytomo segment")
                    ->required();
                app.add_option("OUTDIR", arguments->folder,
                               "Folder for objects.csv, filopodia.csv, instances.tif and summary.json")
                    ->required();
                add_voxel_option(app, arguments->voxel_nm,
                                 "Voxel edges in nm, for files that carry none or wrong ones");
                app.add_option("--instances", arguments->instances,
                               "Object numbers to use instead of finding objects")
                    ->type_name("FILE");
                app.add_option(
                       "--min-volume-um3", arguments->min_volume_um3,
                       "Smaller objects are left out, in all classes (default: a sphere of 60 nm for "
                       "droplets and vesicles, 100 nm for filopodia, 160 nm for mitochondria; 0.05 µm³ of "
                       "cytoplasm, 0.2 µm³ of nucleus)")
                    ->type_name("V");
                return [arguments](const Common& common) { run_measure(common, *arguments); };
            }};
}

}  // namespace cytomo::commands
