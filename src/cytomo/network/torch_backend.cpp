#include "torch_backend.h"

#include <atomic>
#include <filesystem>

#include "cytomo/core/error.h"
#include "cytomo/network/libtorch.h"

namespace cytomo {

namespace {
std::atomic<const TorchBackend*> chosen = nullptr;
}  // namespace

bool has_libtorch() {
    return chosen != nullptr;
}

bool has_nvidia_driver() {
    std::error_code ec;
    return std::filesystem::exists("/dev/nvidiactl", ec);
}

void set_torch_backend(const TorchBackend* backend) {
    chosen = backend;
}

bool cuda_with_libtorch() {
    const TorchBackend* backend = chosen;
    return backend != nullptr && backend->cuda_available();
}

const TorchBackend& torch_backend_for(const std::string& what) {
    const TorchBackend* backend = chosen;
    if (backend == nullptr)
        throw InputError(what, "a program with libtorch", "one without",
                         "Take another, or link cytomo_training and call use_libtorch()");
    return *backend;
}

}  // namespace cytomo
