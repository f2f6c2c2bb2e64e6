#include "plane_samples.h"

#include <algorithm>
#include <set>

#include "cytomo/core/error.h"
#include "cytomo/core/mirrored.h"
#include "double_decoder_predict.h"

namespace cytomo {

namespace {

constexpr std::int64_t crop_edge = 256;

std::int64_t crop_length(std::int64_t n) {
    return std::clamp<std::int64_t>((n + 15) / 16 * 16, 32, crop_edge);
}

float range_of(const std::vector<float>& values) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return std::max(1e-3F, *high - *low);
}

/// The part of a slice of nx * ny values that begins at (x0, y0), mirrored beyond the slice; without labels.
PlaneCrop cut(const std::vector<float>& slice, std::int64_t nx, std::int64_t ny, std::int64_t x0,
              std::int64_t y0, std::int64_t length_x, std::int64_t length_y) {
    PlaneCrop crop{length_x, length_y, {}, {}, range_of(slice)};
    crop.values.reserve(static_cast<std::size_t>(length_x * length_y));
    for (std::int64_t y = 0; y < length_y; ++y)
        for (std::int64_t x = 0; x < length_x; ++x)
            crop.values.push_back(
                slice[static_cast<std::size_t>(mirrored(y0 + y, ny) * nx + mirrored(x0 + x, nx))]);
    crop.labels.assign(crop.values.size(), ignore_label);
    return crop;
}

/// Bits of `how`: 1 exchange x and y, 2 mirror along x, 4 mirror along y: all turns and reflections.
PlaneCrop turned(const PlaneCrop& crop, std::int64_t how) {
    PlaneCrop out = crop;
    if ((how & 1) != 0) std::swap(out.nx, out.ny);
    for (std::int64_t y = 0; y < out.ny; ++y)
        for (std::int64_t x = 0; x < out.nx; ++x) {
            std::int64_t from_x = (how & 2) != 0 ? out.nx - 1 - x : x,
                         from_y = (how & 4) != 0 ? out.ny - 1 - y : y;
            if ((how & 1) != 0) std::swap(from_x, from_y);
            const auto to = static_cast<std::size_t>(y * out.nx + x),
                       from = static_cast<std::size_t>(from_y * crop.nx + from_x);
            out.values[to] = crop.values[from];
            out.labels[to] = crop.labels[from];
        }
    return out;
}

std::string text(Size3 s) {
    return std::to_string(s.x) + " x " + std::to_string(s.y) + " x " + std::to_string(s.z);
}

}  // namespace

PlaneSamples::PlaneSamples(const std::vector<LabelledTomogram>& data,
                           const std::vector<UnlabelledTomogram>& unlabelled, const Model& model,
                           const TrainOptions& options)
    : data_(data), beside_share_(options.simulated_share) {
    for (const auto& item : data_) any_real_ = any_real_ || !item.simulated;
    output_of_class_.fill(ignore_label);
    const auto classes = model.output_classes();
    for (std::size_t o = 0; o < classes.size(); ++o) {
        if (output_of_class_[classes[o]] != ignore_label)
            throw InputError("model: expected one output for each class, found two for class " +
                             std::to_string(classes[o]) + ". Start from nothing (--init none)");
        output_of_class_[classes[o]] = static_cast<std::uint8_t>(o);
    }
    for (const auto& item : data_) {
        const Size3 size = item.tomogram.grid.size;
        if (!(size == item.labels.grid().size))
            throw InputError(item.name, "labels of the tomogram's size " + text(size),
                             text(item.labels.grid().size), "Label the same volume, not a crop of it");
        for (const std::uint8_t label : item.labels.values())
            if (label != ignore_label && output_of_class_[label] == ignore_label)
                throw InputError(
                    item.name,
                    "labels below " + std::to_string(model.class_count()) + ", or 255 for unlabelled",
                    std::to_string(label), "Rename the labels or choose a model with more classes");
        if (!any_real_ || !item.simulated) images_.push_back(&item.tomogram);
    }
    for (const auto& item : unlabelled) images_.push_back(&item.tomogram);
    if (find_slices(options.validation_share) >= 2) return;
    // Too little to hold anything out.
    const int found = find_slices(0);
    if (found == 0)
        throw InputError(
            "labels: expected at least one labelled voxel (not 255), found none. Label some slices first");
    if (found == 1)
        throw InputError(
            "labels: expected at least two classes, found one only. Label some background as well (0), and "
            "set "
            "only what was not looked at to 255");
}

