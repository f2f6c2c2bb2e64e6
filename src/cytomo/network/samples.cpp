#include "samples.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/image/grey_scale.h"
#include "cytomo/image/pixel_features.h"
#include "cytomo/image/resample.h"
#include "held_out.h"
#include "pseudo_labels.h"

namespace cytomo {

namespace {

/// First and last source voxel along one axis that a target voxel covers (the nearest one if it covers none).
std::pair<std::int64_t, std::int64_t> covered(double centre, double width, std::int64_t n) {
    const auto clamped = [n](double v) { return std::clamp<std::int64_t>(std::llround(v), 0, n - 1); };
    if (width <= 1) return {clamped(centre), clamped(centre)};
    const auto first = clamped(std::ceil(centre - width / 2)), last = clamped(std::floor(centre + width / 2));
    return {std::min(first, last), std::max(first, last)};
}

/// Labels on another grid: what most of the labelled voxels that a voxel covers say; 255 if none is labelled.
ClassVolume labels_on(const ClassVolume& labels, const Grid& grid) {
    if (labels.grid().size == grid.size) return labels;
    ClassVolume out(grid);
    const Grid& from = labels.grid();
    const Vec3 width{grid.voxel_um.x / from.voxel_um.x, grid.voxel_um.y / from.voxel_um.y,
                     grid.voxel_um.z / from.voxel_um.z};
    parallel_for(grid.size.z, [&](std::int64_t z) {
        for (std::int64_t y = 0; y < grid.size.y; ++y)
            for (std::int64_t x = 0; x < grid.size.x; ++x) {
                const Vec3 v = from.voxel_from_world(grid.world_from_voxel(
                    {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)}));
                const auto [x0, x1] = covered(v.x, width.x, from.size.x);
                const auto [y0, y1] = covered(v.y, width.y, from.size.y);
                const auto [z0, z1] = covered(v.z, width.z, from.size.z);
                std::array<int, 256> votes{};
                std::uint8_t best = ignore_label;
                for (auto k = z0; k <= z1; ++k)
                    for (auto j = y0; j <= y1; ++j)
                        for (auto i = x0; i <= x1; ++i) {
                            const auto label = labels(i, j, k);
                            if (label == ignore_label) continue;
                            if (++votes[label] > (best == ignore_label ? 0 : votes[best])) best = label;
                        }
                out(x, y, z) = best;
            }
    });
    return out;
}

/// Values of the nearest voxels; what T cannot hold becomes 0. `from` is the grid of `values`, whatever they
/// say.
template <class T, class From>
Volume<T> nearest_on(const Volume<From>& values, const Grid& from, const Grid& grid) {
    Volume<T> out(grid);
    parallel_for(grid.size.z, [&](std::int64_t z) {
        for (std::int64_t y = 0; y < grid.size.y; ++y)
            for (std::int64_t x = 0; x < grid.size.x; ++x) {
                const Vec3 v = from.voxel_from_world(grid.world_from_voxel(
                    {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)}));
                const auto at = [](double c, std::int64_t n) {
                    return std::clamp<std::int64_t>(std::llround(c), 0, n - 1);
                };
                const From value = values(at(v.x, from.size.x), at(v.y, from.size.y), at(v.z, from.size.z));
                out(x, y, z) = value <= std::numeric_limits<T>::max() ? static_cast<T>(value) : T{0};
            }
    });
    return out;
}

Volume<float> normalised_values(const Tomogram& t, Polarity known, const Model& model) {
    const auto statistics = measure_grey_statistics(t, model.seen_voxel_um(t.grid));
    const auto polarity = known == Polarity::unknown ? guess_polarity(statistics) : known;
    const GreyScale scale = make_grey_scale(statistics, polarity);
    const Grid grid = model.grid_of(t.grid);
    const auto stored = Resampler(t, grid).slices(0, grid.size.z);
    Volume<float> values(grid);
    std::transform(stored.begin(), stored.end(), values.data(),
                   [&](float v) { return std::isfinite(v) ? scale.apply(v) : 0.F; });
    return values;
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
                item.name, "labels below " + std::to_string(model.class_count()) + ", or 255 for unlabelled",
                std::to_string(label), "Rename the labels or choose a model with more classes");
    Sample sample;
    sample.values = normalised_values(t, item.polarity, model);
    const Grid& grid = sample.values.grid();
    // Labels share the tomogram's lattice whatever their file says of voxel sizes.
    ClassVolume labels = item.labels;
    labels.set_geometry(t.grid.voxel_um, t.grid.origin_um);
    sample.labels = labels_on(labels, grid);
    if (item.objects != nullptr && model.architecture.objects) {
        sample.objects = nearest_on<std::uint16_t>(item.objects->numbers, t.grid, grid);
        sample.depth = nearest_on<std::uint8_t>(item.objects->depth, t.grid, grid);
    }
    return sample;
}

