#include "engine_plan.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace cytomo {

using namespace onednn;

namespace {

/// Half of a residual convolution's result is its input: both need the same scale, so does all that follows
/// it at that place. The name of what begins such a chain; other layers are chains of one.
std::string chain_of(const std::string& name) {
    const auto at = name.find(".refine");
    if (at == std::string::npos) return name;
    const std::string level = name.substr(0, at);
    return level + (level.starts_with("encoder") ? ".b" : ".a");
}

float input_scale(Precision precision, const ActivationRanges& ranges) {
    if (precision != Precision::int8) return 1;
    const auto input = ranges.find("input");
    if (input == ranges.end()) throw std::logic_error("int8: the ranges of activations must be known");
    return (input->second > 0 ? input->second : 1) / 127.F;
}

/// Slices that run through all layers at full resolution together: even, and few enough for the cache.
std::int64_t band_depth(Size3 tile) {
    constexpr std::int64_t most_voxels = 1 << 20;
    return std::clamp<std::int64_t>(most_voxels / (tile.x * tile.y) / 2 * 2, 2, 16);
}

}  // namespace

Plan::Plan(const Model& model, Size3 tile, Precision precision, const ActivationRanges& ranges, bool whole,
           std::int64_t wanted)
    : tile_(tile),
      wanted_(wanted > 0 ? std::min(wanted, tile.z) : tile.z),
      thin_(tile.z < model.architecture.stride()),
      flat_slice_(model.flat_slices && tile.z == 1),
      precision_(precision),
      lanes_(precision == Precision::int8 ? model.architecture.widths[0] : block_channels()),
      input_(tile, precision, input_scale(precision, ranges)) {
    for (const auto& [name, range] : ranges)
        ranges_[chain_of(name)] = std::max(ranges_[chain_of(name)], range);
    const auto in_order = model.architecture.layers();
    for (const Layer& l : in_order) layers_[l.name] = l;
    last_ = in_order[in_order.size() - 2].name;  // the head comes after it
    with_memory_errors([&] { add_layers(model, whole || lanes_ != model.architecture.widths[0]); });
}

/// The smallest free buffer that is large enough: a large one may be needed whole soon.
dnnl::memory Plan::take(const dnnl::memory::desc& md) {
    Entry* best = nullptr;
    for (Entry& entry : pool_)
        if (!entry.used && entry.buffer.size() >= md.get_size() &&
            (best == nullptr || entry.buffer.size() < best->buffer.size()))
            best = &entry;
    if (best == nullptr) best = &pool_.emplace_back(Entry{Buffer(md.get_size())});
    best->used = true;
    return {md, cpu(), best->buffer.data()};
}

void Plan::release(const Activation& a) {
    for (Entry& entry : pool_)
        if (entry.buffer.data() == a.memory.get_data_handle()) entry.used = false;
}

float Plan::scale_for(const std::string& name, bool negative) const {
    if (precision_ != Precision::int8) return 1;
    const float most = ranges_.at(chain_of(name));
    return (most > 0 ? most : 1) / (negative ? 127.F : 255.F);
}

/// The last layer before the head leaves floats, so that nothing is rounded there.
float Plan::result_scale(const Layer& layer, float source_scale) const {
    return layer.residual ? source_scale : is_last(layer) ? 1 : scale_for(layer.name, !layer.relu);
}

/// Layers that see one slice where the tile has more were learnt with nothing on either side of it, but for
/// the strided ones.
bool Plan::is_flat(const Layer& layer, std::int64_t slices) const {
    return flat_slice_ || (thin_ && layer.stride > 1 && slices == 1);
}

Activation Plan::add_convolution(const Model& model, const Layer& layer, const Activation& source) {
    const auto from = source.memory.get_desc();
    Activation result;
    result.scale = result_scale(layer, source.scale);
    const bool flat = is_flat(layer, from.dims()[2]);
    Convolution convolution(model, layer, precision_, from.dims()[1], source.scale, result.scale, flat);
    const auto type = is_last(layer) ? dt::f32 : activation_type(precision_, !layer.relu);
    const auto prepared =
        convolution.prepare(from, {convolution.result_size(from.dims()), type, activation_layout(precision_)},
                            convolution.padding_along_z(), convolution.padding_along_z());
    result.memory = take(prepared.result);
    const void* stored = source.memory.get_data_handle();
    steps_.push_back(
        {layer.name,
         [this, prepared, stored, to = result.memory.get_data_handle(), residual = layer.residual] {
             const void* data = stored != nullptr ? stored : input_.get(0, tile_.z);
             cytomo::run(prepared, data, to, residual ? data : nullptr);
         },
         convolution.multiply_adds(prepared.result.dims()), result});
    return result;
}

