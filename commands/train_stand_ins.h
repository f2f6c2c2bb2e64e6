// What the network's training tells in some builds and not in others: methods, held-out labels, learning from
// tomograms without labels. Where it does not, these say so or do the obvious.
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "cytomo/core/error.h"
#include "cytomo/network/train.h"

namespace cytomo::commands::stand_in {

/// "semi", "supervised" or "double-decoder". Throws UsageError if this build cannot.
void set_method(auto& options, const std::string& name) {
    if constexpr (requires { options.method; }) {
        using Method = std::remove_reference_t<decltype(options.method)>;
        options.method = name == "semi"         ? Method::semi
                         : name == "supervised" ? Method::supervised
                                                : Method::double_decoder;
    } else if (name != "supervised") {
        throw UsageError("--method: expected supervised, the one this build knows, found '" + name + "'");
    }
}

/// The default of --method.
template <class Options = TrainOptions>
std::string default_method() {
    if constexpr (requires(Options o) { o.method; }) return "semi";
    return "supervised";
}

void mark_simulated(auto& item) {
    if constexpr (requires { item.simulated; }) item.simulated = true;
}

/// train() with tomograms without labels.
template <class Data, class... Others>
TrainingResult run_training(Model start, const Data& data, const std::vector<Tomogram>& unlabelled,
                            const Others&... others) {
    if constexpr (requires { train(start, data, unlabelled, others...); })
        return train(std::move(start), data, unlabelled, others...);
    else
        return train(std::move(start), data, others...);
}

double unlabelled_loss(const auto& point) {
    if constexpr (requires { point.unlabelled_loss; })
        return point.unlabelled_loss;
    else
        return std::nan("");
}

/// Pairs of tomogram and labels that did not teach, as `Part`.
template <class Part>
std::vector<Part> held_out(auto& result) {
    std::vector<Part> out;
    if constexpr (requires { result.held_out; })
        for (auto& h : result.held_out) out.push_back({h.tomogram, std::move(h.labels)});
    return out;
}

/// The evaluation of the model that was kept.
const TrainingPoint& kept_point(const auto& result) {
    if constexpr (requires { result.best_step; })
        for (const auto& p : result.curve)
            if (p.step == result.best_step) return p;
    return result.curve.back();
}

}  // namespace cytomo::commands::stand_in
