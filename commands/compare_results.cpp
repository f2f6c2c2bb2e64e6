// Everything that is a number is a measure, unless it is a name, a place, a flag or the end of an interval:
// so measures that are added to the results later can be compared without a change here.
#include "compare_results.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <set>

#include "cytomo/core/error.h"
#include "cytomo/core/legend.h"
#include "cytomo/core/likely_name.h"
#include "cytomo/io/table_reading.h"

namespace cytomo::commands {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
constexpr const char* whole_cell = "cell";

bool ends_with_any(const std::string& name, std::initializer_list<const char*> ends) {
    return std::any_of(ends.begin(), ends.end(), [&](const char* end) { return name.ends_with(end); });
}

/// Not a property of the cell that groups could differ in.
bool is_no_measure(const std::string& name) {
    static const std::string others =
        " "
        "definitions id object instance voxels core_voxels nearest_object other touches_border "
        "touches_border_z attached outlier cut_by_border thinned wall_resolved "
        "ignored_volume_um3 outside_objects_voxels outside_objects_um3 "
        "p low high doubts chance_real mean_probability edge_blur_um "
        "cut_area_um2 near_resolution ";
    // Ends of intervals and percentiles say the same as the values between them.
    const auto holds = [&](const char* part) { return name.find(part) != std::string::npos; };
    return others.find(" " + name + " ") != std::string::npos || holds("_low_") || holds("_high_") ||
           holds("percentile_") || name.starts_with("object_") || name.starts_with("class") ||
           name.starts_with("to_class") || name.starts_with("touches_") || name.starts_with("like_") ||
           name.starts_with("p_") ||
           ends_with_any(name, {"_id", "_x_um", "_y_um", "_z_um", "_low", "_high", "_at_least"});
}

std::string unit_of(const std::string& name) {
    struct Unit {
        const char *suffix, *unit;
    };
    // Longer suffixes first.
    for (const Unit& u : {Unit{"_per_um3", "1/µm³"},
                          {"_per_um2", "1/µm²"},
                          {"_per_um", "1/µm"},
                          {"_um3", "µm³"},
                          {"_um2", "µm²"},
                          {"_um", "µm"},
                          {"_nm", "nm"},
                          {"_degrees", "°"}})
        if (name.ends_with(u.suffix)) return u.unit;
    return name.find("grey") != std::string::npos ? "1/µm" : "";
}

bool is_grey(const std::string& name) {
    return name.find("grey") != std::string::npos;
}

double number_or_undefined(const Json& value) {
    return value.is_number() ? value.get<double>() : undefined;
}

/// The numbers of an object, null for those that are not defined.
void add_numbers(CellResult& result, const Json& object, const std::string& class_name) {
    for (const auto& [name, value] : object.items())
        if ((value.is_number() || value.is_null()) && !is_no_measure(name))
            result.values.push_back({name, class_name, number_or_undefined(value)});
}

ResultFile read_summary_file(const fs::path& folder) {
    constexpr const char* remedy = "Name a folder that cytomo analyze or cytomo measure wrote";
    ResultFile file = read_result_file(folder, summary_name, remedy);
    const auto is_list = [&](const char* name) {
        return file.json.contains(name) && file.json[name].is_array();
    };
    if (!is_list("classes") || !is_list("voxel_um") || file.json["voxel_um"].size() != 3 ||
        !std::all_of(file.json["voxel_um"].begin(), file.json["voxel_um"].end(),
                     [](const Json& edge) { return edge.is_number(); }))
        throw InputError(file.path.string(), "a summary of cytomo", "another or damaged file", remedy);
    return file;
}

std::string text_in(const Json& object, const char* name) {
    return object.is_object() && object.contains(name) && object[name].is_string()
               ? object[name].get<std::string>()
               : "";
}

void read_summary(CellResult& result, const Json& json) {
    result.voxel_um = {json["voxel_um"][0].get<double>(), json["voxel_um"][1].get<double>(),
                       json["voxel_um"][2].get<double>()};
    result.voxel_size_known = !json.contains("voxel_size_known") || json["voxel_size_known"] != false;
    result.calibrated = text_in(json, "grey_unit") == "1/µm";
    result.record = record_in(json);
    result.definitions = definitions_in(json);

    add_numbers(result, json, whole_cell);
    const double cell_um3 =
        json.contains("cell_volume_um3") ? number_or_undefined(json["cell_volume_um3"]) : 0;
    for (const Json& entry : json["classes"]) {
        const std::string name = standard_class_name(text_in(entry, "name"));
        if (name.empty()) continue;
        add_numbers(result, entry, name);
        // Tomograms show more or less of a cell: what they show is counted against its volume, too.
        if (entry.contains("objects") && cell_um3 > 0)
            result.values.push_back(
                {"objects_per_um3", name, number_or_undefined(entry["objects"]) / cell_um3});
    }
    for (const auto& [name, value] : json.items()) {
        if (name == "record" || name == "seconds" || name == "options") continue;
        if (value.is_object()) add_numbers(result, value, standard_class_name(name));
    }
}

/// "vesicle", or both classes of a pair.
std::vector<std::string> classes_of_rows(const TextTable& table,
                                         const std::map<std::string, std::string>& of_object) {
    std::vector<std::string> out(table.rows.size());
    const auto pair = [&](const char* first, const char* second, const char* between, bool ordered) {
        const auto a = table.texts(first), b = table.texts(second);
        for (std::size_t r = 0; r < out.size(); ++r) {
            const std::string x = standard_class_name(a[r]), y = standard_class_name(b[r]);
            out[r] = !ordered && y < x ? y + between + x : x + between + y;
        }
    };
    if (table.has("class_a") && table.has("class_b")) {
        pair("class_a", "class_b", " and ", false);
    } else if (table.has("class") && table.has("to_class")) {
        pair("class", "to_class", " to ", true);
    } else if (table.has("class")) {
        const auto names = table.texts("class");
        for (std::size_t r = 0; r < out.size(); ++r) out[r] = standard_class_name(names[r]);
    } else {
        const auto objects =
            table.has("object") ? table.texts("object") : std::vector<std::string>(out.size());
        const std::string stem = standard_class_name(fs::path(table.file).stem().string());
        for (std::size_t r = 0; r < out.size(); ++r) {
            const auto found = of_object.find(objects[r]);
            out[r] = found == of_object.end() ? stem : found->second;
        }
    }
    return out;
}

/// The numbers of a column; nothing if it holds text. Throws InputError if it holds both.
std::optional<std::vector<double>> numbers_if_any(const TextTable& table, const std::string& column) {
    if (!table.are_numbers(column) && unit_of(column).empty()) {
        const auto texts = table.texts(column);
        const bool starts_as_text = std::none_of(texts.begin(), texts.end(), [](const std::string& text) {
            return !text.empty() &&
                   (std::isdigit(static_cast<unsigned char>(text[0])) != 0 || text[0] == '-');
        });
        if (starts_as_text) return std::nullopt;
    }
    return table.numbers(column);
}

/// Which objects touch the border, and what class each has, by number.
struct ObjectFacts {
    std::map<std::string, std::string> class_of;
    std::set<std::string> at_border;
};

ObjectFacts object_facts(const TextTable& objects) {
    ObjectFacts out;
    const auto names = objects.texts("object"), classes = objects.texts("class");
    const auto border =
        objects.has("touches_border") ? objects.numbers("touches_border") : std::vector<double>(names.size());
    for (std::size_t r = 0; r < names.size(); ++r) {
        out.class_of[names[r]] = standard_class_name(classes[r]);
        if (border[r] == 1) out.at_border.insert(names[r]);
    }
    return out;
}

/// Medians over the rows of each class.
void add_medians(CellResult& result, const TextTable& table, const ObjectFacts& facts, bool whole_objects) {
    const auto classes = classes_of_rows(table, facts.class_of);
    std::vector<bool> counted(table.rows.size(), true);
    if (whole_objects && table.has("object")) {
        const auto objects = table.texts("object");
        for (std::size_t r = 0; r < objects.size(); ++r) counted[r] = !facts.at_border.contains(objects[r]);
    }
    for (const std::string& column : table.columns) {
        if (is_no_measure(column)) continue;
        const auto numbers = numbers_if_any(table, column);
        if (!numbers) continue;
        std::map<std::string, std::vector<double>> by_class;
        for (std::size_t r = 0; r < numbers->size(); ++r)
            if (counted[r] && std::isfinite((*numbers)[r])) by_class[classes[r]].push_back((*numbers)[r]);
        for (const auto& [name, values] : by_class)
            result.values.push_back({"median_" + column, name, median_of(values)});
    }
}

/// Number and area of contacts for each pair of classes.
void add_contacts(CellResult& result, const TextTable& table) {
    result.has_contacts = true;
    const auto classes = classes_of_rows(table, {});
    const auto areas =
        table.has("area_um2") ? table.numbers("area_um2") : std::vector<double>(classes.size());
    std::map<std::string, std::pair<double, double>> by_pair;
    for (std::size_t r = 0; r < classes.size(); ++r) {
        auto& [count, area] = by_pair[classes[r]];
        ++count;
        if (std::isfinite(areas[r])) area += areas[r];
    }
    for (const auto& [name, sums] : by_pair) {
        result.values.push_back({"contacts", name, sums.first});
        if (table.has("area_um2")) result.values.push_back({"total_contact_area_um2", name, sums.second});
    }
}

using Key = std::pair<std::string, std::string>;  ///< class, measure

std::string listed(const std::set<std::string>& names) {
    std::string out;
    for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
    return out;
}

/// " Did you mean …?" of the nearest name, or of those that hold all words of `given`, the shortest first.
std::string names_meant(const std::string& given, const std::set<std::string>& known) {
    if (const std::string near = nearest_name(given, {known.begin(), known.end()}); !near.empty())
        return did_you_mean(near);
    const auto plain = [](std::string text) {
        for (char& c : text)
            c = c == ' ' || c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        return text;
    };
    std::vector<std::string> longer;
    for (const std::string& name : known)
        if (!given.empty() && ("_" + plain(name) + "_").find("_" + plain(given) + "_") != std::string::npos)
            longer.push_back(name);
    std::stable_sort(longer.begin(), longer.end(),
                     [](const std::string& a, const std::string& b) { return a.size() < b.size(); });
    constexpr std::size_t most = 4;
    if (longer.size() > most) longer.resize(most);
    std::string out;
    for (std::size_t i = 0; i < longer.size(); ++i)
        out += (i == 0 ? "" : i + 1 == longer.size() ? " or " : ", ") + ("'" + longer[i] + "'");
    return out.empty() ? "" : " Did you mean " + out + "?";
}

/// Throws UsageError if something was chosen that does not exist.
void check_choice(const std::vector<std::string>& chosen, const std::set<std::string>& known,
                  const std::string& option) {
    for (const auto& name : chosen)
        if (!known.contains(name))
            throw UsageError(option + ": expected some of " + listed(known) + "; found \"" + name + "\"." +
                             names_meant(name, known));
}

bool contains(const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

/// The last part of the path; the whole path where that is not unique.
std::vector<std::string> names_of(const std::vector<DesignRow>& rows) {
    std::vector<std::string> out;
    std::map<std::string, int> times;
    for (const DesignRow& row : rows) {
        const fs::path folder = row.folder.has_filename() ? row.folder : row.folder.parent_path();
        out.push_back(folder.filename().string());
        ++times[out.back()];
    }
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (times[out[i]] > 1) out[i] = rows[i].folder.lexically_normal().string();
    return out;
}

}  // namespace

CellResult read_result(const fs::path& folder, const ReadResultOptions& options) {
    CellResult result;
    result.folder = folder;
    const ResultFile summary = read_summary_file(folder);
    result.summary_checksum = summary.checksum;
    read_summary(result, summary.json);
    ObjectFacts facts;
    for (const char* name : {"objects", "filopodia", "mitochondria", "network", "networks", "absorption",
                             "surfaces", "curvature", "neighbours", "distances"}) {
        const fs::path file = folder / (std::string(name) + ".csv");
        if (!fs::exists(file)) continue;
        TextTable table = read_csv(file);
        if (std::string(name) == "surfaces")  // as earlier versions named it
            std::replace(table.columns.begin(), table.columns.end(), std::string("volume_um3"),
                         std::string("mesh_volume_um3"));
        if (std::string(name) == "objects") facts = object_facts(table);
        add_medians(result, table, facts, options.whole_objects);
    }
    if (const fs::path file = folder / "contacts.csv"; fs::exists(file)) add_contacts(result, read_csv(file));
    return result;
}

CellGroups gather(const std::vector<DesignRow>& rows, const std::vector<CellResult>& results,
                  const MeasureChoice& asked) {
    MeasureChoice choice = asked;
    for (std::string& name : choice.classes) name = standard_class_name(name);  // as in the results
    CellGroups out;
    const auto names = names_of(rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto group = std::find(out.groups.begin(), out.groups.end(), rows[i].group);
        if (group == out.groups.end()) group = out.groups.insert(group, rows[i].group);
        out.cells.push_back({names[i], static_cast<std::size_t>(group - out.groups.begin()),
                             rows[i].sample.empty() ? names[i] : rows[i].sample});
    }
    const bool calibrated =
        std::all_of(results.begin(), results.end(), [](const CellResult& r) { return r.calibrated; });
    // Classes in the order in which they first come, measures of each likewise.
    std::map<std::string, std::size_t> class_order;
    std::map<Key, std::size_t> at;
    std::set<std::string> measures, classes;
    for (std::size_t i = 0; i < results.size(); ++i)
        for (const MeasuredValue& v : results[i].values) {
            if (is_grey(v.name) && !calibrated) continue;
            measures.insert(v.name);
            classes.insert(v.class_name);
            if (!choice.measures.empty() && !contains(choice.measures, v.name)) continue;
            if (!choice.classes.empty() && !contains(choice.classes, v.class_name)) continue;
            class_order.emplace(v.class_name, class_order.size());
            const auto [found, added] = at.emplace(Key{v.class_name, v.name}, out.measures.size());
            if (added)
                out.measures.push_back(
                    {v.name, v.class_name, unit_of(v.name), std::vector<double>(results.size(), undefined)});
            double& value = out.measures[found->second].values[i];
            if (std::isnan(value)) value = v.value;
        }
    check_choice(choice.measures, measures, "--measures");
    check_choice(choice.classes, classes, "--classes");
    for (CellMeasure& m : out.measures)
        if (m.name == "contacts" || m.name == "total_contact_area_um2")
            for (std::size_t i = 0; i < results.size(); ++i)
                if (results[i].has_contacts && std::isnan(m.values[i])) m.values[i] = 0;
    std::erase_if(out.measures, [](const CellMeasure& m) {
        return std::none_of(m.values.begin(), m.values.end(), [](double v) { return std::isfinite(v); });
    });
    std::stable_sort(out.measures.begin(), out.measures.end(),
                     [&](const CellMeasure& a, const CellMeasure& b) {
                         return class_order.at(a.class_name) < class_order.at(b.class_name);
                     });
    return out;
}

}  // namespace cytomo::commands