Sample::Places find_places(const ClassVolume& labels, Random& random) {
    constexpr std::int64_t most = 4000;
    Sample::Places out;
    std::array<std::int64_t, 16> seen{};
    for (std::int64_t i = 0; i < labels.count(); ++i) {
        const auto c = labels[i];
        if (c >= 16) continue;
        auto& places = out[c];
        const auto k = seen[c]++;
        if (k < most) {
            places.push_back(i);
        } else if (const auto r = random.integer(0, k); r < most) {
            places[static_cast<std::size_t>(r)] = i;
        }
    }
    return out;
}

Vec3 position(const Grid& grid, std::int64_t i) {
    const auto x = i % grid.size.x, y = i / grid.size.x % grid.size.y, z = i / (grid.size.x * grid.size.y);
    return {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)};
}

/// Voxels of a class drawn uniformly among those that occur; nullptr if nothing is labelled.
const std::vector<std::int64_t>* draw_class(const Sample::Places& all, Random& random) {
    std::vector<const std::vector<std::int64_t>*> classes;
    for (const auto& places : all)
        if (!places.empty()) classes.push_back(&places);
    if (classes.empty()) return nullptr;
    return classes[static_cast<std::size_t>(
        random.integer(0, static_cast<std::int64_t>(classes.size()) - 1))];
}

bool has_objects(const ClassVolume& labels) {
    return std::any_of(labels.values().begin(), labels.values().end(),
                       [](std::uint8_t label) { return label != 0 && label != ignore_label; });
}

/// Which of at least five volumes are held out whole: about `share` of them, spread over the list, which may
/// be ordered by kind; none that alone holds a class. None of fewer.
std::vector<bool> volumes_to_hold_out(const std::vector<Sample>& all, double share) {
    std::vector<bool> held(all.size());
    if (all.size() < 5 || share <= 0) return held;
    std::vector<std::array<bool, 256>> has(all.size());
    std::array<int, 256> teaching{};
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (const auto label : all[i].labels.values()) has[i][label] = true;
        for (std::size_t c = 0; c < 255; ++c) teaching[c] += has[i][c] ? 1 : 0;
    }
    const auto can_be_spared = [&](std::size_t i) {
        for (std::size_t c = 0; c < 255; ++c)
            if (has[i][c] && teaching[c] < 2) return false;
        return true;
    };
    const auto count = std::max<std::size_t>(
        1, static_cast<std::size_t>(std::lround(share * static_cast<double>(all.size()))));
    const auto is_class = [](int n) { return n > 0; };
    const auto shows_objects = [&](std::size_t i) {
        return std::any_of(has[i].begin() + 1, has[i].begin() + ignore_label, is_class);
    };
    const bool any_objects = std::any_of(teaching.begin() + 1, teaching.begin() + ignore_label, is_class);
    for (std::size_t k = 0; k < count; ++k) {
        // The last volume of each stretch of the list, or the next before it that can be spared; background
        // alone tells nothing of the rest.
        for (std::size_t i = (k + 1) * all.size() / count; i-- > k * all.size() / count;) {
            if (!can_be_spared(i) || (any_objects && !shows_objects(i))) continue;
            held[i] = true;
            for (std::size_t c = 0; c < 255; ++c) teaching[c] -= has[i][c] ? 1 : 0;
            break;
        }
    }
    return held;
}

/// Mean 0 and deviation 1 of the values between the 1st and 99th percentile, as make_grey_scale does it for a
/// tomogram.
void normalise_alone(std::vector<float>& values) {
    std::vector<float> sorted = values;
    const auto at = [&sorted](double share) {
        const auto i = static_cast<std::ptrdiff_t>(share * static_cast<double>(sorted.size() - 1));
        std::nth_element(sorted.begin(), sorted.begin() + i, sorted.end());
        return sorted[static_cast<std::size_t>(i)];
    };
    const float low = at(0.01), high = at(0.99);
    double sum = 0, squares = 0;
    for (const float v : values) {
        const auto clipped = static_cast<double>(std::clamp(v, low, high));
        sum += clipped;
        squares += clipped * clipped;
    }
    const double n = static_cast<double>(values.size()), mean = sum / n;
    const double deviation = std::sqrt(std::max(1e-12, squares / n - mean * mean));
    for (float& v : values) v = static_cast<float>((static_cast<double>(v) - mean) / deviation);
}

}  // namespace

