// cytomo evaluate: how well a prediction agrees with the truth.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <memory>

#include "class_files.h"
#include "command.h"
#include "cytomo/core/class_names.h"
#include "cytomo/core/error.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/io/voxel_size.h"
#include "cytomo/measures/agreement.h"
#include "record.h"

namespace cytomo::commands {

namespace {

struct EvaluateArguments {
    std::string prediction, truth, true_instances, predicted_instances, classes, voxel_nm, legend,
        truth_legend;
    std::vector<std::string> match;
    bool json = false;
};

std::uint8_t parse_class(std::string_view text, const std::string& option) {
    int id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc{} || end != text.data() + text.size() || id < 0 || id >= ignore_label)
        throw UsageError(option + ": expected class ids from 0 to 254, found '" + std::string(text) + "'");
    return static_cast<std::uint8_t>(id);
}

std::vector<std::uint8_t> parse_classes(const std::string& text) {
    std::vector<std::uint8_t> ids;
    std::string_view rest = text;
    while (!rest.empty()) {
        const auto comma = rest.find(',');
        ids.push_back(parse_class(rest.substr(0, comma), "--classes"));
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 1);
    }
    return ids;
}

/// Class ids of the prediction → those of the truth.
using Renaming = std::array<std::uint8_t, 256>;

/// "3=1": the prediction's class 3 is what the truth calls 1; its other classes become background.
Renaming parse_match(const std::vector<std::string>& pairs) {
    Renaming name{};
    name[ignore_label] = ignore_label;
    for (const std::string& pair : pairs) {
        const auto equals = pair.find('=');
        if (equals == std::string::npos)
            throw UsageError("--match: expected PREDICTED=TRUE, found '" + pair + "'");
        name[parse_class(std::string_view(pair).substr(0, equals), "--match")] =
            parse_class(std::string_view(pair).substr(equals + 1), "--match");
    }
    return name;
}

/// Classes of one name are one class, under the truth's id. Classes that only the prediction has keep their
/// ids where these are free, get others where not, and join `truth`. Throws InputError for `file`, the
/// prediction, if there are not enough.
Renaming match_names(const Legend& prediction, Legend& truth, const std::string& file) {
    Renaming name{};
    name[ignore_label] = ignore_label;
    std::vector<LegendEntry> others;
    for (const LegendEntry& entry : prediction.entries) {
        if (entry.id == 0) continue;
        const LegendEntry* same = find_class(truth, entry.name);
        if (same != nullptr)
            name[entry.id] = same->id;
        else
            others.push_back(entry);
    }
    const auto is_free = [&](int id) { return truth.find(static_cast<std::uint8_t>(id)) == nullptr; };
    for (LegendEntry entry : others) {
        int id = entry.id;
        if (!is_free(id)) id = 1;
        while (id < ignore_label && !is_free(id)) ++id;
        if (id >= ignore_label)
            throw InputError(file, "at most 254 classes in prediction and truth together",
                             "no id left for '" + entry.name + "'",
                             "Match classes by their ids: --match PREDICTED=TRUE");
        name[entry.id] = static_cast<std::uint8_t>(id);
        entry.id = name[entry.id];
        truth.entries.push_back(entry);
    }
    return name;
}

/// The names of the prediction's classes under the truth's ids.
Legend matched_names(const Legend& prediction, const Renaming& matched) {
    Legend names{{default_legend().entries[0]}};
    for (LegendEntry entry : prediction.entries) {
        entry.id = matched[entry.id];
        if (names.find(entry.id) == nullptr) names.entries.push_back(entry);
    }
    return names;
}

bool has_object_classes(const ClassVolume& classes) {
    return std::any_of(classes.values().begin(), classes.values().end(),
                       [](std::uint8_t c) { return c >= 2 && c != ignore_label; });
}

std::string cell_text(double value) {
    if (std::isnan(value)) return "-";
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", value);
    return text;
}

