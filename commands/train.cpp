// cytomo train: learn from labelled tomograms, simulated ones, or both.
#include "cytomo/network/train.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "calls.h"
#include "class_files.h"
#include "command.h"
#include "cytomo/core/clock.h"
#include "cytomo/core/error.h"
#include "cytomo/core/output.h"
#include "cytomo/core/parallel.h"
#include "cytomo/network/predict.h"
#include "cytomo/network/train_double_decoder.h"
#include "label_meaning.h"
#include "model_path.h"
#include "result_names.h"
#include "train_options.h"
#include "train_record.h"
#include "train_results.h"
#include "train_schedule.h"
#include "train_start.h"
#include "train_watch.h"
#include "training_data.h"
#include "training_files.h"

namespace cytomo::commands {

namespace {

namespace fs = std::filesystem;

TrainMethod method_named(const std::string& name) {
    return name == "double-decoder" ? TrainMethod::double_decoder
           : name == "semi"         ? TrainMethod::semi
                                    : TrainMethod::supervised;
}

std::vector<TrainingFile> all_files(const TrainArguments& a) {
    auto files = paired_files(a.images, a.labels);
    const auto add = [&](const std::vector<TrainingFile>& more) {
        files.insert(files.end(), more.begin(), more.end());
    };
    if (!a.folder.empty()) add(files_in_folder(a.folder));
    if (!a.manifest.empty()) add(files_in_manifest(a.manifest));
    for (const auto& image : a.unlabelled) files.push_back({image, {}, {}, {}});
    const bool any_labels =
        std::any_of(files.begin(), files.end(), [](const auto& f) { return f.has_labels(); });
    if (!any_labels && a.simulated.value_or(0) == 0)
        throw UsageError(
            "train: expected --images and --labels, --folder, --manifest or --simulated N, found nothing "
            "with labels");
    return files;
}

fs::path report_file(const TrainArguments& a) {
    if (a.no_report || !can_draw()) return {};
    return a.report.empty() ? report_beside(a.out) : fs::path(a.report);
}

/// What is read is not replaced, nor does one result replace another.
void check_names(const TrainArguments& a, const std::vector<TrainingFile>& files) {
    std::vector<fs::path> inputs{a.manifest};
    if (!starts_from_nothing(a)) inputs.push_back(chosen_model_path(a.init));
    for (const TrainingFile& file : files) {
        inputs.push_back(file.image);
        inputs.push_back(file.labels);
    }
    const bool pictured = !a.curve.empty() && can_draw();
    check_apart({{"-o", a.out},
                 {"--report", report_file(a)},
                 {"--curve", a.curve},
                 {"the picture of --curve", pictured ? picture_of(a.curve) : fs::path()},
                 {"--checkpoint", a.options.checkpoint}},
                inputs);
}

/// All that will be written must be writable, before anything is read.
void check_outputs(const TrainArguments& a, bool overwrite) {
    if (!a.report.empty() && !can_draw())
        throw UsageError(
            "--report: expected a build with the folder report, found one without. Leave it out");
    const PendingOutput model(a.out, overwrite);
    if (const auto report = report_file(a); !report.empty()) const PendingOutput page(report, overwrite);
    if (!a.curve.empty()) {
        const PendingOutput csv(a.curve, overwrite);
        if (picture_of(a.curve) == fs::path(a.curve))
            throw UsageError("--curve: expected a name that ends with .csv, found " + a.curve +
                             ". The picture is made beside it as .svg");
        if (can_draw()) const PendingOutput picture(picture_of(a.curve), overwrite);
    }
    if (!a.options.checkpoint.empty()) const PendingOutput state(a.options.checkpoint, true);
}

DataOptions data_options(const TrainArguments& a) {
    DataOptions o;
    parse_polarity(a.polarity, o.polarity);
    o.voxel_um = parse_voxel_nm(a.voxel);
    o.dataset = a.dataset;
    o.label_dataset = a.label_dataset.empty() ? a.dataset : a.label_dataset;
    o.grey = a.grey;
    o.values_named = !a.classes.empty();
    o.empty_slices_unlabelled = a.empty_slices_unlabelled;
    return o;
}

void say_what_was_found(const TrainingData& data, const LabelMeaning& meaning, bool of_files,
                        const Common& common) {
    for (const auto& remark : data.remarks) common.say(remark);
    if (!data.labelled.empty())
        common.say("labels: " + meaning.text() + (of_files ? ", as their files say" : ""));
    if (const auto text = doubtful_names(meaning.legend); !text.empty()) common.say("warning: " + text);
    for (const auto& found : data.found)
        for (const auto& line : describe(found, meaning.legend)) common.say(line);
    for (const auto& warning : data.warnings) common.say("warning: " + warning);
}

/// Method, what is held out, and how long it will take.
void say_the_plan(const TrainArguments& a, const TrainOptions& options, const Model& model,
                  std::size_t labelled, const Common& common, const Progress& progress) {
    if (common.quiet) return;
    std::string text = "method: " + a.method;
    if (a.method == "semi" && options.method == TrainMethod::supervised)
        text += " (supervised, as nothing is unlabelled)";
    text += ", from " + start_text(a);
    text +=
        "; held out to test with: " +
        held_out_text(options.method == TrainMethod::double_decoder ? 1 : labelled, options.validation_share);
    if (!options.checkpoint.empty() && fs::exists(options.checkpoint))
        text += "; goes on from " + options.checkpoint.string();
    common.say(text);
    constexpr std::int64_t worth_measuring = 50;  // fewer steps are over before an estimate would be there
    if (options.minutes > 0) {
        common.say("time: " + duration_text(60 * options.minutes) + ", as asked for");
    } else if (options.steps >= worth_measuring) {
        const double seconds = measure_step_seconds(model, options, progress);
        if (std::isfinite(seconds)) {
            char step[60];
            std::snprintf(step, sizeof step, " (%lld steps of %.2g s)", static_cast<long long>(options.steps),
                          seconds);
            common.say("time: " + duration_text(seconds * static_cast<double>(options.steps)) + step);
        }
    }
}

/// Whether there is anything that the method semi could use and supervised could not.
bool any_unlabelled(const TrainingData& data) {
    return std::any_of(data.found.begin(), data.found.end(),
                       [](const auto& f) { return f.labels.empty() || f.voxels[ignore_label] > 0; });
}

void say_what_was_kept(const TrainingResult& result, const Common& common) {
    char text[120];
    common.say("kept the model of step " + std::to_string(result.best_step) +
               validation_text(kept_point(result)));
    if (result.start_share == 0) return;
    std::snprintf(text, sizeof text, "mixed %.0f %% of the starting model's weights into it",
                  100 * result.start_share);
    common.say(text);
}

std::vector<std::pair<std::string, std::string>> options_for_report(const TrainArguments& a,
                                                                    double learning_rate) {
    const auto number = [](double v) {
        char text[32];
        std::snprintf(text, sizeof text, "%g", v);
        return std::string(text);
    };
    return {{"Method", a.method},
            {"Started from", start_text(a)},
            {"Options", (a.options.minutes > 0 ? number(a.options.minutes) + " minutes"
                                               : std::to_string(a.options.steps) + " steps") +
                            ", seed " + std::to_string(a.options.seed) + ", learning rate " +
                            number(learning_rate) + ", polarity " + a.polarity + ", device " +
                            a.options.device + ", precision " + a.options.precision +
                            (a.voxel.empty() ? "" : ", voxels of " + a.voxel + " nm, given")}};
}

ReadOptions reading_labels(const TrainArguments& a) {
    ReadOptions reading;
    reading.dataset = a.label_dataset.empty() ? a.dataset : a.label_dataset;
    return reading;
}

std::vector<fs::path> label_files(const std::vector<TrainingFile>& files) {
    std::vector<fs::path> labels;
    for (const auto& f : files)
        if (f.has_labels()) labels.push_back(f.labels);
    return labels;
}

/// With --classes: which label files say otherwise.
void say_contradictions(const TrainArguments& a, const std::vector<TrainingFile>& files,
                        LabelMeaning& meaning, const Common& common) {
    if (a.classes.empty()) return;
    for (const auto& file : label_files(files))
        if (const auto text =
                contradiction(meaning, open_volume(file, reading_labels(a)).legend, file.string());
            !text.empty())
            common.say(text);
}

Model starting_model(const TrainArguments& a, const std::optional<Legend>& of_files, LabelMeaning& meaning) {
    const auto seed = a.options.seed;
    if (a.method == "double-decoder") {
        std::optional<Model> earlier;
        if (!starts_from_nothing(a)) earlier = read_model(a.init);
        meaning = parse_label_meaning(a.classes, a.ignore_value, earlier ? earlier->legend : default_legend(),
                                      of_files);
        return earlier ? double_decoder_from(a.init, std::move(*earlier), meaning.legend)
                       : new_double_decoder(a.width, meaning.legend, seed);
    }
    Model model = read_starting_model(a.init, a.widths, seed);
    if (model.architecture.kind == NetworkKind::double_decoder)
        throw InputError(a.init, "a 3D U-Net", "a double-decoder network",
                         "Add --method double-decoder, or leave out --init");
    meaning = parse_label_meaning(a.classes, a.ignore_value, model.legend, of_files);
    const bool own = !a.classes.empty() || !(meaning.legend == model.legend);
    return with_classes(std::move(model), a.init, own ? &meaning.legend : nullptr, a.refine, a.object_head,
                        seed);
}

/// Asks the model that training starts from, as it is: with other classes or new outputs it no longer knows.
/// In place of a new one, which knows nothing, the default model; without that, nobody.
std::function<Polarity(const Tomogram&)> polarity_chooser(const TrainArguments& a) {
    std::shared_ptr<const Model> model;
    try {
        model = std::make_shared<const Model>(
            read_model(chosen_model_path(starts_from_nothing(a) ? "" : a.init)));
    } catch (const InputError&) {
        if (!starts_from_nothing(a)) throw;
        return {};
    }
    PredictOptions options;
    options.device = a.options.device;
    options.precision = a.options.precision;
    return [options, model](const Tomogram& tomogram) { return choose_polarity(tomogram, *model, options); };
}

/// Adds simulated cells, as many as were asked for or, with the method semi, as pay; their time counts.
int simulate_beside(const TrainArguments& a, const LabelMeaning& meaning, const Model& model,
                    TrainOptions& options, TrainingData& data, const Common& common,
                    const Progress& progress) {
    const bool beside_labels = !data.labelled.empty();
    SimulatedPlan plan;
    if (a.simulated)
        plan.count = *a.simulated;
    else if (a.method == "semi" && beside_labels && !starts_from_nothing(a))
        plan = simulated_by_default(meaning.legend, options);
    if (plan.count == 0) return 0;
    plan.size = parse_size(a.size);
    plan.objects = model.architecture.objects;
    plan.wide = a.world == "wide";
    if (beside_labels) plan.voxel_um = data.labelled.front().tomogram.grid.voxel_um;
    const auto start = Clock::now();
    const int made =
        add_simulated(plan, meaning.legend, model, options.seed, data.labelled, progress.stage("simulating"));
    if (!beside_labels) return made;
    if (!a.simulated && options.minutes > 0)
        options.minutes = std::max(options.minutes - minutes_since(start), 0.5 * options.minutes);
    common.say("learns from " + std::to_string(made) + " simulated cells too (--simulated 0: from none)");
    return made;
}

void set_coarsest(Model& model, double nm, bool published) {
    const auto edge = static_cast<long>(std::lround(1000 * model.voxel_um));
    if (published)
        throw UsageError(
            "--coarsest-nm: expected a 3D U-Net, found --method double-decoder, which sees all voxels as "
            "they are. "
            "Leave it out");
    if (nm > 0 && nm <= 1000 * model.voxel_um)
        throw UsageError("--coarsest-nm: expected more than the " + std::to_string(edge) +
                         " nm of the model's voxels, such as " + std::to_string(2 * edge) +
                         ", or 0 for no range, found " + std::to_string(std::lround(nm)));
    model.coarsest_voxel_um = nm / 1000;
}

void run(const TrainArguments& a, const Common& common) {
    TrainOptions options = a.options;
    options.method = method_named(a.method);
    const bool published = options.method == TrainMethod::double_decoder;
    if (published && (!a.refine.empty() || a.suggest > 0 || a.object_head))
        throw UsageError(
            "train: --refine, --object-head and --suggest do not go with --method double-decoder");
    const auto files = all_files(a);
    set_schedule(options, training_case(starts_from_nothing(a), !files.empty(), options.method));
    if (a.learning_rate) options.learning_rate = *a.learning_rate;
    if (a.unlabelled_weight) options.unlabelled_weight = *a.unlabelled_weight;
    options.check();
    check_names(a, files);
    check_outputs(a, common.overwrite);
    const Progress progress = common.progress();

    LabelMeaning meaning;
    std::optional<Legend> of_files;
    if (a.classes.empty()) of_files = legend_of_files(label_files(files), reading_labels(a), "--classes");
    Model model = starting_model(a, of_files, meaning);
    if (a.coarsest_nm) set_coarsest(model, *a.coarsest_nm, published);
    say_contradictions(a, files, meaning, common);
    DataOptions reading = data_options(a);
    if (!published) reading.choose_polarity = polarity_chooser(a);
    TrainingData data = read_training_data(files, meaning, reading, a.simulated.value_or(0) == 0, progress);
    if (a.method == "supervised" && !data.unlabelled.empty())
        data.warnings.emplace_back("The method supervised learns nothing from tomograms without labels.");
    say_what_was_found(data, meaning, of_files.has_value(), common);
    const std::size_t labelled = data.labelled.size();
    // A few slices show little of what a trained model knows.
    if (!starts_from_nothing(a) && labelled > 0) options.start_share = 0.5;
    const int simulated = simulate_beside(a, meaning, model, options, data, common, progress);
    if (options.method == TrainMethod::semi && !any_unlabelled(data))
        options.method = TrainMethod::supervised;
    if (starts_from_nothing(a) && labelled > 0) options.forest = options.method == TrainMethod::semi;
    say_the_plan(a, options, model, labelled > 0 ? labelled : data.labelled.size(), common, progress);

    begin_record(model, a, data, simulated, meaning, options.method);
    TrainingWatch watch(meaning.legend, options, data.voxels(),
                        [&](const std::string& line) { common.say(line); });
    const std::function<void(const TrainingPoint&)> on_point = [&](const TrainingPoint& p) { watch(p); };
    auto result = (published ? train_double_decoder : train)(std::move(model), data.labelled, data.unlabelled,
                                                             options, on_point, progress);
    finish_record(result);
    write_model(a.out, result.model, common.overwrite);
    say_what_was_kept(result, common);
    common.say("wrote " + a.out);
    if (!a.curve.empty()) {
        write_curve(a.curve, result.curve, result.model.legend, common.overwrite);
        common.say("wrote " + a.curve + (can_draw() ? " and " + picture_of(a.curve).string() : ""));
    }
    if (const auto page = report_file(a); !page.empty()) {
        ReportInput input{page,
                          a.out,
                          options_for_report(a, options.learning_rate),
                          data.warnings,
                          options.device,
                          common.overwrite,
                          options.precision};
        for (const auto& alarm : watch.alarms()) input.warnings.push_back(alarm);
        for (const auto& line : write_report(input, result, data, progress)) common.say(line);
        common.say("wrote " + page.string());
    }
    if (a.suggest > 0)
        for (const auto& line : what_to_label_next(result.model, data, a.suggest, options, progress))
            std::printf("%s\n", line.c_str());
}

/// A checkpoint becomes a model: nothing is read and nothing learnt.
void write_weights_of(const TrainArguments& a, const CLI::App& app, const Common& common) {
    for (const CLI::Option* option : app.get_options()) {
        const std::string name = option->get_name();
        const bool goes_with_it = name == "--weights-of" || name == "--output" || name == "--overwrite" ||
                                  name == "--quiet" || name == "--threads";
        if (option->count() > 0 && !goes_with_it)
            throw UsageError("--weights-of: expected -o and nothing to learn from, found " + name +
                             ". To go on with the training, leave out --weights-of");
    }
    check_apart({{"-o", a.out}}, {a.weights_of});
    const Model model = model_of_checkpoint(a.weights_of);
    write_model(a.out, model, common.overwrite);
    common.say("wrote " + a.out + ": step " + model.record.at("steps") + ", " +
               model.record.at("checkpoint"));
}

/// A training that was stopped is not lost: says where it lies, and how to use it as it is.
void say_what_is_left(const TrainArguments& a, const Common& common) {
    const auto& file = a.options.checkpoint;
    if (file.empty() || !fs::exists(file)) return;
    common.say("the training so far is in " + file.string() + ": the same command goes on from there." +
               advice("This writes a model of it",
                      {train_name, "--weights-of", file.string(), "-o", "MODEL.safetensors"}));
}

}  // namespace

Command train_command() {
    return {train_name, train_summary, [](CLI::App& app) -> Run {
                const auto a = declare_train_options(app);
                return [a, &app](const Common& common) {
                    if (!a->weights_of.empty()) return write_weights_of(*a, app, common);
                    try {
                        run(*a, common);
                    } catch (const Cancelled&) {
                        say_what_is_left(*a, common);
                        throw;
                    }
                };
            }};
}

}  // namespace cytomo::commands
