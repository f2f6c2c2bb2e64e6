#include "predict_options.h"

#include <cmath>
#include <cstdio>

#include "grey_files.h"
#include "hand_over.h"
#include "model_path.h"

namespace cytomo::commands {

void PredictArguments::declare(CLI::App& app) {
    app.add_option("--polarity", polarity, "Polarity: whether dense matter is dark or bright; auto looks")
        ->check(CLI::IsMember({"auto", "dark", "bright"}))
        ->capture_default_str();
    add_grey_option(app, grey);
    declare_network(app);
}

void PredictArguments::declare_network(CLI::App& app) {
    app.add_option("--model", model_file,
                   "Model file, or the name of one that comes with cytomo: default, wide (tomograms of other "
                   "instruments; no intervals yet)");
    app.add_option("--device", device, "auto, cpu or cuda:N")->capture_default_str();
    app.add_option(
           "--precision", precision,
           "Arithmetic; auto takes f32 or bf16, whichever this machine computes faster (cytomo version "
           "--machine), on CUDA f16")
        ->check(CLI::IsMember({"auto", "f32", "bf16", "int8"}))
        ->capture_default_str();
    app.add_option("--views", views,
                   "Views: mean over so many mirror images of the tomogram: a little better, this many times "
                   "slower; 0: 8 for "
                   "small tomograms, 1 for large ones")
        ->check(CLI::IsMember({0, 1, 2, 4, 8}))
        ->capture_default_str();
}

PredictOptions PredictArguments::options() const {
    PredictOptions o;
    o.polarity = polarity == "dark"     ? Polarity::dense_is_dark
                 : polarity == "bright" ? Polarity::dense_is_bright
                                        : Polarity::unknown;
    o.device = device;
    o.precision = precision;
    o.views = views;
    o.check();
    hand_over_if_needed(device, named_model());
    return o;
}

PredictOptions PredictArguments::options(const Common& common) const {
    PredictOptions o = options();
    o.on_polarity_guess = [common](Polarity guessed, double confidence) {
        if (confidence >= doubtful_polarity) return;
        const bool dark = guessed == Polarity::dense_is_dark;
        common.say("warning: dense matter is taken for " + std::string(dark ? "dark" : "bright") +
                   ", a guess (" + std::to_string(std::lround(100 * confidence)) +
                   " % sure). If it is not, stop and say so: --polarity " + (dark ? "bright" : "dark"));
    };
    return o;
}

std::string PredictArguments::named_model() const {
    return model_file.empty() ? "" : chosen_model_path(model_file).string();
}

std::filesystem::path PredictArguments::model_path() const {
    return chosen_model_path(model_file);
}

Model PredictArguments::model() const {
    return read_model(model_path());
}

std::string describe(const PredictRecord& r) {
    char text[320], work[48] = "";
    if (r.multiply_adds > 0)
        std::snprintf(work, sizeof work, ", %.*f G multiply-adds", r.multiply_adds < 1e10 ? 1 : 0,
                      r.multiply_adds / 1e9);
    const std::string views = r.views == 1 ? "1 view (no mirror images)"
                                           : std::to_string(r.views) + " views (mean over mirror images)";
    std::snprintf(
        text, sizeof text, "dense matter is %s%s; %s, %s, %s%s; %.1f s; mean confidence %.2f",
        r.polarity == Polarity::dense_is_dark ? "dark" : "bright",
        r.polarity_guessed
            ? (" (guessed, " + std::to_string(std::lround(100 * r.polarity_confidence)) + " % sure)").c_str()
            : "",
        r.device_text().c_str(), r.precision.c_str(), views.c_str(), work, r.seconds, r.mean_confidence);
    return text;
}

}  // namespace cytomo::commands
