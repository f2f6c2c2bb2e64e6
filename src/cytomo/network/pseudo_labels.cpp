#include "pseudo_labels.h"

#include <array>
#include <memory>
#include <stdexcept>
#include <vector>

#include "cytomo/network/predict.h"

namespace cytomo {

namespace {
constexpr int half = 128;  // of a probability in 8 bits
}

ClassVolume surest_labels(const Probabilities& probabilities, const ClassVolume& labels, double share) {
    const auto n = static_cast<std::size_t>(labels.count());
    if (!(probabilities.grid.size == labels.grid().size))
        throw std::invalid_argument("surest_labels: sizes do not fit");
    std::vector<std::array<std::int64_t, 256>> found(static_cast<std::size_t>(probabilities.classes));
    const auto most_probable = [&](std::size_t i) {
        std::pair<std::size_t, std::uint8_t> best{0, probabilities.values[i]};
        for (std::size_t c = 1; c < found.size(); ++c)
            if (const auto p = probabilities.values[c * n + i]; p > best.second) best = {c, p};
        return best;
    };
    for (std::size_t i = 0; i < n; ++i) {
        const auto [c, p] = most_probable(i);
        ++found[c][p];
    }
    std::vector<int> least(found.size());
    for (std::size_t c = 0; c < found.size(); ++c) {
        double total = 0, taken = 0;
        for (const auto count : found[c]) total += static_cast<double>(count);
        int p = 255;
        for (; p > half && taken + static_cast<double>(found[c][static_cast<std::size_t>(p)]) < share * total; --p)
            taken += static_cast<double>(found[c][static_cast<std::size_t>(p)]);
        least[c] = p;
    }
    ClassVolume out = labels;
    for (std::size_t i = 0; i < n; ++i) {
        auto& label = out.values()[i];
        if (label != ignore_label) continue;
        const auto [c, p] = most_probable(i);
        if (p >= least[c]) label = static_cast<std::uint8_t>(c);
    }
    return out;
}

ClassVolume pseudo_labels(const Volume<float>& values, const ClassVolume& labels, const Model& model,
                          double share, const std::string& device) {
    PredictOptions options;
    options.polarity = Polarity::dense_is_bright;  // as normalised values are
    options.device = device;
    options.views = 4;
    const std::shared_ptr<const Volume<float>> borrowed(&values, [](const auto*) {});
    return surest_labels(predict(tomogram_from(borrowed), model, options), labels, share);
}

}  // namespace cytomo
