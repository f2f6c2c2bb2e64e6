#include "pseudo_labels.h"

#include <array>
#include <memory>
#include <stdexcept>
#include <vector>

#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "cytomo/image/pixel_features.h"
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

Probabilities network_opinion(const Volume<float>& values, const Model& model, const std::string& device) {
    PredictOptions options;
    options.polarity = Polarity::dense_is_bright;  // as normalised values are
    options.device = device;
    options.views = 4;
    const std::shared_ptr<const Volume<float>> borrowed(&values, [](const auto*) {});
    return predict(tomogram_from(borrowed), model, options);
}

void add_examples(const Volume<float>& values, const ClassVolume& labels, double keep, std::uint64_t seed,
                  Examples& examples) {
    const auto slice = labels.grid().size.x * labels.grid().size.y;
    Random random(seed, 6000);
    for (std::int64_t z = 0; z < labels.grid().size.z; ++z) {
        std::vector<std::int64_t> chosen;
        for (std::int64_t i = 0; i < slice; ++i)
            if (labels[z * slice + i] < examples.classes && random.chance(keep)) chosen.push_back(i);
        if (chosen.empty()) continue;
        const auto features = pixel_features(values, z);
        for (const auto i : chosen) {
            const auto from = features.begin() + i * pixel_feature_count;
            examples.values.insert(examples.values.end(), from, from + pixel_feature_count);
            examples.labels.push_back(labels[z * slice + i]);
        }
    }
}

Probabilities forest_opinion(const Volume<float>& values, const RandomForest& forest) {
    Probabilities p;
    p.grid = values.grid();
    p.classes = forest.classes();
    const auto n = values.count(), slice = p.grid.size.x * p.grid.size.y;
    p.values.resize(static_cast<std::size_t>(p.classes * n));
    parallel_for(p.grid.size.z, [&](std::int64_t z) {
        const auto features = pixel_features(values, z);
        std::vector<float> of_slice(static_cast<std::size_t>(slice * p.classes));
        forest.predict(features.data(), slice, of_slice.data());
        for (std::int64_t i = 0; i < slice; ++i)
            for (int c = 0; c < p.classes; ++c)
                p.values[static_cast<std::size_t>(c * n + z * slice + i)] = static_cast<std::uint8_t>(
                    255.F * of_slice[static_cast<std::size_t>(i * p.classes + c)] + 0.5F);
    });
    return p;
}

Probabilities mean_opinion(Probabilities a, const Probabilities& b) {
    if (a.values.size() != b.values.size()) throw std::invalid_argument("mean_opinion: sizes do not fit");
    for (std::size_t i = 0; i < a.values.size(); ++i)
        a.values[i] = static_cast<std::uint8_t>((a.values[i] + b.values[i] + 1) / 2);
    return a;
}

}  // namespace cytomo
