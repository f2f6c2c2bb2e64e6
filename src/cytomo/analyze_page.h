// Private to analyze: pictures, plots and the page.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/analyze.h"

namespace cytomo {

/// Plots of what was measured. `shown`: the classes as their objects have them, on the tomogram's voxels.
std::vector<Figure> analysis_figures(const Analysis& analysis, const ClassVolume& shown,
                                     const Tomogram& tomogram, const Legend& legend,
                                     const Progress& progress);

/// Plots of where objects lie: how far from each other, from the nucleus and from the plasma membrane.
std::vector<Figure> place_figures(const Analysis& analysis, const Legend& legend);

/// The colour of a class; grey for one that the legend does not know.
Colour figure_colour(const Legend& legend, std::uint8_t class_id);

/// Whether a class is of many objects a cell: sizes and places of cell bodies and nuclei are no distribution.
bool is_counted(const Legend& legend, std::uint8_t class_id);

/// Adds plots, page and, as asked for, pictures to an analysis that is complete otherwise.
void make_page(Analysis& analysis, const Tomogram& tomogram, const Legend& legend,
               const AnalyzeOptions& options, const Progress& progress);

}  // namespace cytomo
