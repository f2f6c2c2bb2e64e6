// cytomo train: learn from labelled tomograms, simulated ones, or both.
#include "cytomo/network/train.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>

#include "command.h"
#include "cytomo/core/error.h"
#include "cytomo/core/output.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/simulation/simulate.h"
#include "model_path.h"

namespace cytomo::commands {

namespace {

struct Arguments {
    std::vector<std::string> images, labels;
    std::string voxel, init, out, curve, method = "supervised", polarity = "auto", size = "160,160,80",
                                         classes;
    int simulated = 0;
    bool mild = false;
    double frozen = 1;
    std::vector<int> refine;
    TrainOptions options;
};

Polarity parse_polarity(const std::string& text) {
    if (text == "dark") return Polarity::dense_is_dark;
    if (text == "bright") return Polarity::dense_is_bright;
    return Polarity::unknown;
}

std::vector<LabelledTomogram> read_pairs(const Arguments& a, const Common& common) {
    if (a.images.size() != a.labels.size())
        throw UsageError("train: expected as many --labels as --images, found " +
                         std::to_string(a.labels.size()) + " and " + std::to_string(a.images.size()));
    ReadOptions read;
    read.voxel_um = parse_voxel_nm(a.voxel);
    std::vector<LabelledTomogram> data;
    for (std::size_t i = 0; i < a.images.size(); ++i) {
        std::vector<std::string> remarks;
        LabelledTomogram item{open_tomogram(a.images[i], read, &remarks),
                              read_classes(a.labels[i], read, &remarks), parse_polarity(a.polarity),
                              a.labels[i], false};
        if (!item.tomogram.voxel_size_known)
            throw InputError(a.images[i], "a voxel size", "none in the file",
                             "Give it with --voxel-nm X,Y,Z");
        for (const auto& r : remarks) common.say(r);
        std::array<std::int64_t, 256> counts{};
        for (const auto c : item.labels.values()) ++counts[c];
        std::string found = a.labels[i] + ": labelled voxels";
        for (int c = 0; c < 255; ++c)
            if (counts[static_cast<std::size_t>(c)] > 0)
                found += "  class " + std::to_string(c) + ": " +
                         std::to_string(counts[static_cast<std::size_t>(c)]);
        common.say(found + "  unlabelled: " + std::to_string(counts[ignore_label]));
        data.push_back(std::move(item));
    }
    return data;
}

/// Simulated cells with drawn contents and microscopes, kept in memory only.
void add_simulated(const Arguments& a, std::vector<LabelledTomogram>& data, double voxel_um,
                   const Progress& progress) {
    const Size3 size = parse_size(a.size);
    for (int i = 0; i < a.simulated; ++i) {
        progress(static_cast<double>(i) / a.simulated);
        // More than half of them at other voxel sizes than the model's, which then resamples them as it will later.
        Random random(a.options.seed, 77 + static_cast<std::uint64_t>(i));
        const double edge = random.chance(0.4) ? voxel_um : voxel_um * std::exp(random.uniform(-0.6, 0.5));
        const auto options = random_training_options(a.options.seed * 100000 + static_cast<std::uint64_t>(i),
                                                     size, {edge, edge, edge});
        auto made = simulate_tomogram(options);
        data.push_back({tomogram_from(std::make_shared<Volume<float>>(std::move(made.tomogram)), "simulated"),
                        std::move(made.classes), options.output.polarity, "simulated " + std::to_string(i), true});
    }
    progress(1);
}

/// "1=mitochondrion,2=droplet" → a legend with background; colours from the default legend in turn.
Legend parse_classes(const std::string& text) {
    Legend legend;
    const Legend standard = default_legend();
    legend.entries.push_back(standard.entries[0]);
    std::size_t at = 0;
    while (at <= text.size()) {
        const auto comma = std::min(text.find(',', at), text.size());
        const std::string item = text.substr(at, comma - at);
        const auto equals = item.find('=');
        int id = -1;
        if (equals != std::string::npos) id = std::atoi(item.substr(0, equals).c_str());
        if (id < 1 || id > 15 || equals + 1 >= item.size() ||
            legend.find(static_cast<std::uint8_t>(id)) != nullptr)
            throw UsageError("--classes: expected ID=NAME,… with ids from 1 to 15, found '" + text + "'");
        legend.entries.push_back({static_cast<std::uint8_t>(id), item.substr(equals + 1),
                                  standard.entries[1 + legend.entries.size() % 6].colour});
        at = comma + 1;
    }
    std::sort(legend.entries.begin(), legend.entries.end(),
              [](const auto& x, const auto& y) { return x.id < y.id; });
    return legend;
}

Model starting_model(const Arguments& a) {
    Model model;
    if (a.init == "none") {
        Architecture architecture;
        Legend legend = default_legend();
        if (!a.classes.empty()) {
            legend = parse_classes(a.classes);
            architecture.outputs = legend.entries.back().id + 1;
        }
        model = make_model(architecture, a.options.seed);
        model.legend = legend;
    } else {
        model = read_model(a.init.empty() ? default_model_path() : std::filesystem::path(a.init));
        if (!a.classes.empty()) adopt_legend(model, parse_classes(a.classes), a.options.seed);
    }
    if (!a.refine.empty()) grow(model, a.refine, a.options.seed);
    return model;
}

void write_curve(const std::filesystem::path& file, const std::vector<TrainingPoint>& curve,
                 const Legend& legend, bool overwrite) {
    PendingOutput pending(file, overwrite);
    std::ofstream out(pending.path());
    out << "step,minutes,loss,mean_dice";
    for (const auto& e : legend.entries) out << ",dice " << e.name;
    out << '\n';
    for (const auto& p : curve) {
        out << p.step << ',' << p.minutes << ',' << p.loss << ',' << p.mean_dice();
        for (const auto& e : legend.entries)
            out << ',' << (e.id < p.validation_dice.size() ? p.validation_dice[e.id] : std::nan(""));
        out << '\n';
    }
    out.close();
    if (!out)
        throw InputError(file.string(), "to write the learning curve", "a failed write",
                         "Check space and rights");
    pending.commit();
}

void run(const Arguments& a, const Common& common) {
    if (a.out.empty()) throw UsageError("train: expected -o MODEL.safetensors");
    if (a.images.empty() && a.simulated == 0)
        throw UsageError("train: expected --images and --labels, or --simulated N");
    TrainOptions options = a.options;
    options.method = a.method == "semi" ? TrainMethod::semi : TrainMethod::supervised;
    if (a.mild) options.augment = {0.1, 1, 0.12, 0.15, 0.12, 0.5, 0};
    // A trained model keeps its statistics: few patches would only blur them.
    if (a.init != "none") options.frozen_share = a.frozen;
    options.check();
    const PendingOutput free_name(a.out, common.overwrite);  // fail in the first second
    Model model = starting_model(a);
    const Progress progress = common.progress();
    auto data = read_pairs(a, common);
    if (a.simulated > 0) add_simulated(a, data, model.voxel_um, progress.stage("simulating"));
    const auto said = [&](const TrainingPoint& p) {
        std::string text = "step " + std::to_string(p.step) + ": loss " +
                           std::to_string(p.loss).substr(0, 5) + ", validation Dice " +
                           std::to_string(p.mean_dice()).substr(0, 5) + " (";
        for (std::size_t c = 1; c < p.validation_dice.size(); ++c)
            text +=
                (c > 1 ? ", " : "") + model.legend.name_of(static_cast<std::uint8_t>(c)) + " " +
                (std::isnan(p.validation_dice[c]) ? "-" : std::to_string(p.validation_dice[c]).substr(0, 5));
        common.say(text + ")");
    };
    auto result = train(model, data, {}, options, said, progress);
    const auto& last = result.curve.back();
    auto& record = result.model.record;
    record["method"] = a.method;
    record["steps"] = std::to_string(last.step);
    record["minutes"] = std::to_string(last.minutes);
    record["seed"] = std::to_string(options.seed);
    record["labelled_tomograms"] = std::to_string(a.images.size());
    record["simulated_tomograms"] = std::to_string(a.simulated);
    record["started_from"] = a.init == "none" ? "random weights" : model.checksum();
    record["threads"] = std::to_string(thread_count());
    record["validation_mean_dice"] = std::to_string(last.mean_dice());
    write_model(a.out, result.model, common.overwrite);
    if (!a.curve.empty()) write_curve(a.curve, result.curve, model.legend, common.overwrite);
    common.say("wrote " + a.out);
}

}  // namespace

Command train_command() {
    return {
        "train", "Learn to segment from labelled tomograms", [](CLI::App& app) -> Run {
            auto a = std::make_shared<Arguments>();
            app.add_option("--images", a->images, "Tomograms");
            app.add_option("--labels", a->labels,
                           "Label volumes in the order of --images; 255 means unlabelled");
            app.add_option("--simulated", a->simulated,
                           "Add N simulated tomograms with random cells and microscopes")
                ->check(CLI::Range(0, 100000));
            app.add_option("--simulated-size", a->size, "Their size in voxels")
                ->type_name("NX,NY,NZ")
                ->capture_default_str();
            app.add_option("--init", a->init,
                           "Model to start from, or 'none' (default: the model that comes with cytomo)");
            app.add_option(
                "--classes", a->classes,
                "Names of your label values, e.g. 1=mitochondrion,2=droplet (default: the starting model's)");
            app.add_option("--refine", a->refine,
                           "Residual convolutions to add to the starting model: encoder and decoder of the "
                           "finest level, then of the next, and so on")
                ->delimiter(',');
            app.add_option("--method", a->method, "Way of learning")
                ->check(CLI::IsMember({"semi", "supervised"}))
                ->capture_default_str();
            app.add_flag("--mild", a->mild);
            app.add_option("--uw", a->options.unlabelled_weight);
            app.add_option("--avg", a->options.average);
            app.add_option("--vs", a->options.validation_share);
            app.add_option("--ss", a->options.simulated_share);
            app.add_option("--frozen", a->frozen);
            app.add_option("--minutes", a->options.minutes, "Train for this time")
                ->check(CLI::Range(0.0, 100000.0));
            app.add_option("--steps", a->options.steps, "Train for this number of steps")
                ->capture_default_str();
            app.add_option("--seed", a->options.seed, "Seed of everything random")->capture_default_str();
            app.add_option("--learning-rate", a->options.learning_rate, "Highest learning rate")
                ->capture_default_str();
            app.add_option("--polarity", a->polarity, "Whether dense matter is dark or bright")
                ->check(CLI::IsMember({"auto", "dark", "bright"}))
                ->capture_default_str();
            app.add_option("--device", a->options.device, "cpu or cuda:N")->capture_default_str();
            app.add_option("--checkpoint", a->options.checkpoint,
                           "Keep the state here every two minutes, and continue from it");
            app.add_option("--curve", a->curve, "Write the learning curve as CSV");
            app.add_option("-o,--output", a->out, "The model to write (.safetensors)")->required();
            add_voxel_option(app, a->voxel, "Voxel size in nm, for files that carry none");
            return [a](const Common& common) { run(*a, common); };
        }};
}

}  // namespace cytomo::commands
