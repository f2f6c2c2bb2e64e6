#include "cytomo/measures/radial.h"

#include <algorithm>
#include <cmath>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/labels/distance.h"
#include "cytomo/measures/cell_space.h"

namespace cytomo {

namespace {

constexpr std::size_t most_bins = 2000;

/// Voxels by class in each shell; [256] are all.
using Shell = std::array<std::int64_t, 257>;

void add(std::vector<Shell>& sum, const std::vector<Shell>& part) {
    if (sum.size() < part.size()) sum.resize(part.size(), Shell{});
    for (std::size_t b = 0; b < part.size(); ++b)
        for (std::size_t c = 0; c < part[b].size(); ++c) sum[b][c] += part[b][c];
}

/// distances: µm between centres; below 0 or infinite: the voxel does not count.
std::vector<Shell> count_shells(const ClassVolume& classes, const Volume<float>& distances, double bin_um) {
    const Size3 n = classes.grid().size;
    const double half = half_voxel_um(classes.grid());
    constexpr std::int64_t together = 16;
    std::vector<std::vector<Shell>> parts(static_cast<std::size_t>((n.z + together - 1) / together));
    parallel_chunks(n.z, together, [&](std::int64_t begin, std::int64_t end) {
        auto& part = parts[static_cast<std::size_t>(begin / together)];
        for (std::int64_t i = begin * n.x * n.y; i < end * n.x * n.y; ++i) {
            if (!(distances[i] > 0) || std::isinf(distances[i])) continue;
            const auto bin = static_cast<std::size_t>(std::max(0.0, distances[i] - half) / bin_um);
            if (bin >= most_bins) continue;
            if (part.size() <= bin) part.resize(bin + 1, Shell{});
            ++part[bin][classes[i]];
            ++part[bin][256];
        }
    });
    std::vector<Shell> sum;
    for (const auto& part : parts) add(sum, part);
    return sum;
}

}  // namespace

void RadialOptions::check() const {
    if (!(bin_um >= 0.01))
        throw UsageError("The shells of radial distributions must be 0.01 µm thick at least.");
}

std::vector<RadialBin> measure_radial_distributions(const ClassVolume& classes,
                                                    const std::vector<ObjectPosition>& positions,
                                                    const RadialOptions& options, const Progress& progress) {
    options.check();
    progress(0);
    const ClassVolume coarse = thinned(classes, most_space_voxels);
    const Grid& grid = coarse.grid();
    const OrganelleClasses& o = options.classes;
    const auto available = [&](std::uint8_t c) {
        return c != 0 && c != ignore_label && (o.nucleus == 0 || c != o.nucleus) &&
               (o.filopodium == 0 || c != o.filopodium);
    };
    std::vector<RadialBin> result;
    const auto slice = grid.size.x * grid.size.y;
    for (const RadialReference reference : {RadialReference::nucleus, RadialReference::membrane}) {
        std::array<bool, 256> members{};
        members[reference == RadialReference::nucleus ? o.nucleus : 0] = true;
        if (reference == RadialReference::nucleus && o.nucleus == 0) continue;
        Volume<float> distances = find_distances_to(coarse, members);
        if (reference == RadialReference::membrane) {
            // The same with the border of the volume as an end: where that is nearer, nothing is known.
            ClassVolume inside(grid);
            parallel_for(grid.size.z, [&](std::int64_t z) {
                for (std::int64_t i = z * slice; i < (z + 1) * slice; ++i) inside[i] = coarse[i] != 0;
            });
            const Volume<float> ended = find_squared_distances_um2(inside, Beyond::other);
            parallel_for(grid.size.z, [&](std::int64_t z) {
                for (std::int64_t i = z * slice; i < (z + 1) * slice; ++i)
                    if (std::sqrt(ended[i]) < distances[i] * 0.9999F) distances[i] = -1;
            });
        }
        parallel_for(grid.size.z, [&](std::int64_t z) {
            for (std::int64_t i = z * slice; i < (z + 1) * slice; ++i)
                if (!available(coarse[i])) distances[i] = -1;
        });
        const std::vector<Shell> shells = count_shells(coarse, distances, options.bin_um);
        Shell all{};
        for (const Shell& shell : shells)
            for (std::size_t c = 0; c < all.size(); ++c) all[c] += shell[c];
        for (std::size_t c = 1; c < 255; ++c) {
            if (!o.organelle[c] || all[c] == 0 || c == o.nucleus) continue;
            std::vector<std::int64_t> objects(shells.size(), 0);
            std::int64_t all_objects = 0;
            for (const ObjectPosition& p : positions) {
                const bool about_nucleus = reference == RadialReference::nucleus;
                if (p.class_id != c || (!about_nucleus && p.membrane_from_centroid_at_least)) continue;
                const double d = about_nucleus ? p.nucleus_from_centroid_um : p.membrane_from_centroid_um;
                if (!(d > 0)) continue;  // unknown, or within the nucleus
                const auto bin = static_cast<std::size_t>(d / options.bin_um);
                if (bin >= shells.size() || shells[bin][256] == 0) continue;
                ++objects[bin];
                ++all_objects;
            }
            const double voxel = grid.voxel_volume_um3(), whole = static_cast<double>(all[256]) * voxel;
            for (std::size_t b = 0; b < shells.size(); ++b) {
                RadialBin bin;
                bin.reference = reference;
                bin.class_id = static_cast<std::uint8_t>(c);
                bin.from_um = static_cast<double>(b) * options.bin_um;
                bin.to_um = static_cast<double>(b + 1) * options.bin_um;
                bin.available_um3 = static_cast<double>(shells[b][256]) * voxel;
                bin.volume_um3 = static_cast<double>(shells[b][c]) * voxel;
                bin.objects = objects[b];
                if (bin.available_um3 > 0) {
                    bin.volume_fraction = bin.volume_um3 / bin.available_um3;
                    bin.number_per_um3 = static_cast<double>(bin.objects) / bin.available_um3;
                    bin.relative_volume = bin.volume_fraction * whole / (static_cast<double>(all[c]) * voxel);
                    if (all_objects > 0)
                        bin.relative_number = bin.number_per_um3 * whole / static_cast<double>(all_objects);
                }
                result.push_back(bin);
            }
        }
        progress(reference == RadialReference::nucleus ? 0.5 : 1);
    }
    return result;
}

Table radial_table(const std::vector<RadialBin>& bins, const Legend& legend) {
    Table table;
    table.name = "radial";
    table.columns = {
        {"reference", "", "What distances are measured from: nucleus or plasma membrane."},
        class_id_column(),
        class_column(),
        {"from_um", "µm",
         "Smallest distance from the reference within the shell. Shells are layers of the cell, without "
         "nucleus and filopodia."},
        {"to_um", "µm", "Largest distance from the reference within the shell."},
        {"available_um3", "µm³", "Volume of the shell, with all organelles in it."},
        {"volume_um3", "µm³", "Volume of the class in the shell."},
        {"volume_fraction", "",
         "Share of the shell, from 0 to 1, that the class fills: volume_um3 divided by available_um3."},
        {"relative_volume", "",
         "volume_fraction divided by that of all shells together: more than 1 where the class gathers, 1 "
         "everywhere if it is spread evenly."},
        {"objects", "", "Number of objects whose centre of mass lies in the shell."},
        {"number_per_um3", "1/µm³",
         "Number of objects for each µm³ of the shell: objects divided by available_um3."},
        {"relative_number", "",
         "number_per_um3 divided by that of all shells together: more than 1 where objects gather, 1 "
         "everywhere if they are spread evenly."},
    };
    for (const RadialBin& b : bins)
        table.rows.push_back(
            {std::string(b.reference == RadialReference::nucleus ? "nucleus" : "plasma membrane"),
             static_cast<std::int64_t>(b.class_id), legend.name_of(b.class_id), b.from_um, b.to_um,
             b.available_um3, b.volume_um3, b.volume_fraction, b.relative_volume, b.objects, b.number_per_um3,
             b.relative_number});
    return table;
}

}  // namespace cytomo
