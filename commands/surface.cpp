// cytomo surface: meshes of classes and objects, from a label volume or from class probabilities.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "calls.h"
#include "class_files.h"
#include "command.h"
#include "cytomo/core/error.h"
#include "cytomo/core/legend.h"
#include "cytomo/core/output.h"
#include "cytomo/io/mesh_io.h"
#include "cytomo/io/table_io.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/io/voxel_size.h"
#include "cytomo/labels/instance_options.h"
#include "cytomo/labels/instances.h"
#include "cytomo/measures/summary.h"
#include "cytomo/network/predict.h"
#include "cytomo/surfaces/fields.h"
#include "cytomo/surfaces/simplify.h"
#include "cytomo/surfaces/smooth.h"
#include "cytomo/surfaces/surface_measures.h"
#include "probability_files.h"
#include "result_names.h"

namespace cytomo::commands {

namespace {

struct SurfaceArguments {
    std::string classes, folder, voxel_nm, instances, format = "ply";
    std::string tilt_range, legend;
    std::optional<double> min_volume_um3;
    bool per_instance = false, from_probabilities = false, curvature = false;
    WedgeOptions wedge;
    int smooth = default_smoothing;
    double simplify = 1;
};

/// The objects that are drawn: those of a file, or those that measure and analyze find, too.
Instances read_or_find_objects(const SurfaceArguments& arguments, const ReadOptions& reading,
                               const ClassVolume& classes, const Legend& legend, const Common& common,
                               const Progress& progress) {
    if (arguments.instances.empty()) {
        InstanceOptions options = instance_options_for(legend);
        if (arguments.min_volume_um3) options.min_volume_um3.fill(*arguments.min_volume_um3);
        return find_instances(classes, options, progress);
    }
    std::vector<std::string> remarks;
    InstanceVolume numbers = read_instances(arguments.instances, reading, &remarks);
    for (const auto& remark : remarks) common.say(arguments.instances + ": " + remark);
    if (numbers.grid().size != classes.grid().size)
        throw InputError(arguments.instances, "the size of the classes", "another size",
                         "Give the instances of the same tomogram");
    numbers.set_geometry(classes.grid().voxel_um, classes.grid().origin_um);
    return make_instances(std::move(numbers), classes);
}

/// What is not drawn, class by class.
void say_what_is_left_out(const ClassVolume& classes, const Instances& objects, const Legend& legend,
                          const Common& common) {
    for (const ClassTotal& total : measure_classes(classes, slices_of(objects), nullptr)) {
        if (total.outside_objects == 0) continue;
        std::array<char, 80> volume{};
        std::snprintf(volume.data(), volume.size(), "%.3g µm³",
                      static_cast<double>(total.outside_objects) * classes.grid().voxel_volume_um3());
        common.say(legend.name_of(total.class_id) + ": " + volume.data() +
                   " outside objects left out (--min-volume-um3 0 draws pieces of any size)");
    }
}

class SurfaceWriter {
public:
    SurfaceWriter(const SurfaceArguments& arguments, const Common& common, const Grid& grid,
                  const Legend& legend)
        : arguments_(arguments), common_(common), grid_(grid), legend_(legend) {}

