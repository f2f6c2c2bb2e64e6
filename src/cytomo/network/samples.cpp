#include "samples.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/image/grey_scale.h"
#include "cytomo/image/resample.h"

namespace cytomo {

namespace {

ClassVolume labels_on(const ClassVolume& labels, const Grid& grid) {
    if (labels.grid().size == grid.size) return labels;
    ClassVolume out(grid);
    const Size3 last{labels.grid().size.x - 1, labels.grid().size.y - 1, labels.grid().size.z - 1};
    std::int64_t i = 0;
    for (std::int64_t z = 0; z < grid.size.z; ++z)
        for (std::int64_t y = 0; y < grid.size.y; ++y)
            for (std::int64_t x = 0; x < grid.size.x; ++x, ++i) {
                const Vec3 v = labels.grid().voxel_from_world(grid.world_from_voxel(
                    {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)}));
                out[i] = labels(std::clamp<std::int64_t>(std::llround(v.x), 0, last.x),
                                std::clamp<std::int64_t>(std::llround(v.y), 0, last.y),
                                std::clamp<std::int64_t>(std::llround(v.z), 0, last.z));
            }
    return out;
}

Sample make_sample(const LabelledTomogram& item, const Model& model) {
    const auto& t = item.tomogram;
    if (!(t.grid.size == item.labels.grid().size)) {
        const auto text = [](Size3 s) {
            return std::to_string(s.x) + " x " + std::to_string(s.y) + " x " + std::to_string(s.z);
        };
        throw InputError(item.name, "labels of the tomogram's size " + text(t.grid.size),
                         text(item.labels.grid().size), "Label the same volume, not a crop of it");
    }
    for (const std::uint8_t label : item.labels.values())
        if (label != ignore_label && label >= model.class_count())
            throw InputError(
                item.name,
                "labels below " + std::to_string(model.class_count()) + ", or 255 for unlabelled",
                std::to_string(label), "Rename the labels or choose a model with more classes");
    const auto statistics = measure_grey_statistics(t, model.voxel_um);
    const auto polarity = item.polarity == Polarity::unknown ? guess_polarity(statistics) : item.polarity;
    const GreyScale scale = make_grey_scale(statistics, polarity);
    Sample sample;
    const Grid grid = model_grid(t.grid, model.voxel_um);
    const auto values = Resampler(t, grid).slices(0, grid.size.z);
    sample.values = Volume<float>(grid);
    std::transform(values.begin(), values.end(), sample.values.data(),
                   [&](float v) { return scale.apply(v); });
    // Labels share the tomogram's lattice whatever their file says of voxel sizes.
    ClassVolume labels = item.labels;
    labels.set_geometry(t.grid.voxel_um, t.grid.origin_um);
    sample.labels = labels_on(labels, grid);
    return sample;
}

void find_places(Sample& sample, Random& random) {
    constexpr std::int64_t most = 4000;
    std::array<std::int64_t, 16> seen{};
    for (std::int64_t i = 0; i < sample.labels.count(); ++i) {
        const auto c = sample.labels[i];
        if (c >= 16) continue;
        auto& places = sample.places[c];
        const auto k = seen[c]++;
        if (k < most) {
            places.push_back(i);
        } else if (const auto r = random.integer(0, k); r < most) {
            places[static_cast<std::size_t>(r)] = i;
        }
    }
}

/// Sets labels of rows y outside [first, last) to unlabelled.
ClassVolume only_rows(const ClassVolume& labels, std::int64_t first, std::int64_t last) {
    ClassVolume out = labels;
    const auto [nx, ny, nz] = labels.grid().size;
    for (std::int64_t z = 0; z < nz; ++z)
        for (std::int64_t y = 0; y < ny; ++y)
            if (y < first || y >= last) std::fill_n(&out(0, y, z), nx, ignore_label);
    return out;
}

Vec3 position(const Grid& grid, std::int64_t i) {
    const auto x = i % grid.size.x, y = i / grid.size.x % grid.size.y, z = i / (grid.size.x * grid.size.y);
    return {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)};
}

}  // namespace