void print_table(const Agreement& agreement) {
    std::vector<std::vector<std::string>> lines{
        {"class", "Dice", "IoU", "precision", "recall", "surface distance (µm)", "95 % (µm)", "objects",
         "predicted", "detected", "detection F1", "panoptic quality", "recognised", "from 100 nm"}};
    for (const ClassAgreement& c : agreement.classes)
        lines.push_back({std::to_string(c.class_id) + " " + c.name, cell_text(c.dice), cell_text(c.iou),
                         cell_text(c.precision), cell_text(c.recall), cell_text(c.mean_surface_distance_um),
                         cell_text(c.surface_distance_95_um), std::to_string(c.objects_true),
                         std::to_string(c.objects_predicted), std::to_string(c.detected),
                         cell_text(c.detection_f1), cell_text(c.panoptic_quality), cell_text(c.recognised),
                         cell_text(c.recognised_100nm)});
    // Bytes that continue a UTF-8 character take no room on the screen.
    const auto width = [](const std::string& text) {
        return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
    };
    // Classes as columns would not fit either: measures are rows, classes are columns.
    std::vector<std::ptrdiff_t> widths(lines.size(), 0);
    for (std::size_t l = 0; l < lines.size(); ++l)
        for (const std::string& cell : lines[l]) widths[l] = std::max(widths[l], width(cell));
    for (std::size_t measure = 0; measure < lines[0].size(); ++measure) {
        std::string row;
        for (std::size_t l = 0; l < lines.size(); ++l) {
            const std::string& cell = lines[l][measure];
            const std::string gap(static_cast<std::size_t>(widths[l] - width(cell)), ' ');
            row += l == 0 ? cell + gap : "   " + gap + cell;
        }
        std::printf("%s\n", row.c_str());
    }
    std::printf("\nmean Dice %s, recognised %s of %lld objects, %s of %lld from 100 nm\n",
                cell_text(agreement.mean_dice).c_str(), cell_text(agreement.recognised).c_str(),
                static_cast<long long>(agreement.objects_true), cell_text(agreement.recognised_100nm).c_str(),
                static_cast<long long>(agreement.objects_true_100nm));
}

/// Both volumes with the truth's ids, and their names.
struct Pair {
    ClassVolume prediction, truth;
    Legend legend;
};

/// Where only one side says what its classes are, the other is taken to mean the same, and a line says so.
/// Two masks say nothing about what class 1 means.
Pair read_pair(const EvaluateArguments& a, const ReadOptions& reading, const Common& common) {
    const Renaming matched = parse_match(a.match);
    const std::string& truth_legend = a.truth_legend.empty() ? a.legend : a.truth_legend;
    auto p = known_meaning(a.prediction, a.legend, reading, common);
    auto t = known_meaning(a.truth, truth_legend, reading, common);
    const bool by_id = !a.match.empty();
    const auto take_over = [&](const std::string& file, const std::string& other, const ClassMeaning& from) {
        common.say(file + ": the file does not say what its classes are; they are taken to be those of " +
                   other + ": " + legend_text(from.legend()) + ". --" + (&file == &a.truth ? "truth-" : "") +
                   "legend names others.");
        ClassMeaning same{meaning_of(from.legend()), ClassMeaning::Source::standard};
        same.meaning.option = &file == &a.truth ? "--truth-legend" : "--legend";
        return same;
    };
    const auto read_bare = [&](const std::string& file) {
        std::vector<std::string> remarks;
        ClassVolume classes = read_classes(file, reading, &remarks);
        for (const auto& remark : remarks) common.say(file + ": " + remark);
        return classes;
    };
    Pair pair;
    if (p && !t && by_id)
        pair.legend = matched_names(p->legend(), matched);  // and no others: numbers were matched
    else if (p && !t)
        t = take_over(a.truth, a.prediction, *p);
    if (t && !p && !by_id) p = take_over(a.prediction, a.truth, *t);
    pair.prediction = p ? read_meant_classes(a.prediction, *p, reading, common) : read_bare(a.prediction);
    pair.truth = t ? read_meant_classes(a.truth, *t, reading, common) : read_bare(a.truth);
    if (t) {
        pair.legend = t->legend();
    } else if (!p && (has_object_classes(pair.prediction) || has_object_classes(pair.truth))) {
        pair.legend = find_meaning(a.truth, {}, reading, common).legend();
        check_explained(pair.truth, a.truth, pair.legend);
        if (!by_id) check_explained(pair.prediction, a.prediction, pair.legend);
    }
    if (!by_id && !(p && t)) return pair;
    const Renaming name = by_id ? matched : match_names(p->legend(), pair.legend, a.prediction);
    for (std::uint8_t& c : pair.prediction.values()) c = name[c];
    return pair;
}

