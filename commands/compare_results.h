// Result folders of analyze and measure, as values to compare (private to cytomo compare).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/measures/compare.h"
#include "record.h"

namespace cytomo::commands {

/// What a folder is in the design.
struct DesignRow {
    std::filesystem::path folder;
    std::string group, sample;  ///< no sample: the folder is a sample of its own
};

/// "control=a,b" → two rows. Throws UsageError.
std::vector<DesignRow> parse_group(const std::string& text);
/// A table with the columns folder, group and, if cells are nested in samples, sample. Folders lie relative
/// to the table. Throws InputError.
std::vector<DesignRow> read_design(const std::filesystem::path& file);
/// The rows with `reference` as the first group. Throws UsageError: no folder, a folder twice, fewer than two
/// groups, no such reference.
void check_design(std::vector<DesignRow>& rows, const std::string& reference);

/// One measure of one cell.
struct MeasuredValue {
    std::string name, class_name;
    double value = 0;
};

/// What a folder holds of one cell.
struct CellResult {
    std::filesystem::path folder;
    Vec3 voxel_um;
    bool voxel_size_known = true, calibrated = false;
    Record record;                   ///< how the result came about: program, model, …
    std::optional<int> definitions;  ///< of the measures (definitions_in)
    std::string summary_checksum;    ///< of summary.json
    std::vector<MeasuredValue> values;
    bool has_contacts = false;  ///< contacts were looked for, so that none means 0
};

struct ReadResultOptions {
    bool whole_objects = false;  ///< leave out objects that touch the border of the volume
};

/// Reads summary.json, and medians over objects from the tables beside it. Throws InputError if the folder is
/// no result of analyze or measure, or one of its files is damaged.
CellResult read_result(const std::filesystem::path& folder, const ReadResultOptions& options);

/// Which measures and classes to compare; empty: all.
struct MeasureChoice {
    std::vector<std::string> measures, classes;
};

/// One row a measure that any cell has, grouped by class. Grey values only if all tomograms are calibrated.
/// Throws UsageError for a chosen measure or class that no cell has.
CellGroups gather(const std::vector<DesignRow>& rows, const std::vector<CellResult>& results,
                  const MeasureChoice& choice);

/// What makes the results hard to compare: other voxel sizes, models, programs, definitions of measures,
/// options; a tomogram twice.
std::vector<std::string> differences_between(const std::vector<CellResult>& results);

}  // namespace cytomo::commands
