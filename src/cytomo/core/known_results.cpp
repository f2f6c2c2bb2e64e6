#include "known_results.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <string_view>

#include "cytomo/core/legend.h"

namespace cytomo {

namespace fs = std::filesystem;

namespace {

// Each list between blanks.
constexpr std::string_view cell_files =
    " absorption.csv absorption_profiles.csv cell_edge.csv class_intervals.csv classes.tif columns.csv "
    "contacts.csv distances.csv filopodia.csv filopodium_branches.csv filopodium_profiles.csv instances.tif "
    "measures.json network.csv network_summary.csv objects.csv positions.csv radial.csv report.html "
    "round_objects.csv space.csv summary.json surfaces.csv texture.csv surfaces/ surfaces/instances/ "
    "pictures/ "
    "pictures/plots.svg pictures/surfaces.png pictures/surfaces-top.png pictures/filopodia.png ";
constexpr std::string_view simulation_files =
    " absorption.mrc classes.tif instances.tif tilts.mrc tilts.tlt tomogram.mrc truth.json ";
constexpr std::string_view comparison_files = " cells.csv comparison.csv report.html pictures/ ";
constexpr std::string_view bias_files = " bias.csv bias_samples.csv report.html ";

bool is_among(std::string_view list, const std::string& name) {
    return list.find(" " + name + " ") != std::string_view::npos;
}

bool mentions_cytomo(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string text(1 << 20, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text.find("cytomo") != std::string::npos;
}

/// Whether this is a mesh that cytomo wrote: each of its formats says so where it begins.
bool is_mesh_of_cytomo(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string text(128, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    constexpr std::size_t glb_headers = 20;  // binary, of the file and of the text
    if (text.starts_with("glTF"))
        return text.find(R"({"asset":{"version":"2.0","generator":"cytomo")") == glb_headers;
    for (const std::string_view before :
         {"ply\nformat binary_little_endian 1.0\ncomment ", "", "# ", "<?xml version=\"1.0\"?>\n<!-- "})
        if (text.starts_with(std::string(before) + "cytomo mesh, ")) return true;
    return false;
}

/// "surfaces/nucleus.ply" in "surfaces/": "nucleus"; empty if it is no mesh or not right there.
std::string mesh_in(std::string_view folder, const std::string& name) {
    const fs::path path(name);
    const std::string ending = path.extension().string();
    const bool mesh = is_among(" .ply .stl .obj .glb .vtp ", ending);
    if (!mesh || !name.starts_with(folder) || name.find('/', folder.size()) != std::string::npos) return {};
    return path.stem().string();
}

/// As surface names its files: by class, or "class-9".
bool is_class_of_old(const std::string& stem) {
    if (stem.starts_with("class-")) return true;
    for (const auto& entry : default_legend().entries) {
        std::string name = entry.name;
        std::replace(name.begin(), name.end(), ' ', '-');
        if (name == stem) return true;
    }
    return false;
}

/// "nucleus-12": the file of one object.
bool is_object(const std::string& stem) {
    const auto dash = stem.rfind('-');
    return dash != std::string::npos && dash > 0 && dash + 1 < stem.size() &&
           stem.find_first_not_of("0123456789", dash + 1) == std::string::npos;
}

}  // namespace

std::set<std::string> writers_of_names(const std::set<std::string>& names) {
    std::set<std::string> writers;
    // Without the page, numbers alone.
    if (names.count("summary.json") > 0)
        writers.insert(names.count("report.html") > 0 ? "analyze" : "measure");
    if (names.count("comparison.csv") > 0) writers.insert("compare");
    if (names.count("bias_samples.csv") > 0) writers.insert("bias");
    for (const std::string& name : names) {
        if (fs::path(name).filename() == "truth.json") writers.insert("simulate");
        if (!mesh_in("", name).empty()) writers.insert("surface");
    }
    return writers;
}

KnownResults::KnownResults(const fs::path& folder)
    : folder_(folder),
      cell_(mentions_cytomo(folder / "summary.json")),
      simulation_(mentions_cytomo(folder / "truth.json") || mentions_cytomo(folder / "0001" / "truth.json")),
      comparison_(mentions_cytomo(folder / "report.html") && fs::exists(folder / "comparison.csv")),
      bias_(mentions_cytomo(folder / "report.html") && fs::exists(folder / "bias_samples.csv")) {
    std::error_code ec;
    for (auto it = fs::directory_iterator(folder, ec); !ec && it != fs::directory_iterator();
         it.increment(ec))
        surface_ = surface_ || is_surface(it->path().filename().string());
}

bool KnownResults::is_surface(const std::string& name) const {
    return is_class_of_old(mesh_in("", name)) && is_mesh_of_cytomo(folder_ / name);
}

std::set<std::string> KnownResults::writers() const {
    std::set<std::string> there;
    for (const char* name : {"summary.json", "report.html", "comparison.csv", "bias_samples.csv",
                             "truth.json", "0001/truth.json"})
        if (hold(name) && fs::exists(folder_ / name)) there.insert(name);
    std::set<std::string> writers = writers_of_names(there);
    if (surface_) writers.insert("surface");
    return writers;
}

bool KnownResults::hold(const std::string& name) const {
    if (cell_) {
        if (is_among(cell_files, name)) return true;
        if ((!mesh_in("surfaces/", name).empty() || is_object(mesh_in("surfaces/instances/", name))) &&
            is_mesh_of_cytomo(folder_ / name))
            return true;
        if (name.starts_with("pictures/slice-") && name.ends_with(".png")) return true;
    }
    if (comparison_ &&
        (is_among(comparison_files, name) || (name.starts_with("pictures/") && name.ends_with(".svg"))))
        return true;
    if (bias_ && is_among(bias_files, name)) return true;
    if (simulation_) {
        const auto file_of_one = [](const std::string& file) {
            return is_among(simulation_files, file) ||
                   (file.starts_with("fractions.") && file.ends_with(".tif"));
        };
        const auto slash = name.find('/');
        const bool numbered =
            slash != std::string::npos && slash >= 4 && name.find_first_not_of("0123456789") == slash;
        if (file_of_one(name) ||
            (numbered && (slash + 1 == name.size() || file_of_one(name.substr(slash + 1)))))
            return true;
    }
    // Surfaces in a folder of their own have no file that tells whose they are: each mesh does.
    return surface_ && (name == "objects/" || name == "surfaces.csv" || is_surface(name) ||
                        (is_object(mesh_in("objects/", name)) && is_mesh_of_cytomo(folder_ / name)));
}

}  // namespace cytomo
