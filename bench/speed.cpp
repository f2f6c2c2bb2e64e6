// How fast the parts are on this machine, beside what the machine can do, measured in the same run: ratios
// say more than seconds when machines are compared.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cytomo/core/json_text.h"
#include "cytomo/core/parallel.h"
#include "measure.h"

namespace {

using namespace cytomo;
using bench::Row;

struct Options {
    std::int64_t edge = 256;
    int threads = 0;
    std::string json, commit, only, volumes;
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

/// What users train with, smaller for small --size.
Size3 training_patch(const Options& options) {
    const auto edge = options.edge / 16 * 16;
    return {std::min<std::int64_t>(80, edge), std::min<std::int64_t>(80, edge),
            std::min<std::int64_t>(48, edge)};
}

/// Highest rate among the convolutions of a precision; 0 if there is none.
double peak_of(const std::vector<Row>& rows, const std::string& precision) {
    double peak = 0;
    for (const Row& row : rows)
        if (row.group == "limit" && row.precision == precision) peak = std::max(peak, row.operations_per_s());
    return peak;
}

void print_table(const std::vector<Row>& rows) {
    std::printf("%-9s %-42s %-5s %10s %11s %9s %7s\n", "", "", "", "seconds", "Mvoxel/s", "GFLOP/s",
                "% peak");
    for (const Row& row : rows) {
        std::printf("%-9s %-42s %-5s %10.4f %11.3f", row.group.c_str(), row.name.c_str(),
                    row.precision.c_str(), row.seconds, 1e-6 * row.voxels_per_s());
        const double peak = peak_of(rows, row.precision);
        if (row.operations > 0)
            std::printf(" %9.0f", 1e-9 * row.operations_per_s());
        else
            std::printf(" %9s", "");
        if (row.operations > 0 && peak > 0)
            std::printf(" %7.0f", 100 * row.operations_per_s() / peak);
        else
            std::printf(" %7s", "");
        std::printf("  %s\n", row.remark.c_str());
    }
}

void write_json(const Options& options, const std::vector<Row>& rows) {
    nlohmann::json json{{"program", "cytomo " CYTOMO_VERSION}, {"commit", options.commit},
                        {"compiler", CYTOMO_COMPILER},         {"cpu", cpu_name()},
                        {"threads", thread_count()},           {"edge", options.edge}};
    for (const Row& row : rows)
        json["rows"].push_back({{"group", row.group},
                                {"name", row.name},
                                {"precision", row.precision},
                                {"voxels", row.voxels},
                                {"runs", row.runs},
                                {"seconds", row.seconds},
                                {"voxels_per_s", row.voxels_per_s()},
                                {"operations_per_s", row.operations_per_s()},
                                {"remark", row.remark}});
    std::ofstream(options.json) << json_text(json, 1) << '\n';
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
        else if (name == "--volumes")
            options.volumes = value;
        else
            options.edge = 0;
    }
    return options;
}

}  // namespace

int main(int argc, char** argv) {
    const Options options = parse(argc, argv);
    const std::vector<std::string> groups{"limit", "network", "parts", "training"};
    const bool known =
        options.only.empty() || std::find(groups.begin(), groups.end(), options.only) != groups.end();
    if (options.edge < 32 || options.edge > 2048 || options.threads < 0 || !known) {
        std::fprintf(
            stderr,
            "usage: %s [--size 32…2048] [--threads N] [--only limit|network|parts|training] [--json FILE]\n"
            "       [--commit NAME] [--volumes FOLDER]\n",
            argv[0]);
        return 2;
    }
    set_thread_count(options.threads);
    std::ifstream busy("/proc/loadavg");
    std::string load;
    busy >> load;
    const Size3 patch = training_patch(options);
    std::printf(
        "cytomo %s, %s\n%s, %d threads, load %s before; volumes of %lld³ voxels, training batches of "
        "2×%lld×%lld×%lld\n\n",
        CYTOMO_VERSION, CYTOMO_COMPILER, cpu_name().c_str(), thread_count(), load.c_str(),
        static_cast<long long>(options.edge), static_cast<long long>(patch.x),
        static_cast<long long>(patch.y), static_cast<long long>(patch.z));
    std::vector<Row> rows = bench::measure_limits();
    const auto add = [&](const char* group, std::vector<Row> more) {
        for (Row& row : more) {
            row.group = group;
            rows.push_back(std::move(row));
        }
    };
    const auto wanted = [&](const char* group) { return options.only.empty() || options.only == group; };
    if (wanted("network")) add("network", bench::measure_networks(options.edge));
    if (wanted("parts")) add("parts", bench::measure_parts(options.edge, options.volumes));
    if (wanted("training")) add("training", bench::measure_training(patch));
    print_table(rows);
    if (!options.json.empty()) write_json(options, rows);
    return 0;
}
