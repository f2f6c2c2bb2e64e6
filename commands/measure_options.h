// Options that measure and analyze share, and how they write what was measured.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "command.h"
#include "cytomo/measures/cell.h"

namespace cytomo::commands {

struct MeasureOptions {
    std::string tilt_range, lac_scale;
    double tilt_axis_deg = 0, voxel_error_percent = 1;
    int placements = 999;

    void declare(CLI::App& app);
    /// What the command line did not say is as in `others`.
    void take_missing(const MeasureOptions& others);
    /// Throws UsageError. `smoothing`: of surfaces, see CellOptions.
    CellOptions options(const Legend& legend, int smoothing) const;
    /// For the record of a result, in words.
    std::string text() const;

private:
    const CLI::App* app_ = nullptr;  ///< that declared them
};

/// Writes all tables as CSV, what their columns mean (columns.csv), and all of it as JSON (measures.json).
void write_measures(const std::filesystem::path& folder, const CellMeasures& measures, const Legend& legend);

}  // namespace cytomo::commands