SampleSet::SampleSet(const std::vector<LabelledTomogram>& data, const Model& model,
                     const TrainOptions& options, const Progress& progress) {
    std::vector<Sample> all(data.size());
    for (std::size_t i = 0; i < data.size(); ++i) {
        progress(static_cast<double>(i) / static_cast<double>(data.size()));
        all[i] = make_sample(data[i], model);
    }
    const auto held_out =
        all.size() >= 5
            ? std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(options.validation_share *
                                                                            static_cast<double>(all.size()))))
            : 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        Sample& s = all[i];
        if (held_out > 0) {
            // Spread over the list, which may be ordered by kind.
            const bool held = i * held_out / all.size() != (i + 1) * held_out / all.size();
            (held ? validation : training).push_back(std::move(s));
        } else {
            const auto ny = s.labels.grid().size.y;
            const auto cut =
                ny - static_cast<std::int64_t>(options.validation_share * static_cast<double>(ny));
            validation.push_back({s.values, only_rows(s.labels, cut, ny), {}});
            training.push_back({std::move(s.values), only_rows(s.labels, 0, cut), {}});
        }
    }
    Random random(options.seed, 1);
    std::vector<double> counts(static_cast<std::size_t>(model.class_count()));
    double total = 0;
    for (auto* set : {&training, &validation})
        for (auto& s : *set) find_places(s, random);
    for (const auto& s : training)
        for (const std::uint8_t label : s.labels.values())
            if (label != ignore_label) {
                ++counts[label];
                ++total;
            }
    if (total == 0)
        throw InputError(
            "labels: expected at least one labelled voxel (not 255), found none. Label some slices first");
    for (auto& c : counts) c /= total;
    class_share = counts;
}

Patch SampleSet::draw(const TrainOptions& options, Random& random) const {
    const Sample* sample = &training[static_cast<std::size_t>(
        random.integer(0, static_cast<std::int64_t>(training.size()) - 1))];
    std::vector<const std::vector<std::int64_t>*> classes;
    for (const auto& places : sample->places)
        if (!places.empty()) classes.push_back(&places);
    const Grid& grid = sample->labels.grid();
    Vec3 centre{random.uniform() * static_cast<double>(grid.size.x),
                random.uniform() * static_cast<double>(grid.size.y),
                random.uniform() * static_cast<double>(grid.size.z)};
    if (!classes.empty() && random.chance(0.75)) {
        const auto& places = *classes[static_cast<std::size_t>(
            random.integer(0, static_cast<std::int64_t>(classes.size()) - 1))];
        const Vec3 at = position(grid, places[static_cast<std::size_t>(
                                           random.integer(0, static_cast<std::int64_t>(places.size()) - 1))]);
        const auto jitter = [&](std::int64_t n) {
            return random.uniform(-0.35, 0.35) * static_cast<double>(n);
        };
        centre = at + Vec3{jitter(options.patch.x), jitter(options.patch.y), jitter(options.patch.z)};
    }
    const auto inside = [](double c, std::int64_t n, std::int64_t patch) {
        const double half = 0.4 * static_cast<double>(std::min(patch, n));
        return std::clamp(c, half, static_cast<double>(n) - 1 - half + 1e-9);
    };
    centre = {inside(centre.x, grid.size.x, options.patch.x), inside(centre.y, grid.size.y, options.patch.y),
              inside(centre.z, grid.size.z, options.patch.z)};
    return cut_augmented_patch(sample->values, sample->labels, options.patch, centre, options.augment,
                               random);
}

std::vector<Patch> SampleSet::validation_patches(const TrainOptions& options) const {
    AugmentOptions none{0, 0, 0, 0, 0, 0, 0};
    std::vector<Patch> out;
    const auto wanted = std::clamp<std::size_t>(2 * validation.size(), 8, 48);
    Random random(12345, 2);
    for (std::size_t i = 0; i < wanted; ++i) {
        const Sample& s = validation[i % validation.size()];
        std::vector<const std::vector<std::int64_t>*> classes;
        for (const auto& places : s.places)
            if (!places.empty()) classes.push_back(&places);
        if (classes.empty()) continue;
        const auto& places = *classes[(i / validation.size() + i % validation.size()) % classes.size()];
        const Vec3 at = position(s.labels.grid(), places[static_cast<std::size_t>(random.integer(
                                                      0, static_cast<std::int64_t>(places.size()) - 1))]);
        out.push_back(cut_augmented_patch(s.values, s.labels, options.patch, at, none, random));
    }
    return out;
}

}  // namespace cytomo
