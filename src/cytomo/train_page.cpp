#include "cytomo/train_page.h"

#include <algorithm>
#include <cmath>

#include "cytomo/core/error.h"
#include "cytomo/report/curves.h"
#include "cytomo/report/html.h"

namespace cytomo {

namespace {

constexpr Colour mean_colour{120, 128, 138};

/// NaN where no label says what is right.
double dice_of_labelled(const Confusion& confusion, std::uint8_t c) {
    return confusion.true_voxels(c) > 0 ? confusion.dice(c) : std::nan("");
}

Table cards(const TrainPage& input, const Legend& legend, const Confusion& all) {
    Table t;
    t.name = "classes";
    t.columns = {
        {"class", "", ""},
        {"dice", "Dice", "Agreement with the held-out labels, from 0 to 1: 1 is perfect."},
        {"precision", "", "Share of the predicted voxels, from 0 to 1, that are labelled so."},
        {"recall", "", "Share of the labelled voxels, from 0 to 1, that are predicted so."},
        {"labelled", "voxels", "Number of voxels labelled as this class in all files together."},
        {"held_out", "voxels",
         "How many of these were held out of the training and compared with a prediction. They are counted "
         "on the model's voxels, which may be larger or smaller than those of the files."},
    };
    for (const auto& e : legend.entries) {
        if (input.voxels[e.id] == 0 && all.true_voxels(e.id) == 0) continue;
        t.rows.push_back({e.name, dice_of_labelled(all, e.id), all.precision(e.id), all.recall(e.id),
                          input.voxels[e.id], all.true_voxels(e.id)});
    }
    return t;
}

/// The class that a class is most often mistaken for: "vesicle (12 %)".
std::string taken_for(const Confusion& confusion, const Legend& legend, std::uint8_t c) {
    std::uint8_t worst = c;
    std::int64_t most = 0;
    for (std::uint8_t p = 0; p < ignore_label; ++p)
        if (p != c && confusion.voxels(c, p) > most) {
            most = confusion.voxels(c, p);
            worst = p;
        }
    if (most == 0) return "nothing else";
    const double share = static_cast<double>(most) / static_cast<double>(confusion.true_voxels(c));
    return legend.name_of(worst) + " (" + std::to_string(std::lround(100 * share)) + " %)";
}

Table held_out_table(const std::vector<HeldOutPart>& parts, const Legend& legend) {
    Table t;
    t.name = "Held-out parts";
    t.columns = {
        {"labels", "", ""},
        {"class", "", ""},
        {"true", "voxels", "Number of voxels labelled as this class, counted on the model's voxels."},
        {"predicted", "voxels", "Number of voxels predicted as this class where something is labelled."},
        {"dice", "", "Agreement with the held-out labels, from 0 to 1: 1 is perfect."},
        {"precision", "", "Share of the predicted voxels, from 0 to 1, that are labelled so."},
        {"recall", "", "Share of the labelled voxels, from 0 to 1, that are predicted so."},
        {"most often taken for", "", "The class that most of its other voxels were predicted as."},
    };
    for (const auto& part : parts)
        for (const auto& e : legend.entries) {
            const auto& c = part.confusion;
            if (c.true_voxels(e.id) == 0 && c.predicted_voxels(e.id) == 0) continue;
            t.rows.push_back({part.name, e.name, c.true_voxels(e.id), c.predicted_voxels(e.id),
                              dice_of_labelled(c, e.id), c.precision(e.id), c.recall(e.id),
                              c.true_voxels(e.id) > 0 ? taken_for(c, legend, e.id) : std::string("–")});
        }
    return t;
}

/// Figures about calibration that the training left in the model's record.
Table calibration_table(const Model& model) {
    Table t;
    t.name = "Calibration";
    t.columns = {{"quantity", "", ""},
                 {"value", "", "How far the model's probabilities can be taken at their word."}};
    for (const auto& [key, value] : model.record)
        if (key.find("calibration") != std::string::npos || key.find("temperature") != std::string::npos)
            t.rows.push_back({key, value});
    return t;
}

}  // namespace

std::vector<Figure> learning_curves(const std::vector<TrainingPoint>& curve, const Legend& legend) {
    std::vector<double> steps, loss, mean;
    for (const auto& p : curve) {
        steps.push_back(static_cast<double>(p.step));
        loss.push_back(p.loss > 0 ? p.loss : std::nan(""));
        mean.push_back(p.mean_dice());
    }
    const std::vector<Curve> losses{{"loss", {63, 111, 168}, steps, loss, true}};
    std::vector<Curve> dice{{"mean", mean_colour, steps, mean, true}};
    for (const auto& e : legend.entries) {
        Curve c{e.name, e.colour, steps, {}, false};
        for (const auto& p : curve)
            c.y.push_back(e.id < p.validation_dice.size() ? p.validation_dice[e.id] : std::nan(""));
        dice.push_back(std::move(c));
    }
    std::vector<Figure> out{curve_figure("Loss", {"step", "loss", 0, 0, true}, losses),
                            curve_figure("Dice on held-out labels", {"step", "Dice", 0, 1, false}, dice)};
    if (out[0].caption.empty())
        out[0].caption =
            "Mean since the last point. It should fall and then flatten; still falling at the end: train "
            "longer.";
    if (out[1].caption.empty())
        out[1].caption =
            "On patches of what did not teach. Rising: the model learns something that holds elsewhere. A "
            "class at 0 is never predicted: label more of it.";
    return out;
}

std::string train_page(const TrainPage& input, const Model& model, const std::vector<TrainingPoint>& curve,
                       const std::vector<HeldOutPart>& held_out, const Progress& progress) {
    Confusion all;
    for (const auto& part : held_out) all.add(part.confusion);
    Report report;
    report.title = input.title;
    report.subtitle = input.subtitle;
    report.warnings = input.warnings;
    if (held_out.empty())
        report.warnings.push_back(
            "No labels could be held out, so nothing tells how good the model is: label a few more slices.");
    report.summary = cards(input, model.legend, all);
    report.legend = model.legend;
    report.planes_heading = "Held-out parts";
    report.planes_hint = "Image, labels and prediction of what did not teach.";
    for (const auto& part : held_out)
        report.planes.insert(report.planes.end(), part.views.begin(), part.views.end());
    report.figures_heading = "Learning curves";
    report.figures = learning_curves(curve, model.legend);
    if (!input.learnt_from.rows.empty()) report.tables.push_back(input.learnt_from);
    if (!held_out.empty()) report.tables.push_back(held_out_table(held_out, model.legend));
    if (auto calibration = calibration_table(model); !calibration.rows.empty())
        report.tables.push_back(std::move(calibration));
    report.provenance = input.provenance;
    for (const auto& [key, value] : model.record) report.provenance.emplace_back("Record: " + key, value);
    return html(report, progress);
}

}  // namespace cytomo
