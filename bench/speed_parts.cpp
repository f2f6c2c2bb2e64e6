#include <filesystem>

#include "cytomo/image/filter.h"
#include "cytomo/image/resample.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/labels/components.h"
#include "cytomo/labels/distance.h"
#include "cytomo/labels/instances.h"
#include "cytomo/measures/objects.h"
#include "cytomo/surfaces/extract.h"
#include "cytomo/surfaces/fields.h"
#include "cytomo/surfaces/smooth.h"
#include "cytomo/surfaces/surface_measures.h"
#include "measure.h"
#include "synthetic.h"

namespace cytomo::bench {

std::vector<Row> measure_parts(std::int64_t edge, const std::string& folder) {
    const SyntheticCell cell = make_synthetic_cell(edge);
    const std::int64_t voxels = cell.classes.count();
    const Tomogram tomogram = tomogram_from(cell.grey);
    const Instances instances = find_instances(cell.classes, default_instance_options());
    if (!folder.empty()) {
        const std::filesystem::path to(folder);
        std::filesystem::create_directories(to);
        write_volume(to / "classes.npy", cell.classes, true);
        write_volume(to / "instances.npy", instances.volume, true);
        write_volume(to / "grey.npy", *cell.grey, true);
    }
    std::vector<Row> rows;
    const auto add = [&](const std::string& name, const std::function<void()>& work) {
        rows.push_back(measure(name, voxels, work));
        rows.back().group = "parts";
    };
    const auto thousands = [](std::size_t n) { return std::to_string(n / 1000) + "k triangles"; };
    add("resampling to 30 nm", [&] {
        const Resampler resampler(tomogram, tomogram.grid.resampled({0.03, 0.03, 0.03}));
        resampler.slices(0, resampler.grid().size.z);
    });
    add("components, 26 neighbours, all classes",
        [&] { find_components(cell.classes, Connectivity::corners); });
    add("separate objects", [&] { find_instances(cell.classes, default_instance_options()); });
    add("distance transform, unequal edges",
        [&, out = std::vector<float>(static_cast<std::size_t>(voxels))]() mutable {
            find_squared_distances_um2(cell.classes.values(), cell.classes.grid().size, {0.02, 0.025, 0.03},
                                       Beyond::unknown, out);
        });
    Volume<float> smooth = *cell.grey;
    gaussian_blur(smooth, {1.5, 1.5, 1.5});
    if (!folder.empty()) write_volume(std::filesystem::path(folder) / "smooth.npy", smooth, true);
    std::size_t triangles = 0;
    const auto add_surface = [&](const std::string& name, const Volume<float>& values) {
        add(name,
            [&] { triangles = extract_surface(values.grid(), field_of(values), 0.25F).triangles.size(); });
        rows.back().remark = thousands(triangles);
    };
    add_surface("surface of noisy values at one level", *cell.grey);
    add_surface("surface of smooth values at one level", smooth);
    add("surfaces of all objects", [&] {
        triangles = 0;
        for (const Mesh& mesh : extract_objects(instances.volume, instances.count()))
            triangles += mesh.triangles.size();
    });
    rows.back().remark = thousands(triangles);
    const Mesh mesh = extract_class(cell.classes, mitochondrion);
    add("smoothing, 10 iterations", [&] {
        Mesh copy = mesh;
        smooth_surface(copy, {10, {}});
    });
    rows.back().remark = thousands(mesh.triangles.size());
    add("area, curvature, missing wedge of a surface",
        [&] { measure_surface(mesh, cell.classes.grid(), {}); });
    rows.back().remark = thousands(mesh.triangles.size());
    add("measures of all objects", [&] { measure_objects(instances, &tomogram); });
    rows.back().remark = std::to_string(instances.count()) + " objects";
    return rows;
}

}  // namespace cytomo::bench