int PlaneSamples::find_slices(double share) {
    slices_.clear();
    beside_.clear();
    std::set<std::uint8_t> found;
    for (std::size_t i = 0; i < data_.size(); ++i) {
        const Size3 size = data_[i].labels.grid().size;
        const auto rows =
            is_beside(i) ? size.y : size.y - static_cast<std::int64_t>(share * static_cast<double>(size.y));
        for (std::int64_t z = 0; z < size.z; ++z) {
            Slice slice{i, z, rows, 0};
            const std::uint8_t* labels = labels_of(slice);
            const auto is_labelled = [](std::uint8_t label) { return label != ignore_label; };
            slice.labelled = std::count_if(labels, labels + rows * size.x, is_labelled);
            if (slice.labelled == 0) {
                slice.rows = size.y;
                slice.labelled = std::count_if(labels, labels + size.y * size.x, is_labelled);
            }
            if (slice.labelled == 0) continue;
            for (std::int64_t k = 0; k < slice.rows * size.x; ++k)
                if (is_labelled(labels[k])) found.insert(labels[k]);
            (is_beside(i) ? beside_ : slices_).push_back(slice);
        }
    }
    return static_cast<int>(found.size());
}

const std::uint8_t* PlaneSamples::labels_of(const Slice& slice) const {
    const auto& labels = data_[slice.item].labels;
    return labels.data() + labels.grid().index(0, 0, slice.z);
}

PlaneCrop PlaneSamples::draw_labelled(Random& random) const {
    const auto& from =
        slices_.empty() || (!beside_.empty() && random.chance(beside_share_)) ? beside_ : slices_;
    const Slice& slice =
        from[static_cast<std::size_t>(random.integer(0, static_cast<std::int64_t>(from.size()) - 1))];
    const Tomogram& tomogram = data_[slice.item].tomogram;
    const auto nx = tomogram.grid.size.x, ny = tomogram.grid.size.y;
    const std::uint8_t* labels = labels_of(slice);
    auto wanted = random.integer(0, slice.labelled - 1);
    std::int64_t pixel = 0;
    while (labels[pixel] == ignore_label || wanted-- > 0) ++pixel;
    const auto start = [&random](std::int64_t at, std::int64_t n, std::int64_t length) {
        const auto low = std::max<std::int64_t>(0, at - length + 1), high = std::min(at, n - length);
        return high > low ? random.integer(low, high) : std::max<std::int64_t>(0, std::min(low, n - length));
    };
    const auto length_x = crop_length(nx), length_y = crop_length(ny);
    const auto x0 = start(pixel % nx, nx, length_x), y0 = start(pixel / nx, ny, length_y);
    PlaneCrop crop = cut(normalised_slice(tomogram, slice.z), nx, ny, x0, y0, length_x, length_y);
    for (std::int64_t y = 0; y < std::min(length_y, slice.rows - y0); ++y)
        for (std::int64_t x = 0; x < std::min(length_x, nx - x0); ++x)
            crop.labels[static_cast<std::size_t>(y * length_x + x)] =
                output_of_class_[labels[(y0 + y) * nx + x0 + x]];
    return turned(crop, random.integer(0, 7));
}

