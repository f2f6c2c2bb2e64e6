#include "cytomo/core/volume.h"

#include <algorithm>
#include <utility>

namespace cytomo {

std::string name(ScalarType type) {
    switch (type) {
        case ScalarType::int8:
            return "int8";
        case ScalarType::uint8:
            return "uint8";
        case ScalarType::int16:
            return "int16";
        case ScalarType::uint16:
            return "uint16";
        case ScalarType::int32:
            return "int32";
        case ScalarType::uint32:
            return "uint32";
        case ScalarType::int64:
            return "int64";
        case ScalarType::uint64:
            return "uint64";
        case ScalarType::float16:
            return "float16";
        case ScalarType::float32:
            return "float32";
        case ScalarType::float64:
            return "float64";
    }
    return "unknown";
}

std::int64_t bytes(ScalarType type) {
    switch (type) {
        case ScalarType::int8:
        case ScalarType::uint8:
            return 1;
        case ScalarType::int16:
        case ScalarType::uint16:
        case ScalarType::float16:
            return 2;
        case ScalarType::int32:
        case ScalarType::uint32:
        case ScalarType::float32:
            return 4;
        case ScalarType::int64:
        case ScalarType::uint64:
        case ScalarType::float64:
            return 8;
    }
    return 0;
}

Volume<float> Tomogram::load() const {
    Volume<float> out(grid);
    read_slices(0, grid.size.z, out.values());
    return out;
}

Volume<float> Tomogram::load_box(Size3 first, Size3 size) const {
    Grid box = grid;
    box.size = size;
    box.origin_um = grid.world_from_voxel(
        {static_cast<double>(first.x), static_cast<double>(first.y), static_cast<double>(first.z)});
    Volume<float> out(box);
    std::vector<float> slice(static_cast<std::size_t>(grid.size.x * grid.size.y));
    for (std::int64_t z = 0; z < size.z; ++z) {
        read_slices(first.z + z, 1, slice);
        for (std::int64_t y = 0; y < size.y; ++y) {
            const auto* from = slice.data() + (first.y + y) * grid.size.x + first.x;
            std::copy(from, from + size.x, out.data() + box.index(0, y, z));
        }
    }
    return out;
}

Tomogram tomogram_from(std::shared_ptr<const Volume<float>> values, std::string source) {
    Tomogram t;
    t.grid = values->grid();
    t.source = std::move(source);
    t.read_slices = [values](std::int64_t first, std::int64_t count, std::span<float> out) {
        const auto slice = values->grid().size.x * values->grid().size.y;
        const auto* from = values->data() + first * slice;
        std::copy(from, from + count * slice, out.begin());
    };
    return t;
}

}  // namespace cytomo
