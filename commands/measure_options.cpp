#include "measure_options.h"

#include <cstdio>
#include <tuple>

#include "cytomo/core/error.h"
#include "cytomo/io/table_io.h"

namespace cytomo::commands {

void MeasureOptions::declare(CLI::App& app) {
    const char* group = "Measures";
    app_ = &app;
    app.add_option("--lac-scale", lac_scale,
                   "How grey values become absorption (1/µm): S or S,OFFSET; or regions whose absorption is "
                   "known, such as 'lipid droplet=0.65' (ice being 0.11) or "
                   "'ice=0.11,box:X0:Y0:Z0:X1:Y1:Z1=0.3'")
        ->group(group);
    app.add_option("--tilt-range", tilt_range,
                   "Lowest and highest tilt in degrees (default -65,65): surfaces that no image shows are "
                   "left out of the supported areas; -90,90 for full rotation")
        ->group(group);
    app.add_option("--tilt-axis", tilt_axis_deg, "Direction of the tilt axis, degrees from y towards x")
        ->capture_default_str()
        ->group(group);
    app.add_option("--voxel-error-percent", voxel_error_percent,
                   "How well the voxel size is known (standard deviation): goes into all intervals")
        ->check(CLI::Range(0.0, 20.0))
        ->capture_default_str()
        ->group(group);
    app.add_option("--placements", placements,
                   "Random placements of organelles that distances and contacts are compared with; 0: none")
        ->capture_default_str()
        ->group(group);
}

void MeasureOptions::take_missing(const MeasureOptions& others) {
    const auto given = [&](const char* name) { return app_ != nullptr && app_->count(name) > 0; };
    if (!given("--lac-scale")) lac_scale = others.lac_scale;
    if (!given("--tilt-range")) tilt_range = others.tilt_range;
    if (!given("--tilt-axis")) tilt_axis_deg = others.tilt_axis_deg;
    if (!given("--voxel-error-percent")) voxel_error_percent = others.voxel_error_percent;
    if (!given("--placements")) placements = others.placements;
}

CellOptions MeasureOptions::options(const Legend& legend, int smoothing) const {
    CellOptions o;
    o.smoothing = smoothing;
    o.placements = placements;
    o.intervals.voxel_size_deviation = voxel_error_percent / 100;
    o.wedge.axis_deg = tilt_axis_deg;
    if (!tilt_range.empty())
        std::tie(o.wedge.tilt_min_deg, o.wedge.tilt_max_deg) =
            parse_pair("--tilt-range", "two angles in degrees such as -60,60", tilt_range);
    if (!lac_scale.empty()) o.absorption = parse_absorption_choice(lac_scale, legend);
    o.check();
    return o;
}

std::string MeasureOptions::text() const {
    char numbers[120];
    std::snprintf(numbers, sizeof numbers,
                  ", tilt axis %g degrees, voxel size known to %g %%, %d random placements", tilt_axis_deg,
                  voxel_error_percent, placements);
    return "absorption " + (lac_scale.empty() ? std::string("as in the file") : lac_scale) + ", tilts " +
           (tilt_range.empty() ? std::string("-65,65 (assumed)") : tilt_range) + numbers;
}

void write_measures(const std::filesystem::path& folder, const CellMeasures& measures, const Legend& legend) {
    const std::vector<Table> tables = cell_tables(measures, legend);
    for (const Table& table : tables) write_csv(folder / (table.name + ".csv"), table, false);
    write_csv(folder / "columns.csv", dictionary_table(tables), false);
    write_json(folder / "measures.json", tables, false);
}

}  // namespace cytomo::commands
