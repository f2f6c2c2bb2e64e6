// Plots of distributions, as SVG text for web pages.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cytomo/core/legend.h"
#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"
#include "cytomo/report/image.h"

namespace cytomo {

/// A plot with its heading and what it shows. `svg` is one <svg> element for use inside HTML; text
/// and axes take the page's text colour. `table` is the file stem of the table that holds the values, which a
/// page with its files beside it links to; may be empty.
struct Figure {
    std::string title, caption, svg, table{};
};

/// Values of one group, e.g. the volumes of all mitochondria. NaN and infinite values are left out.
struct NamedValues {
    std::string name;
    Colour colour{};
    std::vector<double> values;
};

/// A strip for each group that has values: single points, or the shape of the distribution above 250
/// of them; with median and quartiles and the number of values. The axis reaches a little beyond all values;
/// it is logarithmic if all are positive and span more than a factor of 20. Deterministic.
/// `quantity` and `unit` label the axis: "Volume", "µm³"; `each` is what a point stands for; `least`, in the
/// same unit, is what can just be resolved, e.g. half a voxel: a logarithmic axis begins no lower, smaller
/// values stand at its left end as triangles, and the caption says how many. 0: everything can be.
Figure strip_figure(const std::string& title, const std::string& quantity, const std::string& unit,
                    std::span<const NamedValues> groups, const std::string& each = "object",
                    double least = 0);

/// Frequencies of grey values: bin i covers [low + i * step, low + (i+1) * step).
struct GreyHistogram {
    std::string name;
    Colour colour{};
    double low = 0, step = 1, median = 0;
    std::vector<std::int64_t> counts;
};
/// Grey values of each class of the legend that occurs, from about four million voxels spread evenly
/// over at most 64 slices; bins cover the 0.1 to 99.9 percentiles of all and the 0.2 to 99.8 percentiles of
/// each class, and 3 % more on either side. Sizes must agree (UsageError).
std::vector<GreyHistogram> sample_grey_values(const Tomogram& tomogram, const ClassVolume& classes,
                                              const Legend& legend, const Progress& progress = {});
/// The shape of each histogram, scaled to its own peak, one above the other on one axis.
Figure grey_figure(std::span<const GreyHistogram> histograms, const std::string& axis_label);

}  // namespace cytomo
