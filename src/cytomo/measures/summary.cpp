#include "cytomo/measures/summary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/stretches.h"
#include "cytomo/core/written_json.h"
#include "cytomo/measures/object_sums.h"

namespace cytomo {

std::vector<ClassTotal> measure_classes(const ClassVolume& classes, const InstanceSlices& instances,
                                        const Tomogram* tomogram, const Progress& progress) {
    if (!(instances.grid.size == classes.grid().size))
        throw InputError("classes: expected objects on the grid of the classes, found another size");
    struct Part {
        std::array<std::int64_t, 256> voxels{}, outside{};
        std::array<GreySums, 256> grey{};
    };
    const Size3 n = classes.grid().size;
    std::vector<Part> parts(static_cast<std::size_t>((n.z + slab_slices - 1) / slab_slices));
    progress(0);
    parallel_chunks(n.z, slab_slices, [&](std::int64_t z_begin, std::int64_t z_end) {
        Part& part = parts[static_cast<std::size_t>(z_begin / slab_slices)];
        std::vector<float> grey(tomogram != nullptr ? static_cast<std::size_t>(n.x * n.y) : 0);
        std::vector<std::uint32_t> numbers(static_cast<std::size_t>(n.x * n.y));
        for (std::int64_t z = z_begin; z < z_end; ++z) {
            if (tomogram != nullptr) tomogram->read_slices(z, 1, grey);
            instances.read(z, 1, numbers);
            const auto add = [&](std::uint8_t label, std::uint32_t number, std::int64_t begin,
                                 std::int64_t end) {
                const std::uint8_t of_object = instances.class_of[number];
                const std::uint8_t c = of_object != background ? of_object : label;
                if (of_object == background && c != background && c != ignore_label) {
                    part.outside[c] += end - begin;
                } else {
                    part.voxels[c] += end - begin;
                    if (tomogram != nullptr) part.grey[c].add(GreySums::of(grey.data() + begin, end - begin));
                }
            };
            for_stretches(classes.data() + z * n.x * n.y, numbers.data(), n.x * n.y, add);
        }
    });
    std::vector<ClassTotal> totals;
    for (std::size_t c = 0; c < 256; ++c) {
        ClassTotal total;
        total.class_id = static_cast<std::uint8_t>(c);
        GreySums grey;
        for (const Part& part : parts) {
            total.voxels += part.voxels[c];
            total.outside_objects += part.outside[c];
            grey.add(part.grey[c]);
        }
        if (total.voxels + total.outside_objects == 0) continue;
        if (grey.count > 0) {
            total.mean_grey = grey.mean;
            total.deviation_grey = grey.deviation();
        }
        totals.push_back(total);
    }
    progress(1);
    return totals;
}

Summary summarise(const Grid& grid, const Tomogram* tomogram, const std::vector<ClassTotal>& totals,
                  const std::vector<Object>& objects, const std::vector<Filopodium>& filopodia,
                  const Legend& legend) {
    Summary summary;
    summary.grid = grid;
    if (tomogram != nullptr) summary.calibrated = tomogram->calibrated;
    const double voxel_um3 = grid.voxel_volume_um3();
    std::array<ClassSummary, 256> by_class;
    std::array<bool, 256> listed{};
    for (const LegendEntry& entry : legend.entries) listed[entry.id] = true;
    for (const ClassTotal& total : totals) {
        ClassSummary& c = by_class[total.class_id];
        listed[total.class_id] = true;
        c.voxels = total.voxels;
        c.volume_um3 = static_cast<double>(total.voxels) * voxel_um3;
        c.outside_objects = total.outside_objects;
        c.outside_objects_um3 = static_cast<double>(total.outside_objects) * voxel_um3;
        c.mean_grey = total.mean_grey;
        c.deviation_grey = total.deviation_grey;
        if (total.class_id == ignore_label)
            summary.ignored_volume_um3 = c.volume_um3;
        else if (total.class_id != background)
            summary.cell_volume_um3 += static_cast<double>(total.voxels + total.outside_objects) * voxel_um3;
    }
    std::array<double, 256> volumes{}, diameters{};
    for (const Object& o : objects) {
        ClassSummary& c = by_class[o.class_id];
        ++c.objects;
        c.surface_um2 += o.surface_um2;
        volumes[o.class_id] += o.volume_um3;
        diameters[o.class_id] += o.equivalent_diameter_um;
    }
    for (std::size_t id = 1; id < ignore_label; ++id) {
        if (!listed[id]) continue;
        ClassSummary& c = by_class[id];
        c.class_id = static_cast<std::uint8_t>(id);
        c.name = legend.name_of(c.class_id);
        c.fraction_of_cell =
            summary.cell_volume_um3 > 0 ? c.volume_um3 / summary.cell_volume_um3 : not_defined;
        if (c.objects > 0) {
            c.mean_object_volume_um3 = volumes[id] / static_cast<double>(c.objects);
            c.mean_equivalent_diameter_um = diameters[id] / static_cast<double>(c.objects);
        }
        summary.classes.push_back(c);
    }
    double radius = 0;
    for (const Filopodium& f : filopodia) {
        ++summary.filopodia;
        summary.total_filopodium_length_um += f.length_um;
        radius += f.mean_radius_um;
    }
    if (summary.filopodia > 0) {
        summary.mean_filopodium_length_um =
            summary.total_filopodium_length_um / static_cast<double>(summary.filopodia);
        summary.mean_filopodium_radius_um = radius / static_cast<double>(summary.filopodia);
    }
    return summary;
}

std::string summary_json(const Summary& summary) {
    using Json = nlohmann::ordered_json;
    const auto number = [](double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); };
    const auto triple = [&](Vec3 v) { return Json::array({number(v.x), number(v.y), number(v.z)}); };
    Json json;
    json["definitions"] = measure_definitions;
    json["size"] = {summary.grid.size.x, summary.grid.size.y, summary.grid.size.z};
    json["voxel_um"] = triple(summary.grid.voxel_um);
    json["voxel_size_known"] = summary.voxel_size_known;
    json["origin_um"] = triple(summary.grid.origin_um);
    json["grey_unit"] = summary.calibrated ? "1/µm" : "arbitrary";
    json["cell_volume_um3"] = number(summary.cell_volume_um3);
    json["ignored_volume_um3"] = number(summary.ignored_volume_um3);
    json["classes"] = Json::array();
    for (const ClassSummary& c : summary.classes)
        json["classes"].push_back({{"id", c.class_id},
                                   {"name", c.name},
                                   {"objects", c.objects},
                                   {"expected_objects", number(c.expected_objects)},
                                   {"voxels", c.voxels},
                                   {"volume_um3", number(c.volume_um3)},
                                   {"expected_volume_um3", number(c.expected_volume_um3)},
                                   {"outside_objects_voxels", c.outside_objects},
                                   {"outside_objects_um3", number(c.outside_objects_um3)},
                                   {"fraction_of_cell", number(c.fraction_of_cell)},
                                   {"surface_um2", number(c.surface_um2)},
                                   {"mean_object_volume_um3", number(c.mean_object_volume_um3)},
                                   {"mean_equivalent_diameter_um", number(c.mean_equivalent_diameter_um)},
                                   {"mean_grey", number(c.mean_grey)},
                                   {"deviation_grey", number(c.deviation_grey)}});
    json["filopodia"] = {{"count", summary.filopodia},
                         {"total_length_um", number(summary.total_filopodium_length_um)},
                         {"mean_length_um", number(summary.mean_filopodium_length_um)},
                         {"mean_radius_um", number(summary.mean_filopodium_radius_um)}};
    json["intervals"] = {{"errors", summary.errors},
                         {"absent", summary.no_intervals}};  // texts: compare takes numbers
    json["record"] = Json::object();
    for (const auto& [name, value] : summary.record) json["record"][name] = value;
    if (!summary.stage_seconds.empty()) {
        json["seconds"] = Json::object();
        for (const auto& [stage, seconds] : summary.stage_seconds) json["seconds"][stage] = number(seconds);
    }
    return written_json(json, 2) + "\n";
}

}  // namespace cytomo
