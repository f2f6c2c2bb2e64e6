// Meshes survive writing and reading in every format; damaged files are refused with advice.
#include "cytomo/io/mesh_io.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "cytomo/io/test_meshes.h"

namespace cytomo {
namespace {

using namespace test;

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
