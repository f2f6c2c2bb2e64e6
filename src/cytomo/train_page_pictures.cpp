// Held-out parts and their predictions as pictures. Slices are chosen where most is to be seen, in the plane
// in which people labelled, and cropped to what is labelled.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>

#include "cytomo/core/error.h"
#include "cytomo/image/resample.h"
#include "cytomo/network/predict.h"
#include "cytomo/train_page.h"

namespace cytomo {

namespace {

/// A box of pixels: first and number along both axes of a slice.
struct Box {
    std::int64_t x = 0, y = 0, width = 0, height = 0;
};

template <class T>
Slice<T> cropped(const Slice<T>& slice, const Box& box) {
    Slice<T> out{slice.position, box.width, box.height, slice.edge_across_um, slice.edge_down_um, {}};
    for (std::int64_t y = 0; y < box.height; ++y) {
        const auto row = slice.values.begin() + (box.y + y) * slice.width + box.x;
        out.values.insert(out.values.end(), row, row + box.width);
    }
    return out;
}

/// The labelled part of a slice, and what is to be seen there.
struct Labelled {
    Box box;
    std::int64_t count = 0;  ///< labelled pixels
    double content = 0;      ///< Σ √area of classes but background, so that small ones count
};

Labelled look_at(const Slice<std::uint8_t>& slice) {
    std::int64_t left = slice.width, right = -1, upper = slice.height, lower = -1, count = 0;
    std::array<std::int64_t, 256> areas{};
    for (std::int64_t y = 0, i = 0; y < slice.height; ++y)
        for (std::int64_t x = 0; x < slice.width; ++x, ++i) {
            const auto c = slice.values[static_cast<std::size_t>(i)];
            ++areas[c];
            if (c == ignore_label) continue;
            ++count;
            left = std::min(left, x), right = std::max(right, x);
            upper = std::min(upper, y), lower = std::max(lower, y);
        }
    Labelled out;
    if (count == 0) return out;
    out.box = {left, upper, right - left + 1, lower - upper + 1};
    out.count = count;
    for (std::size_t c = 1; c < ignore_label; ++c) out.content += std::sqrt(static_cast<double>(areas[c]));
    out.content += 0.01 * std::sqrt(static_cast<double>(count));
    return out;
}

/// With some surroundings, and not too narrow.
Box widened(Box box, std::int64_t width, std::int64_t height) {
    const auto widen = [](std::int64_t& first, std::int64_t& count, std::int64_t all) {
        const auto wanted = std::min(all, std::max<std::int64_t>(count + count / 4, 96));
        first = std::clamp<std::int64_t>(first - (wanted - count) / 2, 0, all - wanted);
        count = wanted;
    };
    widen(box.x, box.width, width);
    widen(box.y, box.height, height);
    return box;
}

struct Candidate {
    SlicePosition position;
    Labelled seen;
};

/// The richest slice of each plane; then xy unless it holds little more than lines; then a second slice of
/// that plane, well away from the first.
std::vector<Candidate> choose_slices(const ClassVolume& labels, std::size_t wanted) {
    std::array<std::vector<Candidate>, 3> planes;
    for (const Plane plane : {Plane::xy, Plane::xz, Plane::yz})
        for (std::int64_t i = 0; i < slice_count(labels.grid(), plane); ++i) {
            const Labelled seen = look_at(class_slice(labels, {plane, i}));
            if (seen.box.width > 0) planes[static_cast<std::size_t>(plane)].push_back({{plane, i}, seen});
        }
    const auto best_of = [](const std::vector<Candidate>& c) {
        return std::max_element(c.begin(), c.end(), [](const Candidate& a, const Candidate& b) {
            return a.seen.content < b.seen.content;
        });
    };
    const std::vector<Candidate>* chosen = nullptr;
    for (const auto& candidates : planes)
        if (!candidates.empty() &&
            (chosen == nullptr || best_of(candidates)->seen.count > 3 * best_of(*chosen)->seen.count))
            chosen = &candidates;
    std::vector<Candidate> out;
    if (chosen == nullptr) return out;
    out.push_back(*best_of(*chosen));
    const auto apart = std::max<std::int64_t>(
        2, slice_count(labels.grid(), out[0].position.plane) / (4 * static_cast<std::int64_t>(wanted)));
    while (out.size() < wanted) {
        std::vector<Candidate> rest;
        for (const auto& c : *chosen)
            if (std::all_of(out.begin(), out.end(), [&](const Candidate& o) {
                    return std::abs(o.position.index - c.position.index) >= apart;
                }))
                rest.push_back(c);
        if (rest.empty()) break;
        out.push_back(*best_of(rest));
    }
    return out;
}

/// Darkens what is not labelled, so that the truth stands out.
void dim_unlabelled(OverlayImage& overlay, const Slice<std::uint8_t>& labels) {
    for (int y = 0; y < overlay.height; ++y)
        for (int x = 0; x < overlay.width; ++x) {
            const auto u = (2 * x + 1) * labels.width / (2 * overlay.width),
                       v = (2 * y + 1) * labels.height / (2 * overlay.height);
            if (labels.values[static_cast<std::size_t>(v * labels.width + u)] != ignore_label) continue;
            auto* pixel = overlay.rgba.data() +
                          4 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(overlay.width) +
                               static_cast<std::size_t>(x));
            if (pixel[3] > 0) continue;
            pixel[0] = 16, pixel[1] = 20, pixel[2] = 26, pixel[3] = 150;
        }
}

std::string dice_text(const Slice<std::uint8_t>& prediction, const Slice<std::uint8_t>& truth,
                      const Legend& legend) {
    const Grid flat{{truth.width, truth.height, 1}, {1, 1, 1}, {}};
    ClassVolume p(flat), t(flat);
    std::copy(prediction.values.begin(), prediction.values.end(), p.data());
    std::copy(truth.values.begin(), truth.values.end(), t.data());
    const Confusion confusion = count_confusion(p, t);
    std::string out;
    for (const auto& e : legend.entries) {
        if (confusion.true_voxels(e.id) == 0) continue;
        char text[32];
        std::snprintf(text, sizeof text, " %.2f", confusion.dice(e.id));
        out += (out.empty() ? "Dice here: " : ", ") + e.name + text;
    }
    return out;
}

/// Three views of one slice: grey, labels, prediction.
void add_views(HeldOutPart& part, const Tomogram& seen_by_model, const ClassVolume& labels,
               const ClassVolume& prediction, const Legend& legend, const Candidate& slice) {
    constexpr int longer_side = 560;
    const auto grey = read_grey_slices(seen_by_model, {&slice.position, 1});
    const GreyRange range = find_grey_range(grey);
    const Box box = widened(slice.seen.box, grey[0].width, grey[0].height);
    const auto grey_part = cropped(grey[0], box);
    const auto label_part = cropped(class_slice(labels, slice.position), box),
               predicted_part = cropped(class_slice(prediction, slice.position), box);
    const PictureSize size =
        picture_size(box.width, box.height, grey_part.edge_across_um, grey_part.edge_down_um, longer_side);
    SliceView view;
    view.width_um = size.um_per_pixel * size.width;
    view.grey = draw_grey(grey_part, range, size);
    const std::string where = slice_caption(labels.grid(), slice.position);
    const auto add = [&](const std::string& caption, OverlayImage overlay) {
        view.caption = caption;
        view.overlay = std::move(overlay);
        part.views.push_back({slice.position.plane, {view}, 0});
    };
    add(part.name + ": " + where, {});
    OverlayImage truth = draw_classes(label_part, legend, size);
    dim_unlabelled(truth, label_part);
    add("Labels that did not teach; what is dim is not among them", std::move(truth));
    add("Prediction. " + dice_text(predicted_part, label_part, legend),
        draw_classes(predicted_part, legend, size));
}

}  // namespace

