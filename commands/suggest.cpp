// cytomo suggest: which slices to label next, and whether more labels still change what is measured.
#include "cytomo/network/suggest.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "class_files.h"
#include "command.h"
#include "cytomo/core/error.h"
#include "cytomo/core/json_text.h"
#include "cytomo/core/output.h"
#include "cytomo/core/slice_text.h"
#include "cytomo/core/utf8.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/io/voxel_size.h"
#include "cytomo/report/slices.h"
#include "grey_files.h"
#include "hand_over.h"
#include "label_meaning.h"
#include "predict_options.h"
#include "record.h"
#include "result_names.h"

namespace cytomo::commands {

namespace {

struct Arguments {
    std::string in, labels, previous, picture, voxel, dataset;
    double within = 2, apart_nm = 300;
    std::string classes;
    std::optional<std::int64_t> ignore_value;
    bool json = false, empty_slices_unlabelled = false;
    SuggestOptions suggest;
    PredictArguments predict;
};

/// Everything that is said, on the way to text or JSON.
struct Answer {
    std::vector<SliceSuggestion> slices;
    std::vector<std::int64_t> labelled;
    std::vector<VolumeChange> changes;  ///< empty without --previous
    bool compared = false, settled = false;
};

/// Checked with the tomogram: Fiji and others write no voxel size, but as many voxels.
std::vector<std::int64_t> read_labelled(const Arguments& a, const Tomogram& tomogram, const Legend& legend,
                                        const Common& common) {
    if (a.labels.empty()) return {};
    std::vector<std::string> remarks;
    const auto of_file = legend_of_files({a.labels}, {}, "--classes");
    auto meaning = parse_label_meaning(a.classes, a.ignore_value, legend, of_file);
    if (const auto text = contradiction(meaning, of_file, a.labels); !text.empty()) common.say(text);
    ClassVolume labels = class_ids(read_coded_labels(a.labels, {}, &remarks), a.labels, meaning);
    if (a.empty_slices_unlabelled) set_unlabelled(labels, find_empty_slices(labels));
    for (const auto& r : remarks) common.say(a.labels + ": " + r);
    const Size3 wanted = tomogram.grid.size, found = labels.grid().size;
    if (!(wanted == found)) {
        const auto text = [](Size3 s) {
            return std::to_string(s.x) + " x " + std::to_string(s.y) + " x " + std::to_string(s.z);
        };
        throw InputError(a.labels, "labels of the tomogram's size " + text(wanted), text(found),
                         "Label the same volume, not a crop of it");
    }
    return labelled_slices(labels);
}

void print_text(const Answer& answer, const Grid& grid, const Arguments& a) {
    std::printf("Slices to label next, in this order. %s\n", how_slices_count);
    std::printf(
        "Doubt: how unsure the model is of the slice, in bits a voxel (0: sure), less what slices near it "
        "that "
        "have\n"
        "labels, or are named before it, will have shown.\n\n");
    std::size_t widest = 5;  // "slice"
    for (const auto& s : answer.slices) widest = std::max(widest, slice_text(grid, 'z', s.slice).size());
    const auto padded = [&](const std::string& text) {
        return text + std::string(widest - utf8_width(text), ' ');
    };
    std::printf("%s  %6s  %s\n", padded("slice").c_str(), "doubt", "what is taken for what");
    for (const auto& s : answer.slices)
        std::printf("%s  %6.4f  %s\n", padded(slice_text(grid, 'z', s.slice)).c_str(), s.gain,
                    s.reason.c_str());
    if (!answer.compared) return;
    std::printf(
        "\nVolumes of all voxels of a class, in the model's voxels. analyze measures other ones: of objects, "
        "in the tomogram's voxels.\n");
    std::printf("%-18s %14s %14s %10s\n", "volume", "before (µm³)", "now (µm³)", "change");
    for (const auto& c : answer.changes)
        std::printf("%-18s %13.4f %13.4f %+8.1f %%\n", c.name.c_str(), c.before_um3, c.after_um3,
                    100 * c.relative());
    if (answer.settled)
        std::printf("\nMore labels no longer change the volumes measured: all classes within %g %%.\n",
                    a.within);
    else
        std::printf("\nThe last labels changed volumes by more than %g %%: more labels are worth the work.\n",
                    a.within);
}

void print_json(const Answer& answer, const Arguments& a, const Model& model) {
    const RecordEntries record = RecordWriter("suggest")
                                     .add_file(record_names::input, a.in)
                                     .add_model(a.predict.named_model(), model.checksum())
                                     .entries();
    nlohmann::json json{{"record", record_json(record)},
                        {"views", a.predict.views},
                        {"slices_count_from", 0},
                        {"labelled", answer.labelled}};
    json["slices"] = nlohmann::json::array();
    for (const auto& s : answer.slices)
        json["slices"].push_back({{"slice", s.slice}, {"gain_bits", s.gain}, {"reason", s.reason}});
    if (answer.compared) {
        json["within_percent"] = a.within;
        json["settled"] = answer.settled;
        for (const auto& c : answer.changes)
            json["volumes"].push_back({{"name", c.name},
                                       {"before_um3", c.before_um3},
                                       {"after_um3", c.after_um3},
                                       {"change", c.relative()}});
    }
    std::printf("%s\n", json_text(json, 1).c_str());
}

/// The suggested slices below each other; what the model is not sure of is marked.
void write_picture(const Arguments& a, const Tomogram& tomogram, const Probabilities& p, const Answer& answer,
                   bool overwrite, const Progress& progress) {
    constexpr std::uint8_t unsure = 178;  // 70 %
    auto doubtful = confidence(p, tomogram.grid, progress);
    for (auto& v : doubtful.values()) v = v < unsure ? 1 : 0;
    const Legend legend{{{0, "sure", {30, 34, 42}}, {1, "less than 70 % sure", {240, 170, 40}}}};
    std::vector<Image> pictures;
    int width = 1, height = 0;
    for (const auto& s : answer.slices) {
        pictures.push_back(slice_picture(tomogram, &doubtful, legend, {Plane::xy, s.slice}));
        width = std::max(width, pictures.back().width);
        height += pictures.back().height;
    }
    Image all(width, height);
    int y = 0;
    for (const auto& picture : pictures) {
        paste(all, picture, 0, y);
        y += picture.height;
    }
    PendingOutput file(a.picture, overwrite);
    write_png(file.path(), all);
    file.commit();
}

void run(const Arguments& a, const Common& common) {
    SuggestOptions suggest = a.suggest;
    suggest.apart_um = a.apart_nm / 1000;
    suggest.check();
    const PredictOptions options = a.predict.options(common);
    hand_over_if_needed(a.predict.device, a.previous);
    check_apart({{"--picture", a.picture}}, {a.in, a.labels, a.previous, a.predict.model_path()});
    if (!a.picture.empty()) const PendingOutput free_name(a.picture, common.overwrite);
    const Model model = a.predict.model();
    std::optional<Model> previous;
    if (!a.previous.empty()) previous = read_model(a.previous);
    ReadOptions read;
    read.voxel_um = parse_voxel_nm(a.voxel);
    read.dataset = a.dataset;
    check_tomogram(a.in, read, a.predict.grey, common);
    std::vector<std::string> remarks;
    const Tomogram tomogram = open_tomogram(a.in, read, &remarks);
    for (const auto& r : remarks) common.say(r);
    require_voxel_size(tomogram, read);
    Answer answer;
    answer.labelled = read_labelled(a, tomogram, model.legend, common);
    if (static_cast<std::int64_t>(answer.labelled.size()) == tomogram.grid.size.z)
        throw InputError(a.labels, "a slice without labels", "labels in all of them",
                         "Write 255 where you did not look, or pass --empty-slices-unlabelled; 0 means \"I "
                         "looked, and it is background\"");
    const Progress progress = common.progress();
    PredictRecord record;
    const auto found = predict_with_disagreement(tomogram, model, options, &record, progress);
    common.say(describe(record));
    answer.slices = suggest_slices(found, tomogram.grid, model.legend, answer.labelled, suggest);
    if (previous) {
        PredictOptions same = options;
        same.polarity = record.polarity;  // two models must not read the grey values in two ways
        const auto before =
            predict(tomogram, *previous, same, nullptr, progress.stage("segmenting as before"));
        answer.changes = compare_volumes(class_volumes_um3(before), previous->legend,
                                         class_volumes_um3(found.mean), model.legend);
        answer.compared = true;
        answer.settled = volumes_settled(answer.changes, a.within / 100);
    }
    if (!a.picture.empty()) write_picture(a, tomogram, found.mean, answer, common.overwrite, progress);
    if (a.json)
        print_json(answer, a, model);
    else
        print_text(answer, tomogram.grid, a);
}

}  // namespace

Command suggest_command() {
    return {"suggest", "Name the slices whose labelling would help most, and say when to stop",
            [](CLI::App& app) -> Run {
                auto a = std::make_shared<Arguments>();
                a->predict.views = 4;
                app.add_option("tomogram", a->in, "Tomogram (MRC, TIFF, HDF5, NPY)")->required();
                app.add_option("--labels", a->labels,
                               "Labels that there are (255: unlabelled); slices near them are left out");
                app.add_option(
                       "--classes,--legend", a->classes,
                       "What the values in the label file are, as for train (default: what the file says, "
                       "or else the model's class ids)")
                    ->type_name("FILE|VALUE=NAME,...");
                app.add_option("--ignore-value", a->ignore_value,
                               "The value of unlabelled voxels, -1: there is none (default: 255)");
                app.add_flag("--empty-slices-unlabelled", a->empty_slices_unlabelled,
                             "xy slices that hold nothing but background count as unlabelled");
                app.add_option("--count", a->suggest.count, "Number of slices")
                    ->check(CLI::Range(1, 1000))
                    ->capture_default_str();
                app.add_option("--apart-nm", a->apart_nm,
                               "About how thick organelles are: slices closer than this show the same")
                    ->check(CLI::Range(0.0, 1e6))
                    ->capture_default_str();
                app.add_option("--previous", a->previous,
                               "Model before the last labels: compares the volumes that both find");
                app.add_option("--within", a->within,
                               "Change of volumes, in per cent, below which more labels are not needed")
                    ->check(CLI::Range(0.0, 100.0))
                    ->capture_default_str();
                app.add_flag("--json", a->json, "JSON on standard output");
                app.add_option("--picture", a->picture,
                               "Draw the slices, and what the model is not sure of, into a PNG file");
                app.add_option("--dataset", a->dataset, "Dataset within an HDF5 file");
                add_voxel_option(app, a->voxel, "Voxel size in nm, for files that carry none");
                a->predict.declare(app);
                return [a](const Common& common) { run(*a, common); };
            }};
}

}  // namespace cytomo::commands
