#include "cytomo/network/model.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cytomo/core/error.h"
#include "safetensors.h"

namespace cytomo {
namespace {

namespace fs = std::filesystem;

fs::path scratch(const std::string& name) {
    const fs::path dir = fs::path(testing::TempDir()) / "cytomo_model_test";
    fs::create_directories(dir);
    fs::remove(dir / name);
    return dir / name;
}

std::string contents(const fs::path& p) {
    std::ifstream in(p, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void expect_refused(const std::string& bytes, const std::string& words) {
    const auto p = scratch("bad.safetensors");
    std::ofstream(p, std::ios::binary) << bytes;
    try {
        read_model(p);
        ADD_FAILURE() << "accepted: " << words;
    } catch (const InputError& e) {
        EXPECT_NE(std::string(e.what()).find(words), std::string::npos) << e.what();
    }
}

TEST(Model, SurvivesTheFile) {
    Model m = make_model({{16, 32}, 3}, 11);
    m.voxel_um = 0.015;
    m.legend.entries = {{0, "out", {1, 2, 3}}, {1, "in", {4, 5, 6}}, {2, "ä \"quoted\"", {7, 8, 9}}};
    m.record["steps"] = "12";
    const auto p = scratch("m.safetensors");
    write_model(p, m, false);
    const Model r = read_model(p);
    EXPECT_EQ(r.architecture, m.architecture);
    EXPECT_EQ(r.legend, m.legend);
    EXPECT_EQ(r.record, m.record);
    EXPECT_EQ(r.voxel_um, m.voxel_um);
    EXPECT_EQ(r.checksum(), m.checksum());
    EXPECT_NE(make_model({{16, 32}, 3}, 12).checksum(), m.checksum());
    EXPECT_THROW(write_model(p, m, false), InputError);
    EXPECT_NO_THROW(write_model(p, m, true));
}

TEST(Model, SeesVoxelsWithinItsRangeAsTheyAre) {
    Model m = make_model({{16, 32}, 3}, 11);
    m.voxel_um = 0.02;
    const auto seen = [&m](double x, double y, double z) {
        return m.seen_voxel_um({{100, 100, 50}, {x, y, z}, {}});
    };
    EXPECT_EQ(seen(0.0368, 0.0368, 0.0368), 0.02);  // one edge for all tomograms
    m.coarsest_voxel_um = 0.04;
    EXPECT_EQ(seen(0.01, 0.01, 0.01), 0.02);
    EXPECT_EQ(seen(0.0368, 0.0368, 0.0368), 0.0368);
    EXPECT_EQ(seen(0.06, 0.06, 0.06), 0.04);
    EXPECT_EQ(seen(0.025, 0.026, 0.08), 0.025);  // what a slice shows counts, not how far apart slices are
    const Grid own{{309, 682, 3}, {0.0368, 0.0368, 0.0368}, {}};
    EXPECT_EQ(m.grid_of(own), own);
    EXPECT_EQ(m.grid_of({{100, 100, 50}, {0.06, 0.06, 0.06}, {}}).size, (Size3{150, 150, 75}));
}

TEST(Model, HowItSeesAndWeighsSurvivesTheFile) {
    Model m = make_model({{16, 32}, 3}, 11);
    const auto p = scratch("range.safetensors");
    write_model(p, m, true);
    EXPECT_EQ(read_model(p).coarsest_voxel_um, 0);
    m.coarsest_voxel_um = 0.04;
    const std::string usual = m.checksum();
    m.flat_slices = true;
    EXPECT_NE(m.checksum(), usual);
    EXPECT_NE(read_model(p).checksum(), m.checksum()) << "it sees coarse voxels otherwise";
    m.polarity_weights = {1.5, 20, 3};
    EXPECT_NE(m.checksum(), usual);
    write_model(p, m, true);
    EXPECT_EQ(read_model(p).coarsest_voxel_um, 0.04);
    EXPECT_TRUE(read_model(p).flat_slices);
    EXPECT_EQ(read_model(p).polarity_weights, m.polarity_weights);
    EXPECT_EQ(read_model(p).checksum(), m.checksum());
    const std::string good = contents(p);
    const auto with = [&good](const std::string& from, const std::string& to) {
        std::string bad = good;
        const auto at = bad.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        return bad.replace(at, from.size(), to);
    };
    expect_refused(with("0.04", "40.0"), "coarsest voxels");
    expect_refused(with("tail", "tale"), "a description of a cytomo model");
}

TEST(Model, CarriesItsErrorModelAsText) {
    Model m = make_model({{16, 32}, 3}, 11);
    const auto p = scratch("errors.safetensors");
    write_model(p, m, false);
    EXPECT_EQ(read_model(p).error_model, "");
    EXPECT_EQ(read_safetensors(p).metadata.count("error_model"), 0U);
    const std::string before = m.checksum();
    m.error_model = "{\"classes\":{\"ä\":{\"mean_um\":-0.25}}}";
    write_model(p, m, true);
    EXPECT_EQ(read_model(p).error_model, m.error_model);
    EXPECT_EQ(read_model(p).checksum(), before);  // it is about the weights, not one of them
    // Other outputs or more layers: what was learnt no longer holds.
    Model other = m;
    adopt_legend(other, {{{0, "background", {}}, {1, "cytoplasm", {}}}}, 1);
    EXPECT_EQ(other.error_model, "");
    other = m;
    grow(other, {1}, 1);
    EXPECT_EQ(other.error_model, "");
}

TEST(Model, TextThatIsNoUtf8IsWrittenWithReplacements) {
    // Latin-1: "Zähne" is Z E4 h n e. U+FFFD is EF BF BD.
    const auto p = scratch("latin.safetensors");
    write_safetensors(p, {{{"note", "Z\xE4hne"}}, {{"w", {{1}, {1.5F}}}}}, false);
    EXPECT_NE(contents(p).find("{\"note\":\"Z\xEF\xBF\xBDhne\"}"), std::string::npos) << contents(p);
    const auto t = read_safetensors(p);
    EXPECT_EQ(t.metadata.at("note"), "Z\xEF\xBF\xBDhne");
    EXPECT_EQ(t.tensors.at("w").values, std::vector<float>{1.5F});

    Model m = make_model({{16}, 2}, 1);
    m.legend.entries[1].name = m.record["image"] = "Z\xE4hne";
    m.error_model = "learnt on Z\xE4hne";
    write_model(p, m, true);
    const Model r = read_model(p);
    EXPECT_EQ(r.legend.entries[1].name, "Z\xEF\xBF\xBDhne");
    EXPECT_EQ(r.record.at("image"), "Z\xEF\xBF\xBDhne");
    EXPECT_EQ(r.error_model, "learnt on Z\xEF\xBF\xBDhne");
}

TEST(Model, DamagedFilesAreRefusedByName) {
    const auto p = scratch("whole.safetensors");
    write_model(p, make_model({{16, 32}, 3}, 11), false);
    const std::string whole = contents(p);
    expect_refused("", "0 bytes");
    expect_refused(whole.substr(0, 400), "header within the file");
    expect_refused(whole.substr(0, whole.size() - 100), "incomplete");
    std::string huge = whole;
    huge[6] = 1;
    expect_refused(huge, "header within the file");
    const std::string no_model = "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
    std::string bytes(8, '\0');
    bytes[0] = static_cast<char>(no_model.size());
    expect_refused(bytes + no_model + "abcd", "without cytomo's description");
    const std::string lying =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,16],\"data_offsets\":[0,4]}}";
    bytes[0] = static_cast<char>(lying.size());
    expect_refused(bytes + lying + "abcd", "larger than the file");
    const std::string broken = "{\"a\":[}";
    bytes[0] = static_cast<char>(broken.size());
    expect_refused(bytes + broken, "JSON");
    EXPECT_THROW(read_model(testing::TempDir()), InputError);
    EXPECT_THROW(read_model("/nonexistent/x"), InputError);
}

TEST(Model, ALegendOfOtherClassesIsRefused) {
    const auto p = scratch("legend.safetensors");
    Model m = make_model({{16}, 3}, 1);
    m.legend.entries[2].id = 200;
    write_model(p, m, true);
    EXPECT_THROW(read_model(p), InputError);
    m.legend.entries[2].id = 1;
    write_model(p, m, true);
    EXPECT_THROW(read_model(p), InputError);
}

TEST(Model, TwoNamesForOneKindBothGetAnOutput) {
    Model m = make_model({}, 1);
    adopt_legend(m, {{{0, "background", {}}, {1, "endosome", {}}, {2, "lysosome", {}}}}, 1);
    EXPECT_EQ(m.class_of_output, (std::vector<std::uint8_t>{0, 0, 0, 0, 0, 1, 0, 2}));
}

TEST(Model, HalfAndBrainFloatsAreRead) {
    // 1.5 and -2 in IEEE half (0x3E00, 0xC000) and bfloat16 (0x3FC0, 0xC000).
    const std::string header =
        "{\"h\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]},"
        "\"b\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[4,8]}}";
    std::string bytes(8, '\0');
    bytes[0] = static_cast<char>(header.size());
    bytes += header + std::string("\x00\x3E\x00\xC0\xC0\x3F\x00\xC0", 8);
    const auto p = scratch("halves.safetensors");
    std::ofstream(p, std::ios::binary) << bytes;
    const auto t = read_safetensors(p);
    EXPECT_EQ(t.tensors.at("h").values, (std::vector<float>{1.5F, -2}));
    EXPECT_EQ(t.tensors.at("b").values, (std::vector<float>{1.5F, -2}));
}

TEST(Architecture, OnlyTheFirstLayerHasChannelsOfClicksWhichMayBeAbsent) {
    Architecture a{{16, 32}, 3};
    a.refine = {1, 1};
    for (const bool objects : {false, true}) {
        a.objects = objects;
        int first = 0;
        for (const Layer& layer : a.layers()) {
            EXPECT_EQ(layer.sees_input(), layer.name == "encoder.0.a") << layer.name;
            EXPECT_EQ(layer.inputs_without_clicks(), layer.sees_input() ? 1 : layer.in) << layer.name;
            first += layer.sees_input() ? 1 : 0;
        }
        EXPECT_EQ(first, 1);
        EXPECT_EQ(a.layers().front().inputs_without_clicks(), 1);
        EXPECT_EQ(a.layers().front().in, objects ? 3 : 1);
    }
    Architecture without = a;
    without.objects = false;
    EXPECT_EQ(a.multiply_adds_per_voxel(), without.multiply_adds_per_voxel());
}

TEST(Architecture, LayersKnowTheLevelAtWhichTheyRun) {
    Architecture a;
    a.widths.assign(8, 16);
    a.refine.assign(16, 1);
    // Strides lead down; each "up", at the lower level, leads up again.
    int level = 0;
    for (const Layer& layer : a.layers()) {
        if (layer.stride == 2) ++level;
        EXPECT_EQ(layer.level(), level) << layer.name;
        if (layer.kernel == 1 && layer.norm) --level;
    }
    EXPECT_EQ(level, 0);
    EXPECT_EQ((Layer{"encoder.0.a"}.level()), 0);
    EXPECT_EQ((Layer{"encoder.3.down"}.level()), 3);
    EXPECT_EQ((Layer{"decoder.2.up"}.level()), 3);
    EXPECT_EQ((Layer{"decoder.2.refine1"}.level()), 2);
    EXPECT_EQ((Layer{"head"}.level()), 0);
}

TEST(Architecture, CostIsTheSumOverItsConvolutions) {
    // By hand: 27*16 + 27*256 + 256 at full resolution; at half, 8*16*32 + 2*27*1024 + 32*16, over 8;
    // decoder 27*256.
    const Architecture a{{16, 32}, 3};
    EXPECT_DOUBLE_EQ(a.multiply_adds_per_voxel(),
                     27 * 16 + 2 * 27 * 256 + 256 + (8 * 16 * 32 + 2 * 27 * 1024 + 32 * 16) / 8.0);
    EXPECT_LT(Architecture{}.multiply_adds_per_voxel(), 60000);
    EXPECT_EQ(Architecture{}.stride(), 16);
}

}  // namespace
}  // namespace cytomo
