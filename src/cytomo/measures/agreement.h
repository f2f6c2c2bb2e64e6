// How well a prediction agrees with the truth.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cytomo/core/legend.h"
#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"
#include "cytomo/measures/objects.h"

namespace cytomo {

/// Agreement for one class. What cannot be told (a class that is absent, say) is NaN, never 0.
/// Voxels that are 255 (ignore) in truth or prediction count nowhere.
struct ClassAgreement {
    std::uint8_t class_id = 0;
    std::string name;
    bool labelled =
        true;  ///< false: nobody looked for the class in the truth, which has no score and no objects
    std::int64_t true_voxels = 0, predicted_voxels = 0, common_voxels = 0;
    double dice = not_defined;       ///< 2 common / (true + predicted)
    double iou = not_defined;        ///< common / (true + predicted - common)
    double precision = not_defined;  ///< common / predicted
    double recall = not_defined;     ///< common / true
    double f1 = not_defined;         ///< of precision and recall: equals dice
    /// Distances between the two surfaces, both ways together: mean, and the value that 95 % stay below.
    /// Surface voxels are those with a face to a voxel of another class; borders of the volume and of
    /// ignored regions are no surface.
    double mean_surface_distance_um = not_defined;
    double surface_distance_95_um = not_defined;
    /// Objects that a predicted object meets with an IoU above 0.5 are detected.
    std::int64_t objects_true = 0, objects_predicted = 0, detected = 0;
    double detection_f1 = not_defined;      ///< 2 detected / (true + predicted objects)
    double panoptic_quality = not_defined;  ///< Σ IoU of the detected / mean of true and predicted objects
    /// A true object is recognised if more than half of it is covered by predicted objects that
    /// themselves lie by more than half on that class in the truth: flooding the volume earns nothing.
    std::int64_t recognised_objects = 0;
    double recognised = not_defined;  ///< share of objects_true
    /// The same for objects at least 100 nm thick: twice the largest depth of a voxel in the object.
    std::int64_t objects_true_100nm = 0, recognised_objects_100nm = 0;
    double recognised_100nm = not_defined;
};

struct Agreement {
    std::vector<ClassAgreement> classes;  ///< ascending by id
    /// Over object classes that occur in the truth: those that the legend does not call cytoplasm; without a
    /// name, ids of 2 and more; all but 0 if there are none. Background (0) never counts, asked for or not;
    /// NaN if nothing is left.
    double mean_dice = not_defined;
    std::vector<std::uint8_t> mean_classes;  ///< those over which mean_dice is the mean, ascending
    std::int64_t objects_true = 0, objects_true_100nm = 0;
    double recognised = not_defined, recognised_100nm = not_defined;
};

struct AgreementOptions {
    /// Classes to compare; empty: all but 0 that occur in truth or prediction.
    std::vector<std::uint8_t> classes;
    /// Object numbers where touching objects were told apart; nullptr: objects are what hangs together
    /// (26 neighbours). The class of a numbered object is the one most of its voxels have.
    const InstanceVolume* true_instances = nullptr;
    const InstanceVolume* predicted_instances = nullptr;
    /// false: what needs lengths (surface distances, objects from 100 nm) is left undefined.
    bool voxel_size_known = true;
};

/// Compares. Truth and prediction must have the same number of voxels (InputError otherwise); lengths come
/// from the truth's grid. Objects cut by ignored voxels count with what is left of them. Threaded, the
/// same at any thread count; time linear in voxels; memory about 12 bytes a voxel at most.
Agreement compare_labels(const ClassVolume& prediction, const ClassVolume& truth,
                         const AgreementOptions& options, const Legend& legend,
                         const Progress& progress = {});

/// {"classes": [{"id", "name", "dice", …}], "mean_dice", "mean_dice_classes", "recognised",
/// "recognised_100nm"}; NaN is null. `record`, how it came about (name, value), follows as an object, if
/// there is any.
std::string agreement_json(const Agreement& agreement,
                           const std::vector<std::pair<std::string, std::string>>& record = {});
/// The same for people: one row a class.
Table agreement_table(const Agreement& agreement);

}  // namespace cytomo
