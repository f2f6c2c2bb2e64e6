// The report of a comparison of groups of cells.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cytomo/core/legend.h"
#include "cytomo/core/progress.h"
#include "cytomo/measures/compare.h"
#include "cytomo/report/figures.h"

namespace cytomo {

struct ComparisonPage {
    std::string title, subtitle;
    std::vector<std::string> warnings;  ///< beside those of comparison_remarks
    std::vector<std::pair<std::string, std::string>> provenance;
    Legend legend = default_legend();  ///< colours of classes
    std::size_t most_figures =
        40;  ///< in the page: those that differ after correction, then by what is asked most
};

/// One figure a measure, in order of the measures: every cell a point, and what the comparison says below.
std::vector<Figure> comparison_figures(const CellGroups& groups, const std::vector<Comparison>& comparisons);

/// The page, as of html().
std::string comparison_page(const ComparisonPage& page, const CellGroups& groups,
                            const std::vector<Comparison>& comparisons, const Progress& progress = {});

}  // namespace cytomo
