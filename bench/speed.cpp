// How fast the parts are on this machine, beside how fast it copies memory, measured in the same run: the
// ratio to the copy says more than the seconds when machines are compared.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cytomo/core/parallel.h"
#include "cytomo/image/resample.h"
#include "cytomo/labels/components.h"
#include "cytomo/labels/distance.h"
#include "cytomo/labels/instances.h"
#include "cytomo/measures/objects.h"
#include "cytomo/network/engine.h"
#include "cytomo/surfaces/fields.h"
#include "cytomo/surfaces/smooth.h"
#include "measure.h"
#include "synthetic.h"

namespace {

using namespace cytomo;
using bench::measure;
using bench::Row;

struct Options {
    std::int64_t edge = 256;
    int threads = 0;
    std::string json, commit, only;
};

std::string first_line(const std::string& file, const std::string& beginning) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);)
        if (line.rfind(beginning, 0) == 0) return line;
    return "unknown";
}

std::string cpu_name() {
    const std::string line = first_line("/proc/cpuinfo", "model name");
    const auto colon = line.find(": ");
    return colon == std::string::npos ? line : line.substr(colon + 2);
}

Row measure_copy(const Volume<float>& from) {
    Volume<float> to(from.grid());
    return measure("copy of float values", from.count(), [&] {
        parallel_chunks(from.count(), 1 << 20, [&](std::int64_t begin, std::int64_t end) {
            std::memcpy(to.data() + begin, from.data() + begin,
                        static_cast<std::size_t>(end - begin) * sizeof(float));
        });
    });
}

Row measure_network(Precision precision) {
    const Model model = make_model({}, 1);
    Engine engine(model, {128, 128, 64}, precision);
    const auto voxels = static_cast<std::size_t>(engine.tile().count());
    std::vector<float> values(voxels, 0.5F);
    std::vector<float> probabilities(voxels * static_cast<std::size_t>(model.class_count()));
    Row row = measure(std::string("network, ") + (precision == Precision::f32 ? "f32" : "bf16"),
                      engine.tile().count(), [&] { engine.run(values.data(), probabilities.data()); });
    char text[40];
    std::snprintf(
        text, sizeof text, "%.0f GFLOP/s",
        2e-9 * model.architecture.multiply_adds_per_voxel() * static_cast<double>(row.voxels) / row.seconds);
    row.remark = text;
    return row;
}

/// What users train with, smaller for small --size.
Size3 training_patch(const Options& options) {
    const auto edge = options.edge / 16 * 16;
    return {std::min<std::int64_t>(80, edge), std::min<std::int64_t>(80, edge),
            std::min<std::int64_t>(48, edge)};
}

/// Everything but training; for that, only the copy that all is compared with.
std::vector<Row> measure_parts(const Options& options) {
    const bench::SyntheticCell cell = bench::make_synthetic_cell(options.edge);
    std::vector<Row> rows{measure_copy(*cell.grey)};
    if (options.only == "training") return rows;
    const std::int64_t voxels = cell.classes.count();
    const Tomogram tomogram = tomogram_from(cell.grey);
    const Instances instances = find_instances(cell.classes, default_instance_options());
    const auto add = [&](const std::string& name, const std::function<void()>& work) {
        rows.push_back(measure(name, voxels, work));
    };
    add("resampling to 30 nm", [&] {
        const Resampler resampler(tomogram, tomogram.grid.resampled({0.03, 0.03, 0.03}));
        resampler.slices(0, resampler.grid().size.z);
    });
    add("components", [&] { find_components(cell.classes, Connectivity::corners); });
    add("separate objects", [&] { find_instances(cell.classes, default_instance_options()); });
    add("distance transform", [&] { find_squared_distances_um2(cell.classes, Beyond::unknown); });
    std::size_t triangles = 0;
    add("surfaces of all objects", [&] {
        triangles = 0;
        for (const Mesh& mesh : extract_objects(instances.volume, instances.count()))
            triangles += mesh.triangles.size();
    });
    rows.back().remark = std::to_string(triangles / 1000) + "k triangles";
    Mesh mesh = extract_class(cell.classes, mitochondrion);
    add("smoothing, 10 iterations", [&] {
        Mesh copy = mesh;
        smooth_surface(copy);
    });
    rows.back().remark = std::to_string(mesh.triangles.size() / 1000) + "k triangles";
    add("measures of all objects", [&] { measure_objects(instances, &tomogram); });
    rows.back().remark = std::to_string(instances.count()) + " objects";
    rows.push_back(measure_network(Precision::f32));
    if (best_precision() == Precision::bf16) rows.push_back(measure_network(Precision::bf16));
    return rows;
}

