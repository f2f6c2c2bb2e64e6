#include "cytomo/labels/instances.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string>
#include <unordered_map>

#include "cytomo/core/error.h"
#include "cytomo/core/legend.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/stretches.h"
#include "cytomo/labels/components.h"
#include "cytomo/labels/crossings.h"
#include "cytomo/labels/split.h"
#include "cytomo/labels/split_constrictions.h"
#include "cytomo/labels/split_depth.h"

namespace cytomo {

void InstanceOptions::check() const {
    for (std::size_t id = 0; id < min_volume_um3.size(); ++id)
        if (!(min_volume_um3[id] >= 0) || !std::isfinite(min_volume_um3[id]))
            throw UsageError("minimum volume of class " + std::to_string(id) +
                             ": expected 0 µm³ or more, found " + std::to_string(min_volume_um3[id]));
}

namespace {

double sphere_um3(double diameter_um) {
    return std::numbers::pi / 6 * diameter_um * diameter_um * diameter_um;
}

}  // namespace

InstanceSlices slices_of(const Instances& instances) {
    return {instances.volume.grid(), instances.class_of,
            [&volume = instances.volume](std::int64_t first, std::int64_t, std::span<std::uint32_t> out) {
                const auto slice = volume.grid().size.x * volume.grid().size.y;
                std::copy_n(volume.data() + first * slice, out.size(), out.data());
            }};
}

InstanceOptions default_instance_options() {
    InstanceOptions options;
    options.min_volume_um3[lipid_droplet] = options.min_volume_um3[vesicle] = sphere_um3(0.06);
    // A mitochondrion is hardly thinner than 0.2 µm; a filopodium of 80 nm and 0.1 µm length is a stump.
    options.min_volume_um3[mitochondrion] = sphere_um3(0.16);
    options.min_volume_um3[filopodium] = sphere_um3(0.1);
    options.min_volume_um3[cytoplasm] = 0.05;
    options.min_volume_um3[nucleus] = 0.2;
    options.split_touching[lipid_droplet] = true;
    options.split_touching[vesicle] = true;
    options.split_crossings_of_body[filopodium] = true;
    options.split_constrictions[mitochondrion] = true;
    options.split_crossings[mitochondrion] = true;
    for (const auto id : {mitochondrion, lipid_droplet, vesicle, filopodium})
        options.split_by_depth[id] = true;
    return options;
}

Instances find_instances(const ClassVolume& classes, const InstanceOptions& wanted, const Progress& progress,
                         const std::optional<SplitMaps>& maps) {
    wanted.check();
    InstanceOptions options = wanted;
    for (std::size_t c = 0; c < options.split_by_depth.size(); ++c)
        if (maps && options.split_by_depth[c])
            options.split_touching[c] = options.split_constrictions[c] = options.split_crossings[c] =
                options.split_crossings_of_body[c] = false;
    Components pieces = find_components(classes, Connectivity::corners, progress.part(0, 0.5));
    if (maps)
        split_by_depth(pieces, maps->depth, maps->separation, {.classes = options.split_by_depth},
                       progress.part(0.5, 0.6));
    split_touching(pieces, {.classes = options.split_touching}, progress.part(0.6, 0.7));
    split_constrictions(pieces, {.classes = options.split_constrictions}, progress.part(0.7, 0.9));

    const double voxel_um3 = classes.grid().voxel_volume_um3();
    std::vector<std::uint32_t> kept;
    for (std::uint32_t p = 1; p <= pieces.count(); ++p) {
        const double least = options.min_volume_um3[pieces.class_of[p]];
        // The tiny allowance keeps an object of exactly the minimum, whatever the rounding of the product.
        if (static_cast<double>(pieces.voxels[p]) * voxel_um3 >= least * (1 - 1e-12)) kept.push_back(p);
    }
    std::sort(kept.begin(), kept.end(), [&](std::uint32_t a, std::uint32_t b) {
        if (pieces.class_of[a] != pieces.class_of[b]) return pieces.class_of[a] < pieces.class_of[b];
        if (pieces.voxels[a] != pieces.voxels[b]) return pieces.voxels[a] > pieces.voxels[b];
        return pieces.first_voxel[a] < pieces.first_voxel[b];
    });
    Instances result;
    std::vector<std::uint32_t> number(pieces.class_of.size(), 0);
    for (const std::uint32_t p : kept) {
        number[p] = static_cast<std::uint32_t>(result.class_of.size());
        result.class_of.push_back(pieces.class_of[p]);
    }
    result.volume = std::move(pieces.volume);
    parallel_chunks(result.volume.count(), 1 << 16, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) result.volume[i] = number[result.volume[i]];
    });
    std::vector<std::size_t> crossing;
    for (std::size_t c = 0; c < options.split_crossings.size(); ++c)
        if (options.split_crossings[c] || options.split_crossings_of_body[c]) crossing.push_back(c);
    for (std::size_t k = 0; k < crossing.size(); ++k) {
        CrossingOptions crossings;
        crossings.class_id = static_cast<std::uint8_t>(crossing[k]);
        crossings.from_body = options.split_crossings_of_body[crossing[k]];
        const double done = static_cast<double>(k) / static_cast<double>(crossing.size()),
                     then = static_cast<double>(k + 1) / static_cast<double>(crossing.size());
        result = split_crossing_tubes(classes, std::move(result), crossings,
                                      progress.part(0.9 + 0.1 * done, 0.9 + 0.1 * then));
    }
    progress(1);
    return result;
}

Instances make_instances(InstanceVolume numbers, const ClassVolume& classes) {
    constexpr std::uint32_t largest_number = 50'000'000;
    if (numbers.grid().size != classes.grid().size)
        throw InputError("instances: expected as many voxels as the classes have, found another size");
    const std::uint32_t last =
        numbers.empty() ? 0 : *std::max_element(numbers.values().begin(), numbers.values().end());
    if (last > largest_number)
        throw InputError("instances: expected numbers up to " + std::to_string(largest_number) + ", found " +
                         std::to_string(last) + ". Number the objects from 1");
    std::unordered_map<std::uint64_t, std::int64_t> votes;  // by number and class
    for_stretches(numbers.data(), classes.data(), numbers.count(),
                  [&](std::uint32_t number, std::uint8_t label, std::int64_t begin, std::int64_t end) {
                      if (number != 0 && label != background && label != ignore_label)
                          votes[std::uint64_t{number} << 8 | label] += end - begin;
                  });
    Instances result;
    result.class_of.assign(last + 1ULL, 0);
    std::vector<std::int64_t> most(last + 1ULL, 0);
    for (const auto& [key, voxels] : votes) {
        const auto number = static_cast<std::size_t>(key >> 8);
        const auto class_id = static_cast<std::uint8_t>(key & 0xFF);
        if (voxels < most[number] || (voxels == most[number] && class_id > result.class_of[number])) continue;
        most[number] = voxels;
        result.class_of[number] = class_id;
    }
    result.volume = std::move(numbers);
    return result;
}

}  // namespace cytomo
