#include "cytomo/network/precision.h"

#include "cytomo/core/error.h"
#include "layer_rates.h"
#include "rate_memory.h"

namespace cytomo {

std::string name(Precision precision) {
    return precision == Precision::f32 ? "f32" : precision == Precision::bf16 ? "bf16" : "int8";
}

void check_precision(const std::string& text) {
    if (text == "auto") return;
    for (const auto p : {Precision::f32, Precision::bf16, Precision::int8})
        if (text == name(p)) return;
    throw UsageError("--precision: expected auto, f32, bf16 or int8, found '" + text + "'");
}

PrecisionRates inference_rates(const Model& model, bool again) {
    return remembered_rates(rates_key(NetworkUse::inference, model), again,
                            [&] { return measure_layer_rates(model); });
}

std::optional<PrecisionRates> known_training_rates(const Model& model) {
    return read_rates(rates_key(NetworkUse::training, model));
}

Precision precision_for(const std::string& text, const Model& model) {
    check_precision(text);
    if (text == "auto") {
        // With one candidate there is nothing to measure.
        if (model.architecture.kind != NetworkKind::unet || !can_compute(Precision::bf16))
            return Precision::f32;
        return inference_rates(model).fastest();
    }
    const Precision precision = text == "f32"    ? Precision::f32
                                : text == "bf16" ? Precision::bf16
                                                 : Precision::int8;
    if (!can_compute(precision))
        throw UsageError("--precision " + text + ": expected a processor with AVX-512" +
                         (precision == Precision::int8 ? " and VNNI" : "") +
                         ", found one without. Take auto or f32");
    return precision;
}

}  // namespace cytomo
