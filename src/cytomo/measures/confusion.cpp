#include "cytomo/measures/confusion.h"

#include <limits>
#include <mutex>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/stretches.h"

namespace cytomo {

namespace {

double share(std::int64_t part, std::int64_t whole) {
    return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole)
                     : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

Confusion::Confusion() : voxels_(std::size_t{256} * 256, 0) {}

void Confusion::add(std::uint8_t truth, std::uint8_t prediction, std::int64_t voxels) {
    truth_[truth] += voxels;
    prediction_[prediction] += voxels;
    voxels_[std::size_t{256} * truth + prediction] += voxels;
}

void Confusion::add(const Confusion& other) {
    for (std::size_t c = 0; c < truth_.size(); ++c) {
        truth_[c] += other.truth_[c];
        prediction_[c] += other.prediction_[c];
    }
    for (std::size_t i = 0; i < voxels_.size(); ++i) voxels_[i] += other.voxels_[i];
}

double Confusion::dice(std::uint8_t truth, std::uint8_t prediction) const {
    return share(2 * voxels(truth, prediction), true_voxels(truth) + predicted_voxels(prediction));
}

double Confusion::iou(std::uint8_t c) const {
    return share(common_voxels(c), true_voxels(c) + predicted_voxels(c) - common_voxels(c));
}

double Confusion::precision(std::uint8_t c) const {
    return share(common_voxels(c), predicted_voxels(c));
}

double Confusion::recall(std::uint8_t c) const {
    return share(common_voxels(c), true_voxels(c));
}

Confusion count_confusion(const ClassVolume& prediction, const ClassVolume& truth) {
    if (prediction.grid().size != truth.grid().size)
        throw InputError("prediction and truth differ in size: they must lie on one grid");
    Confusion total;
    std::mutex merging;
    parallel_chunks(truth.count(), 1 << 22, [&](std::int64_t begin, std::int64_t end) {
        Confusion part;
        for_stretches(truth.data() + begin, prediction.data() + begin, end - begin,
                      [&](std::uint8_t t, std::uint8_t p, std::int64_t first, std::int64_t last) {
                          if (t != ignore_label && p != ignore_label) part.add(t, p, last - first);
                      });
        const std::lock_guard lock(merging);
        total.add(part);
    });
    return total;
}

}  // namespace cytomo