Activation Plan::add_upsampled(const std::string& name, const Activation& fine, const Activation& coarse) {
    Activation result = fine;
    result.scale = scale_for(name, true);
    auto sum = std::make_shared<UpsampledSum>(precision_, fine.memory, fine.scale, coarse.memory,
                                              coarse.scale, result.scale);
    auto md = fine.memory.get_desc();
    if (precision_ == Precision::int8) md = {md.dims(), dt::s8, tag::acdeb};
    result.memory = dnnl::memory(md, cpu(), fine.memory.get_data_handle());
    steps_.push_back(
        {name, [sum, all = coarse.memory.get_desc().dims()[2]] { sum->add(0, all); }, 0, result});
    return result;
}

Activation Plan::add_bands(const Model& model, Slices& source, float source_scale,
                           const std::vector<std::string>& names) {
    Activation result;
    result.scale = source_scale;
    Slices* slices = &source;
    double work = 0;
    bool last = false;
    for (const auto& name : names) {
        const Layer& layer = layers_.at(name);
        const float scale = result_scale(layer, result.scale);
        Convolution convolution(model, layer, precision_, slices->channels(), result.scale, scale,
                                is_flat(layer, tile_.z));
        last = is_last(layer);
        const auto type = last ? dt::f32 : activation_type(precision_, !layer.relu);
        const dnnl::memory::dims size{1, layer.out, tile_.z, tile_.y, tile_.x};
        auto computed = size;
        if (last) computed[2] = wanted_;
        work += convolution.multiply_adds(computed);
        if (name == names.back() && !last) result.memory = take({size, type, activation_layout(precision_)});
        slices_.push_back(std::make_unique<ConvolutionSlices>(
            *slices, std::move(convolution), tile_, type,
            name == names.back() && !last ? result.memory.get_data_handle() : nullptr));
        slices = slices_.back().get();
        result.scale = scale;
    }
    steps_.push_back({names.back(),
                      [this, slices, last, depth = band_depth(tile_)] {
                          slices->restart();
                          const auto all = last ? wanted_ : tile_.z;
                          for (std::int64_t z = 0; z < all; z += depth) {
                              const auto end = std::min(all, z + depth);
                              const auto* values = static_cast<const float*>(slices->get(z, end));
                              if (last) (*sink_)(z * tile_.y, (end - z) * tile_.y, values);
                          }
                      },
                      work, result});
    return result;
}

void Plan::add_layers(const Model& model, bool whole) {
    const auto refined = [this](std::vector<std::string> names, const std::string& level) {
        for (int i = 0; layers_.count(level + ".refine" + std::to_string(i)) > 0; ++i)
            names.push_back(level + ".refine" + std::to_string(i));
        return names;
    };
    const auto add = [&](const std::vector<std::string>& names, Activation x, bool keep_source) {
        for (const auto& name : names) {
            const auto y = add_convolution(model, layers_.at(name), x);
            if (!keep_source) release(x);
            keep_source = false;
            x = y;
        }
        return x;
    };
    // The last activation is the largest: the first may have its place until then.
    if (whole)
        pool_.push_back(Entry{
            Buffer(static_cast<std::size_t>(tile_.count() * model.architecture.widths[0]) * sizeof(float))});
    Activation x{dnnl::memory(input_.descriptor(tile_, tile_.z), cpu(), DNNL_MEMORY_NONE), input_.scale()};
    std::vector<Activation> by_level;
    const std::size_t levels = model.architecture.widths.size();
    for (std::size_t l = 0; l < levels; ++l) {
        const std::string level = "encoder." + std::to_string(l);
        if (l > 0) x = add({level + ".down"}, x, true);
        const auto names = refined({level + ".a", level + ".b"}, level);
        x = l > 0 || whole ? add(names, x, false) : add_bands(model, input_, x.scale, names);
        by_level.push_back(x);
    }
    for (std::size_t l = levels - 1; l-- > 0;) {
        const std::string level = "decoder." + std::to_string(l);
        const auto coarse = add({level + ".up"}, x, false);
        const auto names = refined({level + ".a"}, level);
        const Activation& fine = by_level[l];
        if (l > 0 || whole) {
            const auto sum = add_upsampled(level + ".sum", fine, coarse);
            release(coarse);
            x = add(names, sum, false);
        } else {
            const float scale = scale_for(level + ".sum", true);
            slices_.push_back(std::make_unique<SumSlices>(
                UpsampledSum(precision_, fine.memory, fine.scale, coarse.memory, coarse.scale, scale),
                fine.memory, activation_type(precision_, true), activation_layout(precision_)));
            x = add_bands(model, *slices_.back(), scale, names);
        }
    }
    features_ = x;
}

void Plan::run(const float* values, const FeatureSink& sink, const Progress& progress) {
    set_input(values);
    sink_ = &sink;
    double total = 0, done = 0;
    for (const PlanStep& step : steps_) total += step.work;
    for (const PlanStep& step : steps_) {
        progress(done / total);
        with_memory_errors(step.run);
        done += step.work;
    }
    if (const auto* features =
            static_cast<const float*>(features_.memory ? features_.memory.get_data_handle() : nullptr))
        sink(0, tile_.y * wanted_, features);
}

}  // namespace cytomo
