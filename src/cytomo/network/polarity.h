// Private to network: is dense matter bright or dark?
#pragma once

#include "cytomo/image/grey_scale.h"
#include "cytomo/image/resample.h"
#include "cytomo/network/predict.h"

namespace cytomo {

/// Of the tomogram's middle; adds to record.multiply_adds.
PolarityEvidence find_polarity_evidence(const Resampler& resampler, const GreyStatistics& statistics,
                                        const Model& model, const PredictOptions& options, int views,
                                        PredictRecord& record, const Progress& progress);

/// Writes polarity, polarity_guessed and polarity_confidence. See choose_polarity.
void decide_polarity(const Resampler& resampler, const GreyStatistics& statistics, const Model& model,
                     const PredictOptions& options, int views, PredictRecord& record,
                     const Progress& progress);

}  // namespace cytomo
