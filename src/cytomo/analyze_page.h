// Private to analyze: pictures, plots and the page.
#pragma once

#include <vector>

#include "cytomo/analyze.h"

namespace cytomo {

/// Plots of what was measured. `shown`: the classes as their objects have them, on the tomogram's voxels.
std::vector<Figure> analysis_figures(const Analysis& analysis, const ClassVolume& shown,
                                     const Tomogram& tomogram, const Legend& legend,
                                     const Progress& progress);

/// Adds plots, page and, as asked for, pictures to an analysis that is complete otherwise.
void make_page(Analysis& analysis, const Tomogram& tomogram, const Legend& legend,
               const AnalyzeOptions& options, const Progress& progress);

}  // namespace cytomo
