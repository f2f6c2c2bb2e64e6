#include "train_watch.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cytomo/core/clock.h"
#include "cytomo/core/error.h"
#include "cytomo/core/random.h"
#include "cytomo/network/train_double_decoder.h"
#include "label_meaning.h"

namespace cytomo::commands {

namespace {
constexpr const char* nothing_held_out =
    "Nothing is held out to test with, as no class has labels to spare: the last model is kept, untested. "
    "Label more objects, in several places.";
}  // namespace

double measure_step_seconds(const Model& model, const TrainOptions& options, const Progress& progress) {
    const bool published = options.method == TrainMethod::double_decoder;
    const Grid grid{
        published ? Size3{256, 256, 2} : options.patch, {model.voxel_um, model.voxel_um, model.voxel_um}, {}};
    auto noise = std::make_shared<Volume<float>>(grid);
    Random random(1);
    for (float& v : noise->values()) v = static_cast<float>(random.normal(0, 1));
    LabelledTomogram item{tomogram_from(noise, "noise"), ClassVolume(grid), Polarity::dense_is_bright,
                          "noise"};
    for (std::int64_t i = 0; i < grid.count(); ++i)
        item.labels[i] =
            model.legend.entries[static_cast<std::size_t>(i / 512) % model.legend.entries.size()].id;
    TrainOptions few = options;
    few.steps = 1000;
    few.minutes = 0;
    few.checkpoint.clear();
    // The first step prepares, the next two are measured; then the rehearsal ends, before any evaluation.
    std::vector<Clock::time_point> steps;
    const Progress rehearsal(
        [&](std::string_view stage, double, std::string_view) {
            if (stage == "training") steps.push_back(Clock::now());
        },
        [&] {
            progress.check();
            return steps.size() >= 3;
        });
    try {
        (published ? train_double_decoder : train)(model, {item}, {}, few, {}, rehearsal);
    } catch (const Cancelled&) {
        progress.check();
    } catch (const InputError&) {
        return std::nan("");  // the real training will say what is wrong
    }
    if (steps.size() < 3) return std::nan("");
    return seconds_between(steps[0], steps[2]) / 2;
}

std::string duration_text(double seconds) {
    char text[40];
    if (seconds < 100)
        std::snprintf(text, sizeof text, "about %.0f s", std::max(1.0, seconds));
    else if (seconds < 100 * 60)
        std::snprintf(text, sizeof text, "about %.0f min", seconds / 60);
    else
        std::snprintf(text, sizeof text, "about %.1f h", seconds / 3600);
    return text;
}

std::string held_out_text(std::size_t labelled_tomograms, double share) {
    if (labelled_tomograms < 5)
        return "about " + std::to_string(std::lround(100 * share)) + " % of the labelled voxels";
    const auto held = std::max<std::int64_t>(1, std::lround(share * static_cast<double>(labelled_tomograms)));
    return std::to_string(held) + " of " + std::to_string(labelled_tomograms) + " labelled tomograms";
}

std::string validation_text(const TrainingPoint& p) {
    const double dice = p.mean_dice();
    if (std::isnan(dice)) return ", no validation Dice, as nothing is held out";
    bool objects = false;
    for (std::size_t c = 1; c < p.validation_dice.size(); ++c)
        objects = objects || !std::isnan(p.validation_dice[c]);
    char text[80];
    std::snprintf(text, sizeof text, ", validation Dice %.3f%s", dice,
                  objects ? "" : " of background, as nothing else is held out");
    return text;
}

TrainingWatch::TrainingWatch(const Legend& legend, const TrainOptions& options,
                             const std::array<std::int64_t, 256>& voxels, Say say)
    : legend_(legend), options_(options), voxels_(voxels), say_(std::move(say)) {}

void TrainingWatch::operator()(const TrainingPoint& p) {
    const double done = options_.minutes > 0
                            ? p.minutes / options_.minutes
                            : static_cast<double>(p.step) / static_cast<double>(options_.steps);
    char text[160];
    std::snprintf(text, sizeof text, "step %lld: loss %.3f", static_cast<long long>(p.step), p.loss);
    std::string line = text;
    const double mean = p.mean_dice();
    line += validation_text(p) + (std::isnan(mean) ? "" : " (");
    never_predicted_.clear();
    bool first = true;
    for (const auto& entry : legend_.entries) {
        if (entry.id == 0 || entry.id >= p.validation_dice.size()) continue;
        const double dice = p.validation_dice[entry.id];
        if (std::isnan(mean)) continue;
        std::snprintf(text, sizeof text, std::isnan(dice) ? "%s%s -" : "%s%s %.3f", first ? "" : ", ",
                      entry.name.substr(0, 100).c_str(), dice);
        line += text;
        first = false;
        if (dice < 1e-3 && voxels_[entry.id] > 0) never_predicted_.insert(entry.id);
    }
    if (!std::isnan(mean)) line += ")";
    if (done > 0.01 && done < 1) line += ", " + duration_text(60 * p.minutes * (1 - done) / done) + " left";
    say_(line);
    if (std::isnan(mean) && !nothing_held_out_) {
        nothing_held_out_ = true;
        say_(std::string("warning: ") + nothing_held_out);
    }
    if (done < 0.5) return;
    std::set<std::uint8_t> fresh;
    for (const auto c : never_predicted_)
        if (alarmed_.insert(c).second) fresh.insert(c);
    if (!fresh.empty()) say_("warning: " + alarm_text(fresh));
}

std::string TrainingWatch::alarm_text(const std::set<std::uint8_t>& classes) const {
    std::string names;
    for (const auto c : classes)
        names += (names.empty() ? "" : ", ") + legend_.name_of(c) + " (" + grouped(voxels_[c]) +
                 " labelled voxels)";
    return "Never predicted where it is labelled and held out: " + names +
           ". Label more objects of it, in other places too; train longer; or start from a model that knows "
           "it (--init).";
}

std::vector<std::string> TrainingWatch::alarms() const {
    std::vector<std::string> out;
    if (nothing_held_out_) out.emplace_back(nothing_held_out);
    if (!never_predicted_.empty()) out.push_back(alarm_text(never_predicted_));
    return out;
}

}  // namespace cytomo::commands