SampleSet::SampleSet(const std::vector<LabelledTomogram>& data,
                     const std::vector<UnlabelledTomogram>& without_labels, const Model& model,
                     const TrainOptions& options, const Progress& progress) {
    std::vector<Sample> all;
    bool any_real = false;
    for (const auto& item : data) any_real = any_real || !item.simulated;
    const double count = static_cast<double>(data.size() + without_labels.size());
    for (std::size_t i = 0; i < data.size(); ++i) {
        progress(static_cast<double>(i) / count);
        auto sample = make_sample(data[i], model);
        sample.source = i;
        sample.simulated = data[i].simulated;
        (any_real && data[i].simulated ? simulated : all).push_back(std::move(sample));
    }
    for (std::size_t i = 0; i < without_labels.size(); ++i) {
        progress(static_cast<double>(data.size() + i) / count);
        Sample sample;
        sample.values = normalised_values(without_labels[i].tomogram, without_labels[i].polarity, model);
        sample.labels = ClassVolume(sample.values.grid(), ignore_label);
        unlabelled.push_back(std::move(sample));
    }
    hold_out(std::move(all), options);
    Random random(options.seed, 1);
    std::vector<double> counts(static_cast<std::size_t>(model.class_count()));
    double total = 0;
    for (auto* set : {&training, &simulated, &validation})
        for (auto& s : *set) s.places = find_places(s.labels, random);
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

void SampleSet::hold_out(std::vector<Sample> all, const TrainOptions& options) {
    const auto held = volumes_to_hold_out(all, options.validation_share);
    whole_held_out = std::count(held.begin(), held.end(), true) > 0;
    bool objects_teach = false, objects_test = false;
    for (std::size_t i = 0; i < all.size(); ++i) {
        Sample& s = all[i];
        if (whole_held_out) {
            (held[i] ? validation : training).push_back(std::move(s));
        } else {
            auto [teaching, kept] = hold_out_blocks(s.labels, options.validation_share, options.seed + i);
            objects_teach = objects_teach || has_objects(teaching);
            objects_test = objects_test || has_objects(kept);
            validation.push_back({s.values, std::move(kept), {}, s.source, s.simulated, {}, {}, {}, {}});
            s.labels = std::move(teaching);
            training.push_back(std::move(s));
        }
    }
    // By background alone, a model that finds nothing would be the best.
    if (whole_held_out || objects_test || !objects_teach) return;
    for (std::size_t i = 0; i < training.size(); ++i)
        for (std::int64_t k = 0; k < training[i].labels.count(); ++k)
            if (std::uint8_t& kept = validation[i].labels[k]; kept != ignore_label)
                training[i].labels[k] = std::exchange(kept, ignore_label);
}

void SampleSet::label_by_forest(int classes, const TrainOptions& options, const Progress& progress) {
    constexpr double most = 60'000;
    constexpr std::uint64_t drawings = 4;
    double labelled = 0;
    for (const auto& s : training)
        labelled += static_cast<double>(
            s.labels.count() - std::count(s.labels.values().begin(), s.labels.values().end(), ignore_label));
    Examples examples{pixel_feature_count, classes, {}, {}};
    for (std::size_t i = 0; i < training.size(); ++i)
        add_examples(training[i].values, training[i].labels, most / labelled, options.seed + i, examples);
    const RandomForest forest(examples, {50, 3, options.seed});
    Random random(options.seed, 3);
    const auto volumes = static_cast<double>(training.size() + unlabelled.size());
    double done = 0;
    for (auto* set : {&training, &unlabelled})
        for (auto& s : *set) {
            const auto part = progress.part(done / volumes, (done + 1) / volumes);
            const auto opinion = forest_opinion(s.values, forest, part);
            s.guessed_places = find_places(likely_labels(opinion, s.labels), random);
            for (std::uint64_t k = 0; k < drawings; ++k)
                s.guessed.push_back(drawn_labels(opinion, s.labels, options.seed + 100 * k));
            ++done;
        }
}

PatchPair SampleSet::draw(const TrainOptions& options, Size3 size, bool guessed, Random& random) const {
    const double kind = random.uniform();
    const double share = simulated.empty() ? 0 : options.simulated_share;
    const bool from_simulated = kind < share;
    const bool from_unlabelled =
        !unlabelled.empty() && options.method == TrainMethod::semi && !from_simulated && kind < share + 0.2;
    const Sample& sample = one_of(from_simulated    ? simulated
                                  : from_unlabelled ? unlabelled
                                                    : training,
                                  random);
    const Grid& grid = sample.labels.grid();
    Vec3 centre{random.uniform() * static_cast<double>(grid.size.x),
                random.uniform() * static_cast<double>(grid.size.y),
                random.uniform() * static_cast<double>(grid.size.z)};
    guessed = guessed && !sample.guessed.empty();
    const auto& labels = guessed ? one_of(sample.guessed, random) : sample.labels;
    const auto* places = draw_class(guessed ? sample.guessed_places : sample.places, random);
    if (places != nullptr && random.chance(options.centred_share)) {
        const Vec3 at = position(grid, one_of(*places, random));
        const auto jitter = [&](std::int64_t n) {
            return random.uniform(-0.35, 0.35) * static_cast<double>(n);
        };
        centre = at + Vec3{jitter(size.x), jitter(size.y), jitter(size.z)};
    }
    const auto inside = [](double c, std::int64_t n, std::int64_t patch) {
        const double half = 0.4 * static_cast<double>(std::min(patch, n)), last = static_cast<double>(n) - 1;
        return half > last - half ? last / 2 : std::clamp(c, half, last - half + 1e-9);
    };
    centre = {inside(centre.x, grid.size.x, size.x), inside(centre.y, grid.size.y, size.y),
              inside(centre.z, grid.size.z, size.z)};
    AugmentOptions augment = sample.simulated ? options.augment : options.augment_own;
    constexpr double slabs_of_flat = 0.7;
    if (size.z > 1 && 3 * size.z <= options.patch.z)
        augment.thin_slab = std::max(augment.thin_slab, slabs_of_flat);
    if (size.z == 1) augment.thin_slab = 0;  // it is the slice that it was centred on
    PatchObjects objects;
    if (!guessed && sample.objects.count() > 0) objects = {&sample.objects, &sample.depth};
    PatchPair pair{cut_patch(sample.values, labels, size, centre, augment, random, objects), {}};
    // A single slice is normalised by what it shows itself.
    if ((pair.patch.slab > 0 || size.z == 1) && random.chance(0.5)) normalise_alone(pair.patch.values);
    if (options.method == TrainMethod::semi) pair.clean = pair.patch.values;
    change_grey_values(pair.patch, augment, random);
    return pair;
}

std::vector<Patch> SampleSet::validation_patches(const TrainOptions& options) const {
    const AugmentOptions none{0, 0, 0, 0, 0, 0, 0};
    std::vector<Patch> out;
    std::array<bool, 16> seen{};
    Random random(options.seed, 2);
    // On voxels, not between them: the middle of an even number of voxels lies between two.
    const auto half = [](std::int64_t n) { return n % 2 == 0 ? 0.5 : 0.0; };
    const Vec3 to_middle{half(options.patch.x), half(options.patch.y), half(options.patch.z)};
    const auto add = [&](const Sample& s, const std::vector<std::int64_t>& places) {
        const Vec3 at = position(s.labels.grid(), one_of(places, random)) + to_middle;
        out.push_back(cut_augmented_patch(s.values, s.labels, options.patch, at, none, random));
        for (const auto label : out.back().labels)
            if (label < seen.size()) seen[label] = true;
    };
    const auto wanted = std::clamp<std::size_t>(2 * validation.size(), 12, 48);
    for (std::size_t i = 0; i < wanted && !validation.empty(); ++i) {
        const Sample& s = validation[i % validation.size()];
        std::vector<const std::vector<std::int64_t>*> classes;
        for (const auto& places : s.places)
            if (!places.empty()) classes.push_back(&places);
        if (classes.empty()) continue;
        add(s, *classes[(i / validation.size() + i % validation.size()) % classes.size()]);
    }
    for (const Sample& s : validation)
        for (std::size_t c = 0; c < seen.size(); ++c)
            if (!seen[c] && !s.places[c].empty()) add(s, s.places[c]);
    return out;
}

}  // namespace cytomo
