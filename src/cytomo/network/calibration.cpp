// The inference engine gives probabilities and not logits. Told that every output is a class of its own, its
// logarithms are the logits less a constant for each voxel, and constants do not matter to a softmax.
#include "cytomo/network/calibration.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <stdexcept>

#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "engine.h"

namespace cytomo {

namespace {

constexpr std::size_t bin_count = 15;
constexpr double coldest = 0.25, hottest = 8;
constexpr std::int64_t most_voxels = 200'000;

/// Class probabilities of one voxel at temperature t.
void probabilities_at(const float* x, const std::vector<std::uint8_t>& class_of, double t, double* p) {
    std::fill_n(p, most_classes, 0.0);
    const auto outputs = class_of.size();
    const double top = *std::max_element(x, x + outputs);
    double sum = 0;
    for (std::size_t o = 0; o < outputs; ++o) {
        const double e = std::exp((x[o] - top) / t);
        p[class_of[o]] += e;
        sum += e;
    }
    for (int c = 0; c < most_classes; ++c) p[c] /= sum;
}

double mean_nll(const LabelledLogits& known, const std::vector<std::uint8_t>& class_of, double t) {
    const auto n = static_cast<std::int64_t>(known.labels.size());
    constexpr std::int64_t chunk = 1 << 12;
    std::vector<double> parts(static_cast<std::size_t>((n + chunk - 1) / chunk));
    parallel_chunks(n, chunk, [&](std::int64_t begin, std::int64_t end) {
        double p[most_classes], sum = 0;
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
            probabilities_at(&known.logits[i * class_of.size()], class_of, t, p);
            sum -= std::log(std::max(p[known.labels[i]], 1e-30));
        }
        parts[static_cast<std::size_t>(begin / chunk)] = sum;
    });
    double sum = 0;
    for (const double part : parts) sum += part;
    return sum / static_cast<double>(n);
}

std::vector<ConfidenceBin> fill_bins(const LabelledLogits& known, const std::vector<std::uint8_t>& class_of,
                                     double t) {
    std::vector<ConfidenceBin> bins(bin_count);
    double p[most_classes];
    for (std::size_t i = 0; i < known.labels.size(); ++i) {
        probabilities_at(&known.logits[i * class_of.size()], class_of, t, p);
        const auto* best = std::max_element(p, p + most_classes);
        auto& bin = bins[std::min(bin_count - 1, static_cast<std::size_t>(*best * bin_count))];
        ++bin.voxels;
        bin.confidence += *best;
        bin.accuracy += best - p == known.labels[i] ? 1 : 0;
    }
    for (auto& bin : bins)
        if (bin.voxels > 0) {
            bin.confidence /= static_cast<double>(bin.voxels);
            bin.accuracy /= static_cast<double>(bin.voxels);
        }
    return bins;
}

/// The lowest point of `f` between a and b by golden-section search (Kiefer 1953).
template <class F>
double lowest(double a, double b, double tolerance, const F& f) {
    const double ratio = (std::sqrt(5.0) - 1) / 2;
    double x = b - ratio * (b - a), y = a + ratio * (b - a), fx = f(x), fy = f(y);
    while (b - a > tolerance) {
        if (fx < fy) {
            b = y;
            y = x;
            fy = fx;
            x = b - ratio * (b - a);
            fx = f(x);
        } else {
            a = x;
            x = y;
            fx = fy;
            y = a + ratio * (b - a);
            fy = f(y);
        }
    }
    return (a + b) / 2;
}

bool is_known(std::uint8_t label, const std::vector<std::uint8_t>& class_of) {
    return std::find(class_of.begin(), class_of.end(), label) != class_of.end();
}

LabelledLogits only_known(const LabelledLogits& all, const std::vector<std::uint8_t>& class_of) {
    LabelledLogits out{all.outputs, {}, {}};
    const auto outputs = class_of.size();
    for (std::size_t i = 0; i < all.labels.size(); ++i)
        if (is_known(all.labels[i], class_of)) {
            out.labels.push_back(all.labels[i]);
            out.logits.insert(out.logits.end(), all.logits.begin() + static_cast<std::ptrdiff_t>(i * outputs),
                              all.logits.begin() + static_cast<std::ptrdiff_t>((i + 1) * outputs));
        }
    return out;
}

std::string figure(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4f", value);
    return text;
}

}  // namespace

double expected_calibration_error(const std::vector<ConfidenceBin>& bins) {
    double sum = 0, voxels = 0;
    for (const auto& bin : bins) {
        sum += static_cast<double>(bin.voxels) * std::abs(bin.confidence - bin.accuracy);
        voxels += static_cast<double>(bin.voxels);
    }
    return voxels > 0 ? sum / voxels : 0;
}

