#include "cytomo/simulation/contacts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "cytomo/core/parallel.h"

namespace cytomo {

namespace {

constexpr std::int64_t block_edge = 8;
constexpr std::uint32_t several = 0xFFFFFFFF;

/// For each block of voxels: the one object that it holds, 0 for none, or `several`.
class Blocks {
public:
    Blocks(const InstanceVolume& instances, const std::vector<bool>& counts) {
        const Size3 size = instances.grid().size;
        const auto blocks = [](std::int64_t n) { return (n + block_edge - 1) / block_edge; };
        size_ = {blocks(size.x), blocks(size.y), blocks(size.z)};
        held_.assign(static_cast<std::size_t>(size_.count()), 0);
        parallel_chunks(size.z, block_edge, [&](std::int64_t z0, std::int64_t z1) {
            for (auto z = z0; z < z1; ++z)
                for (std::int64_t y = 0; y < size.y; ++y)
                    for (std::int64_t x = 0; x < size.x; ++x) {
                        const std::uint32_t here = instances(x, y, z);
                        if (!counts[here]) continue;
                        auto& held = held_[index(x / block_edge, y / block_edge, z / block_edge)];
                        held = held == 0 || held == here ? here : several;
                    }
        });
    }
    /// Whether some other object than `own` may lie between these voxels (both included).
    bool other_within(std::uint32_t own, std::array<std::int64_t, 3> low,
                      std::array<std::int64_t, 3> high) const {
        for (auto z = low[2] / block_edge; z <= high[2] / block_edge; ++z)
            for (auto y = low[1] / block_edge; y <= high[1] / block_edge; ++y)
                for (auto x = low[0] / block_edge; x <= high[0] / block_edge; ++x) {
                    const std::uint32_t held = held_[index(x, y, z)];
                    if (held != 0 && held != own) return true;
                }
        return false;
    }

private:
    std::size_t index(std::int64_t x, std::int64_t y, std::int64_t z) const {
        return static_cast<std::size_t>((z * size_.y + y) * size_.x + x);
    }
    Size3 size_;
    std::vector<std::uint32_t> held_;
};

struct Search {
    const InstanceVolume& instances;
    const std::vector<bool>& counts;
    double within_um;
    Blocks blocks{instances, counts};
    Grid grid = instances.grid();
    std::array<double, 3> edge{grid.voxel_um.x, grid.voxel_um.y, grid.voxel_um.z};
    std::array<std::int64_t, 3> size{grid.size.x, grid.size.y, grid.size.z};

    using Found = std::map<std::pair<std::uint32_t, std::uint32_t>, std::pair<double, double>>;  // area, gap

    /// Share of a smooth surface that a face across `axis` stands for: |component of the normal|.
    double share(std::array<std::int64_t, 3> at, std::uint32_t own, std::size_t axis) const {
        std::array<double, 3> normal{};
        for (std::int64_t k = -2; k <= 2; ++k)
            for (std::int64_t j = -2; j <= 2; ++j)
                for (std::int64_t i = -2; i <= 2; ++i) {
                    // The volume's border does not end an object.
                    const auto x = std::clamp<std::int64_t>(at[0] + i, 0, size[0] - 1),
                               y = std::clamp<std::int64_t>(at[1] + j, 0, size[1] - 1),
                               z = std::clamp<std::int64_t>(at[2] + k, 0, size[2] - 1);
                    if (instances(x, y, z) != own) continue;
                    // The gradient along each axis in its own length.
                    normal[0] -= static_cast<double>(i) / edge[0];
                    normal[1] -= static_cast<double>(j) / edge[1];
                    normal[2] -= static_cast<double>(k) / edge[2];
                }
        const double norm = std::hypot(normal[0], normal[1], normal[2]);
        return norm > 0 ? std::fabs(normal[axis]) / norm : 1;
    }

