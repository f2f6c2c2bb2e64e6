// From tilt images to a volume.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"
#include "cytomo/simulation/simulate.h"

namespace cytomo {

/// Aligned images of a sample turned about an axis along y.
struct TiltSeries {
    std::vector<double> angles_deg;
    std::int64_t detectors = 0;     ///< pixels across the axis
    std::int64_t rows = 0;          ///< pixels along the axis
    double pitch_um = 1;            ///< distance between pixels across the axis
    double row_pitch_um = 1;        ///< distance between rows
    double axis_detector = 0;       ///< where the axis is seen, in pixels across
    std::vector<float> absorption;  ///< -ln(I / I0): [angle][row][detector]
};

struct ReconstructionOptions {
    ReconstructionMethod method = ReconstructionMethod::sirt;
    int iterations = 25;  ///< SIRT: 1 … 1000
    /// SIRT: end with the first iteration that lowers the residual by less than this share of it, as found on
    /// rows in the middle; 0: after `iterations`. 0 … 0.5.
    double tolerance = 0;
    /// SIRT: each iteration goes through so many sets of images, one after the other (ordered subsets,
    /// OS-SART; Y. Censor, T. Elfving 2002), and comes about as far as so many iterations. 1 … 1000.
    int subsets = 1;
    bool non_negative = true;            ///< SIRT: values below 0 are set to 0 at each iteration
    FbpWindow window = FbpWindow::hann;  ///< FBP
    /// Throws UsageError for values out of range.
    void check() const;
};

/// Reconstructs absorption (1/µm) on `grid`, whose y rows are the images' rows (grid.size.y ==
/// series.rows) and where the axis passes through (axis_x_um, axis_z_um). Memory: the result, and a
/// slice and its images for each thread. Cost: 2 · iterations · voxels · angles interpolations (SIRT).
/// `residuals`, if given, receives for each SIRT iteration the root mean square of what the images
/// leave unexplained before it. Same result at any thread count.
Volume<float> reconstruct(const TiltSeries& series, const Grid& grid, double axis_x_um, double axis_z_um,
                          const ReconstructionOptions& options, const Progress& progress = {},
                          std::vector<double>* residuals = nullptr);

/// After how many iterations SIRT with options.tolerance ends: tried on the middle rows of the images, at
/// most 16 of them. options.iterations without a tolerance.
int find_sirt_iterations(const TiltSeries& series, const Grid& grid, double axis_x_um, double axis_z_um,
                         const ReconstructionOptions& options, const Progress& progress = {});

/// The discrete convolution kernel of the ramp filter times a window, for taps -reach … reach.
std::vector<float> filter_kernel(FbpWindow window, std::int64_t reach, double pitch_um);

}  // namespace cytomo