RecordEntries record_of(const EvaluateArguments& a) {
    return RecordWriter("evaluate")
        .add_file("Prediction", a.prediction)
        .add_file("Truth", a.truth)
        .add_file("Instances", a.predicted_instances)
        .add_file("True instances", a.true_instances)
        .entries();
}

void run_evaluate(const Common& common, const EvaluateArguments& arguments) {
    AgreementOptions options;
    options.classes = parse_classes(arguments.classes);
    ReadOptions reading;
    reading.voxel_um = parse_voxel_nm(arguments.voxel_nm);
    const StoredVolume truth_header = open_volume(arguments.truth, reading);
    const StoredVolume& lengths_from =
        truth_header.voxel_size_known ? truth_header : open_volume(arguments.prediction, reading);
    refuse_impossible_voxel_size(lengths_from.source, lengths_from.grid, lengths_from.voxel_size_known,
                                 reading);
    std::vector<std::string> remarks;
    const auto remark = [&](const std::string& file, std::vector<std::string>& of_file) {
        for (const std::string& r : of_file) common.say(file + ": " + r);
        of_file.clear();
    };
    auto [prediction, truth, legend] = read_pair(arguments, reading, common);
    const Size3 p = prediction.grid().size, t = truth.grid().size;
    if (p != t) {
        const auto text = [](Size3 s) {
            return std::to_string(s.x) + " × " + std::to_string(s.y) + " × " + std::to_string(s.z) +
                   " voxels";
        };
        throw InputError(arguments.prediction, "the size of the truth, " + text(t), text(p),
                         "Compare volumes of the same tomogram, neither cropped nor binned");
    }
    if (!truth_header.voxel_size_known) {
        options.voxel_size_known = lengths_from.voxel_size_known;
        if (options.voxel_size_known)
            truth.set_geometry(prediction.grid().voxel_um, prediction.grid().origin_um);
        else
            common.say(
                "The files carry no voxel size, so there are no lengths; give it with --voxel-nm X,Y,Z");
    }
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
    const Agreement agreement =
        compare_labels(prediction, truth, options, legend, common.progress().stage("comparison"));
    if (arguments.json)
        std::fputs(agreement_json(agreement, record_of(arguments)).c_str(), stdout);
    else
        print_table(agreement);
}

}  // namespace

Command evaluate_command() {
    return {
        "evaluate", "Compares a prediction with the truth: Dice, IoU, objects, surface distances",
        [](CLI::App& app) -> Run {
            auto arguments = std::make_shared<EvaluateArguments>();
            app.add_option("PREDICTION", arguments->prediction, "Predicted classes")->required();
            app.add_option("TRUTH", arguments->truth, "True classes; 255 is left out of the comparison")
                ->required();
            app.add_flag("--json", arguments->json, "JSON on standard output");
            app.add_option("--truth-instances", arguments->true_instances,
                           "Object numbers of the truth (default: what hangs together is one object)")
                ->type_name("FILE");
            app.add_option("--instances", arguments->predicted_instances, "Object numbers of the prediction")
                ->type_name("FILE");
            app.add_option("--classes", arguments->classes,
                           "Class ids to compare, those of the truth (default: all but 0)")
                ->type_name("A,B,…");
            app.add_option("--match", arguments->match,
                           "Where truth and prediction number classes differently: 3=1 compares the "
                           "prediction's class 3 with the truth's 1, and its other classes become 0; may be "
                           "repeated")
                ->type_name("A=B")
                ->allow_extra_args(false);
            add_legend_option(
                app, arguments->legend,
                "What the values of the classes are, where the files do not say so or say it wrongly: a "
                "file, or a list such as 1=mitochondrion,2=droplet (docs/training.md); classes are "
                "matched by their names");
            app.add_option("--truth-legend", arguments->truth_legend, "The same for TRUTH, where it differs")
                ->type_name("FILE|VALUE=NAME,...");
            add_voxel_option(app, arguments->voxel_nm,
                             "Voxel edges in nm, for files that carry none or wrong ones");
            return [arguments](const Common& common) { run_evaluate(common, *arguments); };
        }};
}

}  // namespace cytomo::commands
