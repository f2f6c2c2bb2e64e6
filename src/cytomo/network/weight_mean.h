// Private to network: a trained network mixed with the one it started from.
#pragma once

#include <functional>

#include "cytomo/network/model.h"

namespace cytomo {

/// (1 - share) · learned + share · start, weight by weight; legend and record are those of `learned`. Both
/// need the same architecture. Such a mean has learned nearly as much, and forgotten less of what the labels
/// do not show (Wortsman et al. 2022, arXiv 2109.01903).
Model weight_mean(Model learned, const Model& start, double share);

/// The largest of `most`, two thirds and one third of it, and 0, with which the mean Dice on held-out labels
/// is no more than `tolerance` below that of `learned`. 0 if `mean_dice` gives NaN.
double choose_start_share(const Model& learned, const Model& start, double most, double tolerance,
                          const std::function<double(const Model&)>& mean_dice);

}  // namespace cytomo
