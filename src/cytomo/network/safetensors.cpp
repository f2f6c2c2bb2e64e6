#include "safetensors.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "cytomo/core/error.h"
#include "cytomo/core/json_text.h"
#include "cytomo/core/likely_name.h"
#include "cytomo/core/output.h"
#include "double_decoder_layers.h"

namespace cytomo {

namespace {

const char* const advice = "Use a model written by cytomo train, or copy the file again";

float half_to_float(std::uint16_t h) {
    const std::uint32_t sign = (h & 0x8000U) << 16, exponent = (h >> 10) & 31U, mantissa = h & 1023U;
    float value;
    if (exponent == 0)
        value = std::ldexp(static_cast<float>(mantissa), -24);
    else if (exponent == 31)
        value = mantissa != 0 ? NAN : INFINITY;
    else
        value = std::ldexp(static_cast<float>(mantissa + 1024), static_cast<int>(exponent) - 25);
    return sign != 0 ? -value : value;
}

std::uint64_t element_size(const std::string& type, const std::string& file, const std::string& name) {
    if (type == "F32") return 4;
    if (type == "F16" || type == "BF16") return 2;
    throw InputError(file, "tensors of type F32, F16 or BF16", name + " of type " + type, advice);
}

Tensor decode(const std::string& type, std::vector<std::int64_t> shape, const std::vector<char>& raw) {
    Tensor t{std::move(shape), {}};
    const std::size_t size = type == "F32" ? 4 : 2;
    t.values.resize(raw.size() / size);
    for (std::size_t i = 0; i < t.values.size(); ++i) {
        if (size == 4) {
            std::memcpy(&t.values[i], raw.data() + 4 * i, 4);
        } else {
            std::uint16_t h;
            std::memcpy(&h, raw.data() + 2 * i, 2);
            if (type == "F16") {
                t.values[i] = half_to_float(h);
            } else {
                const std::uint32_t bits = static_cast<std::uint32_t>(h) << 16;
                std::memcpy(&t.values[i], &bits, 4);
            }
        }
    }
    return t;
}

std::map<std::string, std::vector<std::int64_t>> expected_shapes(const Architecture& architecture) {
    if (architecture.kind == NetworkKind::double_decoder)
        return double_decoder_shapes(architecture.widths.front(), architecture.outputs);
    std::map<std::string, std::vector<std::int64_t>> shapes;
    for (const Layer& layer : architecture.layers()) {
        const std::int64_t k = layer.kernel;
        shapes[layer.name + ".weight"] = {layer.out, layer.in, k, k, k};
        if (layer.norm)
            for (const char* part : {".gamma", ".beta", ".mean", ".variance"})
                shapes[layer.name + part] = {layer.out};
        else
            shapes[layer.name + ".bias"] = {layer.out};
    }
    return shapes;
}

}  // namespace

SafeTensors read_safetensors(const std::filesystem::path& file) {
    const std::string name = file.string();
    std::error_code ec;
    if (std::filesystem::is_directory(file, ec))
        throw InputError(name, "a .safetensors file", "a folder", advice);
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        const auto [found, remedy] = file_trouble(file, errno);
        throw InputError(name, "a .safetensors file that can be read", found, remedy);
    }
    const std::uint64_t file_size = std::filesystem::file_size(file, ec);
    std::uint64_t header_size = 0;
    unsigned char length[8] = {};
    if (ec || file_size < 10 || !in.read(reinterpret_cast<char*>(length), 8))
        throw InputError(name, "a .safetensors file", std::to_string(file_size) + " bytes", advice);
    for (int i = 7; i >= 0; --i) header_size = header_size << 8 | length[i];
    if (header_size > file_size - 8 || header_size > (64U << 20))
        throw InputError(name, "a .safetensors header within the file",
                         "a length of " + std::to_string(header_size), advice);
    std::string header(header_size, '\0');
    in.read(header.data(), static_cast<std::streamsize>(header_size));
    const std::uint64_t data_size = file_size - 8 - header_size;
    SafeTensors out;
    try {
        const auto json = nlohmann::json::parse(header);
        for (const auto& [key, value] : json.items()) {
            if (key == "__metadata__") {
                out.metadata = value.get<std::map<std::string, std::string>>();
                continue;
            }
            const auto type = value.at("dtype").get<std::string>();
            auto shape = value.at("shape").get<std::vector<std::int64_t>>();
            const auto offsets = value.at("data_offsets").get<std::vector<std::uint64_t>>();
            std::uint64_t expected = element_size(type, name, key);
            for (const auto n : shape) {
                if (n < 0 || (n > 0 && expected > data_size / static_cast<std::uint64_t>(n)))
                    throw InputError(name, "tensors that fit the file", key + " larger than the file",
                                     advice);
                expected *= static_cast<std::uint64_t>(n);
            }
            if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data_size ||
                offsets[1] - offsets[0] != expected)
                throw InputError(name, "tensors that lie within the file",
                                 key + " outside, the file is incomplete or damaged", advice);
            std::vector<char> raw(expected);
            in.seekg(static_cast<std::streamoff>(8 + header_size + offsets[0]));
            if (!in.read(raw.data(), static_cast<std::streamsize>(expected)))
                throw InputError(name, "a whole file", "an unreadable tensor " + key, advice);
            out.tensors[key] = decode(type, std::move(shape), raw);
        }
    } catch (const nlohmann::json::exception& e) {
        throw InputError(name, "a .safetensors header in JSON", e.what(), advice);
    }
    return out;
}