PlaneCrop PlaneSamples::draw_image(Random& random) const {
    std::int64_t count = 0;
    for (const Tomogram* t : images_) count += t->grid.size.z;
    auto z = random.integer(0, count - 1);
    std::size_t item = 0;
    while (z >= images_[item]->grid.size.z) z -= images_[item++]->grid.size.z;
    const Tomogram& tomogram = *images_[item];
    const auto nx = tomogram.grid.size.x, ny = tomogram.grid.size.y;
    const auto length_x = crop_length(nx), length_y = crop_length(ny);
    const auto x0 = random.integer(0, std::max<std::int64_t>(0, nx - length_x)),
               y0 = random.integer(0, std::max<std::int64_t>(0, ny - length_y));
    return turned(cut(normalised_slice(tomogram, z), nx, ny, x0, y0, length_x, length_y),
                  random.integer(0, 7));
}

std::vector<PlaneCrop> PlaneSamples::validation_parts() const {
    constexpr std::size_t most = 4;
    constexpr std::int64_t context = 32, widest = 592;
    std::vector<PlaneCrop> all;
    std::vector<const Slice*> held_out;
    for (const Slice& slice : slices_) {
        const Size3 size = data_[slice.item].tomogram.grid.size;
        const std::uint8_t* labels = labels_of(slice);
        if (std::any_of(labels + slice.rows * size.x, labels + size.y * size.x,
                        [](std::uint8_t label) { return label != ignore_label; }))
            held_out.push_back(&slice);
    }
    std::array<bool, 256> seen{};
    const auto add = [&](const Slice& slice, std::int64_t middle) {
        const Tomogram& tomogram = data_[slice.item].tomogram;
        const auto nx = tomogram.grid.size.x, ny = tomogram.grid.size.y;
        const std::uint8_t* labels = labels_of(slice);
        const auto length_x = std::min(nx, widest), y0 = std::max<std::int64_t>(0, slice.rows - context);
        const auto x0 = std::clamp<std::int64_t>(middle - length_x / 2, 0, nx - length_x);
        PlaneCrop part = cut(normalised_slice(tomogram, slice.z), nx, ny, x0, y0, length_x, ny - y0);
        for (std::int64_t y = slice.rows; y < ny; ++y)
            for (std::int64_t x = 0; x < length_x; ++x) {
                const std::uint8_t label = labels[y * nx + x0 + x];
                part.labels[static_cast<std::size_t>((y - y0) * length_x + x)] = output_of_class_[label];
                seen[label] = true;
            }
        all.push_back(std::move(part));
    };
    const auto count = std::min(most, held_out.size());
    for (std::size_t k = 0; k < count; ++k) {
        const Slice& slice = *held_out[(2 * k + 1) * held_out.size() / (2 * count)];
        const Size3 size = data_[slice.item].tomogram.grid.size;
        const std::uint8_t* labels = labels_of(slice);
        std::int64_t first = size.x, last = 0;  // labelled columns of the held-out rows
        for (std::int64_t i = slice.rows * size.x; i < size.y * size.x; ++i)
            if (labels[i] != ignore_label) {
                first = std::min(first, i % size.x);
                last = std::max(last, i % size.x);
            }
        add(slice, (first + last) / 2);
    }
    // Classes that are nowhere in those.
    for (const Slice* slice : held_out) {
        const Size3 size = data_[slice->item].tomogram.grid.size;
        const std::uint8_t* labels = labels_of(*slice);
        for (std::int64_t i = slice->rows * size.x; i < size.y * size.x; ++i)
            if (labels[i] != ignore_label && !seen[labels[i]]) add(*slice, i % size.x);
    }
    return all;
}

std::vector<HeldOut> PlaneSamples::held_out() const {
    std::vector<HeldOut> out;
    for (const Slice& slice : slices_) {
        const Grid& grid = data_[slice.item].tomogram.grid;
        const auto nx = grid.size.x, ny = grid.size.y;
        const std::uint8_t* labels = labels_of(slice);
        if (std::all_of(labels + slice.rows * nx, labels + ny * nx,
                        [](std::uint8_t label) { return label == ignore_label; }))
            continue;
        if (out.empty() || out.back().tomogram != slice.item)
            out.push_back({slice.item, ClassVolume(grid, ignore_label)});
        std::copy(labels + slice.rows * nx, labels + ny * nx,
                  out.back().labels.data() + grid.index(0, slice.rows, slice.z));
    }
    return out;
}

}  // namespace cytomo
