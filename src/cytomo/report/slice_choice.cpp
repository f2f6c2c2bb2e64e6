#include "cytomo/report/slice_choice.h"

#include <algorithm>
#include <cmath>

namespace cytomo {

namespace {

/// Adds slices in the middle of the widest gaps between the chosen ones, first and last.
void fill_gaps(std::vector<std::int64_t>& slices, std::int64_t first, std::int64_t last, int most) {
    while (static_cast<int>(slices.size()) < most) {
        std::sort(slices.begin(), slices.end());
        std::int64_t widest = 0, middle = -1, before = first - 1;
        for (std::size_t i = 0; i <= slices.size(); ++i) {
            const std::int64_t next = i < slices.size() ? slices[i] : last + 1;
            if (next - before - 1 > widest) {
                widest = next - before - 1;
                middle = (before + next) / 2;
            }
            before = next;
        }
        if (middle < 0) return;
        slices.push_back(middle);
    }
}

}  // namespace

SliceChoice choose_slices(std::span<const SliceSpan> objects, std::int64_t count, int most) {
    // How well a slice shows an object, 0 to 1: the width of a ball there.
    const auto shown_by = [](const SliceSpan& o, std::int64_t slice) {
        const double half = static_cast<double>(o.last - o.first + 1) / 2;
        const double aside = static_cast<double>(slice) - static_cast<double>(o.first + o.last) / 2;
        return std::sqrt(std::max(0.0, 1 - aside * aside / (half * half)));
    };
    SliceChoice out;
    std::vector<double> best(objects.size());  // by the slices chosen so far
    std::int64_t richest = -1;
    while (static_cast<int>(out.slices.size()) < most) {
        std::vector<double> gain(static_cast<std::size_t>(std::max<std::int64_t>(count, 0)));
        for (std::size_t o = 0; o < objects.size(); ++o) {
            const auto last = std::min(objects[o].last, count - 1);
            for (auto s = std::max<std::int64_t>(objects[o].first, 0); s <= last; ++s)
                gain[static_cast<std::size_t>(s)] += std::max(0.0, shown_by(objects[o], s) - best[o]);
        }
        const auto top = std::max_element(gain.begin(), gain.end());
        if (top == gain.end() || !(*top > 1e-9)) break;
        const auto slice = static_cast<std::int64_t>(top - gain.begin());
        if (richest < 0) richest = slice;
        out.slices.push_back(slice);
        for (std::size_t o = 0; o < objects.size(); ++o)
            if (slice >= objects[o].first && slice <= objects[o].last)
                best[o] = std::max(best[o], shown_by(objects[o], slice));
    }
    if (!out.slices.empty()) {
        std::int64_t first = count - 1, last = 0;
        for (const SliceSpan& o : objects) {
            first = std::min(first, std::max<std::int64_t>(o.first, 0));
            last = std::max(last, std::min(o.last, count - 1));
        }
        fill_gaps(out.slices, first, last, most);
    }
    std::sort(out.slices.begin(), out.slices.end());
    const auto place = std::find(out.slices.begin(), out.slices.end(), richest);
    if (place != out.slices.end()) out.richest = static_cast<std::size_t>(place - out.slices.begin());
    return out;
}

}  // namespace cytomo