bool is_checkpoint(const SafeTensors& content) {
    const auto method = content.metadata.find(method_key);
    return content.metadata.contains(unet_checkpoint_key) ||
           (method != content.metadata.end() && method->second == double_decoder_method);
}

void write_safetensors(const std::filesystem::path& file, const SafeTensors& content, bool overwrite) {
    nlohmann::json header;
    header["__metadata__"] = content.metadata;
    std::uint64_t offset = 0;
    for (const auto& [name, t] : content.tensors) {
        const std::uint64_t size = t.values.size() * 4;
        header[name] = {{"dtype", "F32"}, {"shape", t.shape}, {"data_offsets", {offset, offset + size}}};
        offset += size;
    }
    std::string text = json_text(header);
    text.resize((text.size() + 7) / 8 * 8, ' ');
    PendingOutput pending(file, overwrite);
    std::ofstream out(pending.path(), std::ios::binary);
    std::uint64_t n = text.size();
    for (int i = 0; i < 8; ++i, n >>= 8) out.put(static_cast<char>(n & 255));
    out << text;
    for (const auto& [name, t] : content.tensors)
        out.write(reinterpret_cast<const char*>(t.values.data()),
                  static_cast<std::streamsize>(t.values.size() * 4));
    out.close();
    if (!out)
        throw InputError(file.string(), "to write the model", "a failed write", "Check space and rights");
    pending.commit();
}

