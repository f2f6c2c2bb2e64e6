// Slabs of slices: object numbers with a margin for the distance to the surface, which tells the core; grey
// values slice by slice, once. What lies around objects is found on cells of about 50 nm afterwards.
#include "cytomo/measures/absorption.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/stretches.h"
#include "cytomo/measures/coarse_cells.h"
#include "cytomo/measures/object_sums.h"

namespace cytomo {

namespace {

constexpr std::int64_t slices_a_slab = 16;
constexpr std::uint32_t unseen = 0xFFFFFFFFU;

/// A row that the core's depth reaches from a voxel, and how far along it.
struct Reach {
    std::int64_t dy, dz;
    std::uint8_t dx;
};

std::vector<Reach> reaches_of(Vec3 voxel_um, double depth_um) {
    std::vector<Reach> reaches;
    const auto most = [&](double edge) { return static_cast<std::int64_t>(std::ceil(depth_um / edge)); };
    for (std::int64_t dz = -most(voxel_um.z); dz <= most(voxel_um.z); ++dz)
        for (std::int64_t dy = -most(voxel_um.y); dy <= most(voxel_um.y); ++dy) {
            const double y = voxel_um.y * static_cast<double>(dy), z = voxel_um.z * static_cast<double>(dz);
            const double left = depth_um * depth_um - y * y - z * z;
            if (!(left > 0)) continue;
            auto dx = static_cast<std::int64_t>(std::sqrt(left) / voxel_um.x);
            while (dx > 0 && std::pow(voxel_um.x * static_cast<double>(dx), 2) >= left) --dx;
            reaches.push_back({dy, dz, static_cast<std::uint8_t>(std::min<std::int64_t>(dx, 254))});
        }
    return reaches;
}

/// Object numbers of some slices, and steps along x to the next voxel with another number (at most 255).
struct LabelSlab {
    Size3 size;  ///< of the volume
    std::int64_t first = 0, last = 0;
    std::vector<std::uint32_t> labels;
    std::vector<std::uint8_t> steps;

    std::size_t at(std::int64_t y, std::int64_t z) const {
        return static_cast<std::size_t>(((z - first) * size.y + y) * size.x);
    }

    void read(const InstanceSlices& instances, std::int64_t z_begin, std::int64_t z_end) {
        size = instances.grid.size;
        first = z_begin;
        last = z_end;
        const auto area = static_cast<std::size_t>(size.x * size.y);
        labels.resize(static_cast<std::size_t>(last - first) * area);
        steps.resize(labels.size());
        parallel_for(last - first, [&](std::int64_t i) {
            instances.read(first + i, 1, std::span(labels).subspan(static_cast<std::size_t>(i) * area, area));
            for (std::int64_t y = 0; y < size.y; ++y) fill_steps(at(y, first + i));
        });
    }

    /// Whether each voxel of row (y, z) is deep in its object; beyond the borders nothing is known.
    void find_core(std::int64_t y, std::int64_t z, const std::vector<Reach>& reaches,
                   std::uint8_t* core) const {
        std::fill_n(core, size.x, std::uint8_t{1});
        const std::uint32_t* own = labels.data() + at(y, z);
        for (const Reach& r : reaches) {
            if (y + r.dy < 0 || y + r.dy >= size.y || z + r.dz < first || z + r.dz >= last) continue;
            const std::uint32_t* other = labels.data() + at(y + r.dy, z + r.dz);
            const std::uint8_t* free = steps.data() + at(y + r.dy, z + r.dz);
            for (std::int64_t x = 0; x < size.x; ++x)
                core[x] = static_cast<std::uint8_t>(core[x] & (own[x] == other[x]) & (free[x] > r.dx));
        }
    }

private:
    void fill_steps(std::size_t row) {
        std::uint8_t* out = steps.data() + row;
        for_stretches(labels.data() + row, size.x, [&](std::uint32_t, std::int64_t begin, std::int64_t end) {
            for (std::int64_t x = begin; x < end; ++x) {
                const std::int64_t left = begin > 0 ? x - begin + 1 : 255,
                                   right = end < size.x ? end - x : 255;
                out[x] = static_cast<std::uint8_t>(std::min<std::int64_t>({left, right, 255}));
            }
        });
    }
};

struct Sums {
    std::int64_t voxels = 0;
    GreySums rim, core;
};

/// Sums of the objects that a layer of slices meets, in the order in which they are met.
class LayerSums {
public:
    explicit LayerSums(std::uint32_t count) : place_(count + 1ULL, unseen) {}

    void add_slice(const LabelSlab& slab, std::int64_t z, const std::vector<Reach>& reaches,
                   const float* grey) {
        const std::int64_t width = slab.size.x;
        core_.resize(static_cast<std::size_t>(width));
        for (std::int64_t y = 0; y < slab.size.y; ++y, grey += width) {
            const std::uint32_t* label = slab.labels.data() + slab.at(y, z);
            if (std::all_of(label, label + width, [](std::uint32_t l) { return l == 0; })) continue;
            slab.find_core(y, z, reaches, core_.data());
            for_stretches(
                label, core_.data(), width,
                [&](std::uint32_t object, auto in_core, std::int64_t begin, std::int64_t end) {
                    if (object == 0) return;
                    Sums& sums = at(object);
                    sums.voxels += end - begin;
                    (in_core != 0 ? sums.core : sums.rim).add(GreySums::of(grey + begin, end - begin));
                });
        }
    }

