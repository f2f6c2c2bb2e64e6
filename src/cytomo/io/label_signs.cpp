#include "cytomo/io/label_signs.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "cytomo/core/disjoint_sets.h"
#include "cytomo/core/stretches.h"
#include "cytomo/io/scalar.h"

namespace cytomo::io {

namespace {

constexpr std::size_t few_values = 16;  ///< classes; measured grey values have 64 and more
/// Places of one value in a slice, on the average: of an object, and of a grey value, which has hundreds.
/// Between both lie networks.
constexpr std::int64_t places_of_an_object = 3, places_of_grey = 12;

bool is_most(std::int64_t part, std::int64_t whole) {
    constexpr double mostly = 0.6;
    return static_cast<double>(part) > mostly * static_cast<double>(whole);
}

bool may_be_label(double v) {
    return !std::isfinite(v) || (v == std::floor(v) && v >= -1);
}

/// Neighbours along x.
struct Pairs {
    std::int64_t count = 0, equal = 0;
};

Pairs count_pairs(std::span<const double> values, std::int64_t nx) {
    Pairs pairs;
    for (std::size_t i = 1; i < values.size(); ++i) {
        if (i % static_cast<std::size_t>(nx) == 0) continue;
        ++pairs.count;
        pairs.equal += values[i] == values[i - 1];
    }
    return pairs;
}

/// A stretch of one value along x.
struct Run {
    double value;
    std::int64_t begin, end, y;
};

/// A value of a slice.
struct Level {
    std::int64_t pixels = 0, rank = 0;
};

using Levels = std::unordered_map<double, Level>;

std::vector<Run> find_runs(std::span<const double> values, std::int64_t nx) {
    std::vector<Run> runs;
    const auto rows = static_cast<std::int64_t>(values.size()) / nx;
    for (std::int64_t y = 0; y < rows; ++y)
        for_stretches(values.data() + y * nx, nx, [&](double v, std::int64_t begin, std::int64_t end) {
            if (std::isfinite(v)) runs.push_back({v, begin, end, y});
        });
    return runs;
}

Levels count_levels(const std::vector<Run>& runs) {
    Levels levels;
    for (const Run& run : runs) levels[run.value].pixels += run.end - run.begin;
    std::vector<double> values;
    for (const auto& [value, level] : levels) values.push_back(value);
    std::sort(values.begin(), values.end());
    for (std::size_t i = 0; i < values.size(); ++i) levels[values[i]].rank = static_cast<std::int64_t>(i);
    return levels;
}

double most_frequent(const Levels& levels) {
    return std::max_element(levels.begin(), levels.end(),
                            [](const auto& a, const auto& b) {
                                return std::pair(a.second.pixels, b.first) <
                                       std::pair(b.second.pixels, a.first);
                            })
        ->first;
}

/// Calls border(run, neighbour, pixels) for runs side by side and runs of neighbouring rows that touch, with
/// the length along which they do.
template <class Border>
void for_neighbours(const std::vector<Run>& runs, const Border& border) {
    std::size_t above = 0;  // the first run of the row before that may reach below
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const Run& run = runs[i];
        if (i > 0 && runs[i - 1].y == run.y && runs[i - 1].end == run.begin)
            border(i, i - 1, std::int64_t{1});
        while (above < i &&
               (runs[above].y < run.y - 1 || (runs[above].y == run.y - 1 && runs[above].end <= run.begin)))
            ++above;
        for (std::size_t j = above; j < i && runs[j].y == run.y - 1 && runs[j].begin < run.end; ++j)
            border(i, j, std::min(run.end, runs[j].end) - std::max(run.begin, runs[j].begin));
    }
}

}  // namespace

void LabelSigns::note_values(std::span<const double> values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i]) || (i > 0 && values[i] == values[i - 1])) continue;
        fractions_ = fractions_ || values[i] != std::floor(values[i]);
        if (distinct_.size() <= few_values) distinct_.insert(values[i]);
    }
}

void LabelSigns::add_slice(std::span<const double> values, std::int64_t nx) {
    note_values(values);
    if (!possible_) return;
    const Pairs all = count_pairs(values, nx);
    possible_ = std::all_of(values.begin(), values.end(), may_be_label) && is_most(all.equal, all.count);
    if (!possible_) return;
    const std::vector<Run> runs = find_runs(values, nx);
    const Levels levels = count_levels(runs);
    if (levels.size() < 2) return;
    const double rim = most_frequent(levels);
    std::int64_t within_rim = 0;
    for (const Run& run : runs)
        if (run.value == rim)
            within_rim += run.end - run.begin - 1;
        else
            ++regions_;
    pairs_ += all.count - within_rim;
    equal_pairs_ += all.equal - within_rim;
    values_ += static_cast<std::int64_t>(levels.size()) - 1;
    DisjointSets regions(runs.size());  // joined into one, they count once
    for_neighbours(runs, [&](std::size_t i, std::size_t j, std::int64_t pixels) {
        const double a = runs[i].value, b = runs[j].value;
        if (a == b) {
            regions_ -= regions.join(i, j) && a != rim;
            return;
        }
        borders_ += pixels;
        // However few objects there are, one of them is next to the background.
        if (a == rim || b == rim || levels.size() <= few_values) return;
        steps_ += pixels;
        if (std::abs(levels.at(a).rank - levels.at(b).rank) == 1) small_steps_ += pixels;
    });
}

bool LabelSigns::climb() const {
    return 2 * steps_ > borders_ && is_most(small_steps_, steps_);
}

bool LabelSigns::are_labels() const {
    if (!possible_ || !is_most(equal_pairs_, pairs_)) return false;
    return distinct_.size() <= few_values || (regions_ <= places_of_an_object * values_ && !climb());
}

bool LabelSigns::are_grey() const {
    if (fractions_) return true;
    if (distinct_.size() <= few_values) return false;
    return !possible_ || !is_most(equal_pairs_, pairs_) || regions_ > places_of_grey * values_ ||
           (regions_ > places_of_an_object * values_ && climb());
}

LabelSigns label_signs(const StoredVolume& volume, std::span<const std::int64_t> slices) {
    constexpr std::int64_t most_slices = 9;
    const Size3 n = volume.grid.size;
    const auto all = static_cast<std::int64_t>(slices.size()), count = std::min(all, most_slices);
    LabelSigns signs;
    std::vector<double> numbers(static_cast<std::size_t>(n.x * n.y));
    with_type(volume.type, [&](auto sample) {
        std::vector<decltype(sample)> values(numbers.size());
        for (std::int64_t i = 0; i < count; ++i) {
            const std::int64_t z = slices[static_cast<std::size_t>((2 * i + 1) * all / (2 * count))];
            volume.read_bytes(z, 1, std::as_writable_bytes(std::span(values)));
            std::transform(values.begin(), values.end(), numbers.begin(),
                           [](auto v) { return static_cast<double>(number(v)); });
            signs.add_slice(numbers, n.x);
        }
    });
    return signs;
}

}  // namespace cytomo::io
