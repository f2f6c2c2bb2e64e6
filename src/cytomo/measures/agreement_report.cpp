#include <cmath>
#include <nlohmann/json.hpp>

#include "cytomo/core/written_json.h"
#include "cytomo/measures/agreement.h"

namespace cytomo {

namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

}  // namespace

std::string agreement_json(const Agreement& agreement,
                           const std::vector<std::pair<std::string, std::string>>& record) {
    Json classes = Json::array();
    for (const ClassAgreement& c : agreement.classes) {
        const auto of_truth = [&c](std::int64_t count) { return c.labelled ? Json(count) : Json(nullptr); };
        classes.push_back({{"id", c.class_id},
                           {"name", c.name},
                           {"dice", number(c.dice)},
                           {"iou", number(c.iou)},
                           {"precision", number(c.precision)},
                           {"recall", number(c.recall)},
                           {"f1", number(c.f1)},
                           {"true_voxels", c.true_voxels},
                           {"predicted_voxels", c.predicted_voxels},
                           {"mean_surface_distance_um", number(c.mean_surface_distance_um)},
                           {"surface_distance_95_um", number(c.surface_distance_95_um)},
                           {"objects_true", of_truth(c.objects_true)},
                           {"objects_predicted", c.objects_predicted},
                           {"detected", of_truth(c.detected)},
                           {"detection_f1", number(c.detection_f1)},
                           {"panoptic_quality", number(c.panoptic_quality)},
                           {"recognised", number(c.recognised)},
                           {"objects_true_100nm", of_truth(c.objects_true_100nm)},
                           {"recognised_100nm", number(c.recognised_100nm)}});
    }
    Json all{{"classes", classes},
             {"mean_dice", number(agreement.mean_dice)},
             {"mean_dice_classes", agreement.mean_classes},
             {"objects_true", agreement.objects_true},
             {"recognised", number(agreement.recognised)},
             {"objects_true_100nm", agreement.objects_true_100nm},
             {"recognised_100nm", number(agreement.recognised_100nm)}};
    for (const auto& [name, value] : record) all["record"][name] = value;
    return written_json(all, 2) + "\n";
}

Table agreement_table(const Agreement& agreement) {
    Table table;
    table.name = "agreement";
    table.columns = {
        {"id", "", "Number that stands for the class in both volumes."},
        class_column(),
        {"true_voxels", "", "Number of voxels of the class in the truth."},
        {"predicted_voxels", "", "Number of voxels of the class in the prediction."},
        {"dice", "",
         "Overlap of truth and prediction, from 0 to 1: twice the common voxels divided by the sum of both."},
        {"iou", "",
         "Overlap of truth and prediction, from 0 to 1: common voxels divided by those of either "
         "(intersection over union)."},
        {"precision", "", "Share of the predicted voxels, from 0 to 1, that are right."},
        {"recall", "", "Share of the true voxels, from 0 to 1, that were found."},
        {"f1", "", "Precision and recall in one number, from 0 to 1: their harmonic mean."},
        {"mean_surface_distance_um", "µm",
         "Mean distance from one surface to the other, measured both ways."},
        {"surface_distance_95_um", "µm",
         "Distance to the other surface that 95 % of both surfaces stay below."},
        {"objects_true", "", "Number of objects in the truth."},
        {"objects_predicted", "", "Number of objects in the prediction."},
        {"detected", "",
         "Number of true objects that one predicted object meets so that what they share is more than half "
         "of what they cover together (iou above 0.5)."},
        {"detection_f1", "",
         "Agreement in objects, from 0 to 1: twice the detected ones divided by the sum of true and "
         "predicted ones."},
        {"panoptic_quality", "", "detection_f1 times the mean iou of the detected objects: 1 is perfect."},
        {"recognised", "",
         "Share of the true objects, from 0 to 1, of which more than half was predicted as their class. Only "
         "predicted objects count that themselves lie mostly on this class."},
        {"recognised_100nm", "", "The same share (recognised) for objects at least 100 nm thick."},
    };
    for (const ClassAgreement& c : agreement.classes)
        table.rows.push_back({static_cast<std::int64_t>(c.class_id), c.name, c.true_voxels,
                              c.predicted_voxels, c.dice, c.iou, c.precision, c.recall, c.f1,
                              c.mean_surface_distance_um, c.surface_distance_95_um, c.objects_true,
                              c.objects_predicted, c.detected, c.detection_f1, c.panoptic_quality,
                              c.recognised, c.recognised_100nm});
    return table;
}

}  // namespace cytomo
