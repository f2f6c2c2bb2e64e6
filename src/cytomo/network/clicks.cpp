#include "clicks.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

namespace cytomo {

namespace {

constexpr std::int64_t least_voxels = 12;  // of an object that is worth pointing at

Vec3 place(Size3 size, std::int64_t i) {
    return {static_cast<double>(i % size.x), static_cast<double>(i / size.x % size.y),
            static_cast<double>(i / (size.x * size.y))};
}

/// One of the deepest voxels: of four drawn, the one that lies deepest.
std::int64_t deep_voxel(const Patch& patch, const std::vector<std::int64_t>& voxels, Random& random) {
    std::int64_t best = one_of(voxels, random);
    for (int k = 0; k < 3 && !patch.depth.empty(); ++k) {
        const auto other = one_of(voxels, random);
        if (patch.depth[static_cast<std::size_t>(other)] > patch.depth[static_cast<std::size_t>(best)])
            best = other;
    }
    return best;
}

using Objects = std::map<std::uint16_t, std::vector<std::int64_t>>;

Objects objects_in(const Patch& patch) {
    Objects out;
    for (std::size_t i = 0; i < patch.objects.size(); ++i)
        if (patch.objects[i] != 0 && patch.labels[i] != ignore_label && patch.labels[i] > 0)
            out[patch.objects[i]].push_back(static_cast<std::int64_t>(i));
    std::erase_if(out,
                  [](const auto& o) { return static_cast<std::int64_t>(o.second.size()) < least_voxels; });
    return out;
}

/// An object whose class was drawn first, so that rare classes are pointed at as often as common ones.
std::uint16_t draw_object(const Patch& patch, const Objects& objects, std::uint8_t cell_body,
                          Random& random) {
    std::map<std::uint8_t, std::vector<std::uint16_t>> of_class;
    for (const auto& [number, voxels] : objects)
        of_class[patch.labels[static_cast<std::size_t>(voxels.front())]].push_back(number);
    std::vector<std::uint8_t> classes;
    for (const auto& [id, numbers] : of_class)
        if (id != cell_body || of_class.size() == 1) classes.push_back(id);  // which is all around
    return one_of(of_class.at(one_of(classes, random)), random);
}

/// Voxels on one side of a random plane through one of them.
std::vector<std::int64_t> cut_off(const std::vector<std::int64_t>& voxels, Size3 size, Random& random) {
    const Vec3 through = place(size, one_of(voxels, random)),
               normal{random.normal(), random.normal(), random.normal()};
    std::vector<std::int64_t> out;
    for (const auto i : voxels)
        if (dot(place(size, i) - through, normal) > 0) out.push_back(i);
    return out;
}

}  // namespace

void add_click(std::vector<float>& points, Size3 size, std::int64_t at, float value) {
    const auto x0 = at % size.x, y0 = at / size.x % size.y, z0 = at / (size.x * size.y);
    for (std::int64_t z = std::max<std::int64_t>(0, z0 - click_radius);
         z <= std::min(size.z - 1, z0 + click_radius); ++z)
        for (std::int64_t y = std::max<std::int64_t>(0, y0 - click_radius);
             y <= std::min(size.y - 1, y0 + click_radius); ++y)
            for (std::int64_t x = std::max<std::int64_t>(0, x0 - click_radius);
                 x <= std::min(size.x - 1, x0 + click_radius); ++x)
                if ((x - x0) * (x - x0) + (y - y0) * (y - y0) + (z - z0) * (z - z0) <=
                    click_radius * click_radius)
                    points[static_cast<std::size_t>((z * size.y + y) * size.x + x)] = value;
}

Clicks draw_clicks(const Patch& patch, std::uint8_t cell_body, Random& random) {
    const Objects objects = objects_in(patch);
    if (objects.empty()) return {};
    const auto n = static_cast<std::size_t>(patch.size.count());
    const auto number = draw_object(patch, objects, cell_body, random);
    const auto& voxels = objects.at(number);
    Clicks out{std::vector<float>(n), std::vector<float>(n), std::vector<std::uint8_t>(n)};
    for (const auto i : voxels) out.object[static_cast<std::size_t>(i)] = 1;
    add_click(out.points, patch.size, deep_voxel(patch, voxels, random), 1);
    if (random.chance(0.5)) return out;

    // A later click: the mask so far is wrong somewhere.
    for (const auto i : voxels) out.mask[static_cast<std::size_t>(i)] = 1;
    const bool too_much = objects.size() > 1 && random.chance(0.5);
    if (too_much) {
        auto other = objects.begin();
        do
            other =
                std::next(objects.begin(), random.integer(0, static_cast<std::int64_t>(objects.size()) - 1));
        while (other->first == number);
        const auto wrong = random.chance(0.5) ? other->second : cut_off(other->second, patch.size, random);
        for (const auto i : wrong) out.mask[static_cast<std::size_t>(i)] = 1;
        if (!wrong.empty()) add_click(out.points, patch.size, deep_voxel(patch, wrong, random), -1);
    } else {
        const auto missing = cut_off(voxels, patch.size, random);
        for (const auto i : missing) out.mask[static_cast<std::size_t>(i)] = 0;
        if (!missing.empty()) add_click(out.points, patch.size, deep_voxel(patch, missing, random), 1);
    }
    for (auto more = random.integer(0, 2); more > 0; --more)
        add_click(out.points, patch.size, one_of(voxels, random), 1);
    return out;
}

}  // namespace cytomo
