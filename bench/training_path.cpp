#include "training_path.h"

#include <algorithm>

#include "cytomo/network/losses.h"

namespace cytomo::bench {

Batch make_batch(const std::vector<Patch>& patches) {
    const Size3 s = patches.at(0).size;
    const auto n = static_cast<std::int64_t>(patches.size());
    Batch batch{torch::empty({n, 1, s.z, s.y, s.x}), torch::empty({n, s.z, s.y, s.x}, torch::kUInt8)};
    for (std::int64_t i = 0; i < n; ++i) {
        const Patch& patch = patches[static_cast<std::size_t>(i)];
        std::copy(patch.values.begin(), patch.values.end(), batch.values.data_ptr<float>() + i * s.count());
        std::copy(patch.labels.begin(), patch.labels.end(),
                  batch.labels.data_ptr<std::uint8_t>() + i * s.count());
    }
    return batch;
}

TrainingPath::TrainingPath(const Model& model, Path path, torch::ScalarType type)
    : net_(model, torch::kCPU, path == Path::blocked ? type : torch::kFloat32),
      path_(path),
      type_(type),
      class_weights_(torch::ones({model.class_count()})),
      class_of_output_(torch::tensor(model.output_classes())),
      optimizer_(net_.parameters(), torch::optim::AdamWOptions(1e-3).betas({0.9, 0.99})) {}

double TrainingPath::learn(const Batch& batch) {
    for (auto& p : net_.parameters()) p.mutable_grad() = torch::Tensor();
    const auto logits = path_ == Path::blocked ? net_.forward_training(batch.values)
                                               : net_.forward_plain(batch.values.to(type_), true);
    const auto loss = path_ == Path::blocked
                          ? segmentation_loss(logits, batch.labels, class_weights_, class_of_output_)
                          : segmentation_loss_plain(logits, batch.labels, class_weights_, class_of_output_);
    loss.backward();
    return loss.item<double>();
}

void TrainingPath::update(double rate) {
    for (auto& group : optimizer_.param_groups())
        static_cast<torch::optim::AdamWOptions&>(group.options()).lr(rate);
    optimizer_.step();
}

}  // namespace cytomo::bench
