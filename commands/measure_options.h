// Options that measure and analyze share, and how they write what was measured.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "command.h"
#include "cytomo/measures/cell.h"

namespace cytomo::commands {

/// Behind a range of tilts that nobody said: the default was taken.
inline constexpr const char* assumed_tilts = " (assumed)";

struct MeasureOptions {
    /// What the command line did not say has no value: then the defaults of CellOptions hold.
    std::optional<std::string> tilt_range, lac_scale;
    std::optional<double> tilt_axis_deg, voxel_error_percent;
    std::optional<int> placements;

    void declare(CLI::App& app);
    /// What was not said is as in `others`.
    void take_missing(const MeasureOptions& others);
    /// Throws UsageError. `smoothing`: of surfaces, see CellOptions.
    CellOptions options(const Legend& legend, int smoothing) const;
    /// For the record of a result, in words: how the sample was tilted, and all else. tilts_text throws
    /// UsageError as options does.
    std::string tilts_text() const;
    std::string rest_text() const;
};

/// The text of a list of edits (parse_edits). Throws InputError.
std::string read_edit_list(const std::string& file);

/// Writes all tables as CSV, what their columns mean (columns.csv), and all of it as JSON (measures.json).
void write_measures(const std::filesystem::path& folder, const CellMeasures& measures, const Legend& legend);

}  // namespace cytomo::commands