std::vector<HeldOutPart> check_held_out(const Model& model, const std::vector<LabelledTomogram>& data,
                                        const std::vector<HeldOut>& held_out, const std::string& device,
                                        std::size_t most_parts, const Progress& progress,
                                        const std::string& precision) {
    std::vector<const HeldOut*> useful;
    for (const auto& part : held_out) {
        const auto values = part.labels.values();
        if (part.tomogram < data.size() &&
            std::any_of(values.begin(), values.end(), [](std::uint8_t c) { return c != ignore_label; }))
            useful.push_back(&part);
    }
    const std::size_t count = std::min(most_parts, useful.size());
    std::vector<HeldOutPart> out;
    for (std::size_t i = 0; i < count; ++i) {
        const HeldOut& held = *useful[i * useful.size() / count];
        const Tomogram& tomogram = data[held.tomogram].tomogram;
        HeldOutPart part;
        part.name = data[held.tomogram].name;
        if (const auto slash = part.name.rfind('/'); slash != std::string::npos)
            part.name.erase(0, slash + 1);
        PredictOptions options;
        options.device = device;
        options.precision = precision;
        options.polarity = data[held.tomogram].polarity;
        options.views = 1;  // a look, not a result: mirror images would gain little and cost much
        const std::string stage =
            count > 1 ? "held-out part " + std::to_string(i + 1) + " of " + std::to_string(count)
                      : "held-out part";
        const Probabilities p = predict(tomogram, model, options, nullptr, progress.stage(stage));
        const Grid& grid = held.labels.grid();  // the model's, in all likelihood that of p
        const ClassVolume prediction = most_probable_classes(p, grid);
        part.confusion = count_confusion(prediction, held.labels);
        Tomogram seen = tomogram;
        seen.grid = grid;
        seen.read_slices = [resampler = std::make_shared<Resampler>(tomogram, grid)](
                               std::int64_t first, std::int64_t n, std::span<float> values) {
            const auto slices = resampler->slices(first, n);
            std::copy(slices.begin(), slices.end(), values.begin());
        };
        for (const auto& slice : choose_slices(held.labels, count > 2 ? 1 : 2))
            add_views(part, seen, held.labels, prediction, model.legend, slice);
        out.push_back(std::move(part));
    }
    return out;
}

}  // namespace cytomo