Calibration find_temperature(const LabelledLogits& all, const std::vector<std::uint8_t>& class_of) {
    if (class_of.empty() || class_of.size() > most_classes ||
        *std::max_element(class_of.begin(), class_of.end()) >= most_classes ||
        all.outputs != static_cast<int>(class_of.size()) ||
        all.logits.size() != all.labels.size() * class_of.size())
        throw std::invalid_argument("find_temperature: sizes do not fit");
    const LabelledLogits known = only_known(all, class_of);
    Calibration out;
    out.voxels = static_cast<std::int64_t>(known.labels.size());
    out.bins_before = out.bins = std::vector<ConfidenceBin>(bin_count);
    if (out.voxels == 0) return out;
    // By the logarithm of t. With several outputs a class there may be more than one valley: a coarse look
    // finds the deepest, the golden section its bottom.
    const auto at = [&](double log_t) { return mean_nll(known, class_of, std::exp(log_t)); };
    constexpr int looks = 16;
    const double from = std::log(coldest), step = (std::log(hottest) - from) / (looks - 1);
    int best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (int i = 0; i < looks; ++i)
        if (const double value = at(from + i * step); value < least) {
            least = value;
            best = i;
        }
    out.temperature = std::exp(
        lowest(from + std::max(0, best - 1) * step, from + std::min(looks - 1, best + 1) * step, 1e-3, at));
    out.nll_before = at(0);
    out.nll_after = mean_nll(known, class_of, out.temperature);
    out.bins_before = fill_bins(known, class_of, 1);
    out.bins = fill_bins(known, class_of, out.temperature);
    out.ece_before = expected_calibration_error(out.bins_before);
    out.ece_after = expected_calibration_error(out.bins);
    return out;
}

Calibration calibrate(const Model& model, const std::vector<Patch>& held_out, Size3 size,
                      const std::string& precision, const Progress& progress) {
    const auto class_of = model.output_classes();
    const auto outputs = class_of.size();
    const auto n = static_cast<std::size_t>(size.count());
    std::int64_t labelled = 0;
    for (const Patch& patch : held_out) {
        if (!(patch.size == size)) throw std::invalid_argument("calibrate: a patch of another size");
        labelled += std::count_if(patch.labels.begin(), patch.labels.end(),
                                  [&](std::uint8_t label) { return is_known(label, class_of); });
    }
    LabelledLogits known{static_cast<int>(outputs), {}, {}};
    if (labelled > 0) {
        Model separate = model;
        separate.class_of_output.clear();
        Engine engine(separate, size, precision_for(precision, separate));
        const double share = static_cast<double>(most_voxels) / static_cast<double>(labelled);
        std::vector<float> p(static_cast<std::size_t>(engine.volumes()) * n);
        const auto stage = progress.stage("calibrating");
        for (std::size_t k = 0; k < held_out.size(); ++k) {
            stage(static_cast<double>(k) / static_cast<double>(held_out.size()));
            engine.run(held_out[k].values.data(), p.data());
            Random random(1, k);
            for (std::size_t i = 0; i < n; ++i) {
                const auto label = held_out[k].labels[i];
                if (!is_known(label, class_of) || (share < 1 && !random.chance(share))) continue;
                known.labels.push_back(label);
                for (std::size_t o = 0; o < outputs; ++o)
                    known.logits.push_back(std::log(std::max(p[o * n + i], 1e-37F)));
            }
        }
        stage(1);
    }
    return find_temperature(known, class_of);
}

Model with_temperature(Model model, double t) {
    if (!(t > 0) || !std::isfinite(t)) throw std::invalid_argument("with_temperature: t must be positive");
    const int maps = model.architecture.map_count();  // at the end of the head; they are no classes
    for (const char* name : {"head.weight", "head.bias"}) {
        auto& values = model.weights.at(name).values;
        const auto count = static_cast<std::ptrdiff_t>(values.size()) * (Architecture::head_channels - maps) /
                           Architecture::head_channels;
        std::for_each(values.begin(), values.begin() + count,
                      [t](float& v) { v = static_cast<float>(v / t); });
    }
    return model;
}

Model calibrated(Model model, const Calibration& c) {
    if (c.voxels == 0) return model;
    model = with_temperature(std::move(model), c.temperature);
    auto& r = model.record;
    r["temperature"] = figure(c.temperature);
    r["calibration_error_before"] = figure(c.ece_before);
    r["calibration_error"] = figure(c.ece_after);
    r["calibration_nll_before"] = figure(c.nll_before);
    r["calibration_nll"] = figure(c.nll_after);
    r["calibration_voxels"] = std::to_string(c.voxels);
    return model;
}

}  // namespace cytomo
