// What makes results hard to compare, beside what is to be compared.
#include <cmath>
#include <map>

#include "compare_results.h"
#include "measure_options.h"

namespace cytomo::commands {

namespace {

/// What results have of something, and a folder that has it.
using Values = std::map<std::string, std::string>;

std::string listed(const Values& values) {
    std::string list;
    for (const auto& [value, folder] : values)
        list += (list.empty() ? "" : "; ") + value + " (such as " + folder + ")";
    return list;
}

/// A sentence for each thing that was not done in the same way everywhere.
void add_differing_records(std::vector<std::string>& out, const std::vector<CellResult>& results) {
    struct Field {
        std::string name;
        const char* text;
        const char* absent;  ///< what it means that a record does not say it; nullptr: nothing
    };
    for (const Field& field :
         {Field{checksum_name(record_names::model), "Different models made these results", "none"},
          {record_names::program, "Different versions of cytomo made these results", "none"},
          {record_names::objects, "Objects were told apart in different ways", "none"},
          {record_names::edits, "Some results were corrected by hand, others not", "as found"},
          {record_names::precision, "Different arithmetic made these results", "none"},
          {record_names::options, "Classes were found with different options", nullptr},
          {record_names::smoothing, "Surfaces were smoothed differently (--smoothing)", nullptr},
          {record_names::tilts,
           "Different tilts were taken for what no image shows (--tilt-range, --tilt-axis)", nullptr}}) {
        Values values;
        for (const CellResult& r : results) {
            std::string value = r.record.value(field.name);
            if (value.empty() && field.absent == nullptr) continue;
            if (field.name == record_names::edits && !value.empty()) value = "corrected";
            if (const auto at = value.find(assumed_tilts);
                field.name == record_names::tilts && at != std::string::npos)
                value.erase(at, std::string(assumed_tilts).size());
            values.emplace(value.empty() ? field.absent : value, r.folder.string());
        }
        if (values.size() > 1)
            out.push_back(std::string(field.text) + ": " + listed(values) +
                          ". A difference between groups may be theirs: analyze all in the same way.");
    }
}

/// One name may stand for numbers that are defined in different ways.
void add_differing_definitions(std::vector<std::string>& out, const std::vector<CellResult>& results) {
    Values values;
    bool unknown = false;
    for (const CellResult& r : results) {
        unknown |= !r.definitions;
        values.emplace(r.definitions ? "definitions " + std::to_string(*r.definitions)
                                     : "those of an earlier version, which does not say which",
                       r.folder.string());
    }
    if (values.size() > 1 || unknown)
        out.push_back("Measures may be defined in different ways: " + listed(values) +
                      ". A difference between groups may be theirs: measure all with one version (cytomo "
                      "measure FOLDER --overwrite, or cytomo analyze).");
}

void add_repeated_tomograms(std::vector<std::string>& out, const std::vector<CellResult>& results) {
    std::map<std::string, std::string> folder_of;
    std::size_t unknown = 0;
    for (const CellResult& r : results) {
        const std::string checksum = r.record.checksum(record_names::input);
        if (checksum.empty()) {
            ++unknown;
            continue;
        }
        if (const auto [other, is_new] = folder_of.emplace(checksum, r.folder.string()); !is_new)
            out.push_back(r.folder.string() + " and " + other->second +
                          " are results of the same tomogram: it counts twice. Leave one out.");
    }
    if (unknown > 0)
        out.push_back(
            std::to_string(unknown) + " of " + std::to_string(results.size()) +
            " folders, of an earlier version, do not say which tomogram they are of: see for yourself that "
            "none counts twice.");
}

}  // namespace

std::vector<std::string> differences_between(const std::vector<CellResult>& results) {
    std::vector<std::string> out;
    const CellResult& first = results.front();
    const auto name = [](const CellResult& r) { return r.folder.string(); };
    const auto differs = [](double a, double b) { return std::abs(a - b) > 0.01 * std::abs(b); };
    std::size_t others = 0, unknown = 0, calibrated = 0;
    const CellResult* example = nullptr;
    for (const CellResult& r : results) {
        unknown += r.voxel_size_known ? 0 : 1;
        calibrated += r.calibrated ? 1 : 0;
        if (differs(r.voxel_um.x, first.voxel_um.x) || differs(r.voxel_um.y, first.voxel_um.y) ||
            differs(r.voxel_um.z, first.voxel_um.z)) {
            ++others;
            example = &r;
        }
    }
    if (others > 0)
        out.push_back("Voxel sizes differ: " + std::to_string(others) + " of " +
                      std::to_string(results.size()) + " folders have others than " + name(first) +
                      ", such as " + name(*example) +
                      ". Finer voxels show smaller objects: compare tomograms of one voxel size.");
    if (unknown > 0)
        out.push_back("The voxel size of " + std::to_string(unknown) +
                      " tomograms was not known: their lengths and volumes are made up.");
    if (calibrated > 0 && calibrated < results.size())
        out.push_back("Only " + std::to_string(calibrated) + " of " + std::to_string(results.size()) +
                      " tomograms are calibrated: grey values are not compared.");
    else if (calibrated == 0)
        out.push_back("The tomograms are not calibrated: grey values are not compared.");
    add_differing_records(out, results);
    add_differing_definitions(out, results);
    add_repeated_tomograms(out, results);
    return out;
}

}  // namespace cytomo::commands