    /// Smooths, simplifies and writes a mesh, and says what it is. Returns its measures if curvature is
    /// wanted.
    SurfaceMeasures write(Mesh mesh, const std::filesystem::path& stem, std::uint8_t id, bool say_so) const {
        smooth_surface(mesh, {arguments_.smooth, grid_});
        SurfaceMeasures measures;
        MeshLook look;
        if (arguments_.curvature) measures = measure_surface(mesh, grid_, arguments_.wedge);
        if (arguments_.simplify < 1 && !mesh.empty()) {
            SimplifyOptions options;
            options.target_triangles = std::max<std::int64_t>(
                4,
                static_cast<std::int64_t>(arguments_.simplify * static_cast<double>(mesh.triangles.size())));
            options.border = grid_;
            mesh = simplify(mesh, options);
        }
        look.name = stem.filename().string();
        if (const auto* entry = legend_.find(id)) look.colour = entry->colour;
        std::array<char, 160> record{};
        std::snprintf(record.data(), record.size(), ", smoothing %d, simplify %g", arguments_.smooth,
                      arguments_.simplify);
        look.comment = "cytomo " CYTOMO_VERSION " surface, from " + arguments_.classes + record.data();
        if (arguments_.curvature) add_scalars(look, mesh);
        auto path = stem;
        path += "." + arguments_.format;
        write_mesh(path, mesh, false, look);
        if (!say_so) return measures;
        std::array<char, 120> numbers{};
        std::snprintf(numbers.data(), numbers.size(), ": %zu triangles, %.4g µm³, %.4g µm²",
                      mesh.triangles.size(), volume_um3(mesh), area_um2(mesh));
        std::string text = path.filename().string() + numbers.data();
        if (arguments_.curvature) {
            std::snprintf(numbers.data(), numbers.size(),
                          ", mean curvature %.3g per µm, %.0f %% in the missing wedge",
                          measures.curvature.mean_per_um.mean, 100 * measures.unsupported_share);
            text += numbers.data();
        }
        common_.say(text);
        return measures;
    }

private:
    /// Curvatures at the vertices as they are written, as numbers, and as colours where a format has no
    /// numbers that programs show.
    void add_scalars(MeshLook& look, const Mesh& mesh) const {
        SurfaceScalars scalars;
        const SurfaceMeasures m = measure_surface(mesh, grid_, arguments_.wedge, &scalars);
        if (arguments_.format == "glb" || arguments_.format == "obj") {
            const auto& spread = m.curvature.mean_per_um;
            const double limit = std::max(std::fabs(spread.percentile_5), std::fabs(spread.percentile_95));
            look.vertex_colours = curvature_colours(scalars, limit);
            look.comment += ", red and blue: mean curvature of ±" + std::to_string(limit) +
                            " per µm, grey: in the missing wedge";
        }
        look.vertex_scalars = {{"mean_curvature_per_um", std::move(scalars.mean_curvature_per_um)},
                               {"gaussian_curvature_per_um2", std::move(scalars.gaussian_curvature_per_um2)},
                               {"unsupported", {scalars.unsupported.begin(), scalars.unsupported.end()}}};
    }

