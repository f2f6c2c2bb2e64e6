#include "train_start.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "cytomo/core/clock.h"
#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "cytomo/labels/depth.h"
#include "cytomo/simulation/simulate.h"
#include "model_path.h"

namespace cytomo::commands {

namespace {

/// Random weights, an output a class.
Model new_model(Architecture architecture, const Legend& legend, std::uint64_t seed) {
    architecture.outputs = static_cast<int>(legend.entries.size());
    Model model = make_model(architecture, seed);
    model.legend = legend;
    for (const auto& entry : legend.entries) model.class_of_output.push_back(entry.id);
    return model;
}

std::string joined(const std::vector<int>& numbers) {
    std::string text;
    for (const int n : numbers) text += (text.empty() ? "" : ",") + std::to_string(n);
    return text;
}

}  // namespace

Model read_starting_model(const std::string& init, const std::vector<int>& widths, std::uint64_t seed) {
    if (init == "none") {
        Architecture architecture;
        if (!widths.empty()) architecture.widths = widths;
        try {
            architecture.check("--widths");
        } catch (const InputError&) {
            throw UsageError("--widths: expected 1 to 8 multiples of 16, up to 1024, found " +
                             joined(widths));
        }
        return make_model(architecture, seed);
    }
    if (!widths.empty())
        throw UsageError("--widths: expected --init none, found a starting model, which has its own widths");
    return read_model(chosen_model_path(init));
}

Model with_classes(Model model, const std::string& init, const Legend* legend, const std::vector<int>& refine,
                   bool objects, std::uint64_t seed) {
    if (legend != nullptr && init == "none") {
        model = new_model(model.architecture, *legend, seed);
    } else if (legend != nullptr) {
        adopt_legend(model, *legend, seed);
    }
    if (!refine.empty()) grow(model, refine, seed);
    if (objects && !model.architecture.objects) add_object_head(model, seed);
    return model;
}

Model new_double_decoder(int width, const Legend& legend, std::uint64_t seed) {
    Architecture architecture;
    architecture.kind = NetworkKind::double_decoder;
    architecture.widths = {width};
    return new_model(architecture, legend, seed);
}

Model double_decoder_from(const std::string& file, Model model, const Legend& legend) {
    if (model.architecture.kind != NetworkKind::double_decoder)
        throw InputError(file, "a double-decoder network", "a 3D U-Net",
                         "Leave out --init: this method starts from nothing");
    auto outputs = model.output_classes();
    std::string missing = legend.entries.size() == outputs.size() ? "" : "another number of classes";
    for (auto& id : outputs) {
        if (const auto* entry = legend.find_kind(model.legend.name_of(id)))
            id = entry->id;
        else
            missing = "'" + model.legend.name_of(id) + "'";
    }
    if (!missing.empty())
        throw InputError(file, "a network with the classes of the labels", missing,
                         "Leave out --init, or name the classes as that model does");
    model.class_of_output = outputs;
    model.legend = legend;
    return model;
}

namespace {

/// Class ids of simulated cells to ids of the legend; the first unknown name is given back in `unknown`.
std::array<std::uint8_t, 256> ids_of_simulated(const Legend& legend, std::string& unknown) {
    const Legend standard = default_legend();
    std::array<std::uint8_t, 256> id_of{};
    id_of[ignore_label] = ignore_label;
    for (const auto& entry : legend.entries) {
        if (entry.id == 0) continue;
        const auto* simulated = standard.find_kind(entry.name);
        // Two names for one kind ("endosome", "lysosome") are told apart by the user, not by the simulation.
        if (simulated == nullptr || simulated->id == 0 || id_of[simulated->id] != 0) {
            if (unknown.empty()) unknown = entry.name;
        } else {
            id_of[simulated->id] = entry.id;
        }
    }
    return id_of;
}

}  // namespace

namespace {

/// As many voxels as show about what `size` voxels of the model do, within what is worth its time: from 0.6
/// to 1.3 times as many along each axis. Almost every other one is broad and thin, as whole cells are seen.
Size3 wide_size(Size3 size, Vec3 voxel_um, const Model& model, Random& random) {
    if (random.chance(0.45)) {
        const double wider = random.uniform(1.3, 1.7);
        size = {std::llround(wider * static_cast<double>(size.x)),
                std::llround(wider * static_cast<double>(size.y)),
                std::llround(static_cast<double>(size.z) / (wider * wider))};
    }
    const double seen = model.seen_voxel_um({size, voxel_um, {}});
    const auto fitted = [seen](std::int64_t n, double edge) {
        const auto wanted = static_cast<double>(n) * std::clamp(seen / edge, 0.6, 1.3);
        return std::max<std::int64_t>(16, std::llround(wanted));
    };
    return {fitted(size.x, voxel_um.x), fitted(size.y, voxel_um.y), fitted(size.z, voxel_um.z)};
}

/// The cell of a number; the same whatever others are made.
LabelledTomogram simulated_cell(const SimulatedPlan& plan, const std::array<std::uint8_t, 256>& id_of,
                                const Model& model, std::uint64_t seed, std::uint64_t number) {
    // More than half of them at other voxel sizes than the model's, which then resamples them as it will
    // later; beside a user's tomograms, at theirs.
    Random random(seed, 77 + number);
    Vec3 edges;
    edges.x = edges.y = edges.z =
        random.chance(0.4) ? model.voxel_um : model.voxel_um * std::exp(random.uniform(-0.6, 0.5));
    if (plan.voxel_um && random.chance(0.6)) {
        const auto within = [](double edge) { return std::clamp(edge, 0.008, 0.05); };
        edges = {within(plan.voxel_um->x), within(plan.voxel_um->y), within(plan.voxel_um->z)};
    }
    const bool wide = plan.wide && random.chance(0.65);
    if (wide && !plan.voxel_um) edges.x = edges.y = edges.z = 0.008 * std::exp(random.uniform(0, 1.73));
    const Size3 size = wide ? wide_size(plan.size, edges, model, random) : plan.size;
    const auto options = wide ? random_wide_options(seed * 100000 + number, size, edges)
                              : random_training_options(seed * 100000 + number, plan.size, edges);
    auto cell = simulate_tomogram(options);
    std::shared_ptr<const KnownObjects> objects;
    if (plan.objects) {
        auto depth = find_depth(cell.instances);
        objects =
            std::make_shared<const KnownObjects>(KnownObjects{std::move(cell.instances), std::move(depth)});
    }
    for (std::uint8_t& c : cell.classes.values()) c = id_of[c];
    return {tomogram_from(std::make_shared<Volume<float>>(std::move(cell.tomogram)), "simulated"),
            std::move(cell.classes),
            options.output.polarity,
            "simulated " + std::to_string(number),
            true,
            objects};
}

}  // namespace

SimulatedPlan simulated_by_default(const Legend& legend, const TrainOptions& options) {
    SimulatedPlan plan;
    std::string unknown;
    ids_of_simulated(legend, unknown);
    if (!unknown.empty()) return plan;
    plan.count = 8;
    if (options.minutes > 0)
        plan.seconds = 60 * options.minutes * 0.05;
    else
        plan.count = static_cast<int>(std::min<std::int64_t>(plan.count, options.steps / 50));
    return plan;
}

int add_simulated(const SimulatedPlan& plan, const Legend& legend, const Model& model, std::uint64_t seed,
                  std::vector<LabelledTomogram>& data, const Progress& progress) {
    std::string unknown;
    const auto id_of = ids_of_simulated(legend, unknown);
    if (!unknown.empty())
        throw UsageError(
            "--simulated: expected classes that simulated cells have (cytoplasm, nucleus, "
            "mitochondrion, lipid droplet, vesicle, filopodium), found '" +
            unknown + "'");
    const auto start = Clock::now();
    int made = 0;
    // Several at a time, since much of the drawing of a cell is one thread's work; few, since each may fill
    // hundreds of megabytes. Where time is limited, the first tells how long one takes.
    constexpr int most_at_once = 4;
    while (made < plan.count) {
        const bool probe = made == 0 && plan.seconds > 0;
        const auto at_once = probe ? 1 : std::min({thread_count(), most_at_once, plan.count - made});
        if (plan.seconds > 0 && made > 0 && seconds_since(start) * (made + at_once) / made > plan.seconds)
            break;
        progress(static_cast<double>(made) / plan.count);
        std::vector<std::optional<LabelledTomogram>> cells(static_cast<std::size_t>(at_once));
        parallel_for(at_once, [&](std::int64_t i) {
            cells[static_cast<std::size_t>(i)] =
                simulated_cell(plan, id_of, model, seed, static_cast<std::uint64_t>(made + i));
        });
        for (auto& cell : cells) data.push_back(std::move(*cell));
        made += at_once;
    }
    progress(1);
    return made;
}

}  // namespace cytomo::commands