    void add_to(std::vector<Sums>& total) const {
        for (std::size_t i = 0; i < numbers_.size(); ++i) {
            Sums& t = total[numbers_[i]];
            t.voxels += sums_[i].voxels;
            t.rim.add(sums_[i].rim);
            t.core.add(sums_[i].core);
        }
    }
    /// So that what waits to be added is small.
    void forget_places() { std::vector<std::uint32_t>().swap(place_); }

private:
    Sums& at(std::uint32_t number) {
        std::uint32_t& place = place_[number];
        if (place == unseen) {
            place = static_cast<std::uint32_t>(sums_.size());
            sums_.emplace_back();
            numbers_.push_back(number);
        }
        return sums_[place];
    }
    std::vector<std::uint32_t> place_, numbers_;
    std::vector<Sums> sums_;
    std::vector<std::uint8_t> core_;
};

/// Whether the cells two steps away along every axis are of the same class (beyond the border nothing is
/// known).
bool deep_in_class(const CoarseCells& cells, std::int64_t x, std::int64_t y, std::int64_t z) {
    constexpr std::int64_t far = 2;
    const Grid& g = cells.grid;
    const std::uint8_t id = cells.class_of[static_cast<std::size_t>(g.index(x, y, z))];
    const auto same = [&](std::int64_t a, std::int64_t b, std::int64_t c) {
        return !g.contains(a, b, c) || cells.class_of[static_cast<std::size_t>(g.index(a, b, c))] == id;
    };
    return same(x - far, y, z) && same(x + far, y, z) && same(x, y - far, z) && same(x, y + far, z) &&
           same(x, y, z - far) && same(x, y, z + far);
}

/// Means of cells around objects, and of the deep cells of ice and matrix.
void measure_surroundings(const CoarseCells& cells, const InstanceSlices& instances,
                          const AbsorptionOptions& options, Absorption& result,
                          std::vector<GreySums>& around) {
    const NearestOwners nearest = find_nearest_owners(cells, options.shell_to_um);
    const double from = options.shell_from_um;
    const auto nearest_um2 = static_cast<float>(from * from * (1 - 1e-6));
    GreySums deep_ice, ice, deep_matrix, matrix;
    const Size3 n = cells.grid.size;
    // One cell adds to one object: in order, that is little work.
    for (std::int64_t z = 0; z < n.z; ++z)
        for (std::int64_t y = 0; y < n.y; ++y)
            for (std::int64_t x = 0; x < n.x; ++x) {
                const auto i = static_cast<std::size_t>(cells.grid.index(x, y, z));
                if (std::isnan(cells.mean[i])) continue;
                const std::uint8_t id = cells.class_of[i];
                const bool is_ice = id == background, is_matrix = options.cell_matrix[id];
                if (!is_ice && !is_matrix) continue;
                const GreySums one{1, cells.mean[i], 0};
                (is_ice ? ice : matrix).add(one);
                if (deep_in_class(cells, x, y, z)) (is_ice ? deep_ice : deep_matrix).add(one);
                const std::uint32_t owner = nearest.number[i];
                if (owner == 0 || cells.owner[i] == owner || nearest.squared_um2[i] < nearest_um2) continue;
                const std::uint8_t owner_class = instances.class_of[owner];
                if (owner_class == id) continue;  // the rest of its own class
                if (options.stands_in_ice[owner_class] ? is_ice : is_matrix) around[owner].add(one);
            }
    const auto mean_of = [](const GreySums& deep, const GreySums& all) {
        return deep.count > 0 ? deep.mean : all.count > 0 ? all.mean : not_defined;
    };
    result.ice_mean = mean_of(deep_ice, ice);
    result.cell_mean = mean_of(deep_matrix, matrix);
}

}  // namespace

void AbsorptionOptions::check() const {
    if (!(shell_from_um >= 0) || !(shell_from_um < shell_to_um) || !(shell_to_um <= 1))
        throw UsageError("surroundings: expected limits from 0 to 1 µm in rising order, found " +
                         std::to_string(shell_from_um) + " and " + std::to_string(shell_to_um));
    if (!(core_voxels > 0) || !(core_voxels <= 5))
        throw UsageError("core: expected a depth of up to 5 voxels, found " + std::to_string(core_voxels));
}

AbsorptionOptions absorption_options(const Legend& legend) {
    AbsorptionOptions options;
    bool any = false;
    for (const LegendEntry& e : legend.entries) {
        const std::string name = standard_class_name(e.name);
        if (name == "filopodium") options.stands_in_ice[e.id] = true;
        if (e.id == background ||
            (name != "cytoplasm" && name != "nucleus" && name != "cytosol" && name != "cell"))
            continue;
        options.cell_matrix[e.id] = any = true;
        options.matrix_object[e.id] = name == "nucleus";
    }
    if (!any) options.stands_in_ice.fill(true);
    return options;
}

Absorption measure_absorption(const InstanceSlices& instances, const ClassVolume& classes,
                              const Tomogram& tomogram, const AbsorptionOptions& options,
                              const Progress& progress) {
    options.check();
    const Grid& grid = instances.grid;
    const Size3 n = grid.size;
    check_same_size(tomogram, n);
    check_same_size(tomogram, classes.grid().size);
    Absorption result;
    result.calibrated = tomogram.calibrated;
    if (n.count() == 0) return result;

    CoarseCells cells = coarse_cells_for(grid);
    cells.owner.assign(cells.mean.size(), 0);
    // The matrix is surroundings itself, but for the nucleus: round it lies cytoplasm.
    std::vector<std::uint8_t> owns(instances.count() + 1ULL, 0);
    for (std::size_t i = 1; i < owns.size(); ++i) {
        const std::uint8_t id = instances.class_of[i];
        owns[i] = id != background && (!options.cell_matrix[id] || options.matrix_object[id]);
    }

    const double longest = std::max({grid.voxel_um.x, grid.voxel_um.y, grid.voxel_um.z});
    // The surface lies half a voxel before the first centre of something else.
    const double core_um = (options.core_voxels + 0.5) * longest * (1 - 1e-6);
    const std::vector<Reach> reaches = reaches_of(grid.voxel_um, core_um);
    const auto margin = static_cast<std::int64_t>(std::ceil(core_um / grid.voxel_um.z));
    const std::int64_t area = n.x * n.y, stride = cells.stride[2];
    const std::int64_t layers_a_slab = std::max<std::int64_t>(1, slices_a_slab / stride);
    std::vector<Sums> total(instances.count() + 1ULL);
    LabelSlab slab;
    progress(0);
    for (std::int64_t layer = 0; layer < cells.grid.size.z; layer += layers_a_slab) {
        const std::int64_t layers = std::min(layers_a_slab, cells.grid.size.z - layer);
        const std::int64_t begin = layer * stride, end = std::min(n.z, (layer + layers) * stride);
        slab.read(instances, std::max<std::int64_t>(0, begin - margin), std::min(n.z, end + margin));
        std::vector<std::unique_ptr<LayerSums>> done(static_cast<std::size_t>(layers));
        parallel_for(layers, [&](std::int64_t l) {
            auto sums = std::make_unique<LayerSums>(instances.count());
            fill_classes(cells, classes, layer + l);
            CoarseLayer coarse(cells, layer + l);
            std::vector<float> grey(static_cast<std::size_t>(area));
            for (std::int64_t z = begin + l * stride; z < std::min(n.z, begin + (l + 1) * stride); ++z) {
                tomogram.read_slices(z, 1, grey);
                const auto slice = std::span<const std::uint32_t>(slab.labels)
                                       .subspan(slab.at(0, z), static_cast<std::size_t>(area));
                sums->add_slice(slab, z, reaches, grey.data());
                coarse.add(grey, n, slice, owns);
            }
            coarse.finish();
            sums->forget_places();
            done[static_cast<std::size_t>(l)] = std::move(sums);
        });
        for (const auto& sums : done) sums->add_to(total);
        progress(0.8 * static_cast<double>(end) / static_cast<double>(n.z));
    }
    std::vector<GreySums> around(total.size());
    measure_surroundings(cells, instances, options, result, around);
    const bool ice_tells = std::isfinite(result.cell_mean) && std::isfinite(result.ice_mean);
    result.dense_is_dark =
        !result.calibrated &&
        (ice_tells ? result.cell_mean < result.ice_mean : options.likely_polarity == Polarity::dense_is_dark);

    const double voxel_um3 = grid.voxel_volume_um3();
    for (std::size_t i = 1; i < total.size(); ++i) {
        const Sums& s = total[i];
        if (s.voxels == 0 || instances.class_of[i] == background) continue;
        ObjectAbsorption o;
        o.instance = static_cast<std::uint32_t>(i);
        o.class_id = instances.class_of[i];
        GreySums whole = s.rim;
        whole.add(s.core);
        o.voxels = whole.count;
        o.core_voxels = s.core.count;
        if (whole.count > 0) {
            o.mean = whole.mean;
            o.deviation = whole.deviation();
            // Voxels without a value count with the mean of the others.
            if (result.calibrated) o.integrated_um2 = o.mean * static_cast<double>(s.voxels) * voxel_um3;
        }
        if (s.core.count > 0) o.core_mean = s.core.mean;
        o.surroundings_cells = around[i].count;
        if (around[i].count > 0) {
            o.surroundings_mean = around[i].mean;
            o.contrast = o.best_mean() - o.surroundings_mean;
            if (!options.stands_in_ice[o.class_id])
                o.relative_contrast = o.contrast / (o.surroundings_mean - result.ice_mean);
        }
        result.objects.push_back(o);
    }
    progress(1);
    return result;
}

}  // namespace cytomo
