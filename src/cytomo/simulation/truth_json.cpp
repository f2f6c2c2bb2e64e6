#include "cytomo/simulation/truth_json.h"

#include <nlohmann/json.hpp>

#include "cytomo/core/json_text.h"
#include "cytomo/core/legend.h"

namespace cytomo {

namespace {

using Json = nlohmann::ordered_json;

Json json_of(Vec3 v) {
    return Json::array({v.x, v.y, v.z});
}
Json json_of(Size3 v) {
    return Json::array({v.x, v.y, v.z});
}

Json json_of(const SimulationOptions& o) {
    const CellContents& c = o.contents;
    const Acquisition& a = o.acquisition;
    return {{"seed", o.seed},
            {"preset", o.preset},
            {"size", json_of(o.size)},
            {"voxel_um", json_of(o.voxel_um)},
            {"slices", o.slices},
            {"first_slice", o.first_slice},
            {"surroundings_um", o.surroundings_um},
            {"contents",
             {{"nucleus", c.nucleus},
              {"mitochondria", c.mitochondria},
              {"lipid_droplets", c.lipid_droplets},
              {"vesicles", c.vesicles},
              {"reticulum", c.reticulum},
              {"filopodia", c.filopodia},
              {"gold", c.gold},
              {"contrast", c.contrast},
              {"granularity", c.granularity}}},
            {"acquisition",
             {{"tilt_min_deg", a.tilt_min_deg},
              {"tilt_max_deg", a.tilt_max_deg},
              {"tilt_step_deg", a.tilt_step_deg},
              {"photons", a.photons},
              {"blur_nm", a.blur_nm},
              {"depth_of_field_um", a.depth_of_field_um},
              {"fringes", a.fringes},
              {"image_smoothing_pixels", a.image_smoothing},
              {"misalignment_pixels", a.misalignment},
              {"drift_pixels", a.drift},
              {"flicker", a.flicker},
              {"flat_field_error", a.flat_field_error},
              {"tilt_jitter_deg", a.tilt_jitter_deg},
              {"dose_loss", a.dose_loss},
              {"missing_images", a.missing_images},
              {"bad_images", a.bad_images},
              {"reconstruction", name(a.reconstruction)},
              {"iterations", a.iterations},
              {"subsets", a.subsets},
              {"non_negative", a.non_negative},
              {"window", name(a.window)},
              {"axis_deg", a.axis_deg}}},
            {"export",
             {{"polarity", o.output.polarity == Polarity::dense_is_dark ? "dark" : "bright"},
              {"bits", o.output.bits},
              {"clip_low", o.output.clip_low},
              {"clip_high", o.output.clip_high},
              {"smooth_voxels", o.output.smooth_voxels},
              {"sharpen", o.output.sharpen},
              {"sharpen_voxels", o.output.sharpen_voxels},
              {"median", o.output.median},
              {"diffusion", o.output.diffusion},
              {"total_variation", o.output.total_variation},
              {"grain", o.output.grain},
              {"grain_voxels", o.output.grain_voxels},
              {"stripes", o.output.stripes},
              {"shading", o.output.shading},
              {"gamma", o.output.gamma},
              {"unused_low", o.output.unused_low},
              {"unused_high", o.output.unused_high},
              {"coarser", o.output.coarser},
              {"late_smooth_voxels", o.output.late_smooth_voxels}}}};
}

}  // namespace

std::string truth_json(const Truth& truth) {
    const Legend legend = default_legend();
    Json objects = Json::array(), filopodia = Json::array();
    for (const ObjectTruth& o : truth.objects)
        objects.push_back({{"instance", o.instance},
                           {"class_id", o.class_id},
                           {"class", legend.name_of(o.class_id)},
                           {"kind", o.kind},
                           {"volume_um3", o.volume_um3 < 0 ? Json(nullptr) : Json(o.volume_um3)},
                           {"labelled_volume_um3", o.labelled_volume_um3},
                           {"surface_um2", o.surface_um2 < 0 ? Json(nullptr) : Json(o.surface_um2)},
                           {"centre_um", json_of(o.centre_um)},
                           {"mean_absorption_per_um", o.mean_lac_per_um},
                           {"touches_border", o.touches_border}});
    for (const FilopodiumTruth& f : truth.filopodia) {
        Json line = Json::array();
        for (const Vec3 p : f.centre_line_um) line.push_back(json_of(p));
        filopodia.push_back({{"instance", f.instance},
                             {"length_um", f.length_um},
                             {"branches", f.branches},
                             {"complete", f.complete},
                             {"root_um", json_of(f.root_um)},
                             {"tip_um", json_of(f.tip_um)},
                             {"radius_um", f.radius_um},
                             {"centre_line_um", line}});
    }
    Json mitochondria = Json::array();
    for (const MitochondrionTruth& m : truth.mitochondria) {
        Json lines = Json::array();
        for (std::size_t i = 0; i < m.lines_um.size(); ++i) {
            Json line = Json::array();
            for (const Vec3 p : m.lines_um[i]) line.push_back(json_of(p));
            lines.push_back({{"radius_um", m.radius_um[i]}, {"centre_line_um", line}});
        }
        mitochondria.push_back({{"instance", m.instance},
                                {"length_um", m.length_um},
                                {"branch_points", m.branch_points},
                                {"complete", m.complete},
                                {"lines", lines}});
    }
    Json contacts = Json::array();
    for (const Contact& c : truth.contacts)
        contacts.push_back({{"instances", {c.a, c.b}}, {"area_um2", c.area_um2}, {"gap_um", c.gap_um}});
    Json classes = Json::object();
    for (const LegendEntry& entry : legend.entries) classes[std::to_string(entry.id)] = entry.name;
    const CellModel standard(truth.options.preset);
    const CellModel& cells = truth.options.cells ? *truth.options.cells : standard;
    const Json all = {{"program", "cytomo " CYTOMO_VERSION},
                      {"options", json_of(truth.options)},
                      {"classes", classes},
                      {"objects", objects},
                      {"filopodia", filopodia},
                      {"mitochondria", mitochondria},
                      {"contacts_below_30_nm", contacts},
                      {"cells", Json::parse(cells.json())}};
    return json_text(all, 1) + "\n";
}

}  // namespace cytomo
