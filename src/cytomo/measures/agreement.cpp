// Panoptic quality: A. Kirillov and others, Panoptic Segmentation, CVPR 2019. An IoU above 0.5 leaves each
// object at most one partner, so no matching is needed.
#include "cytomo/measures/agreement.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <unordered_map>

#include "cytomo/core/class_names.h"
#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/labels/components.h"
#include "cytomo/labels/distance.h"
#include "cytomo/labels/instances.h"
#include "cytomo/measures/confusion.h"
#include "cytomo/measures/surface_distance.h"

namespace cytomo {

namespace {

constexpr double thick_um = 0.1;

/// Objects of one side: numbers on the volume, class and labelled voxels of each.
struct Objects {
    InstanceVolume volume;
    std::vector<std::uint8_t> class_of;
    std::vector<std::int64_t> voxels;
};

Objects objects_of_numbers(const InstanceVolume& numbers, const ClassVolume& classes) {
    Instances given = make_instances(numbers, classes);
    std::vector<std::int64_t> voxels(given.class_of.size(), 0);
    for (std::int64_t i = 0; i < given.volume.count(); ++i) {
        std::uint32_t& number = given.volume[i];
        if (number == 0) continue;
        if (classes[i] == background || given.class_of[number] != classes[i])
            number = 0;
        else
            ++voxels[number];
    }
    return {std::move(given.volume), std::move(given.class_of), std::move(voxels)};
}

Objects find_objects(const ClassVolume& classes, const InstanceVolume* numbers, const Progress& progress) {
    if (numbers != nullptr) return objects_of_numbers(*numbers, classes);
    Components pieces = find_components(classes, Connectivity::corners, progress);
    return {std::move(pieces.volume), std::move(pieces.class_of), std::move(pieces.voxels)};
}

/// Twice the largest depth in each object, µm.
std::vector<double> find_thickness_um(const Objects& objects) {
    const Volume<float> squared = find_squared_distances_um2(objects.volume, Beyond::unknown);
    std::vector<float> deepest(objects.class_of.size(), 0);
    for (std::int64_t i = 0; i < squared.count(); ++i)
        deepest[objects.volume[i]] = std::max(deepest[objects.volume[i]], squared[i]);
    std::vector<double> thickness;
    thickness.reserve(deepest.size());
    for (const float d : deepest) thickness.push_back(2 * std::sqrt(static_cast<double>(d)));
    return thickness;
}

struct Overlap {
    std::uint32_t truth, prediction;
    std::int64_t voxels;
};

struct Overlaps {
    std::vector<Overlap> pairs;          ///< objects of the same class, ascending by truth
    std::vector<std::int64_t> on_class;  ///< of each predicted object: voxels on its class in the truth
};

Overlaps find_overlaps(const Objects& truth, const Objects& prediction, const ClassVolume& true_classes) {
    Overlaps result;
    result.on_class.assign(prediction.class_of.size(), 0);
    std::unordered_map<std::uint64_t, std::int64_t> counts;
    std::mutex merging;
    const Size3 n = true_classes.grid().size;
    parallel_chunks(n.z, slab_slices, [&](std::int64_t z_begin, std::int64_t z_end) {
        std::unordered_map<std::uint64_t, std::int64_t> part;
        std::unordered_map<std::uint32_t, std::int64_t> part_on_class;
        const std::int64_t last = z_end * n.x * n.y;
        for (std::int64_t i = z_begin * n.x * n.y; i < last;) {
            const std::uint32_t t = truth.volume[i], p = prediction.volume[i];
            const std::uint8_t c = true_classes[i];
            std::int64_t end = i + 1;
            while (end < last && truth.volume[end] == t && prediction.volume[end] == p &&
                   true_classes[end] == c)
                ++end;
            if (p != 0 && prediction.class_of[p] == c) {
                part_on_class[p] += end - i;
                if (t != 0) part[std::uint64_t{t} << 32 | p] += end - i;
            }
            i = end;
        }
        const std::lock_guard lock(merging);
        for (const auto& [key, voxels] : part) counts[key] += voxels;
        for (const auto& [p, voxels] : part_on_class) result.on_class[p] += voxels;
    });
    for (const auto& [key, voxels] : counts)
        result.pairs.push_back(
            {static_cast<std::uint32_t>(key >> 32), static_cast<std::uint32_t>(key), voxels});
    std::sort(result.pairs.begin(), result.pairs.end(), [](const Overlap& a, const Overlap& b) {
        return a.truth != b.truth ? a.truth < b.truth : a.prediction < b.prediction;
    });
    return result;
}

double ratio(std::int64_t part, std::int64_t whole) {
    return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : not_defined;
}

/// The same classes, with ignore wherever one of the two ignores.
ClassVolume ignoring(const ClassVolume& classes, const ClassVolume& other) {
    ClassVolume result(classes.grid());
    parallel_chunks(classes.count(), 1 << 18, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i)
            result[i] = other[i] == ignore_label ? ignore_label : classes[i];
    });
    return result;
}

