// Greedy choice by Bayesian active learning by disagreement (BALD, Houlsby et al. 2011), with mirror images
// in the place of posterior samples, as test-time augmentation is used for uncertainty (Wang et al. 2019, doi
// 10.1016/j.neucom.2019.01.103).
#include "cytomo/network/suggest.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/image/resample.h"

namespace cytomo {

namespace {

/// Doubt of one slice, bits a voxel: in all, and by what is taken for what (lower × 16 + higher class).
struct Doubt {
    double all = 0;
    std::array<double, most_classes * most_classes> pairs{};
    void add(const Doubt& other, double weight) {
        all += weight * other.all;
        for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] += weight * other.pairs[i];
    }
};

std::array<float, 256> make_entropy_table() {
    std::array<float, 256> table{};
    for (std::size_t v = 1; v < 256; ++v) {
        const float p = static_cast<float>(v) / 255;
        table[v] = -p * std::log2(p);
    }
    return table;
}

std::vector<Doubt> doubt_of_slices(const ViewedProbabilities& p, double entropy_share) {
    static const auto entropy_of = make_entropy_table();
    const Grid& g = p.mean.grid;
    const int classes = p.mean.classes;
    const auto slice = g.size.x * g.size.y;
    std::vector<Doubt> out(static_cast<std::size_t>(g.size.z));
    parallel_for(g.size.z, [&](std::int64_t z) {
        Doubt& d = out[static_cast<std::size_t>(z)];
        for (std::int64_t i = z * slice; i < (z + 1) * slice; ++i) {
            float entropy = 0;
            int first = 0, second = 0, most = -1, next = -1;
            for (int c = 0; c < classes; ++c) {
                const int v = p.mean.values[static_cast<std::size_t>(c * g.count() + i)];
                entropy += entropy_of[static_cast<std::size_t>(v)];
                if (v > most) {
                    second = first;
                    next = most;
                    first = c;
                    most = v;
                } else if (v > next) {
                    second = c;
                    next = v;
                }
            }
            const int background_v = p.mean.values[static_cast<std::size_t>(i)];
            const double doubt = (p.disagreement[i] / 255.0 + entropy_share * static_cast<double>(entropy)) *
                                 (1 - background_v / 255.0) / static_cast<double>(slice);
            d.all += doubt;
            d.pairs[static_cast<std::size_t>(std::min(first, second) * most_classes +
                                             std::max(first, second))] += doubt;
        }
    });
    return out;
}

std::string reason_for(const Doubt& doubt, const Legend& legend) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < doubt.pairs.size(); ++i)
        if (doubt.pairs[i] >= 0.1 * doubt.all && doubt.pairs[i] > 0) order.push_back(i);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return doubt.pairs[a] > doubt.pairs[b]; });
    if (doubt.all <= 0) return "no doubt; it is far from the others";
    if (order.empty()) return "many classes, none more than others";
    std::string text;
    for (std::size_t k = 0; k < std::min<std::size_t>(3, order.size()); ++k) {
        const auto pair = order[k];
        text += (k > 0 ? ", " : "") + legend.name_of(static_cast<std::uint8_t>(pair / most_classes)) +
                " or " + legend.name_of(static_cast<std::uint8_t>(pair % most_classes)) + " (" +
                std::to_string(std::lround(100 * doubt.pairs[pair] / doubt.all)) + " %" +
                (k > 0 ? "" : " of the doubt") + ")";
    }
    return text;
}

}  // namespace

void SuggestOptions::check() const {
    if (count < 1 || count > 1000)
        throw UsageError("suggest: expected 1 to 1000 slices, found " + std::to_string(count));
    if (!(entropy_share >= 0 && entropy_share <= 100))
        throw UsageError("suggest: expected a share of the entropy of 0 to 100");
    if (!(apart_um >= 0 && apart_um <= 1000))
        throw UsageError("suggest: expected a distance of 0 to 1000 µm");
}

