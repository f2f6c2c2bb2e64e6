// Results of versions that wrote no list of them are known by what they say, not by their names alone.
#include "known_results.h"

#include "cytomo/core/output.h"
#include "cytomo/io/test_files.h"
#include "test_contents.h"

namespace cytomo {
namespace {

using test::Contents, test::contents_of, test::write_all, test::operator+;
namespace fs = std::filesystem;

class OldResults : public test::InFolder {
protected:
    fs::path cell() const { return folder / "cell"; }

    void run(const Contents& results) const {
        PendingOutput output(cell(), true, PendingOutput::Kind::folder);
        write_all(output.path(), results);
        output.commit();
    }
};

/// How meshes of version 0.1.0 begin.
const std::string ply =
                      "ply\nformat binary_little_endian 1.0\ncomment cytomo mesh, coordinates in micrometres",
                  stl = "cytomo mesh, coordinates in micrometres, order x y z, nucleus",
                  obj = "# cytomo mesh, coordinates in micrometres, order x y z\no nucleus\n",
                  vtp = "<?xml version=\"1.0\"?>\n<!-- cytomo mesh, coordinates in micrometres",
                  glb = std::string("glTF\2\0\0\0\0\1\0\0\x90\0\0\0JSON", 20) +
                        R"({"asset":{"version":"2.0","generator":"cytomo","extras":{}}})";

/// Results of versions that wrote no list.
TEST_F(OldResults, NamesOfOldResultsAreKnown) {
    const std::string record = R"({"record": {"program": "cytomo 0.1.0"}})";
    const Contents old{{"summary.json", record},
                       {"classes.tif", ""},
                       {"objects.csv", ""},
                       {"surfaces/", ""},
                       {"surfaces/lipid-droplet.ply", ply},
                       {"surfaces/instances/", ""},
                       {"surfaces/instances/vesicle-85.stl", stl},
                       {"pictures/", ""},
                       {"pictures/slice-xz.png", ""},
                       {"report.html", ""}};
    write_all(cell(), old + Contents{{"tomogram.mrc", "mine"},
                                     {"pictures/me.png", "mine"},
                                     {"objects.xlsx", "mine"},
                                     {"surfaces/nucleus.ply", ""},
                                     {"surfaces/instances/vesicle.stl", stl},
                                     {"surfaces/instances/vesicle-86.stl", "mine"}});
    run({{"new.csv", ""}});
    EXPECT_EQ(contents_of(cell()), (Contents{{"new.csv", ""},
                                             {"tomogram.mrc", "mine"},
                                             {"pictures/", ""},
                                             {"pictures/me.png", "mine"},
                                             {"objects.xlsx", "mine"},
                                             {"surfaces/", ""},
                                             {"surfaces/nucleus.ply", ""},
                                             {"surfaces/instances/", ""},
                                             {"surfaces/instances/vesicle.stl", stl},
                                             {"surfaces/instances/vesicle-86.stl", "mine"}}));
}

TEST_F(OldResults, NamesOfOldSimulationsSurfacesAndComparisonsAreKnown) {
    const std::string truth = R"({"program": "cytomo 0.1.0"})";
    write_all(cell(), {{"0001/truth.json", truth},
                       {"0001/tomogram.mrc", ""},
                       {"0002/truth.json", truth},
                       {"0002/fractions.nucleus.tif", ""},
                       {"0002/mine.txt", "mine"}});
    run({});
    EXPECT_EQ(contents_of(cell()), (Contents{{"0002/", ""}, {"0002/mine.txt", "mine"}}));
    fs::remove_all(cell());
    for (const auto& [name, text] : Contents{{"mitochondrion.glb", glb},
                                             {"class-9.ply", ply},
                                             {"nucleus.stl", stl},
                                             {"lipid-droplet.obj", obj},
                                             {"vesicle.vtp", vtp}}) {
        write_all(cell(), {{name, text},
                           {"objects/nucleus-1.ply", ply},
                           {"objects/nucleus-2.ply", "mine"},
                           {"filopodium.stl", "mine"},
                           {"surfaces.csv", "object"}});
        run({});
        EXPECT_EQ(contents_of(cell()),
                  (Contents{{"filopodium.stl", "mine"}, {"objects/", ""}, {"objects/nucleus-2.ply", "mine"}}))
            << name;
        fs::remove_all(cell());
    }
    write_all(cell(), {{"nucleus.ply", ply}, {"objects/nucleus-1.ply", ply}});
    run({});
    EXPECT_EQ(contents_of(cell()), Contents{});
    fs::remove_all(cell());
    write_all(cell(), {{"comparison.csv", ""}, {"report.html", "cytomo"}, {"pictures/cell.a.svg", ""}});
    run({});
    EXPECT_EQ(contents_of(cell()), Contents{});
}

TEST_F(OldResults, NamesAloneMakeNoResults) {
    const Contents mine{{"tomogram.mrc", "a"}, {"classes.tif", "b"},      {"summary.json", "{}"},
                        {"report.html", "c"},  {"pictures/", ""},         {"pictures/slice-xy.png", "d"},
                        {"truth.json", "[]"},  {"surfaces/", ""},         {"surfaces/nucleus.ply", "e"},
                        {"2024/", ""},         {"2024/tomogram.mrc", "f"}};
    write_all(cell(), mine);
    run({{"new.csv", ""}});
    EXPECT_EQ(contents_of(cell()), (mine + Contents{{"new.csv", ""}}));
}

TEST_F(OldResults, MeshesOfOtherProgramsAreNoResults) {
    const Contents mine{{"nucleus.stl", "Exported from Blender-4.1"},
                        {"vesicle.ply", "ply\nformat ascii 1.0\ncomment made of a cytomo mesh, by me\n"},
                        {"class-2.obj", "# Blender 4.1\n# /home/me/cytomo mesh, old.blend\n"},
                        {"mitochondrion.glb", ""},
                        {"surfaces.csv", "mine"},
                        {"notes.txt", "mine"},
                        {"objects/", ""},
                        {"objects/X-12.ply", "mine"}};
    write_all(cell(), mine);
    run({{"new.csv", ""}});
    EXPECT_EQ(contents_of(cell()), (mine + Contents{{"new.csv", ""}}));
}

}  // namespace
}  // namespace cytomo
