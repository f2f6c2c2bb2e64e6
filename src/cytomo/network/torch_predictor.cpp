#include "torch_predictor.h"

#include <memory>

#include "cytomo/network/libtorch.h"
#include "double_decoder.h"
#include "double_decoder_predict.h"
#include "torch_backend.h"
#include "unet.h"

namespace cytomo {

void use_libtorch() {
    static constexpr TorchBackend backend{cuda_available, make_torch_predictor, predict_double_decoder};
    set_torch_backend(&backend);
}

bool cuda_available() {
    return torch::cuda::is_available();
}

Runner make_torch_predictor(const Model& model, Size3 tile, const std::string& name,
                            const std::string& precision) {
    const torch::Device device = find_device(name);
    auto net = std::make_shared<Unet>(model, device, torch::kFloat32);
    const int classes = model.class_count(), outputs = model.architecture.outputs, volumes = model.volumes();
    auto groups = torch::zeros({model.architecture.outputs, classes}, torch::kFloat32);
    const auto class_of = model.output_classes();
    for (std::size_t o = 0; o < class_of.size(); ++o) groups[static_cast<std::int64_t>(o)][class_of[o]] = 1;
    groups = groups.to(device);
    const auto type = precision == "f16"    ? torch::kFloat16
                      : precision == "bf16" ? torch::kBFloat16
                                            : torch::kFloat32;
    return [net, tile, device, outputs, volumes, groups, type](const float* values, const RowSink& sink,
                                                               const Progress&) {
        const torch::NoGradGuard no_grad;
        const auto x =
            torch::from_blob(const_cast<float*>(values), {1, 1, tile.z, tile.y, tile.x}, torch::kFloat32)
                .to(device, type)
                .contiguous(device.is_cuda() ? torch::MemoryFormat::ChannelsLast3d
                                             : torch::MemoryFormat::Contiguous);
        const auto all = net->forward_plain(x, false);
        auto p = torch::matmul(torch::softmax(all.slice(-1, 0, outputs), -1), groups);
        if (all.size(-1) > outputs) p = torch::cat({p, torch::sigmoid(all.slice(-1, outputs))}, -1);
        const auto out = p[0].permute({3, 0, 1, 2}).contiguous().to(torch::kCPU);
        emit_rows(out.data_ptr<float>(), tile, volumes, sink);
    };
}

}  // namespace cytomo
