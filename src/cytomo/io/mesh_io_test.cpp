// Meshes survive writing and reading in every format; damaged files are refused with advice.
#include "cytomo/io/mesh_io.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "cytomo/core/error.h"
#include "cytomo/core/random.h"

namespace cytomo {
namespace {

namespace fs = std::filesystem;

class MeshFiles : public ::testing::Test {
protected:
    MeshFiles() : folder_(fs::temp_directory_path() / ("cytomo_mesh_io_" + std::to_string(::getpid()))) {
        fs::create_directories(folder_);
    }
    ~MeshFiles() override { fs::remove_all(folder_); }
    fs::path file(const std::string& name) const { return folder_ / name; }
    fs::path written(const std::string& name, const std::string& content) const {
        std::ofstream(file(name), std::ios::binary) << content;
        return file(name);
    }
    static std::string content(const fs::path& path) {
        std::ostringstream s;
        s << std::ifstream(path, std::ios::binary).rdbuf();
        return s.str();
    }
    static std::string message(const fs::path& path) {
        try {
            read_mesh(path);
        } catch (const InputError& e) {
            return e.what();
        }
        return "nothing thrown";
    }

private:
    fs::path folder_;
};

/// A closed strip of quads with awkward coordinates, its vertices in the order of their first use.
Mesh awkward(std::uint64_t seed, std::uint32_t n) {
    Random random(seed);
    Mesh m;
    for (std::uint32_t v = 0; v < 2 * n; ++v)
        m.vertices.push_back({static_cast<float>(random.normal(10, 3)),
                              static_cast<float>(random.uniform(-1e-7, 1e-7)),
                              static_cast<float>(1.0 / 3 + 1e5 * random.uniform())});
    for (std::uint32_t i = 0; i < n; ++i) {
        const std::uint32_t a = 2 * i, b = a + 1, c = (a + 2) % (2 * n), d = (a + 3) % (2 * n);
        m.triangles.push_back({a, b, c});
        m.triangles.push_back({b, d, c});
    }
    return m;
}

Mesh stl_order(const Mesh& mesh) {  // vertices as an STL reader meets them
    Mesh result;
    std::vector<std::int64_t> number(mesh.vertices.size(), -1);
    for (const auto& t : mesh.triangles) {
        std::array<std::uint32_t, 3> mapped{};
        for (std::size_t c = 0; c < 3; ++c) {
            if (number[t[c]] < 0) {
                number[t[c]] = static_cast<std::int64_t>(result.vertices.size());
                result.vertices.push_back(mesh.vertices[t[c]]);
            }
            mapped[c] = static_cast<std::uint32_t>(number[t[c]]);
        }
        result.triangles.push_back(mapped);
    }
    return result;
}

TEST_F(MeshFiles, EveryFormatGivesBackTheSameMesh) {
    for (const std::uint32_t n : {3U, 50000U}) {
        const Mesh mesh = awkward(n, n);
        for (const std::string extension : {"ply", "PLY", "obj", "stl"}) {
            const auto path = file("mesh" + std::to_string(n) + "." + extension);
            write_mesh(path, mesh, false);
            const Mesh back = read_mesh(path);
            const Mesh expected = extension == "stl" ? stl_order(mesh) : mesh;
            EXPECT_EQ(back.vertices, expected.vertices) << extension;
            EXPECT_EQ(back.triangles, expected.triangles) << extension;
        }
    }
}

TEST_F(MeshFiles, EmptyMeshesAreFiles) {
    for (const std::string extension : {"ply", "stl", "obj"}) {
        write_mesh(file("empty." + extension), Mesh{}, false);
        EXPECT_TRUE(read_mesh(file("empty." + extension)).empty());
    }
}

TEST_F(MeshFiles, HeadersNameUnitObjectAndComment) {
    MeshLook look;
    look.name = "lipid droplet";
    look.comment = "made from a.mrc\nvoxel 20 nm";
    for (const std::string extension : {"ply", "stl", "obj"}) {
        write_mesh(file("a." + extension), awkward(1, 3), false, look);
        EXPECT_THAT(content(file("a." + extension)), ::testing::HasSubstr("micrometres"));
        EXPECT_THAT(content(file("a." + extension)), ::testing::AnyOf(::testing::HasSubstr("lipid droplet"),
                                                                      ::testing::HasSubstr("lipid-droplet")));
    }
    EXPECT_THAT(content(file("a.ply")), ::testing::HasSubstr("comment voxel 20 nm\n"));
    EXPECT_THAT(content(file("a.obj")), ::testing::HasSubstr("# voxel 20 nm\n"));
    EXPECT_EQ(fs::file_size(file("a.stl")), 84U + 50U * 6U);
}

TEST_F(MeshFiles, ColoursSurviveInPlyAndObj) {
    const Mesh mesh = awkward(2, 40);
    MeshLook look;
    look.colour = Colour{214, 96, 77};
    MeshLook by_vertex = look;
    for (std::size_t v = 0; v < mesh.vertices.size(); ++v)
        by_vertex.vertex_colours.push_back(
            {static_cast<std::uint8_t>(3 * v), static_cast<std::uint8_t>(255 - v), 7});
    for (const std::string extension : {"ply", "obj"}) {
        write_mesh(file("c." + extension), mesh, false, look);
        const auto uniform = read_mesh_parts(file("c." + extension));
        ASSERT_EQ(uniform.size(), 1U);
        EXPECT_EQ(uniform[0].look.vertex_colours, std::vector<Colour>(mesh.vertices.size(), *look.colour));
        EXPECT_EQ(uniform[0].mesh.vertices, mesh.vertices);
        write_mesh(file("v." + extension), mesh, false, by_vertex);
        EXPECT_EQ(read_mesh_parts(file("v." + extension))[0].look.vertex_colours, by_vertex.vertex_colours);
    }
    by_vertex.vertex_colours.pop_back();
    EXPECT_THROW(write_mesh(file("w.ply"), mesh, false, by_vertex), std::invalid_argument);
    EXPECT_FALSE(fs::exists(file("w.ply")));
}

TEST_F(MeshFiles, SeveralObjectsInOneFile) {
    std::vector<MeshPart> parts(3);
    for (std::size_t i = 0; i < 3; ++i) {
        parts[i].mesh = awkward(i, static_cast<std::uint32_t>(3 + i));
        parts[i].look.name = "vesicle " + std::to_string(i + 1);
    }
    write_meshes(file("all.obj"), parts, false, "three");
    const auto back = read_mesh_parts(file("all.obj"));
    ASSERT_EQ(back.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(back[i].look.name, "vesicle-" + std::to_string(i + 1));
        EXPECT_EQ(back[i].mesh.vertices, parts[i].mesh.vertices);
        EXPECT_EQ(back[i].mesh.triangles, parts[i].mesh.triangles);
    }
    Mesh together;
    for (const auto& p : parts) append(together, p.mesh);
    write_meshes(file("all.ply"), parts, false);
    EXPECT_EQ(read_mesh(file("all.ply")).triangles, together.triangles);
    EXPECT_EQ(read_mesh(file("all.obj")).triangles, together.triangles);
    write_meshes(file("all.stl"), parts, false);
    EXPECT_EQ(read_mesh(file("all.stl")).triangles.size(), together.triangles.size());
}

/// Numbers of type T at a place in a file's bytes.
template <class T>
std::vector<T> numbers_at(const std::string& bytes, std::size_t offset, std::size_t count) {
    std::vector<T> out(count);
    EXPECT_LE(offset + count * sizeof(T), bytes.size());
    std::memcpy(out.data(), bytes.data() + offset, count * sizeof(T));
    return out;
}

template <class Corner>
std::vector<typename Corner::value_type> flat(const std::vector<Corner>& corners) {
    std::vector<typename Corner::value_type> out;
    for (const auto& c : corners) out.insert(out.end(), c.begin(), c.end());
    return out;
}

TEST_F(MeshFiles, GltfFollowsItsSpecification) {
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

TEST_F(MeshFiles, VtpHoldsPointsTrianglesColoursAndParts) {
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

TEST_F(MeshFiles, PlyHoldsScalarsOfVertices) {
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

TEST_F(MeshFiles, VtpAndGltfHoldScalarsOfVertices) {
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

TEST_F(MeshFiles, ExistingFilesAreKeptUnlessToldOtherwise) {
    const Mesh mesh = awkward(1, 3);
    write_mesh(file("a.ply"), mesh, false);
    EXPECT_THROW(write_mesh(file("a.ply"), mesh, false), InputError);
    EXPECT_NO_THROW(write_mesh(file("a.ply"), mesh, true));
    EXPECT_THROW(write_mesh(file("a.vtk"), mesh, false), InputError);
    EXPECT_THROW(write_mesh(file("none") / "a.ply", mesh, false), InputError);
    Mesh wrong = mesh;
    wrong.triangles[0][0] = 99;
    EXPECT_THROW(write_mesh(file("b.ply"), wrong, false), std::invalid_argument);
}

TEST_F(MeshFiles, FilesOfOtherProgramsAreRead) {
    const auto ply =
        written("text.ply",
                "ply\r\nformat ascii 1.0\r\nelement vertex 4\r\nproperty double x\r\nproperty double y\r\n"
                "property double z\r\nproperty float quality\r\nelement face 1\r\nproperty uchar region\r\n"
                "property list uchar uint vertex_index\r\nend_header\r\n0 0 0 9\r\n1 0 0 9\r\n1 1 0 9\r\n0 1 "
                "0.5 9\r\n"
                "1 4 0 1 2 3\r\n");
    const Mesh quad = read_mesh(ply);
    ASSERT_EQ(quad.vertices.size(), 4U);
    EXPECT_EQ(quad.vertices[3][2], 0.5F);
    EXPECT_THAT(quad.triangles, ::testing::ElementsAre(std::array<std::uint32_t, 3>{0, 1, 2},
                                                       std::array<std::uint32_t, 3>{0, 2, 3}));
    const auto obj =
        written("slashes.obj",
                "# from elsewhere\nmtllib a.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0 0\nvn 0 0 1\nusemtl red\n"
                "f 1/1/1 2/1/1 3/1/1\nv 0 0 1\nf -1//1 -4//1 -3//1\n");
    const Mesh two = read_mesh(obj);
    EXPECT_THAT(two.triangles, ::testing::ElementsAre(std::array<std::uint32_t, 3>{0, 1, 2},
                                                      std::array<std::uint32_t, 3>{3, 0, 1}));
}

TEST_F(MeshFiles, DamagedFilesAreRefused) {
    using ::testing::HasSubstr;
    write_mesh(file("good.ply"), awkward(1, 20), false);
    write_mesh(file("good.stl"), awkward(1, 20), false);
    const std::string ply = content(file("good.ply")), stl = content(file("good.stl"));
    for (std::size_t size = 0; size < ply.size(); size += 53)
        EXPECT_THAT(message(written("cut.ply", ply.substr(0, size))), HasSubstr("expected")) << size;
    for (std::size_t size = 0; size < stl.size(); size += 53)
        EXPECT_THAT(message(written("cut.stl", stl.substr(0, size))), HasSubstr("expected")) << size;
    std::string wrong_index = ply;
    std::memset(wrong_index.data() + wrong_index.size() - 4, 0x7f, 4);
    EXPECT_THAT(message(written("index.ply", wrong_index)), HasSubstr("indices of its 40 vertices"));
    EXPECT_THAT(message(written(
                    "huge.ply",
                    "ply\nformat ascii 1.0\nelement vertex 99999999999\nproperty float x\nend_header\n1\n")),
                HasSubstr("a shorter file"));
    EXPECT_THAT(message(written("big.ply", "ply\nformat binary_big_endian 1.0\nend_header\n")),
                HasSubstr("little-endian"));
    EXPECT_THAT(message(written("text.stl",
                                "solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex "
                                "0 1 0\nendloop\nendfacet\nendsolid\n")),
                HasSubstr("as text"));
    EXPECT_THAT(message(written("a.obj", "v 0 0 0\nv 1 0 0\nf 1 2 3\n")), HasSubstr("2 vertices"));
    EXPECT_THAT(message(written("b.obj", "v 0 x 0\n")), HasSubstr("three coordinates"));
    EXPECT_THAT(message(written("c.obj", "v 0 nan 0\nv 1 0 0\nv 1 1 0\nf 1 2 3\n")), HasSubstr("expected"));
    EXPECT_THAT(message(written("a.vtk", "# vtk")), HasSubstr("PLY, STL or OBJ"));
    EXPECT_THAT(message(file("missing.ply")), HasSubstr("none that can be opened"));
}

}  // namespace
}  // namespace cytomo
