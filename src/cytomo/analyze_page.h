// Private to analyze: what people look at.
#pragma once

#include "cytomo/analyze.h"

namespace cytomo {

/// Fills pictures and page of an analysis whose numbers are complete.
void make_pictures_and_page(Analysis& analysis, const Tomogram& tomogram, const Legend& legend,
                            const AnalyzeOptions& options, const Progress& progress);

}  // namespace cytomo
