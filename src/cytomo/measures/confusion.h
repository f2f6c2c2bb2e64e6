// Which class was taken for which: a confusion matrix of voxels.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "cytomo/core/volume.h"

namespace cytomo {

/// How often voxels of one class were predicted as each class. 255 (ignore) is no class.
class Confusion {
public:
    Confusion();
    void add(std::uint8_t truth, std::uint8_t prediction, std::int64_t voxels);
    void add(const Confusion& other);

    std::int64_t voxels(std::uint8_t truth, std::uint8_t prediction) const {
        return voxels_[std::size_t{256} * truth + prediction];
    }
    std::int64_t true_voxels(std::uint8_t c) const { return truth_[c]; }
    std::int64_t predicted_voxels(std::uint8_t c) const { return prediction_[c]; }
    std::int64_t common_voxels(std::uint8_t c) const { return voxels(c, c); }

    /// 2 common / (true + predicted) of a true and a predicted class; NaN if there is neither.
    double dice(std::uint8_t truth, std::uint8_t prediction) const;
    double dice(std::uint8_t c) const { return dice(c, c); }
    double iou(std::uint8_t c) const;  ///< common / (true + predicted - common); NaN if there is neither
    double precision(std::uint8_t c) const;  ///< common / predicted; NaN if it was never predicted
    double recall(std::uint8_t c) const;     ///< common / true; NaN if the class is absent in truth

private:
    std::array<std::int64_t, 256> truth_{}, prediction_{};
    std::vector<std::int64_t> voxels_;  ///< 256 predictions for each truth
};

/// Counts where neither side is 255. Threaded, the same at any thread count. Throws InputError if sizes
/// differ.
Confusion count_confusion(const ClassVolume& prediction, const ClassVolume& truth);

}  // namespace cytomo