bool has_ignored(const ClassVolume& classes) {
    return std::find(classes.values().begin(), classes.values().end(), ignore_label) !=
           classes.values().end();
}

void set_voxel_measures(ClassAgreement& c, const Confusion& voxels) {
    c.true_voxels = voxels.true_voxels(c.class_id);
    c.predicted_voxels = voxels.predicted_voxels(c.class_id);
    c.common_voxels = voxels.common_voxels(c.class_id);
    c.dice = voxels.dice(c.class_id);
    c.f1 = c.dice;
    c.iou = voxels.iou(c.class_id);
    c.precision = voxels.precision(c.class_id);
    c.recall = voxels.recall(c.class_id);
}

/// Of all classes at once; entries of classes that are not asked for are left unused.
void set_object_measures(std::array<ClassAgreement, 256>& by_class, const Objects& truth,
                         const Objects& prediction, const Overlaps& overlaps,
                         const std::vector<double>& thickness_um, bool lengths_known) {
    std::array<double, 256> iou_sum{};
    std::vector<std::int64_t> covered(truth.class_of.size(), 0);
    for (const Overlap& o : overlaps.pairs) {
        const double iou =
            ratio(o.voxels, truth.voxels[o.truth] + prediction.voxels[o.prediction] - o.voxels);
        if (iou > 0.5) {
            ++by_class[truth.class_of[o.truth]].detected;
            iou_sum[truth.class_of[o.truth]] += iou;
        }
        if (2 * overlaps.on_class[o.prediction] > prediction.voxels[o.prediction])
            covered[o.truth] += o.voxels;
    }
    for (std::size_t p = 1; p < prediction.class_of.size(); ++p)
        ++by_class[prediction.class_of[p]].objects_predicted;
    for (std::size_t t = 1; t < truth.class_of.size(); ++t) {
        if (truth.voxels[t] == 0) continue;  // a number that does not occur
        ClassAgreement& c = by_class[truth.class_of[t]];
        const std::int64_t recognised = 2 * covered[t] > truth.voxels[t] ? 1 : 0;
        ++c.objects_true;
        c.recognised_objects += recognised;
        // The tiny allowance keeps objects of exactly 100 nm, whatever the rounding.
        if (!lengths_known || thickness_um[t] < thick_um * (1 - 1e-6)) continue;
        ++c.objects_true_100nm;
        c.recognised_objects_100nm += recognised;
    }
    for (std::size_t id = 0; id < by_class.size(); ++id) {
        ClassAgreement& c = by_class[id];
        c.detection_f1 = ratio(2 * c.detected, c.objects_true + c.objects_predicted);
        if (c.objects_true + c.objects_predicted > 0)
            c.panoptic_quality = 2 * iou_sum[id] / static_cast<double>(c.objects_true + c.objects_predicted);
        c.recognised = ratio(c.recognised_objects, c.objects_true);
        c.recognised_100nm = ratio(c.recognised_objects_100nm, c.objects_true_100nm);
    }
}

