#include "measure_options.h"

#include <cstdio>
#include <tuple>

#include "cytomo/core/error.h"
#include "cytomo/io/table_io.h"
#include "cytomo/io/text_io.h"

namespace cytomo::commands {

namespace {

std::string number_text(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", value);
    return text;
}

void set_tilts(WedgeOptions& wedge, const std::string& range) {
    std::tie(wedge.tilt_min_deg, wedge.tilt_max_deg) =
        parse_pair("--tilt-range", "two angles in degrees such as -60,60", range);
}

}  // namespace

void MeasureOptions::declare(CLI::App& app) {
    const char* group = "Measures";
    const CellOptions usual;
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
        ->default_str(number_text(usual.wedge.axis_deg))
        ->group(group);
    app.add_option("--voxel-error-percent", voxel_error_percent,
                   "How well the voxel size is known (standard deviation): goes into all intervals")
        ->check(CLI::Range(0.0, 20.0))
        ->default_str(number_text(100 * usual.intervals.voxel_size_deviation))
        ->group(group);
    app.add_option("--placements", placements,
                   "Randomisations (organelles placed at random) that distances and contacts are compared "
                   "with; 0: none")
        ->default_str(std::to_string(usual.placements))
        ->group(group);
}

void MeasureOptions::take_missing(const MeasureOptions& others) {
    const auto take = [](auto& mine, const auto& other) {
        if (!mine) mine = other;
    };
    take(lac_scale, others.lac_scale);
    take(tilt_range, others.tilt_range);
    take(tilt_axis_deg, others.tilt_axis_deg);
    take(voxel_error_percent, others.voxel_error_percent);
    take(placements, others.placements);
}

CellOptions MeasureOptions::options(const Legend& legend, int smoothing) const {
    CellOptions o;
    o.smoothing = smoothing;
    if (placements) o.placements = *placements;
    if (voxel_error_percent) o.intervals.voxel_size_deviation = *voxel_error_percent / 100;
    if (tilt_axis_deg) o.wedge.axis_deg = *tilt_axis_deg;
    if (tilt_range) set_tilts(o.wedge, *tilt_range);
    if (lac_scale && !lac_scale->empty()) o.absorption = parse_absorption_choice(*lac_scale, legend);
    o.check();
    return o;
}

std::string MeasureOptions::tilts_text() const {
    WedgeOptions wedge;
    if (tilt_range) set_tilts(wedge, *tilt_range);
    return number_text(wedge.tilt_min_deg) + "," + number_text(wedge.tilt_max_deg) +
           (tilt_range ? "" : assumed_tilts) + ", axis " +
           number_text(tilt_axis_deg.value_or(wedge.axis_deg)) + " degrees";
}

std::string MeasureOptions::rest_text() const {
    const CellOptions usual;
    const bool scaled = lac_scale && !lac_scale->empty();
    const double percent = voxel_error_percent.value_or(100 * usual.intervals.voxel_size_deviation);
    return "absorption " + (scaled ? *lac_scale : "as in the file") + ", voxel size known to " +
           number_text(percent) + " %, " + std::to_string(placements.value_or(usual.placements)) +
           " random placements";
}

std::string read_edit_list(const std::string& file) {
    return read_text(file, "a list of edits", 100'000'000);
}

void write_measures(const std::filesystem::path& folder, const CellMeasures& measures, const Legend& legend) {
    const std::vector<Table> tables = cell_tables(measures, legend);
    for (const Table& table : tables) write_csv(folder / (table.name + ".csv"), table, false);
    write_csv(folder / "columns.csv", dictionary_table(tables), false);
    write_json(folder / "measures.json", tables, false);
}

}  // namespace cytomo::commands
