// How uneven nucleus and cytoplasm are inside, noise removed.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "cytomo/core/legend.h"
#include "cytomo/core/progress.h"
#include "cytomo/core/table.h"
#include "cytomo/core/volume.h"
#include "cytomo/measures/absorption.h"
#include "cytomo/measures/objects.h"

namespace cytomo {

/// One class of the cell in a tomogram, without what lies near its surface. Values are LAC in 1/µm where the
/// tomogram is calibrated, else relative grey.
///
/// Noise. Let D(k) be half the mean squared difference of values k voxels apart (along x and along y): it
/// rises from the noise at short distances to noise and structure together. Structure is smooth, so that its
/// part grows as k² at first; the noise's part has the shape that D has in the ice, where there is nothing
/// but noise. From D(k) and D(2k) both follow: noise² = (4 D(k) - D(2k)) / (4 d(k) - d(2k)), d the ice's D
/// divided by its value at 8 voxels, where noise of neighbours no longer goes together; k is the smallest of
/// 1 to 4 with a divisor of at least 1. Without ice d = 1 (noise of each voxel for itself), and k = 1. So the
/// noise may be stronger in the cell than in the ice, but not of another grain; structure finer than about 2
/// k voxels counts as noise. Reconstructed noise is smooth: without ice it comes out far too small (in
/// simulated tomograms a fifth), and structure is an upper bound. (Extrapolation to distance 0: the nugget of
/// G. Matheron 1963; for micrographs J. T. L. Thong, K. S. Sim, J. C. H. Phang 2001.)
struct TextureSummary {
    std::uint8_t class_id = 0;
    std::int64_t voxels = 0;  ///< deep enough inside, with a finite value
    double volume_um3 = 0;    ///< of these
    double mean = not_defined;
    double deviation = not_defined;  ///< of single voxels, noise included
    double noise = not_defined;      ///< standard deviation of the noise alone
    bool noise_from_ice = false;     ///< else noise is a lower bound, and structure an upper bound
    double structure = not_defined;  ///< √(deviation² - noise²), 0 if negative
    /// structure / mean; NaN unless calibrated: the zero of relative grey means nothing.
    double coefficient_of_variation = not_defined;
    /// structure / |mean - mean of ice|: the same whatever line maps grey to absorption.
    double relative_structure = not_defined;
    /// Of means over cells of about 50 nm, so that noise counts little; dense matter high even if it is dark.
    double percentile_5 = not_defined, median = not_defined, percentile_95 = not_defined;
    /// The two-class threshold of these means that parts them best (N. Otsu 1979), the share on its dense
    /// side (nucleus: dense chromatin, nucleoli included), and how well it parts: variance between the two /
    /// total. That is 0.64 for a single bell-shaped peak; only well above it the share means two kinds of
    /// matter.
    double dense_threshold = not_defined, dense_share = not_defined, separability = not_defined;
};

struct TextureOptions {
    std::array<bool, 256> classes{};  ///< to measure
    double depth_um = 0.1;  ///< voxels nearer to anything else are left out; at least one cell of 50 nm
    /// Throws UsageError unless 0 <= depth_um <= 1.
    void check() const;
};

/// Cytoplasm (also "cell") and nucleus of a legend.
TextureOptions texture_options(const Legend& legend);

/// Measures the classes that were asked for and occur, ascending by id; those without a voxel deep enough
/// have undefined values. Sizes must agree (InputError). Reads each slice once; threaded, the same at any
/// thread count; time linear in voxels; memory 9 bytes a cell of 50 nm.
std::vector<TextureSummary> measure_texture(const ClassVolume& classes, const Tomogram& tomogram,
                                            const TextureOptions& options, const Progress& progress = {});

/// texture.csv: one row a class.
Table texture_table(const std::vector<TextureSummary>& textures, const Legend& legend, bool calibrated);

/// The threshold that parts values best in two (Otsu), to 1/1024 of their range without the outermost 0.1 %.
struct OtsuThreshold {
    double threshold = not_defined;
    double share_above = not_defined;
    double separability = not_defined;
};
/// Reorders values. NaN for fewer than two different values.
OtsuThreshold find_otsu_threshold(std::vector<float>& values);

}  // namespace cytomo
