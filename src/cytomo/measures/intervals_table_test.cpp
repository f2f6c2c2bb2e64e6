#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "cytomo/measures/intervals.h"
#include "test_intervals.h"

namespace cytomo {
namespace {

using test_intervals::ball;
using test_intervals::holds;
using test_intervals::usual_errors;

TEST(Intervals, Columns) {
    std::vector<Object> objects{ball(0.1, 3), ball(0.2, 7)};
    Table table = objects_table(objects, default_legend());
    const auto columns = table.columns.size();
    const auto intervals = object_intervals(objects, {}, usual_errors(), {});
    add_interval_columns(table, {intervals[1], intervals[0]});  // any order
    ASSERT_EQ(table.columns.size(), columns + 11);
    for (const auto& row : table.rows) ASSERT_EQ(row.size(), table.columns.size());
    for (std::size_t c = 0; c < table.columns.size(); ++c)
        if (table.columns[c].name == "volume_um3") {
            EXPECT_EQ(table.columns[c + 1].name, "volume_low_um3");
            EXPECT_EQ(table.columns[c + 2].name, "volume_high_um3");
            EXPECT_EQ(table.columns[c + 1].unit, "µm³");
            EXPECT_EQ(std::get<double>(table.rows[1][c + 1]), intervals[1].volume_um3.low);
            EXPECT_EQ(std::get<double>(table.rows[0][c + 2]), intervals[0].volume_um3.high);
        }
    Filopodium f;
    f.instance = 3;
    f.length_um = f.mean_radius_um = f.minimum_radius_um = f.volume_um3 = 1;
    Table tubes = filopodia_table({f});
    add_interval_columns(tubes, filopodium_intervals({f}, {}, filopodium, usual_errors()));
    EXPECT_EQ(tubes.rows[0].size(), tubes.columns.size());
    const auto classes = class_intervals({}, Grid{{4, 4, 4}, {1, 1, 1}, {}}, objects, {}, usual_errors(), {});
    const Table summary = class_intervals_table(classes, default_legend());
    ASSERT_EQ(summary.rows.size(), 4U);
    EXPECT_EQ(summary.rows[0].size(), summary.columns.size());
    EXPECT_EQ(summary.columns[5].name, "expected");
    EXPECT_EQ(std::get<double>(summary.rows[0][5]), classes[0].expected_real + classes[0].expected_missed);
    EXPECT_EQ(std::get<double>(summary.rows[1][5]), classes[0].expected_um3);
    // What columns say of how sure they are is what no option changes.
    for (const Table* t : {static_cast<const Table*>(&table), static_cast<const Table*>(&tubes), &summary})
        for (const TableColumn& c : t->columns) {
            const bool end =
                c.name.find("low") != std::string::npos || c.name.find("high") != std::string::npos;
            EXPECT_TRUE(!end || c.description.ends_with(" with a probability of 90 %.")) << c.name;
        }
}

TEST(Intervals, CellBodiesAreNotCounted) {
    ErrorModel errors;
    errors.classes[cytoplasm] = errors.classes[vesicle] = usual_errors().classes[vesicle];
    const std::vector<Object> objects{ball(0.4, 1, cytoplasm), ball(0.2, 2, vesicle)};
    const Table table = class_intervals_table(
        class_intervals({}, Grid{{4, 4, 4}, {1, 1, 1}, {}}, objects, {}, errors), default_legend());
    ASSERT_EQ(table.rows.size(), 8U);  // count, volume, surface, outside objects of cytoplasm, then vesicle
    for (const std::size_t c : {6U, 7U}) {  // low and high
        EXPECT_TRUE(std::isnan(std::get<double>(table.rows[0][c]))) << table.columns[c].name;
        EXPECT_TRUE(std::isfinite(std::get<double>(table.rows[1][c]))) << table.columns[c].name;
        EXPECT_TRUE(std::isfinite(std::get<double>(table.rows[4][c]))) << table.columns[c].name;
    }
    EXPECT_EQ(std::get<double>(table.rows[0][4]), 1);
    EXPECT_NE(table.columns[2].description.find("of cell bodies without an interval"), std::string::npos);
}

TEST(Intervals, AbsentWithoutErrorsOfTheClass) {
    // Errors are known of vesicles and of no other class.
    ErrorModel errors;
    errors.classes[vesicle] = usual_errors().classes[vesicle];
    std::vector<Object> objects{ball(0.2, 1, vesicle), ball(0.2, 2, mitochondrion)};
    const std::vector<Certainty> certainty{{}, {0.8, 0.02}, {0.7, 0.03}};
    const auto each = object_intervals(objects, certainty, errors);
    EXPECT_TRUE(holds(each[0].volume_um3, objects[0].volume_um3));
    EXPECT_TRUE(std::isnan(each[1].chance_real));
    for (const Interval& i : {each[1].volume_um3, each[1].surface_um2, each[1].equivalent_diameter_um,
                              each[1].longest_width_um}) {
        EXPECT_TRUE(std::isnan(i.low));
        EXPECT_TRUE(std::isnan(i.high));
    }
    EXPECT_EQ(each[1].certainty.mean_probability, 0.7);  // that is the network's, not the error model's

    const auto all = class_intervals({{mitochondrion, 5000}}, Grid{{50, 50, 50}, {0.02, 0.02, 0.02}, {}},
                                     objects, certainty, errors);
    ASSERT_EQ(all.size(), 2U);  // ascending: mitochondrion first
    EXPECT_EQ(all[0].objects, 1);
    EXPECT_NEAR(all[0].volume_um3, 0.04, 1e-12);
    EXPECT_NEAR(all[0].surface_um2, objects[1].surface_um2, 1e-12);
    for (const double v :
         {all[0].expected_real, all[0].expected_missed, all[0].expected_um3, all[0].expected_um2,
          all[0].count.low, all[0].count.high, all[0].volume.low, all[0].surface.high})
        EXPECT_TRUE(std::isnan(v));
    EXPECT_GT(all[1].expected_real, 0);

    // Filopodia whose class is known, but not how far their lines err.
    errors.classes[filopodium] = usual_errors().classes[filopodium];
    Filopodium f;
    f.instance = 1;
    f.length_um = f.mean_radius_um = f.minimum_radius_um = f.volume_um3 = 1;
    const auto line = filopodium_intervals({f}, {}, filopodium, errors)[0];
    EXPECT_GT(line.chance_real, 0);
    EXPECT_TRUE(std::isnan(line.length_um.low) && std::isnan(line.mean_radius_um.high));

    // The columns stay, and say why their cells are empty.
    Table table = objects_table(objects, default_legend());
    add_interval_columns(table, each, "nobody knows.");
    for (const TableColumn& column : table.columns)
        EXPECT_EQ(column.description.find("nobody knows.") != std::string::npos,
                  column.name.find("_low_") != std::string::npos ||
                      column.name.find("_high_") != std::string::npos || column.name == "chance_real")
            << column.name;
    const Table classes = class_intervals_table(all, default_legend(), "nobody knows.");
    for (const std::size_t c : {5U, 6U, 7U}) {
        EXPECT_NE(classes.columns[c].description.find("nobody knows."), std::string::npos);
        EXPECT_TRUE(std::isnan(std::get<double>(classes.rows[0][c])));
    }
    EXPECT_EQ(std::get<double>(classes.rows[0][4]), 1);
}

}  // namespace
}  // namespace cytomo