Model described_model(const std::string& description, std::map<std::string, Tensor> weights,
                      const std::string& name) {
    Model model;
    try {
        const auto json = nlohmann::json::parse(description);
        model.architecture.widths = json.at("widths").get<std::vector<int>>();
        model.architecture.outputs = json.at("classes").get<int>();
        if (json.contains("kind")) {
            const auto kind = json.at("kind").get<std::string>();
            if (kind != "unet" && kind != "double_decoder")
                throw InputError(name, "a network of kind unet or double_decoder", kind,
                                 "The model may need a newer cytomo");
            if (kind == "double_decoder") model.architecture.kind = NetworkKind::double_decoder;
        }
        if (json.contains("refine")) model.architecture.refine = json.at("refine").get<std::vector<int>>();
        if (json.contains("objects")) model.architecture.objects = json.at("objects").get<bool>();
        if (json.contains("class_of_output"))
            model.class_of_output = json.at("class_of_output").get<std::vector<std::uint8_t>>();
        model.voxel_um = json.at("voxel_um").get<double>();
        model.flat_slices = json.value("flat_slices", false);
        if (json.contains("coarsest_voxel_um"))
            model.coarsest_voxel_um = json.at("coarsest_voxel_um").get<double>();
        if (json.contains("polarity_weights")) {
            const auto& w = json.at("polarity_weights");
            model.polarity_weights = {w.at("tail").get<double>(), w.at("surprise").get<double>(),
                                      w.at("turned").get<double>()};
        } else {
            model.polarity_weights = default_polarity_weights(model.architecture);
        }
        model.legend.entries.clear();
        for (const auto& e : json.at("legend"))
            model.legend.entries.push_back({e.at("id").get<std::uint8_t>(), e.at("name").get<std::string>(),
                                            e.at("colour").get<std::array<std::uint8_t, 3>>()});
        model.record = json.at("record").get<std::map<std::string, std::string>>();
    } catch (const nlohmann::json::exception& e) {
        throw InputError(name, "a description of a cytomo model", e.what(), advice);
    }
    model.architecture.check(name);
    if (!model.class_of_output.empty() &&
        (model.class_of_output.size() != static_cast<std::size_t>(model.architecture.outputs) ||
         *std::max_element(model.class_of_output.begin(), model.class_of_output.end()) > 15))
        throw InputError(name, "a class from 0 to 15 for each output",
                         std::to_string(model.class_of_output.size()) + " entries", advice);
    std::set<int> ids;
    for (const auto& entry : model.legend.entries) ids.insert(entry.id);
    if (ids.size() != model.legend.entries.size() || ids.count(0) == 0 ||
        *ids.rbegin() >= model.class_count())
        throw InputError(name, "a legend of the classes that the network tells apart, 0 among them",
                         std::to_string(ids.size()) + " classes, the last " +
                             (ids.empty() ? "none" : std::to_string(*ids.rbegin())),
                         advice);
    if (!(model.coarsest_voxel_um >= 0 && model.coarsest_voxel_um < 10))
        throw InputError(name, "coarsest voxels of 0 to 10 µm",
                         std::to_string(model.coarsest_voxel_um) + " µm", advice);
    if (!(model.voxel_um > 1e-4 && model.voxel_um < 10))
        throw InputError(name, "a voxel edge of 0.1 nm to 10 µm", std::to_string(model.voxel_um) + " µm",
                         advice);
    model.weights = std::move(weights);
    for (const auto& [key, wanted] : expected_shapes(model.architecture)) {
        const auto it = model.weights.find(key);
        if (it == model.weights.end() || it->second.shape != wanted)
            throw InputError(name, "weights that fit the architecture",
                             key + (it == model.weights.end() ? " missing" : " of another shape"), advice);
        for (const float v : it->second.values)
            if (!std::isfinite(v))
                throw InputError(name, "finite weights", key + " with NaN or infinity", advice);
    }
    return model;
}

Model read_model(const std::filesystem::path& file) {
    const std::string name = file.string();
    SafeTensors content = read_safetensors(file);
    if (is_checkpoint(content))
        throw InputError(name, "a cytomo model", "a checkpoint of a training",
                         "Write its model first: cytomo train --weights-of " + name + " -o MODEL");
    const auto found = content.metadata.find("cytomo");
    if (found == content.metadata.end())
        throw InputError(name, "a cytomo model", "a .safetensors file without cytomo's description", advice);
    Model model = described_model(found->second, std::move(content.tensors), name);
    if (const auto errors = content.metadata.find("error_model"); errors != content.metadata.end())
        model.error_model = errors->second;
    return model;
}

std::string model_description(const Model& model) {
    nlohmann::json json;
    json["widths"] = model.architecture.widths;
    json["classes"] = model.architecture.outputs;
    if (model.architecture.kind == NetworkKind::double_decoder) json["kind"] = "double_decoder";
    if (!model.architecture.refine.empty()) json["refine"] = model.architecture.refine;
    if (model.architecture.objects) json["objects"] = true;
    if (!model.class_of_output.empty()) json["class_of_output"] = model.class_of_output;
    json["voxel_um"] = model.voxel_um;
    if (model.coarsest_voxel_um > 0) json["coarsest_voxel_um"] = model.coarsest_voxel_um;
    if (model.flat_slices) json["flat_slices"] = true;
    if (const auto& w = model.polarity_weights; !(w == default_polarity_weights(model.architecture)))
        json["polarity_weights"] = {{"tail", w.tail}, {"surprise", w.surprise}, {"turned", w.turned}};
    json["record"] = model.record;
    json["legend"] = nlohmann::json::array();
    for (const auto& e : model.legend.entries)
        json["legend"].push_back({{"id", e.id}, {"name", e.name}, {"colour", e.colour}});
    return json_text(json);
}

void write_model(const std::filesystem::path& file, const Model& model, bool overwrite) {
    SafeTensors content{{{"cytomo", model_description(model)}, {"format", "pt"}}, model.weights};
    if (!model.error_model.empty()) content.metadata["error_model"] = model.error_model;
    write_safetensors(file, content, overwrite);
}

}  // namespace cytomo
