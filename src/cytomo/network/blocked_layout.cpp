// What needs the layout itself: changing it, adding a coarser level, and statistics.
#include <ATen/Parallel.h>

#include <cstdint>
#include <type_traits>

#include "blocked_ops.h"
#include "onednn.h"

namespace cytomo::blocked {

using onednn::block_channels;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

namespace {

/// Calls row(coarse row, four fine rows, numbers in the coarse row) for every row of x of the coarse tensor;
/// two fine rows, if both tensors have one slice.
template <class T, int fine_rows, class Row>
void for_coarse_rows(const torch::Tensor& coarse, const torch::Tensor& fine, const Row& row) {
    constexpr std::int64_t deep = fine_rows / 2;
    const auto planes = coarse.size(0) * coarse.size(1), nz = coarse.size(2), ny = coarse.size(3),
               nx = coarse.size(4), lanes = coarse.size(5);
    T* c = static_cast<T*>(coarse.data_ptr());
    T* f = static_cast<T*>(fine.data_ptr());
    at::parallel_for(0, planes * nz, 1, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = begin; i < end; ++i)
            for (std::int64_t y = 0; y < ny; ++y) {
                T* rows[fine_rows];
                for (int k = 0; k < fine_rows; ++k)
                    rows[k] = f + ((deep * i + k / 2) * 2 * ny + 2 * y + k % 2) * 2 * nx * lanes;
                row(c + (i * ny + y) * nx * lanes, rows, nx);
            }
    });
}

template <class T, int lanes, int fine_rows>
void upsample_add(const torch::Tensor& coarse, const torch::Tensor& fine) {
    for_coarse_rows<T, fine_rows>(coarse, fine, [](const T* c, T* const* f, std::int64_t nx) {
        for (int k = 0; k < fine_rows; ++k)
            for (std::int64_t x = 0; x < 2 * nx; ++x)
                for (int v = 0; v < lanes; ++v)
                    f[k][x * lanes + v] = static_cast<T>(static_cast<float>(f[k][x * lanes + v]) +
                                                         static_cast<float>(c[x / 2 * lanes + v]));
    });
}

template <class T, int lanes, int fine_rows>
void sum_down(const torch::Tensor& coarse, const torch::Tensor& fine) {
    for_coarse_rows<T, fine_rows>(coarse, fine, [](T* c, T* const* f, std::int64_t nx) {
        for (std::int64_t x = 0; x < nx; ++x) {
            float sum[lanes] = {};
            for (int k = 0; k < fine_rows; ++k)
                for (int h = 0; h < 2; ++h)
                    for (int v = 0; v < lanes; ++v)
                        sum[v] += static_cast<float>(f[k][(2 * x + h) * lanes + v]);
            for (int v = 0; v < lanes; ++v) c[x * lanes + v] = static_cast<T>(sum[v]);
        }
    });
}

/// Calls use(T{}, lanes as a compile-time number) for the type and the layout of a blocked tensor.
template <class Use>
void dispatch(const torch::Tensor& blocked, const Use& use) {
    const bool bf16 = blocked.scalar_type() == torch::kBFloat16;
    if (blocked.size(5) == 16) {
        constexpr std::integral_constant<int, 16> lanes;
        bf16 ? use(at::BFloat16(), lanes) : use(float(), lanes);
    } else {
        constexpr std::integral_constant<int, 8> lanes;
        bf16 ? use(at::BFloat16(), lanes) : use(float(), lanes);
    }
}

class AddUpsampled : public torch::autograd::Function<AddUpsampled> {
public:
    static torch::Tensor forward(AutogradContext*, const torch::Tensor& fine, const torch::Tensor& coarse) {
        const bool flat = fine.size(2) == 1;
        for (int axis = flat ? 3 : 2; axis < 5; ++axis)
            TORCH_CHECK(fine.size(axis) == 2 * coarse.size(axis), "odd size before downsampling");
        auto out = fine.clone();
        dispatch(out, [&](auto type, auto lanes) {
            flat ? upsample_add<decltype(type), lanes, 2>(coarse, out)
                 : upsample_add<decltype(type), lanes, 4>(coarse, out);
        });
        return out;
    }
    static tensor_list backward(AutogradContext*, tensor_list gradients) {
        const auto fine = gradients[0].contiguous();
        const bool flat = fine.size(2) == 1;
        auto coarse = torch::empty({fine.size(0), fine.size(1), flat ? 1 : fine.size(2) / 2, fine.size(3) / 2,
                                    fine.size(4) / 2, fine.size(5)},
                                   fine.options());
        dispatch(fine, [&](auto type, auto lanes) {
            flat ? sum_down<decltype(type), lanes, 2>(coarse, fine)
                 : sum_down<decltype(type), lanes, 4>(coarse, fine);
        });
        return {fine, coarse};
    }
};

}  // namespace

torch::Tensor block(const torch::Tensor& plain) {
    const std::int64_t lanes = block_channels(), c = (plain.size(1) + lanes - 1) / lanes * lanes;
    auto padded =
        torch::zeros({plain.size(0), c, plain.size(2), plain.size(3), plain.size(4)}, plain.options());
    padded.slice(1, 0, plain.size(1)).copy_(plain);
    return padded.view({plain.size(0), c / lanes, lanes, plain.size(2), plain.size(3), plain.size(4)})
        .permute({0, 1, 3, 4, 5, 2})
        .contiguous();
}

torch::Tensor unblock(const torch::Tensor& b, std::int64_t channels) {
    return b.permute({0, 1, 5, 2, 3, 4})
        .reshape({b.size(0), b.size(1) * b.size(5), b.size(2), b.size(3), b.size(4)})
        .slice(1, 0, channels);
}

torch::Tensor channels_last(const torch::Tensor& b, std::int64_t channels) {
    const auto lanes = b.size(5), blocks = (channels + lanes - 1) / lanes;
    const auto all = blocks == 1 ? b.select(1, 0)
                                 : b.slice(1, 0, blocks)
                                       .permute({0, 2, 3, 4, 1, 5})
                                       .reshape({b.size(0), b.size(2), b.size(3), b.size(4), blocks * lanes});
    return all.slice(-1, 0, channels);
}

torch::Tensor add_upsampled(const torch::Tensor& fine, const torch::Tensor& coarse) {
    return AddUpsampled::apply(fine, coarse);
}

}  // namespace cytomo::blocked
