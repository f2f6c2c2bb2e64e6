#include "cytomo/io/sidecar.h"

#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "cytomo/core/error.h"
#include "cytomo/core/json_text.h"
#include "cytomo/io/legend_io.h"
#include "cytomo/io/slice_sink.h"
#include "cytomo/io/text_io.h"

namespace cytomo::io {

std::filesystem::path sidecar_of(const std::filesystem::path& volume) {
    std::filesystem::path sidecar = volume;
    return sidecar += ".json";
}

std::optional<Sidecar> read_sidecar(const std::filesystem::path& volume) {
    const auto file = sidecar_of(volume);
    std::error_code ec;
    if (!std::filesystem::is_regular_file(file, ec)) return std::nullopt;
    const InputError damaged(file.string(), "voxel_um and origin_um, three numbers each, or a legend",
                             "something else", "Mend or remove this file");
    const std::string text = read_text(file, "voxel_um and origin_um, or a legend", 1'000'000);
    const auto json = nlohmann::json::parse(text, nullptr, false);
    const auto triple = [&](const char* key, Vec3 otherwise) {
        if (!json.contains(key)) return otherwise;
        const auto& v = json[key];
        if (!v.is_array() || v.size() != 3) throw damaged;
        for (const auto& n : v)
            if (!n.is_number()) throw damaged;
        return Vec3{v[0].get<double>(), v[1].get<double>(), v[2].get<double>()};
    };
    if (!json.is_object() || !(json.contains("voxel_um") || json.contains("legend"))) throw damaged;
    Sidecar out;
    if (json.contains("voxel_um")) {
        const Vec3 voxel = triple("voxel_um", {});
        for (const double e : {voxel.x, voxel.y, voxel.z})
            if (!(e > 0 && e < 1e4)) throw damaged;
        out.voxel_um = voxel;
    }
    out.origin_um = triple("origin_um", {});
    if (json.contains("legend")) {
        out.legend = legend_from_json(text);
        if (!out.legend) throw damaged;
    }
    return out;
}

void write_sidecar(const std::filesystem::path& file, const Grid* grid, const std::optional<Legend>& legend) {
    nlohmann::ordered_json json;
    if (grid != nullptr) {
        json["voxel_um"] = {grid->voxel_um.x, grid->voxel_um.y, grid->voxel_um.z};
        json["origin_um"] = {grid->origin_um.x, grid->origin_um.y, grid->origin_um.z};
    }
    json["order"] = "x, y, z; the array's axes are z, y, x";
    if (legend) json["legend"] = nlohmann::ordered_json::parse(legend_json(*legend));
    const std::string text = json_text(json, 2) + "\n";
    OutputFile out(file);
    out.append(std::as_bytes(std::span(text)));
    out.close();
}

}  // namespace cytomo::io
