// Error bars as columns beside the values, and as a table of classes.
#include <algorithm>
#include <string>
#include <unordered_map>

#include "cytomo/core/class_names.h"
#include "cytomo/measures/intervals.h"

namespace cytomo {

namespace {

/// A pair of columns beside the column `value`, and how they are filled.
template <class Of>
struct Pair {
    std::string value, low, high;
    Interval Of::*interval;
};

std::ptrdiff_t column_of(const Table& table, const std::string& name) {
    return std::find_if(table.columns.begin(), table.columns.end(),
                        [&](const TableColumn& c) { return c.name == name; }) -
           table.columns.begin();
}

/// The intervals of each row; nullptr: there are none.
template <class Of>
std::vector<const Of*> find_rows(const Table& table, const std::vector<Of>& intervals) {
    std::unordered_map<std::int64_t, const Of*> by_number;
    for (const Of& i : intervals) by_number[i.instance] = &i;
    const auto objects = static_cast<std::size_t>(column_of(table, "object"));
    std::vector<const Of*> of_row;
    for (const auto& row : table.rows) {
        const auto found = by_number.find(std::get<std::int64_t>(row[objects]));
        of_row.push_back(found == by_number.end() ? nullptr : found->second);
    }
    return of_row;
}

/// How a sentence about an interval ends.
constexpr auto sureness = " with a probability of 90 %.";

/// What a column says, and why it may be empty.
std::string explained(const std::string& description, const std::string& absent) {
    return absent.empty() ? description : description + " Empty cells: " + absent;
}

/// A column at the end.
template <class Of, class Number>
void add_number(Table& table, const std::vector<Of>& intervals, const TableColumn& column, Number number) {
    const std::vector<const Of*> of_row = find_rows(table, intervals);
    table.columns.push_back(column);
    for (std::size_t r = 0; r < table.rows.size(); ++r)
        table.rows[r].emplace_back(of_row[r] != nullptr ? number(*of_row[r]) : not_defined);
}

/// Inserts pairs right of their values and chance_real at the end. Rows without intervals get NaN.
template <class Of>
void add_columns(Table& table, const std::vector<Of>& intervals, const std::vector<Pair<Of>>& pairs,
                 const std::string& absent) {
    const std::vector<const Of*> of_row = find_rows(table, intervals);
    for (const Pair<Of>& pair : pairs) {
        const auto at = column_of(table, pair.value);
        if (at == static_cast<std::ptrdiff_t>(table.columns.size()))
            continue;  // a table without this measure
        const TableColumn value = table.columns[static_cast<std::size_t>(at)];
        table.columns.insert(
            table.columns.begin() + at + 1,
            {{pair.low, value.unit,
              explained("Lower end of the interval that holds the true " + value.name + sureness, absent)},
             {pair.high, value.unit,
              explained("Upper end of the interval that holds the true " + value.name + sureness, absent)}});
        for (std::size_t r = 0; r < table.rows.size(); ++r) {
            const Interval interval = of_row[r] != nullptr ? of_row[r]->*pair.interval : Interval{};
            table.rows[r].insert(table.rows[r].begin() + at + 1, {interval.low, interval.high});
        }
    }
    add_number(table, intervals,
               {"chance_real", "",
                explained("Chance that there really is such an object at this place, from 0 to 1.", absent)},
               [](const Of& i) { return i.chance_real; });
}

}  // namespace

void add_interval_columns(Table& objects_table, const std::vector<ObjectIntervals>& intervals,
                          const std::string& absent) {
    using I = ObjectIntervals;
    add_columns<I>(
        objects_table, intervals,
        {{"volume_um3", "volume_low_um3", "volume_high_um3", &I::volume_um3},
         {"surface_um2", "surface_low_um2", "surface_high_um2", &I::surface_um2},
         {"equivalent_diameter_um", "equivalent_diameter_low_um", "equivalent_diameter_high_um",
          &I::equivalent_diameter_um},
         {"longest_width_um", "longest_width_low_um", "longest_width_high_um", &I::longest_width_um}},
        absent);
    add_number(objects_table, intervals,
               {"mean_probability", "",
                "How sure the model is of the object's class, from 0 to 1: mean over the object's voxels."},
               [](const I& i) { return i.certainty.mean_probability; });
    add_number(objects_table, intervals,
               {"edge_blur_um", "µm",
                "How far the model's certainty blurs at the object's edge (standard deviation). The more it "
                "does, the less is known of where the edge lies."},
               [](const I& i) { return i.certainty.edge_blur_um; });
}

void add_interval_columns(Table& filopodia_table, const std::vector<FilopodiumIntervals>& intervals,
                          const std::string& absent) {
    using I = FilopodiumIntervals;
    add_columns<I>(
        filopodia_table, intervals,
        {{"length_um", "length_low_um", "length_high_um", &I::length_um},
         {"mean_radius_um", "mean_radius_low_um", "mean_radius_high_um", &I::mean_radius_um},
         {"minimum_radius_um", "minimum_radius_low_um", "minimum_radius_high_um", &I::minimum_radius_um}},
        absent);
}

Table class_intervals_table(const std::vector<ClassIntervals>& intervals, const Legend& legend,
                            const std::string& absent) {
    Table table;
    table.name = "class_intervals";
    table.columns = {
        class_id_column(),
        class_column(),
        {"measure", "",
         "What is given: the count (of cell bodies without an interval, as one cell is in view), volume or "
         "surface of all objects of the class together, or what lies outside objects. That is the volume of "
         "the class that belongs to no object, most of it in pieces too small to be one, and it is part of "
         "no "
         "other number."},
        {"unit", "", "Unit of value, expected, low and high; empty for counts."},
        {"value", "", "The number as it was measured."},
        {"expected", "",
         explained("Best estimate of the truth: the value without the mean errors that the model made on "
                   "simulated cells (false objects, missed ones, surfaces too far out or in).",
                   absent)},
        {"low", "",
         explained(std::string("Lower end of the interval that holds the truth") + sureness, absent)},
        {"high", "",
         explained(std::string("Upper end of the interval that holds the truth") + sureness, absent)},
    };
    for (const ClassIntervals& c : intervals) {
        const auto add = [&](const char* measure, const char* unit, double value, double expected,
                             const Interval& interval) {
            table.rows.push_back({static_cast<std::int64_t>(c.class_id), legend.name_of(c.class_id), measure,
                                  unit, value, expected, interval.low, interval.high});
        };
        // One cell is in view, or a part of it: how many there are is no question.
        const bool body = is_cell_body_name(legend.name_of(c.class_id));
        add("count", "", static_cast<double>(c.objects), c.expected_real + c.expected_missed,
            body ? Interval{} : c.count);
        add("volume", "µm³", c.volume_um3, c.expected_um3, c.volume);
        add("surface", "µm²", c.surface_um2, c.expected_um2, c.surface);
        add("outside objects", "µm³", c.outside_objects_um3, not_defined, {});
    }
    return table;
}

}  // namespace cytomo