std::vector<SliceSuggestion> suggest_slices(const ViewedProbabilities& p, const Grid& grid,
                                            const Legend& legend, const std::vector<std::int64_t>& labelled,
                                            const SuggestOptions& options) {
    options.check();
    const Grid& g = p.mean.grid;
    const auto on_model_grid = doubt_of_slices(p, options.entropy_share);
    const auto weights = make_axis_weights(g.size.z, g.voxel_um.z, g.origin_um.z, grid.size.z,
                                           grid.voxel_um.z, grid.origin_um.z);
    std::vector<Doubt> doubts(static_cast<std::size_t>(grid.size.z));
    for (std::size_t z = 0; z < doubts.size(); ++z) {
        const auto& cell = weights.cells[z];
        for (std::size_t k = 0; k < cell.weights.size(); ++k)
            doubts[z].add(on_model_grid[static_cast<std::size_t>(cell.first) + k], cell.weights[k]);
    }
    std::vector<double> gain(doubts.size());
    std::vector<bool> taken(doubts.size(), false);
    for (std::size_t z = 0; z < doubts.size(); ++z) gain[z] = doubts[z].all;
    const auto take = [&](std::int64_t slice) {
        if (slice < 0 || slice >= grid.size.z) return;
        taken[static_cast<std::size_t>(slice)] = true;
        for (std::size_t z = 0; z < gain.size(); ++z) {
            const double d = static_cast<double>(static_cast<std::int64_t>(z) - slice) * grid.voxel_um.z /
                             std::max(options.apart_um, 1e-9);
            gain[z] *= 1 - std::exp(-0.5 * d * d);
        }
    };
    std::vector<std::int64_t> known = labelled;
    std::sort(known.begin(), known.end());
    known.erase(std::unique(known.begin(), known.end()), known.end());
    for (const auto slice : known) take(slice);
    std::vector<SliceSuggestion> out;
    while (static_cast<int>(out.size()) < options.count) {
        std::size_t best = gain.size();
        for (std::size_t z = 0; z < gain.size(); ++z)
            if (!taken[z] && (best == gain.size() || gain[z] > gain[best])) best = z;
        if (best == gain.size()) break;
        out.push_back({static_cast<std::int64_t>(best), gain[best], reason_for(doubts[best], legend)});
        take(static_cast<std::int64_t>(best));
    }
    if (out.empty())
        throw InputError(
            "labels: expected a slice without labels, found none. Write 255 where you did not look; 0 means "
            "\"I looked, and it is background\"");
    return out;
}

std::vector<SliceSuggestion> suggest_slices(const Tomogram& tomogram, const Model& model,
                                            const std::vector<std::int64_t>& labelled,
                                            const SuggestOptions& options, const PredictOptions& predict,
                                            const Progress& progress) {
    options.check();
    return suggest_slices(predict_with_disagreement(tomogram, model, predict, nullptr, progress),
                          tomogram.grid, model.legend, labelled, options);
}

std::vector<std::int64_t> labelled_slices(const ClassVolume& labels) {
    const auto slice = static_cast<std::size_t>(labels.grid().size.x * labels.grid().size.y);
    std::vector<std::int64_t> out;
    for (std::int64_t z = 0; z < labels.grid().size.z; ++z) {
        const auto values = labels.values().subspan(static_cast<std::size_t>(z) * slice, slice);
        if (std::any_of(values.begin(), values.end(), [](std::uint8_t v) { return v != ignore_label; }))
            out.push_back(z);
    }
    return out;
}

std::vector<double> class_volumes_um3(const Probabilities& p) {
    const ClassVolume classes = most_probable_classes(p, p.grid);
    std::vector<double> out(static_cast<std::size_t>(p.classes));
    for (const auto c : classes.values()) out[c] += p.grid.voxel_volume_um3();
    return out;
}

double VolumeChange::relative() const {
    const double larger = std::max(before_um3, after_um3);
    return larger > 0 ? (after_um3 - before_um3) / larger : 0;
}

std::vector<VolumeChange> compare_volumes(const std::vector<double>& before, const Legend& legend_before,
                                          const std::vector<double>& after, const Legend& legend_after) {
    const auto volume = [](const std::vector<double>& of, const LegendEntry* entry) {
        return entry != nullptr && entry->id < of.size() ? of[entry->id] : 0;
    };
    std::vector<VolumeChange> out;
    for (const auto& entry : legend_after.entries)
        if (entry.id != 0)
            out.push_back(
                {entry.name, volume(before, legend_before.find_kind(entry.name)), volume(after, &entry)});
    for (const auto& entry : legend_before.entries)
        if (entry.id != 0 && legend_after.find_kind(entry.name) == nullptr)
            out.push_back({entry.name, volume(before, &entry), 0});
    return out;
}

bool volumes_settled(const std::vector<VolumeChange>& changes, double within) {
    return std::all_of(changes.begin(), changes.end(),
                       [within](const VolumeChange& c) { return std::abs(c.relative()) <= within; });
}

}  // namespace cytomo
