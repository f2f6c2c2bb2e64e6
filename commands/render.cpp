// cytomo render: pictures of slices with classes, and of surfaces.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <limits>
#include <memory>

#include "class_files.h"
#include "command.h"
#include "cytomo/core/error.h"
#include "cytomo/core/output.h"
#include "cytomo/io/mesh_io.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/io/voxel_size.h"
#include "cytomo/report/plane_views.h"
#include "cytomo/report/rendering.h"
#include "cytomo/report/slices.h"
#include "result_names.h"

namespace cytomo::commands {

namespace {

struct SliceArguments {
    std::string tomogram, classes, out, voxel_nm, dataset, legend, plane = "xy";
    std::int64_t index = -1;
    SlicePictureOptions picture;
};

struct SurfaceArguments {
    std::vector<std::string> meshes;
    std::string out, legend, view = "three-quarter";
    std::vector<int> size{1200, 900};
    RenderOptions picture;
};

void check_png_name(const std::string& path) {
    if (std::filesystem::path(path).extension() != ".png")
        throw UsageError("-o: expected a name that ends in .png, found '" + path + "'");
}

void render_slices(const Common& common, const SliceArguments& a) {
    check_png_name(a.out);
    if (a.classes.empty() && !a.legend.empty())
        throw UsageError("--legend: expected --classes beside it, found none. Name the classes to lay over");
    a.picture.check();
    check_apart({{"-o", a.out}}, {a.tomogram, a.classes});
    PendingOutput out(a.out, common.overwrite);
    const ReadOptions reading{parse_voxel_nm(a.voxel_nm), a.dataset};
    std::vector<std::string> remarks;
    const Tomogram tomogram = open_tomogram(a.tomogram, reading, &remarks);
    for (const std::string& remark : remarks) common.say(a.tomogram + ": " + remark);
    refuse_impossible_voxel_size(a.tomogram, tomogram.grid, tomogram.voxel_size_known, reading);
    std::optional<ClassVolume> classes;
    Legend legend;
    if (!a.classes.empty()) {
        const ReadOptions of_classes{reading.voxel_um, {}};
        const ClassMeaning meaning = find_meaning(a.classes, a.legend, of_classes, common);
        legend = meaning.legend();
        classes = read_meant_classes(a.classes, meaning, of_classes, common);
        if (classes->grid().size != tomogram.grid.size)
            throw InputError(a.classes, "the size of the tomogram", "another size",
                             "Give the classes that were made from " + a.tomogram);
    }
    SlicePosition position{a.plane == "xy" ? Plane::xy : a.plane == "xz" ? Plane::xz : Plane::yz, a.index};
    if (a.index < 0)
        position.index = classes ? richest_slices(*classes)[static_cast<std::size_t>(position.plane)].index
                                 : slice_count(tomogram.grid, position.plane) / 2;
    const Image image = slice_picture(tomogram, classes ? &*classes : nullptr, legend, position, a.picture,
                                      common.progress().stage("reading slices"));
    write_png(out.path(), image);
    out.commit();
    common.say(slice_caption(tomogram.grid, position, tomogram.voxel_size_known) + " → " + a.out);
}

/// "Lipid_droplets-012" → "lipid droplet": the class that a file or part is named after, or nullptr.
const LegendEntry* class_named(const std::string& text, const Legend& legend) {
    const auto plain = [](const std::string& from) {
        std::string out;
        for (const char c : from)
            out += c == '_' || c == '-' || c == '.' || c == '/'
                       ? ' '
                       : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        return out;
    };
    const std::string name = plain(text);
    const LegendEntry* best = nullptr;
    for (const auto& entry : legend.entries) {
        const bool longer = best == nullptr || entry.name.size() > best->name.size();
        if (entry.id != background && longer && name.find(plain(entry.name)) != std::string::npos)
            best = &entry;
    }
    return best;
}

/// A class that --legend names has its colour there; else the file's own colour counts, or that of the
/// default legend.
ColouredMesh coloured_part(MeshPart part, const std::string& stem, const Legend& legend, bool legend_given) {
    const LegendEntry* entry = part.look.name.empty() ? nullptr : class_named(part.look.name, legend);
    if (entry == nullptr) entry = class_named(stem, legend);
    if (entry != nullptr) {
        LegendEntry shown = *entry;
        if (!legend_given && part.look.colour) shown.colour = *part.look.colour;
        return coloured(std::move(part.mesh), shown);
    }
    std::string name = stem;  // cell-body is no class, but a shell all the same
    std::replace(name.begin(), name.end(), '-', ' ');
    return {std::move(part.mesh), stem, part.look.colour.value_or(Colour{176, 186, 196}), default_look(name)};
}

void render_meshes(const Common& common, SurfaceArguments a) {
    check_png_name(a.out);
    a.picture.view = view_named(a.view);
    a.picture.width = a.size[0];
    a.picture.height = a.size[1];
    a.picture.check();
    check_apart({{"-o", a.out}}, {a.meshes.begin(), a.meshes.end()});
    PendingOutput out(a.out, common.overwrite);
    const bool given = !a.legend.empty();
    const Legend legend =
        given ? meaning_of(named_values(a.legend, "--legend"), largest_class_id, "--legend").legend
              : default_legend();
    std::vector<ColouredMesh> meshes;
    std::size_t triangles = 0;
    for (const std::string& file : a.meshes)
        for (MeshPart& part : read_mesh_parts(file)) {
            meshes.push_back(
                coloured_part(std::move(part), std::filesystem::path(file).stem().string(), legend, given));
            triangles += meshes.back().mesh.triangles.size();
        }
    if (triangles == 0)
        throw InputError(a.meshes[0], "at least one triangle", "none", "Give a mesh that has a surface");
    make_visible(meshes);
    write_png(out.path(), render_surfaces(meshes, a.picture, common.progress().stage("rendering")));
    out.commit();
    common.say(std::to_string(triangles) + " triangles → " + a.out);
}

}  // namespace

Command render_command() {
    return {
        "render", "Pictures of slices with classes laid over them, and of surfaces",
        [](CLI::App& app) -> Run {
            auto slice = std::make_shared<SliceArguments>();
            auto surface = std::make_shared<SurfaceArguments>();
            app.require_subcommand(1);

            CLI::App* slices = app.add_subcommand("slices", "A slice of a tomogram, with classes beside it");
            slices->fallthrough();  // --overwrite and the like may stand at the end
            slices->add_option("TOMOGRAM", slice->tomogram, "The tomogram: grey values")->required();
            slices->add_option("--classes", slice->classes, "Its classes, as written by cytomo segment")
                ->type_name("FILE");
            add_legend_option(*slices, slice->legend);
            slices->add_option("-o,--out", slice->out, "Picture to write (.png)")->required();
            slices->add_option("--plane", slice->plane, "xy, xz or yz")
                ->check(CLI::IsMember({"xy", "xz", "yz"}))
                ->capture_default_str();
            slices
                ->add_option("--index", slice->index,
                             "Which slice, by its index from 0: slice 43 has index 42 (default: where most "
                             "is labelled, else the middle)")
                ->check(CLI::Range(std::numeric_limits<double>::max(), "NONNEGATIVE"));
            slices->add_option("--size", slice->picture.longer_side, "Longer side of a slice in pixels")
                ->capture_default_str();
            slices->add_option("--dataset", slice->dataset, "Dataset of an HDF5 file");
            add_voxel_option(*slices, slice->voxel_nm, "Voxel edges in nm, in place of those of the files");

            CLI::App* surfaces = app.add_subcommand("surfaces", "Surfaces, ray-traced");
            surfaces->fallthrough();
            surfaces
                ->add_option(
                    "MESH", surface->meshes,
                    "PLY, STL or OBJ files; a class in the name (mitochondrion.ply) gives the colour")
                ->required();
            surfaces->add_option("-o,--out", surface->out, "Picture to write (.png)")->required();
            add_legend_option(
                *surfaces, surface->legend,
                "Names and colours of classes, a file or a list such as '1=golgi #88ac80' (default: "
                "the colours in the files, and names of the default model)");
            surfaces->add_option("--view", surface->view, "three-quarter, top (as xy slices) or side (as xz)")
                ->check(CLI::IsMember({"three-quarter", "top", "side"}))
                ->capture_default_str();
            surfaces->add_option("--size", surface->size, "Width and height in pixels (default 1200,900)")
                ->type_name("W,H")
                ->delimiter(',')
                ->expected(2);
            surfaces->add_option("--samples", surface->picture.sky_samples, "Rays a pixel for soft light")
                ->capture_default_str();

            return [slice, surface, slices](const Common& common) {
                if (slices->parsed())
                    render_slices(common, *slice);
                else
                    render_meshes(common, *surface);
            };
        }};
}

}  // namespace cytomo::commands
