// Private to network: slices of tomograms made ready for training the double-decoder network.
#pragma once

#include <array>
#include <vector>

#include "cytomo/core/random.h"
#include "cytomo/network/train.h"

namespace cytomo {

/// A piece of a slice, x fastest.
struct PlaneCrop {
    std::int64_t nx = 0, ny = 0;       ///< multiples of 16, 32 to 256
    std::vector<float> values;         ///< of a slice of zero mean and unit deviation
    std::vector<std::uint8_t> labels;  ///< outputs of the network, not classes; 255: unlabelled
    float range = 1;                   ///< largest minus smallest value of the slice
};

/// The labelled slices, and all slices as images without labels. Reads a slice when it is needed: memory
/// does not grow with the tomograms.
class PlaneSamples {
public:
    /// The last `options.validation_share` of each labelled slice along y is held out, where enough remains
    /// to learn from. Simulated tomograms beside others teach whole, in `options.simulated_share` of the
    /// labelled crops, and neither test nor count as images. Keeps references: `data` and `unlabelled` must
    /// outlive it. Throws InputError if grids differ, a label lies outside the classes, nothing is labelled,
    /// or only one class is.
    PlaneSamples(const std::vector<LabelledTomogram>& data, const std::vector<UnlabelledTomogram>& unlabelled,
                 const Model& model, const TrainOptions& options);

    std::int64_t labelled_slices() const { return static_cast<std::int64_t>(slices_.size()); }
    /// A crop around a random labelled pixel, turned by a random number of quarter turns and mirrored at
    /// random.
    PlaneCrop draw_labelled(Random& random) const;
    /// A crop anywhere in any slice of any tomogram, turned and mirrored in the same way, without labels.
    PlaneCrop draw_image(Random& random) const;
    /// Held-out parts of about 4 slices, with some rows before them that do not count (255); every class that
    /// is held out lies in one at least.
    std::vector<PlaneCrop> validation_parts() const;
    /// All labels that do not teach, on the tomograms' own grids; tomograms without any are left out.
    std::vector<HeldOut> held_out() const;

private:
    struct Slice {
        std::size_t item = 0;
        std::int64_t z = 0;
        std::int64_t rows = 0;      ///< rows y < rows teach
        std::int64_t labelled = 0;  ///< pixels among them
    };
    /// Returns how many classes are found in the rows that teach.
    int find_slices(double share);
    bool is_beside(std::size_t item) const { return any_real_ && data_[item].simulated; }
    const std::uint8_t* labels_of(const Slice& slice) const;

    const std::vector<LabelledTomogram>& data_;
    std::vector<const Tomogram*> images_;
    std::vector<Slice> slices_, beside_;  ///< drawn by hand (or all, if none is); simulated beside those
    double beside_share_ = 0;
    bool any_real_ = false;
    std::array<std::uint8_t, 256> output_of_class_{};
};

}  // namespace cytomo
