// What classes mean travels within volumes: in every format, as other programs find it, and through them.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cytomo/io/legend_io.h"
#include "cytomo/io/mrc_labels.h"
#include "cytomo/io/test_files.h"
#include "cytomo/io/tiff_metadata.h"
#include "cytomo/io/value_conversion.h"

namespace cytomo {
namespace {

using testing::HasSubstr;
using LegendFiles = test::InFolder;
using test::unequal;

constexpr const char* legend_endings[] = {".mrc", ".tif", ".npy", ".h5"};

const Legend own{
    {{0, "background", {30, 34, 42}}, {1, "mitochondrion", {214, 96, 77}}, {7, "droplet", {9, 8, 255}}}};
/// Neither names nor their number fit into the header of an MRC file.
Legend long_legend() {
    Legend legend{{{0, "background, ice", {0, 0, 0}}}};
    for (int i = 1; i < 120; ++i)
        legend.entries.push_back({static_cast<std::uint8_t>(i), "größe = " + std::to_string(i), {1, 2, 3}});
    return legend;
}

ClassVolume some_classes() {
    ClassVolume v(unequal);
    for (std::int64_t i = 0; i < v.count(); ++i) v[i] = i % 3 == 0 ? 0 : i % 3 == 1 ? 1 : 7;
    return v;
}

TEST_F(LegendFiles, EveryPairOfFormatsKeepsIt) {
    const ClassVolume classes = some_classes();
    for (const Legend& legend : {own, default_legend(), long_legend()})
        for (const char* from : legend_endings) {
            const auto a = folder / (std::string("a") + from);
            write_classes(a, classes, legend, true);
            for (const char* to : legend_endings) {
                SCOPED_TRACE(std::string(from) + " to " + to);
                const auto b = folder / (std::string("b") + to);
                convert_volume(open_volume(a), b, {.type = {}, .scale_to_type = false, .overwrite = true});
                std::optional<Legend> found;
                const ClassVolume back = read_classes(b, {}, nullptr, &found);
                EXPECT_EQ(found, legend);
                EXPECT_TRUE(std::equal(back.values().begin(), back.values().end(), classes.values().begin()));
                test::expect_near(back.grid().voxel_um, unequal.voxel_um);
            }
        }
}

TEST_F(LegendFiles, WithoutVoxelSizeAsWell) {
    for (const char* ending : legend_endings) {
        SCOPED_TRACE(ending);
        const auto path = folder / (std::string("a") + ending);
        VolumeWriter writer(path, unequal, ScalarType::uint8, false, false, own);
        writer.write_slices<std::uint8_t>(0, 3, some_classes().values());
        writer.finish();
        const StoredVolume v = open_volume(path);
        EXPECT_EQ(v.legend, own);
        EXPECT_FALSE(v.voxel_size_known);
    }
}

TEST_F(LegendFiles, FilesWithoutOneHaveNone) {
    for (const char* ending : legend_endings) {
        const auto path = folder / (std::string("a") + ending);
        write_volume(path, some_classes(), false);
        EXPECT_FALSE(open_volume(path).legend) << ending;
    }
}

TEST_F(LegendFiles, ANewFileDoesNotInheritTheOldOne) {
    for (const char* ending : legend_endings) {
        SCOPED_TRACE(ending);
        const auto path = folder / (std::string("a") + ending);
        write_classes(path, some_classes(), long_legend(), true);
        VolumeWriter writer(path, unequal, ScalarType::uint8, true, false);
        writer.write_slices<std::uint8_t>(0, 3, some_classes().values());
        writer.finish();
        EXPECT_FALSE(open_volume(path).legend);
        EXPECT_FALSE(open_volume(path).voxel_size_known);
    }
}

TEST_F(LegendFiles, ScaledValuesAreNoClasses) {
    write_classes(folder / "a.tif", some_classes(), own, false);
    ConvertOptions options;
    options.type = ScalarType::uint16;
    options.scale_to_type = true;
    convert_volume(open_volume(folder / "a.tif"), folder / "b.tif", options);
    EXPECT_FALSE(open_volume(folder / "b.tif").legend);
}

TEST_F(LegendFiles, NamedValuesAreNoMask) {
    ClassVolume v(unequal);
    v[3] = 120;
    write_volume(folder / "bare.tif", v, false);
    EXPECT_EQ(read_classes(folder / "bare.tif")[3], 1);
    write_classes(folder / "named.tif", v, {{{0, "background", {}}, {120, "golgi", {}}}}, false);
    EXPECT_EQ(read_classes(folder / "named.tif")[3], 120);
}

TEST_F(LegendFiles, BesideNamesIgnoredVoxelsAreNoMask) {
    ClassVolume v(unequal);
    v[3] = ignore_label;
    write_volume(folder / "bare.tif", v, false);
    EXPECT_EQ(read_classes(folder / "bare.tif")[3], 1);
    for (const char* ending : legend_endings) {
        SCOPED_TRACE(ending);
        const auto path = folder / (std::string("named") + ending);
        write_classes(path, v, own, false);
        std::vector<std::string> remarks;
        const ClassVolume back = read_classes(path, {}, &remarks);
        EXPECT_EQ(back[3], ignore_label);
        EXPECT_EQ(back[0], 0);
        EXPECT_THAT(remarks, testing::Contains(HasSubstr("255 is ignored")));
    }
    // Nor is a value that has no name: whoever wants classes is told.
    v[3] = 128;
    write_classes(folder / "unnamed.tif", v, own, false);
    EXPECT_EQ(read_classes(folder / "unnamed.tif")[3], 128);
}

TEST_F(LegendFiles, IdsThatShareANameAreReadAsOne) {
    const Legend twice{{{0, "background", {}}, {1, "golgi", {1, 2, 3}}, {7, "golgi", {4, 5, 6}}}};
    for (const char* ending : legend_endings) {
        SCOPED_TRACE(ending);
        const auto path = folder / (std::string("a") + ending);
        write_classes(path, some_classes(), twice, false);
        std::vector<std::string> remarks;
        std::optional<Legend> legend;
        const ClassVolume back = read_classes(path, {}, &remarks, &legend);
        EXPECT_EQ(legend, (Legend{{{0, "background", {}}, {1, "golgi", {1, 2, 3}}}}));
        EXPECT_EQ(back[0], 0);
        EXPECT_EQ(back[1], 1);
        EXPECT_EQ(back[2], 1);
        EXPECT_THAT(remarks, testing::Contains(HasSubstr("1 and 7 are both golgi")));
    }
}

/// Tags of the first page, read byte by byte: type, count and bytes of the values.
struct Tag {
    unsigned type = 0, count = 0;
    std::vector<std::uint8_t> bytes;
};
std::map<unsigned, Tag> tags_of(const std::filesystem::path& path) {
    const auto file = test::bytes_of(path);
    const auto number = [&](std::size_t at, std::size_t bytes) {
        unsigned v = 0;
        for (std::size_t i = bytes; i-- > 0;) v = v << 8 | std::to_integer<unsigned>(file.at(at + i));
        return v;
    };
    EXPECT_EQ(number(0, 2), 0x4949U);  // little-endian
    EXPECT_EQ(number(2, 2), 42U);
    const std::size_t directory = number(4, 4);
    std::map<unsigned, Tag> tags;
    for (unsigned i = 0; i < number(directory, 2); ++i) {
        const std::size_t entry = directory + 2 + 12 * i;
        Tag tag{number(entry + 2, 2), number(entry + 4, 4), {}};
        constexpr std::size_t sizes[] = {0, 1, 1, 2, 4, 8, 1, 1};
        const std::size_t bytes = sizes[tag.type] * tag.count;
        const std::size_t at = bytes <= 4 ? entry + 8 : number(entry + 8, 4);
        for (std::size_t b = 0; b < bytes; ++b)
            tag.bytes.push_back(std::to_integer<std::uint8_t>(file.at(at + b)));
        tags[number(entry, 2)] = tag;
    }
    return tags;
}

TEST_F(LegendFiles, TheDescriptionStaysImageJs) {
    write_classes(folder / "a.tif", some_classes(), own, false);
    const auto tags = tags_of(folder / "a.tif");
    const auto& bytes = tags.at(270).bytes;
    ASSERT_EQ(bytes.back(), 0);
    const std::string text(bytes.begin(), bytes.end() - 1);
    // ImageJ asks whether it begins like this, and reads the keys as java.util.Properties does.
    EXPECT_TRUE(text.starts_with("ImageJ="));
    std::map<std::string, std::string> properties;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const auto end = line.find_first_of("=: \t");
        ASSERT_NE(end, std::string::npos);
        properties[line.substr(0, end)] = line.substr(end + 1);
        // tifffile splits at '=' and skips lines with another number of parts.
        EXPECT_EQ(std::count(line.begin(), line.end(), '='), 1) << line;
    }
    EXPECT_EQ(properties.at("images"), "3");
    EXPECT_EQ(properties.at("slices"), "3");
    EXPECT_EQ(properties.at("unit"), "micron");
    EXPECT_EQ(properties.at("spacing"), "0.01");
    const auto json = nlohmann::json::parse(properties.at("cytomo_legend"));
    EXPECT_EQ(json[2]["id"], 7);
    EXPECT_EQ(json[2]["name"], "droplet");
    EXPECT_EQ(json[2]["colour"], (std::vector<int>{9, 8, 255}));
}

TEST_F(LegendFiles, FijisInfoIsWrittenAsItsDecoderReadsIt) {
    write_classes(folder / "a.tif", some_classes(), own, false);
    const auto tags = tags_of(folder / "a.tif");
    const Tag &counts = tags.at(50838), &metadata = tags.at(50839);
    EXPECT_EQ(counts.type, 4U);
    EXPECT_EQ(metadata.type, 1U);
    // ij.io.TiffDecoder.getMetaData: integers in the order of the file; header size, then one count for each
    // value.
    const auto integer = [](const Tag& t, std::size_t at) {
        return t.bytes.at(at) | t.bytes.at(at + 1) << 8 | t.bytes.at(at + 2) << 16 | t.bytes.at(at + 3) << 24;
    };
    ASSERT_EQ(counts.count, 2U);
    EXPECT_EQ(integer(counts, 0), 12);
    EXPECT_EQ(integer(metadata, 0), 0x494a494a);  // "IJIJ"
    EXPECT_EQ(integer(metadata, 4), 0x696e666f);  // "info"
    EXPECT_EQ(integer(metadata, 8), 1);
    ASSERT_EQ(metadata.count, 12U + static_cast<unsigned>(integer(counts, 4)));
    std::string info;
    for (std::size_t i = 12; i < metadata.bytes.size(); i += 2) {
        info += static_cast<char>(metadata.bytes[i]);
        EXPECT_EQ(metadata.bytes.at(i + 1), 0);
    }
    EXPECT_EQ(info, "cytomo_legend=" + legend_json(own) + "\n");
    // Other volumes have no such tags.
    write_volume(folder / "b.tif", some_classes(), false);
    EXPECT_EQ(tags_of(folder / "b.tif").count(50839), 0U);
}

/// A file as Fiji saves it: big-endian, a description of its own, the info in its private tags.
std::string saved_by_fiji(const std::string& info, unsigned info_bytes_claimed = 0) {
    std::string file, values;
    const auto u16 = [](std::string& s, unsigned v) {
        s += {static_cast<char>(v >> 8), static_cast<char>(v & 255)};
    };
    const auto u32 = [&](std::string& s, unsigned v) { u16(s, v >> 16), u16(s, v & 65535); };
    const std::string description("ImageJ=1.54f\nimages=1\nunit=micron\nmin=0\nmax=7\n\0", 48);
    std::string metadata = "IJIJinfo";
    u32(metadata, 1);
    for (const char c : info) metadata += {'\0', c};
    const unsigned entries = 12, after = 8 + 2 + 12 * entries + 4;
    const unsigned at_description = after,
                   at_counts = at_description + static_cast<unsigned>(description.size()),
                   at_metadata = at_counts + 8,
                   at_values = at_metadata + static_cast<unsigned>(metadata.size());
    file = "MM";
    u16(file, 42), u32(file, 8), u16(file, entries);
    const auto entry = [&](unsigned tag, unsigned type, unsigned count, unsigned value) {
        u16(file, tag), u16(file, type), u32(file, count);
        if (type == 3)
            u16(file, value), u16(file, 0);
        else
            u32(file, value);
    };
    entry(256, 4, 1, 3);
    entry(257, 4, 1, 2);
    entry(258, 3, 1, 8);
    entry(259, 3, 1, 1);
    entry(262, 3, 1, 1);
    entry(270, 2, static_cast<unsigned>(description.size()), at_description);
    entry(273, 4, 1, at_values);
    entry(277, 3, 1, 1);
    entry(278, 3, 1, 2);
    entry(279, 4, 1, 6);
    entry(50838, 4, 2, at_counts);
    entry(50839, 1, static_cast<unsigned>(metadata.size()), at_metadata);
    u32(file, 0);
    file += description;
    u32(file, 12);
    u32(file, info_bytes_claimed > 0 ? info_bytes_claimed : static_cast<unsigned>(2 * info.size()));
    return file + metadata + std::string("\0\1\7\0\1\7", 6);
}

TEST_F(LegendFiles, ItSurvivesFiji) {
    const std::string line = "cytomo_legend=" + legend_json(own) + "\n";
    const auto path = write("a.tif", saved_by_fiji("Some notes of mine: 5\n" + line));
    const StoredVolume v = open_volume(path);
    EXPECT_EQ(v.format, "ImageJ TIFF");
    EXPECT_EQ(v.legend, own);
    EXPECT_EQ(read_classes(path)[2], 7);
    EXPECT_FALSE(open_volume(write("b.tif", saved_by_fiji("Some notes of mine: 5\n"))).legend);
}

TEST_F(LegendFiles, DamagedOnesAreRemarkedAndNeverFatal) {
    const auto remarks = [&](const std::filesystem::path& path) { return open_volume(path).remarks; };
    const auto what = testing::Contains(HasSubstr("could not be understood"));
    EXPECT_THAT(remarks(write("a.tif", saved_by_fiji("cytomo_legend=[{]\n"))), what);
    EXPECT_FALSE(
        open_volume(write("a.tif", saved_by_fiji("cytomo_legend=" + legend_json(own), 100000))).legend);
    io::ImagejMetadata metadata = io::imagej_metadata_with("abc");
    EXPECT_EQ(io::imagej_info(metadata), "abc");
    for (std::size_t i = 0; i < metadata.bytes.size(); ++i)  // any byte may be wrong
        for (const std::uint8_t wrong : {0, 1, 127, 255}) {
            auto bad = metadata;
            bad.bytes[i] = wrong;
            EXPECT_LE(io::imagej_info(bad).size(), 3U);
        }
    for (const std::uint32_t wrong : {0U, 3U, 11U, 13U, 1000U, 0xffffffffU})
        for (const std::size_t which : {0U, 1U}) {
            auto bad = metadata;
            bad.byte_counts[which] = wrong;
            EXPECT_LE(io::imagej_info(bad).size(), 3U);
        }

    write_classes(folder / "a.mrc", some_classes(), own, false);
    auto bytes = test::bytes_of(folder / "a.mrc");
    const std::string label = "classes: 1=a, 1=b";
    std::memcpy(bytes.data() + 224 + 80, label.data(), label.size());
    EXPECT_THAT(remarks(write("b.mrc", bytes)), what);
    EXPECT_FALSE(open_volume(folder / "b.mrc").legend);
}

TEST_F(LegendFiles, LabelsOfAnMrcHeader) {
    write_classes(folder / "a.mrc", some_classes(), own, false);
    EXPECT_FALSE(std::filesystem::exists(folder / "a.mrc.json"));
    const auto bytes = test::bytes_of(folder / "a.mrc");
    std::int32_t count = 0;
    std::memcpy(&count, bytes.data() + 220, 4);
    EXPECT_EQ(count, 2);
    const auto label = [&](std::size_t i) {
        return std::string(reinterpret_cast<const char*>(bytes.data()) + 224 + 80 * i, 80);
    };
    EXPECT_TRUE(label(0).starts_with("Written by cytomo "));
    EXPECT_TRUE(
        label(1).starts_with("classes: 0=background #1e222a, 1=mitochondrion #d6604d, 7=droplet #0908ff "))
        << label(1);
    EXPECT_EQ(label(2), std::string(80, '\0'));
    const auto lines = io::mrc_legend_labels(default_legend());
    ASSERT_TRUE(lines);
    for (const auto& line : *lines) EXPECT_LE(line.size(), 80U);
    EXPECT_EQ(io::parse_mrc_labels(*lines).legend, default_legend());
}

TEST_F(LegendFiles, LongOnesLieBesideAnMrcFile) {
    write_classes(folder / "a.mrc", some_classes(), long_legend(), false);
    std::ifstream in(folder / "a.mrc.json");
    const auto json = nlohmann::json::parse(in);
    EXPECT_EQ(json["legend"][119]["name"], "größe = 119");
    // Nothing is overwritten unasked, and a file that was renamed without it says what is missing.
    std::filesystem::remove(folder / "a.mrc");
    EXPECT_THAT(
        test::error_of([&] { write_classes(folder / "a.mrc", some_classes(), long_legend(), false); }),
        HasSubstr("a.mrc.json"));
    write_classes(folder / "a.mrc", some_classes(), long_legend(), true);
    std::filesystem::rename(folder / "a.mrc", folder / "b.mrc");
    const StoredVolume v = open_volume(folder / "b.mrc");
    EXPECT_FALSE(v.legend);
    EXPECT_THAT(v.remarks, testing::Contains(HasSubstr("b.mrc.json")));
}

TEST_F(LegendFiles, Hdf5HoldsItAsText) {
    write_classes(folder / "a.h5", some_classes(), own, false);
    const auto bytes = test::bytes_of(folder / "a.h5");
    const std::string file(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    EXPECT_NE(file.find(legend_json(own)), std::string::npos);
    EXPECT_NE(file.find(std::string("legend\0", 7)), std::string::npos);
}

TEST_F(LegendFiles, TheSidecarOfNumpyHoldsIt) {
    write_classes(folder / "a.npy", some_classes(), own, false);
    std::ifstream in(folder / "a.npy.json");
    const auto json = nlohmann::json::parse(in);
    EXPECT_EQ(json["legend"][1]["name"], "mitochondrion");
    EXPECT_EQ(json["voxel_um"][1], 0.0125);
    write("a.npy.json", std::string(R"({"legend": [{"id": 1, "name": ""}]})"));
    const std::string error = test::error_of([&] { open_volume(folder / "a.npy"); });
    EXPECT_THAT(error, HasSubstr("a.npy.json"));
    EXPECT_TRUE(error.ends_with("Mend or remove this file")) << error;
    std::filesystem::remove(folder / "a.npy.json");
    EXPECT_EQ(open_volume(folder / "a.npy").grid.size, unequal.size);
}

}  // namespace
}  // namespace cytomo
