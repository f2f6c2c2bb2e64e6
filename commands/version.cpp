// cytomo version: what this program is, and what it makes of this machine, for bug reports and records.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "command.h"
#include "cytomo/core/json_text.h"
#include "cytomo/core/parallel.h"
#include "cytomo/network/precision.h"
#include "model_path.h"

namespace cytomo::commands {

namespace {

struct Arguments {
    bool machine = false, again = false, json = false;
};

struct Machine {
    PrecisionRates inference;
    std::optional<PrecisionRates> training;
};

/// What --precision auto takes: bf16 where it is faster.
void print_rates(const char* what, const PrecisionRates& r, const char* origin) {
    std::printf("%s: f32 %.2f", what, r.f32 / 1e6);
    if (r.bf16 > 0) std::printf(", bf16 %.2f", r.bf16 / 1e6);
    std::printf(" million voxels/s (%s); --precision auto takes %s\n", origin, name(r.fastest()).c_str());
}

std::string nm(double um) {
    return std::to_string(std::lround(1000 * um));
}

void print_text(const Model& model, const std::optional<Machine>& machine) {
    std::printf("cytomo %s\n", CYTOMO_VERSION);
    std::string edge = nm(model.voxel_um);
    if (model.coarsest_voxel_um > model.voxel_um) edge += " to " + nm(model.coarsest_voxel_um);
    std::printf("model %s (%s nm voxels, %zu classes)\n", model.checksum().c_str(), edge.c_str(),
                model.legend.entries.size());
    if (!machine) return;
    std::printf("processor %s, %d threads\n", processor_name().c_str(), thread_count());
    std::printf("instructions %s\n", instruction_set().c_str());
    print_rates("layers of the model", machine->inference,
                machine->inference.remembered ? "remembered" : "measured now");
    if (machine->training)
        print_rates("training", *machine->training, "remembered");
    else
        std::printf("training: not measured yet, the first one does it\n");
}

nlohmann::json rates_json(const PrecisionRates& r) {
    return {{"f32_voxels_per_s", r.f32},
            {"bf16_voxels_per_s", r.bf16 > 0 ? nlohmann::json(r.bf16) : nlohmann::json()},
            {"remembered", r.remembered},
            {"auto", name(r.fastest())}};
}

void print_json(const Model& model, const std::optional<Machine>& machine) {
    nlohmann::json out{{"version", CYTOMO_VERSION},
                       {"model", model.checksum()},
                       {"voxel_um", model.voxel_um},
                       {"coarsest_voxel_um", std::max(model.voxel_um, model.coarsest_voxel_um)},
                       {"classes", model.legend.entries.size()}};
    if (machine)
        out["machine"] = {
            {"processor", processor_name()},
            {"threads", thread_count()},
            {"instructions", instruction_set()},
            {"inference", rates_json(machine->inference)},
            {"training", machine->training ? rates_json(*machine->training) : nlohmann::json()}};
    std::printf("%s\n", json_text(out, 1).c_str());
}

void run(const Arguments& a) {
    const Model model = read_model(default_model_path());
    std::optional<Machine> machine;
    if (a.machine) machine = Machine{inference_rates(model, a.again), known_training_rates(model)};
    if (a.json)
        print_json(model, machine);
    else
        print_text(model, machine);
}

}  // namespace

Command version_command() {
    return {"version", "Say which version this is, which model comes with it, and how fast this machine is",
            [](CLI::App& app) -> Run {
                auto a = std::make_shared<Arguments>();
                auto* machine =
                    app.add_flag("--machine", a->machine,
                                 "Also the processor, and how fast it runs the model in f32 and in "
                                 "bf16: --precision auto takes the faster one");
                app.add_flag("--again", a->again,
                             "Measure anew instead of showing what is remembered, and remember that")
                    ->needs(machine);
                app.add_flag("--json", a->json, "JSON on standard output");
                return [a](const Common&) { run(*a); };
            }};
}

}  // namespace cytomo::commands
