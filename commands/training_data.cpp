#include "training_data.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "command.h"
#include "cytomo/core/error.h"
#include "cytomo/core/slice_text.h"
#include "cytomo/image/grey_scale.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/io/voxel_size.h"
#include "grey_files.h"

namespace cytomo::commands {

namespace {

constexpr std::int64_t few_voxels = 500;

struct Opened {
    TrainingFile file;
    Tomogram tomogram;
};

ReadOptions reading(const TrainingFile& file, const DataOptions& options, const std::string& dataset) {
    ReadOptions read;
    read.voxel_um = file.voxel_um ? file.voxel_um : options.voxel_um;
    read.dataset = dataset;
    return read;
}

/// Images must be grey values, and labels none.
void compare_kinds(const TrainingFile& file, const DataOptions& options, TrainingData& data) {
    const ReadOptions of_image = reading(file, options, options.dataset),
                      of_labels = reading(file, options, options.label_dataset);
    const auto labels =
        file.has_labels() ? std::optional<LabelsOf>({file.labels.string(), of_labels}) : std::nullopt;
    const std::string warning = doubt_of_tomogram(file.image.string(), of_image, options.grey, labels);
    if (!warning.empty()) data.warnings.push_back(warning);
    if (!labels || options.values_named) return;
    if (const std::string found = signs_of_grey(labels->file, of_labels); !found.empty())
        throw InputError(labels->file,
                         "labels of " + file.image.string() + ", the number of a class for each voxel", found,
                         "Give its labels, or learn from it without any: --unlabelled");
}

/// Sizes and voxels as the headers have them.
void compare_headers(const Tomogram& image, const TrainingFile& file, const ReadOptions& read) {
    const StoredVolume labels = open_volume(file.labels, read);
    const Size3 a = image.grid.size, b = labels.grid.size;
    if (!(a == b))
        throw InputError(file.labels.string(),
                         "labels of the size of " + file.image.string() + ", " + size_text(a), size_text(b),
                         size_advice(a, b));
    if (!labels.voxel_size_known) return;
    const Vec3 v = image.grid.voxel_um, w = labels.grid.voxel_um;
    const auto differ = [](double x, double y) { return std::abs(x - y) > 0.01 * std::max(x, y); };
    if (differ(v.x, w.x) || differ(v.y, w.y) || differ(v.z, w.z))
        throw InputError(
            file.labels.string(), "voxels as in " + file.image.string() + ", " + voxel_text(v), voxel_text(w),
            "The labels may belong to another tomogram; if not, say which size is true: --voxel-nm "
            "X,Y,Z or the column voxel_nm of a manifest");
}

/// Finds voxels that are not finite. Their labels become 255, and the tomogram loses them.
void mend_gaps(Opened& opened, ClassVolume* labels, FoundData& found, TrainingData& data,
               const Progress& progress) {
    Tomogram& t = opened.tomogram;
    if (t.type != ScalarType::float16 && t.type != ScalarType::float32 && t.type != ScalarType::float64)
        return;
    const auto plane = t.grid.size.x * t.grid.size.y;
    std::vector<float> slice(static_cast<std::size_t>(plane));
    std::vector<std::int64_t> slices;
    double sum = 0;
    std::int64_t first = -1, taught = 0;
    for (std::int64_t z = 0; z < t.grid.size.z; ++z) {
        progress(static_cast<double>(z) / static_cast<double>(t.grid.size.z));
        t.read_slices(z, 1, slice);
        bool any = false;
        for (std::int64_t i = 0; i < plane; ++i) {
            const float v = slice[static_cast<std::size_t>(i)];
            if (std::isfinite(v)) {
                sum += v;
                continue;
            }
            any = true;
            if (first < 0) first = z * plane + i;
            ++found.gaps;
            if (labels == nullptr) continue;
            std::uint8_t& label = (*labels)[z * plane + i];
            taught += label != ignore_label;
            label = ignore_label;
        }
        if (any) slices.push_back(z);
    }
    if (found.gaps == 0) return;
    const std::string what = grouped(found.gaps) + " voxels that are no finite numbers (" +
                             percent(part_of(found.gaps, t.grid.count())) + "; the first at (" +
                             std::to_string(first % t.grid.size.x) + ", " +
                             std::to_string(first % plane / t.grid.size.x) + ", " +
                             std::to_string(first / plane) + "), from 0; " + slices_text('z', slices) + ")";
    if (2 * found.gaps > t.grid.count())
        throw InputError(opened.file.image.string(), "grey values", what,
                         "Crop the tomogram, or export it again");
    data.warnings.push_back(opened.file.image.string() + ": " + what + ". They count as unlabelled" +
                            (taught > 0 ? "; " + grouped(taught) + " of them had labels" : "") + ".");
    t = without_gaps(t, static_cast<float>(sum / static_cast<double>(t.grid.count() - found.gaps)));
}

/// Along which axis the fewest slices hold labels, and which these are.
void find_labelled_slices(const ClassVolume& labels, FoundData& found) {
    const auto [nx, ny, nz] = labels.grid().size;
    const std::array<std::int64_t, 3> n{nx, ny, nz};
    std::array<std::vector<std::int64_t>, 3> labelled;
    for (std::size_t a = 0; a < 3; ++a) labelled[a].resize(static_cast<std::size_t>(n[a]));
    for (std::int64_t z = 0, i = 0; z < nz; ++z)
        for (std::int64_t y = 0; y < ny; ++y)
            for (std::int64_t x = 0; x < nx; ++x, ++i)
                if (labels[i] != ignore_label) {
                    labelled[0][static_cast<std::size_t>(x)] = 1;
                    labelled[1][static_cast<std::size_t>(y)] = 1;
                    labelled[2][static_cast<std::size_t>(z)] = 1;
                }
    double best = 2;
    for (const std::size_t a : {2U, 1U, 0U}) {
        std::vector<std::int64_t> slices;
        for (std::int64_t i = 0; i < n[a]; ++i)
            if (labelled[a][static_cast<std::size_t>(i)] != 0) slices.push_back(i);
        const auto count = static_cast<std::int64_t>(slices.size());
        if (part_of(count, n[a]) >= best) continue;
        best = part_of(count, n[a]);
        found.share_there = part_of(found.labelled(), count * (labels.count() / n[a]));
        found.where = count == n[a] ? "everywhere" : slices_text("xyz"[a], slices);
    }
}

void warn_of_labels(const FoundData& found, const std::vector<std::int64_t>& empty,
                    const DataOptions& options, const Legend& legend, std::vector<std::string>& warnings) {
    const std::int64_t all = found.grid.count(), unlabelled = found.voxels[ignore_label];
    const auto nz = found.grid.size.z;
    if (!options.empty_slices_unlabelled && unlabelled == 0 && nz > 1 && found.voxels[0] < all &&
        2 * static_cast<std::int64_t>(empty.size()) >= nz)
        warnings.push_back(
            found.labels + ": " + slices_text('z', empty) +
            " hold nothing but 0, which says 'looked, and all is background'. If nobody looked "
            "there, pass --empty-slices-unlabelled or fill them with 255.");
    if (found.voxels[0] == 0)
        warnings.push_back(
            found.labels + ": no voxel is 0 (" + legend.name_of(0) +
            "). Label some of it too, or everything unknown will be taken for one of the classes.");
    if (unlabelled > 0 && unlabelled < all / 50)
        warnings.push_back(
            found.labels + ": " + grouped(unlabelled) + " voxels (" + percent(part_of(unlabelled, all)) +
            ") are read as unlabelled, few for that. If they are a class, name it with --classes.");
}

/// Over all files: is there enough of each class?
void check_classes(const TrainingData& data, const LabelMeaning& meaning, bool alone,
                   std::vector<std::string>& warnings) {
    const auto voxels = data.voxels();
    std::vector<std::string> present;
    for (const auto& entry : meaning.legend.entries) {
        const auto n = voxels[entry.id];
        if (n > 0) present.push_back(entry.name);
        if (n > 0 && n < few_voxels && entry.id != 0)
            warnings.push_back("Only " + grouped(n) + " voxels of " + entry.name +
                               " are labelled: label a few more objects of it.");
    }
    if (!alone) return;
    const std::string file = data.labelled.size() == 1
                                 ? data.found[0].labels
                                 : "labels of " + std::to_string(data.labelled.size()) + " files";
    if (present.size() == 1)
        throw InputError(file, "voxels of at least two classes", "only " + present[0],
                         present[0] == meaning.legend.name_of(0)
                             ? "Label some objects, or name the values that mark them with --classes"
                             : "Label places that are background too, with 0");
    if (meaning.legend.entries.size() > present.size()) {
        std::string missing;
        for (const auto& entry : meaning.legend.entries)
            if (entry.id != 0 && voxels[entry.id] == 0) missing += (missing.empty() ? "" : ", ") + entry.name;
        if (!missing.empty())
            warnings.push_back("Nothing is labelled as " + missing +
                               ": the model learns nothing new about that.");
    }
}

}  // namespace

std::int64_t FoundData::labelled() const {
    return std::accumulate(voxels.begin(), voxels.begin() + ignore_label, std::int64_t{0});
}

std::array<std::int64_t, 256> TrainingData::voxels() const {
    std::array<std::int64_t, 256> out{};
    for (const auto& f : found)
        for (std::size_t c = 0; c < out.size(); ++c) out[c] += f.voxels[c];
    return out;
}

Tomogram without_gaps(const Tomogram& tomogram, float fill) {
    Tomogram out = tomogram;
    out.read_slices = [read = tomogram.read_slices, fill](std::int64_t first, std::int64_t count,
                                                          std::span<float> values) {
        read(first, count, values);
        std::replace_if(
            values.begin(), values.end(), [](float v) { return !std::isfinite(v); }, fill);
    };
    return out;
}

TrainingData read_training_data(const std::vector<TrainingFile>& files, const LabelMeaning& meaning,
                                const DataOptions& options, bool alone, const Progress& progress) {
    TrainingData data;
    std::vector<Opened> opened;
    double bytes = 0;
    Size3 largest{};
    for (const bool with_labels : {true, false})
        for (const auto& file : files) {
            if (file.has_labels() != with_labels) continue;
            Opened o{file, open_tomogram(file.image, reading(file, options, options.dataset), &data.remarks)};
            require_voxel_size(o.tomogram, reading(file, options, options.dataset),
                               "Give it with --voxel-nm X,Y,Z or the column voxel_nm of a manifest");
            compare_kinds(file, options, data);
            if (with_labels) compare_headers(o.tomogram, file, reading(file, options, options.label_dataset));
            bytes += with_labels ? static_cast<double>(o.tomogram.grid.count()) : 0;
            if (o.tomogram.grid.count() > largest.count()) largest = o.tomogram.grid.size;
            opened.push_back(std::move(o));
        }
    check_memory("labels", bytes, largest, "Crop the volumes, or learn from fewer at once");
    const auto stage = progress.stage("checking");
    for (std::size_t i = 0; i < opened.size(); ++i) {
        const auto part = stage.part(static_cast<double>(i) / static_cast<double>(opened.size()),
                                     static_cast<double>(i + 1) / static_cast<double>(opened.size()));
        Opened& o = opened[i];
        FoundData found;
        found.image = o.file.image.string();
        found.labels = o.file.labels.string();
        found.grid = o.tomogram.grid;
        ClassVolume labels;
        if (o.file.has_labels()) {
            labels =
                class_ids(read_coded_labels(o.file.labels, reading(o.file, options, options.label_dataset),
                                            &data.remarks),
                          found.labels, meaning);
            // Labels share the tomogram's lattice whatever their file says of its place.
            labels.set_geometry(found.grid.voxel_um, found.grid.origin_um);
        }
        part(0.3);
        mend_gaps(o, o.file.has_labels() ? &labels : nullptr, found, data, part.part(0.3, 0.8));
        found.polarity = o.file.polarity != Polarity::unknown ? o.file.polarity : options.polarity;
        if (found.polarity == Polarity::unknown) {
            found.polarity = options.choose_polarity
                                 ? options.choose_polarity(o.tomogram)
                                 : guess_polarity(measure_grey_statistics(o.tomogram, statistics_voxel_um));
            found.polarity_guessed = true;
        }
        if (!o.file.has_labels()) {
            data.found.push_back(found);
            data.unlabelled.push_back({o.tomogram, found.polarity, found.image});
            continue;
        }
        const auto empty = find_empty_slices(labels);
        if (options.empty_slices_unlabelled) set_unlabelled(labels, empty);
        for (const std::uint8_t c : labels.values()) ++found.voxels[c];
        if (found.labelled() == 0)
            throw InputError(found.labels, "at least one labelled voxel",
                             "none, all of them are unlabelled (" + meaning.text() + ")",
                             "Label some slices, or give the tomogram with --unlabelled");
        find_labelled_slices(labels, found);
        warn_of_labels(found, empty, options, meaning.legend, data.warnings);
        data.found.push_back(found);
        data.labelled.push_back({o.tomogram, std::move(labels), found.polarity, found.labels});
    }
    stage(1);
    if (!data.labelled.empty()) check_classes(data, meaning, alone, data.warnings);
    const auto dark = std::count_if(data.found.begin(), data.found.end(),
                                    [](const auto& f) { return f.polarity == Polarity::dense_is_dark; });
    const bool guessed =
        std::any_of(data.found.begin(), data.found.end(), [](const auto& f) { return f.polarity_guessed; });
    if (guessed && dark > 0 && dark < static_cast<std::ptrdiff_t>(data.found.size()))
        data.warnings.push_back(
            "Dense matter seems to be dark in " + std::to_string(dark) + " of " +
            std::to_string(data.found.size()) +
            " tomograms and bright in the others. If that is wrong, say so with --polarity or "
            "the column polarity of a manifest.");
    return data;
}

}  // namespace cytomo::commands