void summarise_over_classes(Agreement& agreement, const Legend& legend) {
    const auto is_object_class = [&](const ClassAgreement& c) {
        if (c.class_id == background) return false;
        const LegendEntry* entry = legend.find(c.class_id);
        return entry != nullptr ? !is_cell_body_name(entry->name) : c.class_id >= 2;
    };
    const bool any =
        std::any_of(agreement.classes.begin(), agreement.classes.end(),
                    [&](const ClassAgreement& c) { return is_object_class(c) && c.true_voxels > 0; });
    double dice = 0;
    std::int64_t recognised = 0, recognised_100nm = 0;
    for (const ClassAgreement& c : agreement.classes) {
        if (c.class_id == background || c.true_voxels == 0 || (any && !is_object_class(c))) continue;
        dice += c.dice;
        agreement.mean_classes.push_back(c.class_id);
        agreement.objects_true += c.objects_true;
        agreement.objects_true_100nm += c.objects_true_100nm;
        recognised += c.recognised_objects;
        recognised_100nm += c.recognised_objects_100nm;
    }
    if (!agreement.mean_classes.empty())
        agreement.mean_dice = dice / static_cast<double>(agreement.mean_classes.size());
    agreement.recognised = ratio(recognised, agreement.objects_true);
    agreement.recognised_100nm = ratio(recognised_100nm, agreement.objects_true_100nm);
}

void check_size(const Size3& found, const Size3& expected, const std::string& what) {
    if (found == expected) return;
    const auto text = [](const Size3& s) {
        return std::to_string(s.x) + " × " + std::to_string(s.y) + " × " + std::to_string(s.z) + " voxels";
    };
    throw InputError(what, "the size of the truth, " + text(expected), text(found),
                     "Compare volumes of the same tomogram, neither cropped nor binned");
}

}  // namespace

Agreement compare_labels(const ClassVolume& prediction, const ClassVolume& truth,
                         const AgreementOptions& options, const Legend& legend, const Progress& progress) {
    check_size(prediction.grid().size, truth.grid().size, "prediction");
    if (options.true_instances != nullptr)
        check_size(options.true_instances->grid().size, truth.grid().size, "instances of the truth");
    if (options.predicted_instances != nullptr)
        check_size(options.predicted_instances->grid().size, truth.grid().size,
                   "instances of the prediction");
    progress(0);

    ClassVolume masked_prediction, masked_truth;
    // Lengths come from the truth; its grid is used for both.
    const bool copy_prediction = has_ignored(truth), copy_truth = has_ignored(prediction);
    if (copy_prediction) masked_prediction = ignoring(prediction, truth);
    if (copy_truth) masked_truth = ignoring(truth, prediction);
    const ClassVolume& p = copy_prediction ? masked_prediction : prediction;
    const ClassVolume& t = copy_truth ? masked_truth : truth;
    const Confusion voxels = count_confusion(p, t);

    std::array<ClassAgreement, 256> by_class;
    {
        const Objects true_objects = find_objects(t, options.true_instances, progress.part(0, 0.1));
        const std::vector<double> thickness_um = find_thickness_um(true_objects);
        progress(0.2);
        const Objects predicted_objects =
            find_objects(p, options.predicted_instances, progress.part(0.2, 0.3));
        set_object_measures(by_class, true_objects, predicted_objects,
                            find_overlaps(true_objects, predicted_objects, t), thickness_um,
                            options.voxel_size_known);
    }
    progress(0.4);

    std::vector<std::uint8_t> ids = options.classes;
    if (ids.empty())
        for (std::uint8_t id = 1; id < ignore_label; ++id)
            if (voxels.true_voxels(id) + voxels.predicted_voxels(id) > 0) ids.push_back(id);
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    Agreement agreement;
    for (const std::uint8_t id : ids) {
        ClassAgreement c = by_class[id];
        c.class_id = id;
        c.name = legend.name_of(id);
        set_voxel_measures(c, voxels);
        if (options.voxel_size_known && c.true_voxels > 0 && c.predicted_voxels > 0) {
            const SurfaceDistance d = measure_surface_distance(t, p, id);
            c.mean_surface_distance_um = d.mean_um;
            c.surface_distance_95_um = d.percent_95_um;
        }
        agreement.classes.push_back(c);
        progress(0.4 + 0.6 * static_cast<double>(agreement.classes.size()) / static_cast<double>(ids.size()));
    }
    summarise_over_classes(agreement, legend);
    progress(1);
    return agreement;
}

}  // namespace cytomo
