// Private to network: inference with the double-decoder network.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"
#include "cytomo/network/model.h"
#include "cytomo/network/predict.h"

namespace cytomo {

/// Grey values of slice z, of zero mean and unit deviation; what is not finite counts as the mean. A slice of
/// one value becomes zeros.
std::vector<float> normalised_slice(const Tomogram& tomogram, std::int64_t z);

/// Runs a trained double-decoder network on slices.
class PlanePredictor {
public:
    /// `views`: 1; 2 and 4: mean over rotations by 180, by 90 degrees; 8: and over their mirror images.
    /// Throws InputError if there is no such device or the model is of another kind.
    PlanePredictor(const Model& model, const std::string& device, int views);
    ~PlanePredictor();
    PlanePredictor(const PlanePredictor&) = delete;
    PlanePredictor& operator=(const PlanePredictor&) = delete;

    /// Probabilities of all classes, class-major, nx * ny each, for a normalised slice. Slices above 592 x
    /// 592 pixels (the published chunk of 600, made a multiple of 16) are cut into chunks at most 400 apart,
    /// whose values are averaged; smaller ones are continued by mirroring to a multiple of 16. `progress` is
    /// only asked, between chunks, whether to stop.
    std::vector<float> run(const std::vector<float>& values, std::int64_t nx, std::int64_t ny,
                           const Progress& progress = {});

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

/// predict() for models of kind double_decoder: the published way, slice by slice on the tomogram's own grid,
/// then a Gaussian of one slice along z, over two slices on either side (not for the first and last two
/// slices). The published program cuts at a tanh of 0 before it smooths; here the probabilities (tanh + 1) /
/// 2 are smoothed, so that surfaces and confidence can be read from them. Grey values are taken as they are
/// stored: the method knows no polarity, options.polarity has no effect. Always f32. Memory: classes bytes a
/// voxel for the result, about 2 GB for a chunk at the published width.
Probabilities predict_double_decoder(const Tomogram& tomogram, const Model& model,
                                     const PredictOptions& options, PredictRecord* record,
                                     const Progress& progress);

}  // namespace cytomo
