#include <omp.h>

#include <bit>
#include <cstring>
#include <dnnl.hpp>
#include <unordered_map>

#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "measure.h"

namespace cytomo::bench {

namespace {

using dt = dnnl::memory::data_type;
using tag = dnnl::memory::format_tag;

Row measure_copy() {
    const std::int64_t n = 64 << 20;
    const std::vector<float> from(static_cast<std::size_t>(n), 1.F);
    std::vector<float> to(from.size());
    Row row = measure("copy of float values", n, [&] {
        parallel_chunks(n, 1 << 20, [&](std::int64_t begin, std::int64_t end) {
            std::memcpy(to.data() + begin, from.data() + begin,
                        static_cast<std::size_t>(end - begin) * sizeof(float));
        });
    });
    char text[40];
    std::snprintf(text, sizeof text, "%.1f GB/s read and written", 8e-9 * row.voxels_per_s());
    row.remark = text;
    return row;
}

struct Types {
    const char* name;
    dt source, weight, target;
};

/// A convolution of `channels` to as many on a volume of `edge`³.
Row measure_convolution(const Types& types, std::int64_t channels, std::int64_t edge) {
    dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
    dnnl::stream stream(cpu);
    const dnnl::memory::dims size{1, channels, edge, edge, edge};
    dnnl::post_ops post;
    post.append_eltwise(1.F, dnnl::algorithm::eltwise_relu, 0.F, 0.F);
    dnnl::primitive_attr attributes;
    attributes.set_post_ops(post);
    if (types.source == dt::u8) attributes.set_output_scales(0, {0.01F});
    const dnnl::convolution_forward::primitive_desc pd(
        {dnnl::prop_kind::forward_inference,
         dnnl::algorithm::convolution_direct,
         dnnl::memory::desc(size, types.source, tag::any),
         dnnl::memory::desc({channels, channels, 3, 3, 3}, types.weight, tag::any),
         dnnl::memory::desc({channels}, dt::f32, tag::a),
         dnnl::memory::desc(size, types.target, tag::any),
         {1, 1, 1},
         {1, 1, 1},
         {1, 1, 1}},
        attributes, cpu);
    // Numbers as a network has them: with zeros, processors take less power and run faster.
    Random random(1);
    const auto filled = [&](const dnnl::memory::desc& md) {
        dnnl::memory m(md, cpu);
        auto* bytes = static_cast<std::uint8_t*>(m.get_data_handle());
        const auto type = md.data_type();
        for (std::size_t i = 0; i + 4 <= md.get_size(); i += 4) {
            const float value = static_cast<float>(random.normal(0, 0.1));
            auto bits = std::bit_cast<std::uint32_t>(value);
            if (type == dt::bf16) bits = (bits & 0xFFFF0000U) | (bits >> 16 & 0xFFFFU);
            if (type == dt::s8 || type == dt::u8)
                bits = static_cast<std::uint32_t>(random.integer(0, 0x7FFFFFFF)) & 0x3F3F3F3FU;
            std::memcpy(bytes + i, &bits, 4);
        }
        return m;
    };
    const std::unordered_map<int, dnnl::memory> arguments{{DNNL_ARG_SRC, filled(pd.src_desc())},
                                                          {DNNL_ARG_WEIGHTS, filled(pd.weights_desc())},
                                                          {DNNL_ARG_BIAS, filled(pd.bias_desc())},
                                                          {DNNL_ARG_DST, filled(pd.dst_desc())}};
    const dnnl::convolution_forward convolution(pd);
    Row row = measure("convolution, " + std::to_string(channels) + " channels", edge * edge * edge, [&] {
        convolution.execute(stream, arguments);
        stream.wait();
    });
    row.precision = types.name;
    row.operations = 2.0 * 27 * static_cast<double>(channels * channels * edge * edge * edge);
    return row;
}

}  // namespace

std::vector<Row> measure_limits() {
    omp_set_num_threads(thread_count());
    std::vector<Row> rows{measure_copy()};
    const auto isa = dnnl::get_effective_cpu_isa();
    const auto has = [isa](dnnl::cpu_isa wanted) {
        return (static_cast<unsigned>(isa) & static_cast<unsigned>(wanted)) == static_cast<unsigned>(wanted);
    };
    std::vector<Types> all{{"f32", dt::f32, dt::f32, dt::f32}};
    if (has(dnnl::cpu_isa::avx512_core_bf16)) all.push_back({"bf16", dt::bf16, dt::bf16, dt::bf16});
    if (has(dnnl::cpu_isa::avx512_core_vnni)) all.push_back({"int8", dt::u8, dt::s8, dt::u8});
    for (const Types& types : all)
        for (const auto& [channels, edge] : {std::pair{16, 128}, {32, 96}, {64, 64}, {128, 40}})
            rows.push_back(measure_convolution(types, channels, edge));
    for (Row& row : rows) row.group = "limit";
    return rows;
}

}  // namespace cytomo::bench
