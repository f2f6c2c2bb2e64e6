#include "train_start.h"

#include <array>
#include <cmath>

#include "cytomo/core/error.h"
#include "cytomo/core/random.h"
#include "cytomo/simulation/simulate.h"
#include "model_path.h"

namespace cytomo::commands {

Model read_starting_model(const std::string& init, std::uint64_t seed) {
    if (init == "none") return make_model({}, seed);
    return read_model(init.empty() ? default_model_path() : std::filesystem::path(init));
}

Model with_classes(Model model, const std::string& init, const Legend* legend, const std::vector<int>& refine,
                   std::uint64_t seed) {
    if (legend != nullptr && init == "none") {
        Architecture architecture = model.architecture;
        architecture.outputs = legend->entries.back().id + 1;
        model = make_model(architecture, seed);
        model.legend = *legend;
    } else if (legend != nullptr) {
        adopt_legend(model, *legend, seed);
    }
    if (!refine.empty()) grow(model, refine, seed);
    return model;
}

void add_simulated(int count, Size3 size, const Legend& legend, double voxel_um, std::uint64_t seed,
                   std::vector<LabelledTomogram>& data, const Progress& progress) {
    const Legend standard = default_legend();
    std::array<std::uint8_t, 256> id_of{};
    id_of[ignore_label] = ignore_label;
    for (const auto& entry : legend.entries) {
        if (entry.id == 0) continue;
        const auto* simulated = standard.find(entry.name);
        if (simulated == nullptr)
            throw UsageError(
                "--simulated: expected classes that simulated cells have (cytoplasm, nucleus, "
                "mitochondrion, lipid droplet, vesicle, filopodium), found '" +
                entry.name + "'");
        id_of[simulated->id] = entry.id;
    }
    for (int i = 0; i < count; ++i) {
        progress(static_cast<double>(i) / count);
        // More than half of them at other voxel sizes than the model's, which then resamples them as it will
        // later.
        Random random(seed, 77 + static_cast<std::uint64_t>(i));
        const double edge = random.chance(0.4) ? voxel_um : voxel_um * std::exp(random.uniform(-0.6, 0.5));
        const auto options =
            random_training_options(seed * 100000 + static_cast<std::uint64_t>(i), size, {edge, edge, edge});
        auto made = simulate_tomogram(options);
        for (std::uint8_t& c : made.classes.values()) c = id_of[c];
        LabelledTomogram item{
            tomogram_from(std::make_shared<Volume<float>>(std::move(made.tomogram)), "simulated"),
            std::move(made.classes), options.output.polarity, "simulated " + std::to_string(i), true};
        data.push_back(std::move(item));
    }
    progress(1);
}

}  // namespace cytomo::commands