    /// Adds the face of voxel `at` towards `side` (-1, 1) along `axis` to all objects that are near.
    void add_face(std::array<std::int64_t, 3> at, std::uint32_t own, std::size_t axis, int side,
                  Found& found) const {
        std::array<double, 3> middle{static_cast<double>(at[0]), static_cast<double>(at[1]),
                                     static_cast<double>(at[2])};
        middle[axis] += 0.5 * side;
        std::array<std::int64_t, 3> low{}, high{};
        for (std::size_t a = 0; a < 3; ++a) {
            const double reach = within_um / edge[a] + 0.5;
            low[a] = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::ceil(middle[a] - reach)));
            high[a] =
                std::min(size[a] - 1, static_cast<std::int64_t>(std::floor(middle[a] + reach)));
        }
        if (!blocks.other_within(own, low, high)) return;
        std::map<std::uint32_t, double> near;  // squared distance
        for (auto z = low[2]; z <= high[2]; ++z)
            for (auto y = low[1]; y <= high[1]; ++y)
                for (auto x = low[0]; x <= high[0]; ++x) {
                    const std::uint32_t other = instances(x, y, z);
                    if (other == own || !counts[other]) continue;
                    double squared = 0;
                    const std::array<std::int64_t, 3> there{x, y, z};
                    for (std::size_t a = 0; a < 3; ++a) {
                        const double apart =
                            std::max(0.0, std::fabs(static_cast<double>(there[a]) - middle[a]) - 0.5) * edge[a];
                        squared += apart * apart;
                    }
                    if (squared >= within_um * within_um) continue;
                    const auto [entry, fresh] = near.emplace(other, squared);
                    if (!fresh) entry->second = std::min(entry->second, squared);
                }
        if (near.empty()) return;
        const double area = share(at, own, axis) * edge[(axis + 1) % 3] * edge[(axis + 2) % 3];
        for (const auto& [other, squared] : near) {
            auto& pair = found.emplace(std::minmax(own, other), std::pair{0.0, 1e300}).first->second;
            pair.first += 0.5 * area;
            pair.second = std::min(pair.second, std::sqrt(squared));
        }
    }

    Found in_slices(std::int64_t z0, std::int64_t z1) const {
        Found found;
        for (auto z = z0; z < z1; ++z)
            for (std::int64_t y = 0; y < size[1]; ++y)
                for (std::int64_t x = 0; x < size[0]; ++x) {
                    const std::uint32_t own = instances(x, y, z);
                    if (!counts[own]) continue;
                    for (std::size_t axis = 0; axis < 3; ++axis)
                        for (const int side : {-1, 1}) {
                            std::array<std::int64_t, 3> beside{x, y, z};
                            beside[axis] += side;
                            if (!grid.contains(beside[0], beside[1], beside[2]) ||
                                instances(beside[0], beside[1], beside[2]) == own)
                                continue;
                            add_face({x, y, z}, own, axis, side, found);
                        }
                }
        return found;
    }
};

}  // namespace

std::vector<Contact> find_contacts(const InstanceVolume& instances, const std::vector<bool>& counts,
                                   double within_um) {
    const Search search{instances, counts, within_um};
    const std::int64_t chunk = 8, chunks = (instances.grid().size.z + chunk - 1) / chunk;
    std::vector<Search::Found> parts(static_cast<std::size_t>(chunks));
    parallel_chunks(instances.grid().size.z, chunk, [&](std::int64_t z0, std::int64_t z1) {
        parts[static_cast<std::size_t>(z0 / chunk)] = search.in_slices(z0, z1);
    });
    Search::Found all;
    for (const auto& part : parts)
        for (const auto& [pair, what] : part) {
            auto& sum = all.emplace(pair, std::pair{0.0, 1e300}).first->second;
            sum.first += what.first;
            sum.second = std::min(sum.second, what.second);
        }
    std::vector<Contact> result;
    for (const auto& [pair, what] : all) result.push_back({pair.first, pair.second, what.first, what.second});
    return result;
}

}  // namespace cytomo