    const SurfaceArguments& arguments_;
    const Common& common_;
    const Grid& grid_;
    const Legend& legend_;
};

void run_surface(const Common& common, const SurfaceArguments& given) {
    SurfaceArguments arguments = given;
    refuse_exchanged({{"the classes", arguments.classes}, {"the folder for results", arguments.folder}});
    if (!arguments.tilt_range.empty())
        std::tie(arguments.wedge.tilt_min_deg, arguments.wedge.tilt_max_deg) =
            parse_pair("--tilt-range", "two angles in degrees such as -60,60", arguments.tilt_range);
    arguments.wedge.check();
    if (!(arguments.simplify > 0 && arguments.simplify <= 1))
        throw UsageError("--simplify: expected a fraction above 0 up to 1, found " +
                         std::to_string(arguments.simplify));
    SmoothOptions{arguments.smooth, {}}.check();
    ReadOptions reading;
    reading.voxel_um = parse_voxel_nm(arguments.voxel_nm);
    PendingOutput output(arguments.folder, common.overwrite, results_of("surface", arguments.folder));
    output.keep(arguments.instances);
    const Progress progress = common.progress();

    const ClassMeaning meaning = find_meaning(
        arguments.from_probabilities ? any_probability_file(arguments.classes).string() : arguments.classes,
        arguments.legend, reading, common);
    const Legend& legend = meaning.legend();
    check_file_names(legend, arguments.classes, "Give one of them another name: --legend VALUE=NAME,…");
    if (arguments.from_probabilities)
        for (const auto& entry : legend.entries)
            output.keep(file_of_class(arguments.classes, legend, entry.id));
    else
        output.keep(arguments.classes);
    const auto file_stem = [&](std::uint8_t id) { return file_name_of_class(legend, id); };
    Probabilities p;
    ClassVolume classes;
    require_voxel_size(arguments.from_probabilities ? any_probability_file(arguments.classes)
                                                    : std::filesystem::path(arguments.classes),
                       reading);
    if (arguments.from_probabilities) {
        p = read_probabilities(arguments.classes, legend, reading);
        classes = most_probable_classes(p, p.grid, progress.stage("classes"));
    } else {
        classes = read_meant_classes(arguments.classes, meaning, reading, common);
    }
    const SurfaceWriter writer(arguments, common, classes.grid(), legend);

    // A class is its objects: each gets a surface, so that thin ones keep their volume beside thick ones.
    const Instances objects =
        read_or_find_objects(arguments, reading, classes, legend, common, progress.stage("objects"));
    std::vector<Mesh> meshes =
        arguments.from_probabilities
            ? extract_objects(p, objects.volume, objects.class_of, progress.stage("surfaces"))
            : extract_objects(objects.volume, objects.count(), progress.stage("surfaces"));
    std::map<std::uint8_t, Mesh> of_class;
    for (std::size_t n = 1; n < meshes.size(); ++n) {
        if (objects.class_of[n] == background) meshes[n] = {};
        if (!meshes[n].empty()) append(of_class[objects.class_of[n]], meshes[n]);
    }
    if (of_class.empty())
        throw InputError(arguments.classes, "at least one object of a class other than background", "none",
                         "Check that this is a label volume; --min-volume-um3 0 draws pieces of any size");
    for (auto& [id, whole] : of_class) {
        writer.write(std::move(whole), output.path() / file_stem(id), id, true);
        progress.check();
    }
    say_what_is_left_out(classes, objects, legend, common);
    if (!arguments.from_probabilities)
        common.say(
            "Surfaces follow the voxels of the classes. Those of cytomo analyze follow the probabilities, "
            "which tell where between voxels an edge lies (--probabilities): areas differ by some per cent.");

    if (arguments.per_instance || !arguments.instances.empty()) {
        const auto folder = output.path() / "objects";
        std::filesystem::create_directory(folder);
        std::size_t count = 0;
        std::vector<SurfaceMeasures> measured;
        const Progress writing = progress.stage("writing objects");
        for (std::size_t n = 1; n < meshes.size(); ++n) {
            if (meshes[n].empty()) continue;
            const std::uint8_t id = objects.class_of[n];
            measured.push_back(writer.write(std::move(meshes[n]),
                                            folder / (file_stem(id) + "-" + std::to_string(n)), id, false));
            measured.back().object = static_cast<std::uint32_t>(n);
            measured.back().class_id = id;
            ++count;
            writing(static_cast<double>(n) / static_cast<double>(meshes.size()));
        }
        writing(1);
        common.say("objects: " + std::to_string(count) + " files");
        if (arguments.curvature)
            write_csv(output.path() / "surfaces.csv", surfaces_table(measured, legend), false);
    } else if (arguments.curvature) {
        common.say(
            "--curvature was written for classes; --per-instance beside it writes surfaces.csv, the same "
            "of each object.");
    }
    output.commit();
}

}  // namespace

Command surface_command() {
    return {
        "surface", "Makes surface meshes of classes and objects", [](CLI::App& app) -> Run {
            auto arguments = std::make_shared<SurfaceArguments>();
            app.add_option("CLASSES", arguments->classes, "Classes, as written by cytomo segment")
                ->required();
            app.add_flag("--probabilities", arguments->from_probabilities,
                         "CLASSES is the NAME.tif given to segment --probabilities: surfaces at "
                         "sub-voxel positions from its files NAME.CLASS.tif");
            app.add_option(
                   "OUTDIR", arguments->folder,
                   "Folder for one mesh a class, named after it (mitochondrion.ply, …), in µm, and objects/")
                ->required();
            add_voxel_option(app, arguments->voxel_nm,
                             "Voxel edges in nm, for files that carry none or wrong ones");
            add_legend_option(app, arguments->legend);
            app.add_option("--format", arguments->format, "Format of the meshes")
                ->check(CLI::IsMember({"ply", "stl", "obj", "glb", "vtp"}))
                ->capture_default_str();
            auto* per_instance = app.add_flag("--per-instance", arguments->per_instance,
                                              "Also one mesh for each object found, in OUTDIR/objects");
            app.add_option("--instances", arguments->instances,
                           "Also one mesh for each object of this volume of object numbers")
                ->type_name("FILE")
                ->excludes(per_instance);
            app.add_option("--min-volume-um3", arguments->min_volume_um3,
                           "Smaller objects are left out, in all classes (default as in measure)")
                ->type_name("V");
            app.add_option("--smoothing", arguments->smooth, "Smoothing iterations, 0 to 1000; volumes stay")
                ->capture_default_str();
            app.add_option("--smooth", arguments->smooth)->group("");  // an earlier name
            app.add_option("--simplify", arguments->simplify,
                           "Fraction of the triangles to keep, above 0 up to 1")
                ->type_name("FRACTION")
                ->capture_default_str();
            auto* curvature = app.add_flag(
                "--curvature", arguments->curvature,
                "Write mean and Gaussian curvature and 'unsupported' (1: in the missing wedge, not seen) for "
                "each vertex, in PLY, VTP and GLB; as colours in GLB and OBJ; and, with --per-instance or "
                "--instances, surfaces.csv, one row an object");
            app.add_option(
                   "--tilt-range", arguments->tilt_range,
                   "Tilt angles in degrees, for the missing wedge; -90,90 leaves none (default -65,65)")
                ->type_name("MIN,MAX")
                ->needs(curvature);
            app.add_option("--tilt-axis", arguments->wedge.axis_deg,
                           "Direction of the tilt axis in the slices, degrees from y towards x")
                ->type_name("DEGREES")
                ->needs(curvature)
                ->capture_default_str();
            return [arguments](const Common& common) { run_surface(common, *arguments); };
        }};
}

}  // namespace cytomo::commands
