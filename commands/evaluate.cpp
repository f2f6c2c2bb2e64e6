// cytomo evaluate: how well a prediction agrees with the truth.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <memory>

#include "command.h"
#include "cytomo/core/error.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/io/voxel_size.h"
#include "cytomo/measures/agreement.h"

namespace cytomo::commands {

namespace {

struct EvaluateArguments {
    std::string prediction, truth, true_instances, predicted_instances, classes, voxel_nm;
    std::vector<std::string> legend, match;
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

/// "3=mitochondria" …; without any, the default legend where a class beyond 1 occurs.
Legend parse_legend(const std::vector<std::string>& entries) {
    Legend legend;
    for (const std::string& entry : entries) {
        const auto equals = entry.find('=');
        if (equals == std::string::npos || equals + 1 == entry.size())
            throw UsageError("--legend: expected ID=NAME, found '" + entry + "'");
        legend.entries.push_back({parse_class(std::string_view(entry).substr(0, equals), "--legend"),
                                  entry.substr(equals + 1),
                                  {}});
    }
    std::sort(legend.entries.begin(), legend.entries.end(),
              [](const LegendEntry& a, const LegendEntry& b) { return a.id < b.id; });
    return legend;
}

/// "3=1": the prediction's class 3 is what the truth calls 1; its other classes become background.
void rename_classes(ClassVolume& prediction, const std::vector<std::string>& pairs) {
    std::array<std::uint8_t, 256> name{};
    name[ignore_label] = ignore_label;
    for (const std::string& pair : pairs) {
        const auto equals = pair.find('=');
        if (equals == std::string::npos)
            throw UsageError("--match: expected PREDICTED=TRUE, found '" + pair + "'");
        name[parse_class(std::string_view(pair).substr(0, equals), "--match")] =
            parse_class(std::string_view(pair).substr(equals + 1), "--match");
    }
    for (std::uint8_t& c : prediction.values()) c = name[c];
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

void run_evaluate(const Common& common, const EvaluateArguments& arguments) {
    AgreementOptions options;
    options.classes = parse_classes(arguments.classes);
    Legend legend = parse_legend(arguments.legend);
    ReadOptions reading;
    reading.voxel_um = parse_voxel_nm(arguments.voxel_nm);
    const auto remark = [&](const std::string& file, std::vector<std::string>& remarks) {
        for (const std::string& r : remarks) common.say(file + ": " + r);
        remarks.clear();
    };
    const StoredVolume truth_header = open_volume(arguments.truth, reading);
    const StoredVolume& lengths_from =
        truth_header.voxel_size_known ? truth_header : open_volume(arguments.prediction, reading);
    refuse_impossible_voxel_size(lengths_from.source, lengths_from.grid, lengths_from.voxel_size_known,
                                 reading);
    std::vector<std::string> remarks;
    ClassVolume prediction = read_classes(arguments.prediction, reading, &remarks);
    if (!arguments.match.empty()) rename_classes(prediction, arguments.match);
    remark(arguments.prediction, remarks);
    ClassVolume truth = read_classes(arguments.truth, reading, &remarks);
    remark(arguments.truth, remarks);
    const Size3 p = prediction.grid().size, t = truth.grid().size;
    if (p != t) {
        const auto text = [](Size3 s) {
            return std::to_string(s.x) + " × " + std::to_string(s.y) + " × " + std::to_string(s.z) +
                   " voxels";
        };
        throw InputError(arguments.prediction, "the size of the truth, " + text(t), text(p),
                         "Compare volumes on the same grid (cytomo convert resamples)");
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
    // A plain mask says nothing about what class 1 means.
    if (legend.entries.empty() && (has_object_classes(prediction) || has_object_classes(truth)))
        legend = default_legend();
    const Agreement agreement =
        compare_labels(prediction, truth, options, legend, common.progress().stage("comparison"));
    if (arguments.json)
        std::fputs(agreement_json(agreement).c_str(), stdout);
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
            app.add_option("--classes", arguments->classes, "Class ids to compare (default: all but 0)")
                ->type_name("A,B,…");
            app.add_option("--match", arguments->match,
                           "Where truth and prediction number classes differently: 3=1 compares the "
                           "prediction's class 3 with the truth's 1, and its other classes become 0; may be "
                           "repeated")
                ->type_name("A=B")
                ->allow_extra_args(false);
            app.add_option("--legend", arguments->legend,
                           "Names of classes, as 3=mitochondria; may be repeated")
                ->type_name("ID=NAME")
                ->allow_extra_args(false);
            add_voxel_option(app, arguments->voxel_nm,
                             "Voxel edges in nm, for files that carry none or wrong ones");
            return [arguments](const Common& common) { run_evaluate(common, *arguments); };
        }};
}

}  // namespace cytomo::commands
