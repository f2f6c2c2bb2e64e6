#include "pseudo_labels.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "cytomo/image/filter.h"
#include "cytomo/image/pixel_features.h"

namespace cytomo {

ClassVolume likely_labels(const Probabilities& probabilities, const ClassVolume& labels) {
    if (!(probabilities.grid.size == labels.grid().size))
        throw std::invalid_argument("likely_labels: sizes do not fit");
    constexpr std::uint8_t half = 128;
    ClassVolume out = labels;
    for (int c = 0; c < probabilities.classes; ++c) {
        const auto p = probabilities.of_class(c);
        for (std::int64_t i = 0; i < out.count(); ++i)
            if (labels[i] == ignore_label && p[static_cast<std::size_t>(i)] >= half)
                out[i] = static_cast<std::uint8_t>(c);
    }
    return out;
}

ClassVolume drawn_labels(const Probabilities& probabilities, const ClassVolume& labels, std::uint64_t seed) {
    if (!(probabilities.grid.size == labels.grid().size))
        throw std::invalid_argument("drawn_labels: sizes do not fit");
    ClassVolume out = labels;
    const auto n = out.count(), slice = out.grid().size.x * out.grid().size.y;
    const auto* p = probabilities.values.data();
    parallel_for(out.grid().size.z, [&](std::int64_t z) {
        Random random(seed, 7000 + static_cast<std::uint64_t>(z));
        for (std::int64_t i = z * slice; i < (z + 1) * slice; ++i) {
            if (out[i] != ignore_label) continue;
            int sum = 0;
            for (int c = 0; c < probabilities.classes; ++c) sum += p[c * n + i];
            if (sum == 0) continue;
            auto left = random.integer(0, sum - 1);
            int c = 0;
            while ((left -= p[c * n + i]) >= 0) ++c;
            out[i] = static_cast<std::uint8_t>(c);
        }
    });
    return out;
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

Probabilities forest_opinion(const Volume<float>& values, const RandomForest& forest,
                             const Progress& progress) {
    Probabilities p;
    p.grid = values.grid();
    p.classes = forest.classes();
    const auto n = values.count(), slice = p.grid.size.x * p.grid.size.y;
    p.values.resize(static_cast<std::size_t>(p.classes * n));
    const auto one_slice = [&](std::int64_t z) {
        const auto features = pixel_features(values, z);
        std::vector<float> of_slice(static_cast<std::size_t>(slice * p.classes));
        forest.predict(features.data(), slice, of_slice.data());
        for (std::int64_t i = 0; i < slice; ++i)
            for (int c = 0; c < p.classes; ++c)
                p.values[static_cast<std::size_t>(c * n + z * slice + i)] = static_cast<std::uint8_t>(
                    255.F * of_slice[static_cast<std::size_t>(i * p.classes + c)] + 0.5F);
    };
    const auto depth = p.grid.size.z, at_once = static_cast<std::int64_t>(4 * thread_count());
    for (std::int64_t z0 = 0; z0 < depth; z0 += at_once) {
        progress(static_cast<double>(z0) / static_cast<double>(depth));
        parallel_for(std::min(at_once, depth - z0), [&](std::int64_t k) { one_slice(z0 + k); });
    }
    for (int c = 0; c < p.classes; ++c) {
        Volume<float> smooth(p.grid);
        auto* values_of_class = p.values.data() + static_cast<std::ptrdiff_t>(c * n);
        std::copy_n(values_of_class, n, smooth.data());
        gaussian_blur(smooth, {1, 1, 1});
        std::transform(smooth.data(), smooth.data() + n, values_of_class,
                       [](float v) { return static_cast<std::uint8_t>(v + 0.5F); });
    }
    progress(1);
    return p;
}

}  // namespace cytomo
