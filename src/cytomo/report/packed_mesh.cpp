#include "cytomo/report/packed_mesh.h"

#include <algorithm>
#include <cmath>

#include "cytomo/core/error.h"

namespace cytomo {

PackedMesh packed(const Mesh& mesh, const std::vector<std::uint8_t>& light) {
    PackedMesh out;
    out.vertices = static_cast<std::uint32_t>(mesh.vertices.size());
    out.triangles = static_cast<std::uint32_t>(mesh.triangles.size());
    if (mesh.vertices.empty()) return out;
    auto high = out.low_um = mesh.vertices[0];
    for (const auto& v : mesh.vertices)
        for (std::size_t k = 0; k < 3; ++k) {
            if (!std::isfinite(v[k]))
                throw InputError("surface", "vertices with finite coordinates", "infinite or undefined ones",
                                 "Make the surface again");
            out.low_um[k] = std::min(out.low_um[k], v[k]);
            high[k] = std::max(high[k], v[k]);
        }
    for (std::size_t k = 0; k < 3; ++k) out.size_um[k] = high[k] - out.low_um[k];

    out.bytes.reserve(mesh.vertices.size() * 7 + 4 + mesh.triangles.size() * 12);
    const auto append = [&](std::uint32_t value, int count) {
        for (int b = 0; b < count; ++b) out.bytes.push_back(static_cast<std::uint8_t>(value >> (8 * b)));
    };
    for (const auto& v : mesh.vertices)
        for (std::size_t k = 0; k < 3; ++k) {
            const float part = out.size_um[k] > 0 ? (v[k] - out.low_um[k]) / out.size_um[k] : 0;
            append(static_cast<std::uint32_t>(std::lround(65535 * std::clamp(part, 0.0F, 1.0F))), 2);
        }
    for (std::size_t i = 0; i < mesh.vertices.size(); ++i) append(i < light.size() ? light[i] : 255, 1);
    while (out.bytes.size() % 4 != 0) out.bytes.push_back(0);
    for (const auto& t : mesh.triangles)
        for (const auto i : t) append(i, 4);
    return out;
}

}  // namespace cytomo
