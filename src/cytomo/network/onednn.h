// Private to network: the few lines that every use of oneDNN needs.
#pragma once

#include <dnnl.hpp>
#include <new>
#include <unordered_map>

namespace cytomo::onednn {

using dt = dnnl::memory::data_type;
using tag = dnnl::memory::format_tag;

inline dnnl::engine& cpu() {
    static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    return engine;
}

inline dnnl::stream& stream() {
    static thread_local dnnl::stream s(cpu());
    return s;
}

inline void execute(const dnnl::primitive& p, const std::unordered_map<int, dnnl::memory>& arguments) {
    p.execute(stream(), arguments);
    stream().wait();
}

inline void copy(dnnl::memory from, dnnl::memory to) {
    dnnl::reorder(from, to).execute(stream(), from, to);
    stream().wait();
}

/// The same values in another layout and type; the memory itself if nothing has to change.
inline dnnl::memory reordered(const dnnl::memory& from, const dnnl::memory::desc& wanted) {
    if (from.get_desc() == wanted) return from;
    dnnl::memory to(wanted, cpu());
    copy(from, to);
    return to;
}

/// Runs `work`; oneDNN's way to say that memory is short becomes the standard one.
template <class Work>
void with_memory_errors(const Work& work) {
    try {
        work();
    } catch (const dnnl::error& e) {
        if (e.status == dnnl_out_of_memory) throw std::bad_alloc();
        throw;
    }
}

/// Channels that lie side by side in the layout that convolutions are fast in: one vector register of floats.
/// With 16 of them, processors without AVX-512 would fall back to oneDNN's reference loops, 50 times slower.
inline int block_channels() {
    static const bool wide = (static_cast<unsigned>(dnnl::get_effective_cpu_isa()) &
                              static_cast<unsigned>(dnnl::cpu_isa::avx512_core)) ==
                             static_cast<unsigned>(dnnl::cpu_isa::avx512_core);
    return wide ? 16 : 8;
}

inline tag blocked_tag() {
    return block_channels() == 16 ? tag::aBcde16b : tag::aBcde8b;
}

/// Whether products of 8-bit numbers are summed by instructions of their own in 512-bit registers.
inline bool has_vnni() {
    return (static_cast<unsigned>(dnnl::get_effective_cpu_isa()) &
            static_cast<unsigned>(dnnl::cpu_isa::avx512_core_vnni)) ==
           static_cast<unsigned>(dnnl::cpu_isa::avx512_core_vnni);
}

}  // namespace cytomo::onednn
