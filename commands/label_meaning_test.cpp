#include "label_meaning.h"

#include <numeric>

#include "cytomo/core/class_names.h"
#include "cytomo/io/test_files.h"

namespace cytomo::commands {
namespace {

using testing::HasSubstr;

CodedLabels coded(const std::vector<std::int64_t>& values) {
    CodedLabels out{
        ClassVolume(Grid{{static_cast<std::int64_t>(values.size()), 1, 1}, {1, 1, 1}, {}}), {}, {}, true};
    for (std::size_t i = 0; i < values.size(); ++i) {
        out.values.push_back(values[i]);
        out.counts.push_back(1000 * static_cast<std::int64_t>(i) + 1234);
        out.codes[static_cast<std::int64_t>(i)] = static_cast<std::uint8_t>(i);
    }
    return out;
}

std::vector<int> ids(const std::vector<std::int64_t>& values, const LabelMeaning& meaning) {
    const auto v = class_ids(coded(values), "labels.tif", meaning);
    return {v.values().begin(), v.values().end()};
}

TEST(LabelMeaning, NamesGetIdsInTheirOrder) {
    const auto m =
        parse_label_meaning("120=mitochondrion,7=droplet,8 = droplet,-4=background", {}, default_legend());
    EXPECT_EQ(ids({120, 7, 0, 255, 8, -4, -1}, m), (std::vector{1, 2, 0, 255, 2, 0, 255}));
    ASSERT_EQ(m.legend.entries.size(), 3U);
    EXPECT_EQ(m.legend.entries[2].name, "droplet");
    // A known name keeps its colour; another has none of those in use.
    EXPECT_EQ(m.legend.entries[1].colour, default_legend().find("mitochondrion")->colour);
    EXPECT_NE(m.legend.entries[2].colour, m.legend.entries[1].colour);
    EXPECT_EQ(m.text(),
              "-4 background, 0 background, 7 droplet, 8 droplet, 120 mitochondrion, "
              "255 or -1 unlabelled");
}

TEST(LabelMeaning, SmallValuesStayIds) {
    const auto m =
        parse_label_meaning("6=filopodium,3=mitochondrion,4=filopodium,200=unlabelled", {}, default_legend());
    EXPECT_EQ(ids({3, 6, 4, 0, 200}, m), (std::vector{3, 6, 6, 0, 255}));
    ASSERT_EQ(m.legend.entries.size(), 3U);
    EXPECT_EQ(m.legend.entries[1].id, 3);
    EXPECT_EQ(m.legend.entries[1].name, "mitochondrion");
    EXPECT_EQ(m.legend.entries[2].id, 6);
}

TEST(LabelMeaning, WithoutNamesValuesAreIds) {
    const auto m = parse_label_meaning("", {}, default_legend());
    EXPECT_EQ(ids({0, 6, 255}, m), (std::vector{0, 6, 255}));
    EXPECT_EQ(m.legend, default_legend());
}

TEST(LabelMeaning, UnknownValuesAreListedWithCounts) {
    const auto m = parse_label_meaning("1=mitochondrion", {}, default_legend());
    const std::string error = test::error_of([&] { ids({0, 70000, 1}, m); });
    EXPECT_THAT(error, HasSubstr("labels.tif: expected the labels"));
    EXPECT_THAT(error, HasSubstr("0 (1,234 voxels), 1 (3,234 voxels), 70000 (2,234 voxels)"));
    EXPECT_THAT(error, HasSubstr("What is 70000?"));
}

TEST(LabelMeaning, MasksAreAskedAbout) {
    EXPECT_THAT(test::error_of([&] {
                    ids({0, 255}, parse_label_meaning("1=a", {}, default_legend()));
                }),
                HasSubstr("--classes 255=NAME"));
    EXPECT_EQ(ids({0, 255}, parse_label_meaning("255=a", {}, default_legend())), (std::vector{0, 1}));
    EXPECT_EQ(ids({0, 255}, parse_label_meaning("1=a", 255, default_legend())), (std::vector{0, 255}));
    EXPECT_EQ(ids({0, 255}, parse_label_meaning("1=a,255=unlabelled", {}, default_legend())),
              (std::vector{0, 255}));
    EXPECT_EQ(ids({0, 255, 1}, parse_label_meaning("1=a", {}, default_legend())), (std::vector{0, 255, 1}));
}

TEST(LabelMeaning, IgnoreValueIsChosen) {
    EXPECT_EQ(ids({0, 9, 1}, parse_label_meaning("1=a", 9, default_legend())), (std::vector{0, 255, 1}));
    // 0 can be "not looked at" where background has a value of its own.
    EXPECT_EQ(ids({0, 1, 2}, parse_label_meaning("1=background,2=a", 0, default_legend())),
              (std::vector{255, 0, 2}));
    EXPECT_THROW(ids({0, 1, 255}, parse_label_meaning("1=a", -1, default_legend())), InputError);
    EXPECT_THROW(parse_label_meaning("1=a", 1, default_legend()), UsageError);
    EXPECT_THROW(parse_label_meaning("0=a,1=b", 0, default_legend()), UsageError);
}

TEST(LabelMeaning, BadListsAreRefused) {
    for (const char* text :
         {"mitochondrion", "1=", "=a", "x=a", "1.5=a", "1=a,,2=b", "1=a,1=b", "0=background", "1=a/b"})
        EXPECT_THROW(parse_label_meaning(text, {}, default_legend()), UsageError) << text;
    std::string many = "1=c1";
    for (int i = 2; i <= 15; ++i) many += "," + std::to_string(i) + "=c" + std::to_string(i);
    EXPECT_EQ(parse_label_meaning(many, {}, default_legend()).legend.entries.back().id, 15);
    EXPECT_THROW(parse_label_meaning(many + ",16=c16", {}, default_legend()), UsageError);
}

TEST(LabelMeaning, BackgroundMayHaveAName) {
    const auto m = parse_label_meaning("0=ice,1=mitochondrion #010203,5=ice", {}, default_legend());
    EXPECT_EQ(ids({0, 1, 5, 255}, m), (std::vector{0, 1, 0, 255}));
    EXPECT_EQ(legend_text(m.legend), "0 ice, 1 mitochondrion");
    EXPECT_EQ(m.legend.entries[0].colour, default_legend().entries[0].colour);
    EXPECT_EQ(m.legend.entries[1].colour, (std::array<std::uint8_t, 3>{1, 2, 3}));
}

TEST(LabelMeaning, ClassVolumesMayHaveAnyId) {
    const auto named = parse_named_values("120=mitochondrion,7=droplet", "--legend");
    const auto m = meaning_of(named, largest_class_id, "--legend");
    EXPECT_EQ(ids({0, 120, 7}, m), (std::vector{0, 120, 7}));
    EXPECT_EQ(legend_text(m.legend), "0 background, 7 droplet, 120 mitochondrion");
    const std::string error = test::error_of([&] { ids({0, 3}, m); });
    EXPECT_THAT(error, HasSubstr("What is 3? Name every value: --legend VALUE=NAME"));
    EXPECT_THAT(test::error_of([&] { ids({0, 255}, m); }), HasSubstr("--legend 255=unlabelled"));
}

const Legend own{{{0, "background", {}}, {1, "mitochondrion", {}}, {2, "droplet", {}}}};

TEST(LabelMeaning, WhatLabelFilesSayCountsByName) {
    // All known to the model, under other numbers and another spelling: its ids, and its legend stays.
    const auto known = parse_label_meaning("", {}, default_legend(), own);
    EXPECT_EQ(ids({0, 1, 2, 255}, known), (std::vector{0, 3, 4, 255}));
    EXPECT_EQ(known.legend, default_legend());
    EXPECT_THROW(ids({3}, known), InputError);
    // Something new: the classes of the files.
    const Legend other{{{0, "background", {}}, {1, "golgi", {}}, {3, "mitochondrion", {}}}};
    const auto adopted = parse_label_meaning("", {}, default_legend(), other);
    EXPECT_EQ(ids({0, 1, 3}, adopted), (std::vector{0, 1, 3}));
    EXPECT_EQ(legend_text(adopted.legend), "0 background, 1 golgi, 3 mitochondrion");
    // One class to the model, two in the files.
    const Legend two{{{0, "background", {}}, {1, "endosome", {}}, {2, "lysosome", {}}}};
    EXPECT_EQ(legend_text(parse_label_meaning("", {}, default_legend(), two).legend),
              "0 background, 1 endosome, 2 lysosome");
    // What was given wins.
    EXPECT_EQ(ids({1}, parse_label_meaning("1=nucleus,2=golgi", {}, default_legend(), own)),
              (std::vector{1}));
    EXPECT_EQ(ids({0, 1, 9}, parse_label_meaning("", 9, default_legend(), own)), (std::vector{0, 3, 255}));
    EXPECT_THROW(parse_label_meaning("", 1, default_legend(), own), UsageError);
}

using LegendOfFiles = test::InFolder;

TEST_F(LegendOfFiles, FilesMustNotContradictEachOther) {
    const ClassVolume v(test::unequal);
    const auto a = folder / "a.tif", b = folder / "b.mrc", c = folder / "c.npy", bare = folder / "bare.h5";
    write_classes(a, v, own, false);
    write_classes(b, v, {{{0, "background", {}}, {2, "Lipid_Droplets", {}}, {5, "golgi", {}}}}, false);
    write_classes(c, v, default_legend(), false);
    write_volume(bare, v, false);
    EXPECT_FALSE(legend_of_files({bare}, {}, "--classes"));
    EXPECT_EQ(legend_of_files({bare, a}, {}, "--classes"), own);
    EXPECT_EQ(legend_text(*legend_of_files({a, b}, {}, "--classes")),
              "0 background, 1 mitochondrion, 2 droplet, 5 golgi");
    const std::string error = test::error_of([&] { legend_of_files({a, c}, {}, "--classes"); });
    EXPECT_THAT(error, HasSubstr("c.npy"));
    EXPECT_THAT(error, HasSubstr("--classes VALUE=NAME"));
}

TEST(LabelMeaning, NumbersAreGrouped) {
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(1000), "1,000");
    EXPECT_EQ(grouped(-1234567), "-1,234,567");
    EXPECT_EQ(grouped(-123), "-123");
}

}  // namespace
}  // namespace cytomo::commands
