// Meshes in the formats that other programs draw and measure, byte by byte: glTF, VTP, scalars of vertices.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "cytomo/io/test_meshes.h"

namespace cytomo {
namespace {

using namespace test;

using MeshFormats = MeshFiles;

TEST_F(MeshFormats, NamesOfAnyBytesLoseNoWork) {
    std::vector<MeshPart> parts(1);
    parts[0].mesh = awkward(1, 5);
    parts[0].look.name =
        "gr\xF6\xDF"
        "e";
    write_meshes(file("a.glb"), parts, false,
                 "/data/gr\xF6\xDF"
                 "e.tif");
    const std::string bytes = content(file("a.glb"));
    const auto size = numbers_at<std::uint32_t>(bytes, 12, 1)[0];
    const auto json = nlohmann::json::parse(bytes.substr(20, size));
    EXPECT_EQ(json["nodes"][0]["name"],
              "gr\xEF\xBF\xBD\xEF\xBF\xBD"
              "e");
}

TEST_F(MeshFormats, GltfFollowsItsSpecification) {
    std::vector<MeshPart> parts(3);
    parts[0].mesh = awkward(1, 5);
    parts[0].look = {"lipid droplet", Colour{255, 0, 188}, {}, {}};
    parts[2].mesh = awkward(2, 4);  // the second is empty and left out
    parts[2].look.vertex_colours.assign(8, Colour{10, 255, 0});
    write_meshes(file("all.glb"), parts, false, "made \"so\"");
    const std::string bytes = content(file("all.glb"));
    const auto head = numbers_at<std::uint32_t>(bytes, 0, 5);
    EXPECT_EQ(bytes.substr(0, 4), "glTF");
    EXPECT_EQ(head[1], 2U);
    EXPECT_EQ(head[2], bytes.size());
    EXPECT_EQ(head[3] % 4, 0U);
    EXPECT_EQ(bytes.substr(16, 4), "JSON");
    const auto json = nlohmann::json::parse(bytes.substr(20, head[3]));
    const std::size_t block = 20 + head[3] + 8;
    EXPECT_EQ(numbers_at<std::uint32_t>(bytes, block - 8, 1)[0], bytes.size() - block);
    EXPECT_EQ(bytes.substr(block - 4, 4), std::string("BIN\0", 4));
    EXPECT_EQ(json["buffers"][0]["byteLength"], bytes.size() - block);
    EXPECT_EQ(json["asset"]["version"], "2.0");
    EXPECT_EQ(json["asset"]["extras"]["comment"], "made \"so\"");
    ASSERT_EQ(json["meshes"].size(), 2U);
    EXPECT_EQ(json["nodes"][0]["name"], "lipid droplet");
    const auto place = [&](const nlohmann::json& accessor) {
        return block + json["bufferViews"][accessor["bufferView"].get<std::size_t>()]["byteOffset"]
                           .get<std::size_t>();
    };
    for (std::size_t m = 0; m < 2; ++m) {
        const Mesh& mesh = parts[2 * m].mesh;
        const auto& primitive = json["meshes"][m]["primitives"][0];
        const auto& positions = json["accessors"][primitive["attributes"]["POSITION"].get<std::size_t>()];
        EXPECT_EQ(positions["componentType"], 5126);
        EXPECT_EQ(positions["type"], "VEC3");
        EXPECT_EQ(positions["count"], mesh.vertices.size());
        EXPECT_EQ(numbers_at<float>(bytes, place(positions), 3 * mesh.vertices.size()), flat(mesh.vertices));
        for (std::size_t i = 0; i < 3; ++i) {
            float low = 1e30F;
            for (const auto& v : mesh.vertices) low = std::min(low, v[i]);
            EXPECT_EQ(positions["min"][i].get<float>(), low);
        }
        const auto& indices = json["accessors"][primitive["indices"].get<std::size_t>()];
        EXPECT_EQ(indices["componentType"], 5125);
        EXPECT_EQ(numbers_at<std::uint32_t>(bytes, place(indices), 3 * mesh.triangles.size()),
                  flat(mesh.triangles));
    }
    // Colours are linear in glTF: full and none stay, 188 of sRGB is half the light.
    const auto& colour = json["materials"][0]["pbrMetallicRoughness"]["baseColorFactor"];
    EXPECT_NEAR(colour[0].get<double>(), 1, 1e-6);
    EXPECT_NEAR(colour[1].get<double>(), 0, 1e-6);
    EXPECT_NEAR(colour[2].get<double>(), 0.5, 0.005);
    const auto& of_vertices =
        json["accessors"][json["meshes"][1]["primitives"][0]["attributes"]["COLOR_0"].get<std::size_t>()];
    EXPECT_TRUE(of_vertices["normalized"].get<bool>());
    EXPECT_EQ(numbers_at<std::uint8_t>(bytes, place(of_vertices), 4),
              (std::vector<std::uint8_t>{1, 255, 0, 255}));
}

TEST_F(MeshFormats, VtpHoldsPointsTrianglesColoursAndParts) {
    std::vector<MeshPart> parts(2);
    parts[0].mesh = awkward(1, 5);
    parts[0].look = {"a--b <c>", Colour{1, 2, 3}, {}, {}};
    parts[1].mesh = awkward(2, 4);
    write_meshes(file("all.vtp"), parts, false);
    const std::string bytes = content(file("all.vtp"));
    const std::string head = bytes.substr(0, bytes.find("encoding=\"raw\">\n_"));
    EXPECT_THAT(head, ::testing::HasSubstr("NumberOfPoints=\"18\" NumberOfPolys=\"18\""));
    EXPECT_EQ(head.find("--", head.find("<!--") + 4), head.find("-->"));
    const std::size_t block = bytes.find('_', head.size()) + 1;
    Mesh together;
    for (const auto& p : parts) append(together, p.mesh);
    const auto array = [&](const std::string& name) {
        const auto at = head.find("Name=\"" + name + "\"");
        EXPECT_NE(at, std::string::npos) << name;
        const auto offset = std::stoull(head.substr(head.find("offset=\"", at) + 8));
        return std::pair{block + offset + 8, numbers_at<std::uint64_t>(bytes, block + offset, 1)[0]};
    };
    const auto [points, point_bytes] = array("Points");
    EXPECT_EQ(point_bytes, 18U * 12);
    EXPECT_EQ(numbers_at<float>(bytes, points, 54), flat(together.vertices));
    const auto [corners, corner_bytes] = array("connectivity");
    EXPECT_EQ(corner_bytes, 18U * 12);
    EXPECT_EQ(numbers_at<std::uint32_t>(bytes, corners, 54), flat(together.triangles));
    EXPECT_EQ(numbers_at<std::int32_t>(bytes, array("offsets").first, 2), (std::vector<std::int32_t>{3, 6}));
    EXPECT_EQ(numbers_at<std::uint8_t>(bytes, array("colour").first, 3),
              (std::vector<std::uint8_t>{1, 2, 3}));
    const auto part = numbers_at<std::int32_t>(bytes, array("part").first, 18);
    EXPECT_EQ(std::count(part.begin(), part.end(), 1), 10);
    EXPECT_EQ(std::count(part.begin(), part.end(), 2), 8);
}

/// Two parts, of which only the first has numbers at its vertices.
std::vector<MeshPart> parts_with_scalars() {
    std::vector<MeshPart> parts(2);
    parts[0].mesh = awkward(1, 5);
    parts[1].mesh = awkward(2, 4);
    VertexScalar curvature{"mean_curvature_per_um", {}}, unsupported{"unsupported", {}};
    for (std::size_t v = 0; v < 10; ++v) {
        curvature.values.push_back(v == 3 ? NAN : static_cast<float>(v) / 7);
        unsupported.values.push_back(v % 2 == 0 ? 1.0F : 0.0F);
    }
    parts[0].look.vertex_scalars = {curvature, unsupported};
    return parts;
}

bool same(const std::vector<float>& a, const std::vector<float>& b) {  // NaN equals NaN
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](float x, float y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

TEST_F(MeshFormats, PlyHoldsScalarsOfVertices) {
    auto parts = parts_with_scalars();
    parts[0].look.colour = Colour{1, 2, 3};
    write_meshes(file("s.ply"), parts, false);
    const std::string bytes = content(file("s.ply"));
    EXPECT_THAT(bytes, ::testing::HasSubstr("property uchar blue\nproperty float mean_curvature_per_um\n"
                                            "property float unsupported\nelement face"));
    const std::size_t body = bytes.find("end_header\n") + 11;
    constexpr std::size_t row = 12 + 3 + 8;
    for (std::size_t v = 0; v < 18; ++v) {
        const auto values = numbers_at<float>(bytes, body + v * row + 15, 2);
        const auto& scalars = parts[0].look.vertex_scalars;
        const std::vector<float> expected{v < 10 ? scalars[0].values[v] : NAN,
                                          v < 10 ? scalars[1].values[v] : NAN};
        EXPECT_TRUE(same(values, expected)) << v;
    }
    EXPECT_EQ(read_mesh(file("s.ply")).triangles.size(), 18U);
    parts[0].look.vertex_scalars[1].values.pop_back();
    EXPECT_THROW(write_meshes(file("t.ply"), parts, false), std::invalid_argument);
}

TEST_F(MeshFormats, VtpAndGltfHoldScalarsOfVertices) {
    const auto parts = parts_with_scalars();
    const auto& scalars = parts[0].look.vertex_scalars;
    write_meshes(file("s.vtp"), parts, false);
    const std::string vtp = content(file("s.vtp"));
    const std::string head = vtp.substr(0, vtp.find("encoding=\"raw\">\n_"));
    const std::size_t block = vtp.find('_', head.size()) + 1;
    EXPECT_THAT(head, ::testing::HasSubstr("<PointData Scalars=\"mean_curvature_per_um\">"));
    for (const auto& s : scalars) {
        const auto at = head.find("Name=\"" + s.name + "\"");
        ASSERT_NE(at, std::string::npos);
        const auto offset = std::stoull(head.substr(head.find("offset=\"", at) + 8));
        EXPECT_EQ(numbers_at<std::uint64_t>(vtp, block + offset, 1)[0], 18U * 4);
        std::vector<float> expected = s.values;
        expected.resize(18, NAN);
        EXPECT_TRUE(same(numbers_at<float>(vtp, block + offset + 8, 18), expected)) << s.name;
    }
    write_meshes(file("s.glb"), parts, false);
    const std::string glb = content(file("s.glb"));
    const auto length = numbers_at<std::uint32_t>(glb, 12, 1)[0];
    const auto json = nlohmann::json::parse(glb.substr(20, length));
    const auto& attributes = json["meshes"][0]["primitives"][0]["attributes"];
    const auto& accessor = json["accessors"][attributes["_MEAN_CURVATURE_PER_UM"].get<std::size_t>()];
    EXPECT_EQ(accessor["type"], "SCALAR");
    EXPECT_EQ(accessor["count"], 10);
    const auto& view = json["bufferViews"][accessor["bufferView"].get<std::size_t>()];
    std::vector<float> expected = scalars[0].values;
    expected[3] = 0;
    EXPECT_EQ(numbers_at<float>(glb, 20 + length + 8 + view["byteOffset"].get<std::size_t>(), 10), expected);
    EXPECT_FALSE(json["meshes"][1]["primitives"][0]["attributes"].contains("_UNSUPPORTED"));
}

}  // namespace
}  // namespace cytomo
