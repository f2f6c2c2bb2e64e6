// What a model says of the training that made it (Model::record).
#pragma once

#include <string>

#include "cytomo/network/train.h"
#include "label_meaning.h"
#include "train_options.h"
#include "training_data.h"

namespace cytomo::commands {

/// What is known before the training begins, so that checkpoints say it too. What the starting model's record
/// says of its own weights (figures, calibration) is taken out. `simulated`: how many of data.labelled are;
/// `method`: what it comes to.
void begin_record(Model& model, const TrainArguments& a, const TrainingData& data, int simulated,
                  const LabelMeaning& meaning, TrainMethod method);

/// What is known at its end.
void finish_record(TrainingResult& result);

/// The evaluation of the model that was kept.
const TrainingPoint& kept_point(const TrainingResult& result);

}  // namespace cytomo::commands