double seconds_a_voxel(const Row& row) {
    return row.seconds / static_cast<double>(row.voxels);
}

void print_table(const std::vector<Row>& rows) {
    std::printf("%-32s %10s %12s %10s\n", "", "seconds", "Mvoxel/s", "x copy");
    for (const Row& row : rows)
        std::printf("%-32s %10.4f %12.3f %10.1f  %s\n", row.name.c_str(), row.seconds,
                    1e-6 / seconds_a_voxel(row), seconds_a_voxel(row) / seconds_a_voxel(rows[0]),
                    row.remark.c_str());
    std::printf("\nmemory: %.1f GB/s copied (read and written)\n", 8e-9 / seconds_a_voxel(rows[0]));
}

void write_json(const Options& options, const std::vector<Row>& rows) {
    nlohmann::json json{{"program", "cytomo " CYTOMO_VERSION}, {"commit", options.commit},
                        {"compiler", CYTOMO_COMPILER},         {"cpu", cpu_name()},
                        {"threads", thread_count()},           {"edge", options.edge}};
    for (const Row& row : rows)
        json["rows"].push_back({{"name", row.name},
                                {"voxels", row.voxels},
                                {"runs", row.runs},
                                {"seconds", row.seconds},
                                {"voxels_per_s", 1 / seconds_a_voxel(row)},
                                {"times_copy", seconds_a_voxel(row) / seconds_a_voxel(rows[0])},
                                {"remark", row.remark}});
    std::ofstream(options.json) << json.dump(1) << '\n';
}

Options parse(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        const char* value = i + 1 < argc ? argv[++i] : "";
        if (name == "--size")
            options.edge = std::atoll(value);
        else if (name == "--threads")
            options.threads = std::atoi(value);
        else if (name == "--json")
            options.json = value;
        else if (name == "--commit")
            options.commit = value;
        else if (name == "--only")
            options.only = value;
        else
            options.edge = 0;
    }
    return options;
}

}  // namespace

int main(int argc, char** argv) {
    const Options options = parse(argc, argv);
    const bool known = options.only.empty() || options.only == "training" || options.only == "parts";
    if (options.edge < 32 || options.edge > 2048 || options.threads < 0 || !known) {
        std::fprintf(stderr,
                     "usage: %s [--size 32…2048] [--threads N] [--only parts|training] [--json FILE] "
                     "[--commit NAME]\n",
                     argv[0]);
        return 2;
    }
    set_thread_count(options.threads);
    const Size3 patch = training_patch(options);
    std::ifstream busy("/proc/loadavg");
    std::string load;
    busy >> load;
    std::printf(
        "cytomo %s, %s\n%s, %d threads, load %s before; volumes of %lld³ voxels, network tiles of "
        "128×128×64, training batches of 2×%lld×%lld×%lld\n\n",
        CYTOMO_VERSION, CYTOMO_COMPILER, cpu_name().c_str(), thread_count(), load.c_str(),
        static_cast<long long>(options.edge), static_cast<long long>(patch.x),
        static_cast<long long>(patch.y), static_cast<long long>(patch.z));
    std::vector<Row> rows = measure_parts(options);
    if (options.only != "parts")
        for (const Row& row : bench::measure_training(patch)) rows.push_back(row);
    print_table(rows);
    if (!options.json.empty()) write_json(options, rows);
    return 0;
}
