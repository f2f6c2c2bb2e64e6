// cytomo evaluate: how well a prediction agrees with the truth.
#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>

#include "class_files.h"
#include "command.h"
#include "cytomo/core/error.h"
#include "cytomo/core/utf8.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/io/voxel_size.h"
#include "cytomo/labels/instance_options.h"
#include "cytomo/measures/agreement.h"
#include "evaluate_pair.h"
#include "record.h"

namespace cytomo::commands {

namespace {

struct EvaluateArguments {
    PairArguments files;
    std::string true_instances, predicted_instances, classes, voxel_nm;
    bool json = false, connected = false;
};

/// What the rows mean that explain themselves to few.
constexpr auto words =
    "IoU: voxels that truth and prediction share, divided by those of either. Detected: true objects that\n"
    "one predicted object meets with an IoU above 0.5. Detection F1: twice the detected ones divided by the\n"
    "sum of true and predicted ones. Panoptic quality: that F1 times the mean IoU of the detected.\n"
    "Recognised: share of the true objects of which more than half is covered by predicted objects that\n"
    "themselves lie by more than half on that class, be it in pieces or joined with others. From 100 nm: "
    "the\n"
    "same for objects at least 100 nm thick. Mean Dice: over the classes named behind it, those of objects\n"
    "(not the cell body) that occur in the truth: of files in which others occur it is another mean.\n";

using Headings = std::map<std::uint8_t, std::string>;

bool is_unlabelled(const Pair& pair, std::uint8_t id) {
    return std::find(pair.unlabelled.begin(), pair.unlabelled.end(), id) != pair.unlabelled.end();
}

/// What nobody labelled has no score, rather than 0. Returns the names of such classes.
std::string take_back_scores(Agreement& agreement, const Pair& pair) {
    std::string names;
    for (ClassAgreement& c : agreement.classes) {
        if (!is_unlabelled(pair, c.class_id)) continue;
        c.labelled = false;
        for (double* score : {&c.dice, &c.iou, &c.precision, &c.recall, &c.f1, &c.mean_surface_distance_um,
                              &c.surface_distance_95_um, &c.detection_f1, &c.panoptic_quality, &c.recognised,
                              &c.recognised_100nm})
            *score = not_defined;
        names += (names.empty() ? "" : ", ") + std::to_string(c.class_id) + " " + c.name;
    }
    return names;
}

void print_table(const Agreement& agreement, const Headings& headings) {
    std::vector<std::vector<std::string>> lines{
        {"class", "Dice", "IoU", "precision", "recall", "surface distance (µm)", "95 % (µm)", "objects",
         "predicted", "detected", "detection F1", "panoptic quality", "recognised", "from 100 nm"}};
    for (const ClassAgreement& c : agreement.classes) {
        const auto of_truth = [&](std::int64_t count) {
            return c.labelled ? std::to_string(count) : std::string("-");
        };
        lines.push_back({headings.at(c.class_id), cell_text(c.dice), cell_text(c.iou), cell_text(c.precision),
                         cell_text(c.recall), cell_text(c.mean_surface_distance_um),
                         cell_text(c.surface_distance_95_um), of_truth(c.objects_true),
                         std::to_string(c.objects_predicted), of_truth(c.detected), cell_text(c.detection_f1),
                         cell_text(c.panoptic_quality), cell_text(c.recognised),
                         cell_text(c.recognised_100nm)});
    }
    // Classes as columns would not fit either: measures are rows, classes are columns.
    std::vector<std::size_t> widths(lines.size(), 0);
    for (std::size_t l = 0; l < lines.size(); ++l)
        for (const std::string& cell : lines[l]) widths[l] = std::max(widths[l], utf8_width(cell));
    for (std::size_t measure = 0; measure < lines[0].size(); ++measure) {
        std::string row;
        for (std::size_t l = 0; l < lines.size(); ++l) {
            const std::string& cell = lines[l][measure];
            const std::string gap(widths[l] - utf8_width(cell), ' ');
            row += l == 0 ? cell + gap : "   " + gap + cell;
        }
        std::printf("%s\n", row.c_str());
    }
    std::string of_classes;
    for (const std::uint8_t id : agreement.mean_classes)
        of_classes += (of_classes.empty() ? " of " : ", ") + headings.at(id);
    std::printf("\nmean Dice %s%s; recognised %s of %lld objects, %s of %lld from 100 nm\n",
                cell_text(agreement.mean_dice).c_str(), of_classes.c_str(),
                cell_text(agreement.recognised).c_str(), static_cast<long long>(agreement.objects_true),
                cell_text(agreement.recognised_100nm).c_str(),
                static_cast<long long>(agreement.objects_true_100nm));
    std::printf("\n%s", words);
}

/// Objects as analyze finds them, where no file gives their numbers; none where it could not.
std::optional<Instances> find_objects(const ClassVolume& classes, const std::string& numbers,
                                      const Legend& legend, const Progress& progress) {
    if (!numbers.empty()) return std::nullopt;
    return find_instances(classes, instance_options_for(legend), progress);
}

bool is_partly_unlabelled(const ClassVolume& classes) {
    return std::find(classes.values().begin(), classes.values().end(), ignore_label) !=
           classes.values().end();
}

RecordEntries record_of(const EvaluateArguments& a) {
    return RecordWriter("evaluate")
        .add_file("Prediction", a.files.prediction)
        .add_file("Truth", a.files.truth)
        .add_file("Instances", a.predicted_instances)
        .add_file("True instances", a.true_instances)
        .entries();
}

/// instances.tif of a simulated or measured cell, beside its classes; empty if there is none.
std::filesystem::path exact_objects_beside(const std::filesystem::path& truth) {
    const auto file = truth.parent_path() / "instances.tif";
    std::error_code unreadable;
    return std::filesystem::is_regular_file(file, unreadable) ? file : std::filesystem::path();
}

void run_evaluate(const Common& common, const EvaluateArguments& arguments) {
    if (const std::string hint = exchanged_hint(arguments.files); !hint.empty()) common.say(hint);
    AgreementOptions options;
    ReadOptions reading;
    reading.voxel_um = parse_voxel_nm(arguments.voxel_nm);
    const StoredVolume truth_header = open_volume(arguments.files.truth, reading);
    const StoredVolume& lengths_from =
        truth_header.voxel_size_known ? truth_header : open_volume(arguments.files.prediction, reading);
    refuse_impossible_voxel_size(lengths_from.source, lengths_from.grid, lengths_from.voxel_size_known,
                                 reading);
    std::vector<std::string> remarks;
    const auto remark = [&](const std::string& file, std::vector<std::string>& of_file) {
        for (const std::string& r : of_file) common.say(file + ": " + r);
        of_file.clear();
    };
    Pair pair = read_pair(arguments.files, reading, common);
    ClassVolume &prediction = pair.prediction, &truth = pair.truth;
    options.classes = parse_compared_classes(arguments.classes, pair.legend);
    if (!truth_header.voxel_size_known) {
        options.voxel_size_known = lengths_from.voxel_size_known;
        if (options.voxel_size_known)
            truth.set_geometry(prediction.grid().voxel_um, prediction.grid().origin_um);
        else
            common.say(
                "The files carry no voxel size, so there are no lengths; give it with --voxel-nm X,Y,Z");
    }
    prediction.set_geometry(truth.grid().voxel_um, truth.grid().origin_um);
    std::optional<InstanceVolume> true_instances, predicted_instances;
    if (!arguments.true_instances.empty()) {
        true_instances = read_instances(arguments.true_instances, reading, &remarks);
        remark(arguments.true_instances, remarks);
        options.true_instances = &*true_instances;
    }
    if (!arguments.predicted_instances.empty()) {
        predicted_instances = read_instances(arguments.predicted_instances, reading, &remarks);
        remark(arguments.predicted_instances, remarks);
        options.predicted_instances = &*predicted_instances;
    }
    std::optional<Instances> found_true, found_predicted;
    if (!arguments.connected && (arguments.true_instances.empty() || arguments.predicted_instances.empty())) {
        if (!options.voxel_size_known) {
            common.say(
                "Without a voxel size nobody knows what is a fragment: what hangs together is one object.");
        } else if (is_partly_unlabelled(truth) || is_partly_unlabelled(prediction)) {
            common.say(
                "Where parts are unlabelled (255) no object is whole: what hangs together is one object.");
        } else {
            const Progress progress = common.progress().stage("objects");
            found_predicted =
                find_objects(prediction, arguments.predicted_instances, pair.legend, progress.part(0, 0.5));
            if (found_predicted) options.predicted_instances = &found_predicted->volume;
            found_true = find_objects(truth, arguments.true_instances, pair.legend, progress.part(0.5, 1));
            if (found_true) options.true_instances = &found_true->volume;
            common.say(
                "Objects are found as analyze finds them: touching ones split, fragments left out. "
                "--connected counts whatever hangs together.");
            if (const auto beside = exact_objects_beside(arguments.files.truth);
                arguments.true_instances.empty() && !beside.empty())
                common.say("The true objects are found so, too; " + beside.string() +
                           " may hold them exactly: --truth-instances " + beside.string());
        }
    }
    Agreement agreement =
        compare_labels(prediction, truth, options, pair.legend, common.progress().stage("comparison"));
    if (const std::string names = take_back_scores(agreement, pair); !names.empty())
        common.say(arguments.files.truth + ": names no class " + names +
                   ": nobody labelled it there, so that it has no score.");
    if (arguments.json) {
        std::fputs(agreement_json(agreement, record_of(arguments)).c_str(), stdout);
    } else {
        Headings headings;
        for (const ClassAgreement& c : agreement.classes) headings[c.class_id] = heading_of(c, pair);
        print_table(agreement, headings);
    }
    if (!arguments.files.match.empty()) return;
    if (const std::string hint = mask_hint(pair, arguments.files); !hint.empty()) common.say(hint);
}

}  // namespace

Command evaluate_command() {
    return {
        "evaluate", "Compares a prediction with the truth: Dice, IoU, objects, surface distances",
        [](CLI::App& app) -> Run {
            auto arguments = std::make_shared<EvaluateArguments>();
            app.add_option("PREDICTION", arguments->files.prediction, "Predicted classes")->required();
            app.add_option("TRUTH", arguments->files.truth, "True classes; 255 is left out of the comparison")
                ->required();
            app.add_flag("--json", arguments->json, "JSON on standard output");
            app.add_option("--truth-instances", arguments->true_instances,
                           "Object numbers of the truth (default: objects are found as analyze does)")
                ->type_name("FILE");
            app.add_option("--instances", arguments->predicted_instances,
                           "Object numbers of the prediction (default: objects are found as analyze does)")
                ->type_name("FILE");
            app.add_flag("--connected", arguments->connected,
                         "Where no file gives object numbers, whatever hangs together is one object: nothing "
                         "split, no fragment left out");
            app.add_option("--classes", arguments->classes,
                           "Classes to compare, by name or by number (default: all but 0). Numbers are the "
                           "truth's, or the prediction's where the truth names only some of its classes")
                ->type_name("A,B,…");
            app.add_option("--match", arguments->files.match,
                           "Where truth and prediction number classes differently: 3=1 compares the "
                           "prediction's class 3 with the truth's 1, and its other classes become 0; may be "
                           "repeated")
                ->type_name("A=B")
                ->allow_extra_args(false);
            add_legend_option(
                app, arguments->files.legend,
                "What the values of the classes are, where the files do not say so or say it wrongly: a "
                "file, or a list such as 1=mitochondrion,2=droplet (docs/training.md); classes are "
                "matched by their names");
            app.add_option("--truth-legend", arguments->files.truth_legend,
                           "The same for TRUTH, where it differs")
                ->type_name("FILE|VALUE=NAME,...");
            add_voxel_option(app, arguments->voxel_nm,
                             "Voxel edges in nm, for files that carry none or wrong ones");
            return [arguments](const Common& common) { run_evaluate(common, *arguments); };
        }};
}

}  // namespace cytomo::commands
