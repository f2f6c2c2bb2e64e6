// Which measures of a comparison a reader wants to see first (private to the folder).
#pragma once

#include <cstddef>
#include <vector>

#include "cytomo/measures/compare.h"

namespace cytomo {

/// What biologists publish of a measure's kind, from 0: how many and how much, the size of one object,
/// absorption, shape and networks, neighbours and contacts, all else.
int kind_of(const CellMeasure& measure);

/// For each measure the one that stands for it: itself, or another of its class and unit that is the same
/// number in every cell, as mean and median of a single object are (counts only if they count the same). The
/// one whose kind comes first stands for the others, then the one that comes first.
std::vector<std::size_t> same_numbers(const CellGroups& groups);

/// The measures that stand for themselves: first those with a p of at most 0.05 after correction (Benjamini
/// and Hochberg), then the others, last those in which nothing varies. Among these by kind, then from the
/// smallest p, then from the largest effect; ties as they come.
std::vector<std::size_t> by_importance(const CellGroups& groups, const std::vector<Comparison>& comparisons);

}  // namespace cytomo
