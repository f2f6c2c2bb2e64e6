// A vertex stands for a third of the area of its triangles. Curvatures, which are known at vertices, are
// averaged with these areas; for the supported part only the triangles that are supported count.
#include "cytomo/surfaces/surface_measures.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <string>

#include "cytomo/core/parallel.h"
#include "cytomo/surfaces/border.h"
#include "cytomo/surfaces/curvature.h"

namespace cytomo {

namespace {

constexpr double reach_in_voxels = 2.5;
constexpr std::array<double, 3> percentiles{0.05, 0.5, 0.95};

/// Area that each vertex stands for, without cuts.
struct VertexAreas {
    std::vector<double> all, supported;
};

/// Values at vertices in ascending order, to be weighted in more than one way.
class Distribution {
public:
    explicit Distribution(std::vector<float> values) : values_(std::move(values)) {
        std::vector<Ranked> all;
        all.reserve(values_.size());
        for (std::uint32_t v = 0; v < values_.size(); ++v)
            if (std::isfinite(values_[v])) all.push_back({rank_of(values_[v]), v});
        sort_by_rank(all);
        order_.reserve(all.size());
        for (const Ranked& one : all) order_.push_back(one.vertex);
    }

    SurfaceSpread spread(const std::vector<double>& weight) const {
        double area = 0, sum = 0;
        for (const auto v : order_) {
            area += weight[v];
            sum += weight[v] * static_cast<double>(values_[v]);
        }
        SurfaceSpread s;
        if (!(area > 0)) return s;
        s.mean = sum / area;
        std::array<double, 3> found{};
        std::size_t next = 0;
        double below = 0;
        for (const auto v : order_) {
            below += weight[v];
            while (next < percentiles.size() && below >= percentiles[next] * area && weight[v] > 0)
                found[next++] = static_cast<double>(values_[v]);
        }
        s.percentile_5 = found[0];
        s.median = found[1];
        s.percentile_95 = found[2];
        return s;
    }

private:
    struct Ranked {
        std::uint32_t rank, vertex;
    };
    /// A whole number that rises with the value.
    static std::uint32_t rank_of(float value) {
        const auto bits = std::bit_cast<std::uint32_t>(value == 0 ? 0.F : value);  // -0 is 0
        return (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
    }
    /// By three digits, the lowest first; equal ranks stay in order.
    static void sort_by_rank(std::vector<Ranked>& all) {
        constexpr unsigned bits = 11;
        std::vector<Ranked> other(all.size());
        for (const unsigned shift : {0U, bits, 2 * bits}) {
            std::array<std::size_t, 1U << bits> next{};
            const auto digit = [shift](Ranked r) { return r.rank >> shift & ((1U << bits) - 1); };
            for (const Ranked r : all) ++next[digit(r)];
            std::exclusive_scan(next.begin(), next.end(), next.begin(), std::size_t{0});
            for (const Ranked r : all) other[next[digit(r)]++] = r;
            std::swap(all, other);
        }
    }

    std::vector<float> values_;
    std::vector<std::uint32_t> order_;
};

std::vector<float> values_of(std::size_t count, const std::function<float(std::size_t)>& value) {
    std::vector<float> out(count);
    for (std::size_t v = 0; v < count; ++v) out[v] = value(v);
    return out;
}

}  // namespace

SurfaceMeasures measure_surface(const Mesh& mesh, const Grid& grid, const WedgeOptions& wedge,
                                SurfaceScalars* scalars, const Progress& progress) {
    wedge.check();
    SurfaceMeasures m;
    const std::size_t vertices = mesh.vertices.size();
    const auto faces = find_outer_faces(mesh, grid);
    const auto unsupported = mark_unsupported(mesh, wedge);
    VertexAreas areas{std::vector<double>(vertices, 0), std::vector<double>(vertices, 0)};
    for (std::size_t i = 0; i < mesh.triangles.size(); ++i) {
        const auto& t = mesh.triangles[i];
        const double area = length(area_vector(mesh, t)) / 2;
        m.area_um2 += area;
        if (in_cap(faces, t)) {
            m.cut_area_um2 += area;
            continue;
        }
        if (unsupported[i] == 0) m.supported_area_um2 += area;
        for (const auto v : t) {
            areas.all[v] += area / 3;
            if (unsupported[i] == 0) areas.supported[v] += area / 3;
        }
    }
    m.volume_um3 = volume_um3(mesh);
    const double without_cuts = m.area_um2 - m.cut_area_um2;
    m.unsupported_share = without_cuts > 1e-9 * m.area_um2 ? 1 - m.supported_area_um2 / without_cuts
                                                           : std::numeric_limits<double>::quiet_NaN();
    const double reach = reach_in_voxels * std::max({grid.voxel_um.x, grid.voxel_um.y, grid.voxel_um.z});
    const Curvature c = measure_curvature(mesh, reach, grid, progress);

    const std::array<std::function<float(std::size_t)>, 4> quantities{
        [&](std::size_t v) { return c.mean_per_um(v); }, [&](std::size_t v) { return c.gaussian_per_um2(v); },
        [&](std::size_t v) { return c.first_per_um[v]; }, [&](std::size_t v) { return c.second_per_um[v]; }};
    const std::array<SurfaceSpread SurfaceCurvature::*, 4> places{
        &SurfaceCurvature::mean_per_um, &SurfaceCurvature::gaussian_per_um2, &SurfaceCurvature::first_per_um,
        &SurfaceCurvature::second_per_um};
    parallel_for(4, [&](std::int64_t i) {
        const auto q = static_cast<std::size_t>(i);
        const Distribution distribution(values_of(vertices, quantities[q]));
        m.curvature.*places[q] = distribution.spread(areas.all);
        m.supported_curvature.*places[q] = distribution.spread(areas.supported);
    });
    if (scalars != nullptr) {
        scalars->mean_curvature_per_um = values_of(vertices, quantities[0]);
        scalars->gaussian_curvature_per_um2 = values_of(vertices, quantities[1]);
        scalars->unsupported.resize(vertices);
        for (std::size_t v = 0; v < vertices; ++v)
            scalars->unsupported[v] = areas.all[v] > 0 && areas.supported[v] < 0.5 * areas.all[v] ? 1 : 0;
    }
    return m;
}

std::vector<SurfaceMeasures> measure_surfaces(std::span<const Mesh> meshes,
                                              std::span<const std::uint8_t> class_of, const Grid& grid,
                                              const WedgeOptions& wedge, std::vector<SurfaceScalars>* scalars,
                                              const Progress& progress) {
    wedge.check();
    if (class_of.size() < meshes.size())
        throw std::invalid_argument("measure_surfaces: expected a class for each mesh");
    if (scalars != nullptr) scalars->assign(meshes.size(), {});
    constexpr std::size_t large = 400'000;  // triangles: its own loops then use all threads
    std::vector<std::size_t> objects, order;
    for (std::size_t n = 1; n < meshes.size(); ++n)
        if (!meshes[n].empty()) objects.push_back(n);
    std::vector<SurfaceMeasures> result(objects.size());
    const auto measure = [&](std::size_t i) {
        const std::size_t n = objects[i];
        result[i] = measure_surface(meshes[n], grid, wedge, scalars != nullptr ? &(*scalars)[n] : nullptr);
        result[i].object = static_cast<std::uint32_t>(n);
        result[i].class_id = class_of[n];
    };
    double done = 0;
    const double total = static_cast<double>(objects.size());
    progress(0);
    for (std::size_t i = 0; i < objects.size(); ++i) {
        if (meshes[objects[i]].triangles.size() < large) {
            order.push_back(i);
            continue;
        }
        measure(i);
        progress(++done / total);
    }
    std::mutex mutex;
    parallel_for(static_cast<std::int64_t>(order.size()), [&](std::int64_t i) {
        measure(order[static_cast<std::size_t>(i)]);
        const std::lock_guard lock(mutex);
        progress(++done / total);
    });
    progress(1);
    return result;
}

Table surfaces_table(std::span<const SurfaceMeasures> surfaces, const Legend& legend) {
    Table table;
    table.name = "surfaces";
    table.columns = {
        object_column(),
        class_id_column(),
        class_column(),
        {"mesh_volume_um3", "µm³",
         "Volume that the object's smooth surface encloses. It differs a little from volume_um3 in "
         "objects.csv, which is counted in voxels."},
        {"area_um2", "µm²", "Area of the whole surface, flat cuts at the border of the tomogram included."},
        {"cut_area_um2", "µm²", "The part of area_um2 that is a flat cut at the border of the tomogram."},
        {"supported_area_um2", "µm²",
         "Area of the surface that images really show: without cuts, and without what faces the directions "
         "that the tilt series lacks (missing wedge)."},
        {"unsupported_share", "",
         "Share of the surface, from 0 to 1, that faces the directions that the tilt series lacks, so that "
         "its place is partly a guess. For a sphere tilted from -65° to 65° it is 0.28."},
    };
    struct Quantity {
        const char *name, *unit_suffix, *unit, *words, *examples;
        SurfaceSpread SurfaceCurvature::*place;
    };
    const std::array<Quantity, 4> quantities{{
        {"mean_curvature", "per_um", "1/µm", "mean curvature (mean of the two principal ones)",
         " A sphere of radius r has 1/r, a tube 1/(2r).", &SurfaceCurvature::mean_per_um},
        {"gaussian_curvature", "per_um2", "1/µm²", "Gaussian curvature (product of the two principal ones)",
         " A sphere of radius r has 1/r², a tube 0, a saddle less than 0.",
         &SurfaceCurvature::gaussian_per_um2},
        {"first_curvature", "per_um", "1/µm",
         "curvature in the direction that bulges most (first principal curvature)",
         " A tube of radius r has 1/r.", &SurfaceCurvature::first_per_um},
        {"second_curvature", "per_um", "1/µm",
         "curvature in the direction that bulges least (second principal curvature)",
         " A tube has 0, a hollow less than 0.", &SurfaceCurvature::second_per_um},
    }};
    struct Statistic {
        const char *name, *before, *behind;  ///< around the words for the quantity
        double SurfaceSpread::*place;
    };
    const std::array<Statistic, 4> statistics{{
        {"", "Mean of the ", " over the surface", &SurfaceSpread::mean},
        {"percentile_5_", "The ", " that 5 % of the surface stays below", &SurfaceSpread::percentile_5},
        {"median_", "The ", " that half of the surface stays below", &SurfaceSpread::median},
        {"percentile_95_", "The ", " that 95 % of the surface stays below", &SurfaceSpread::percentile_95},
    }};
    const std::array<const char*, 2> prefixes{"", "supported_"};
    const std::array<const char*, 2> parts{
        ", without cuts at the border.",
        ", without cuts and without the directions that the tilt series lacks."};
    for (std::size_t p = 0; p < prefixes.size(); ++p)
        for (const auto& q : quantities)
            for (const auto& s : statistics)
                table.columns.push_back({prefixes[p] + std::string(q.name) + "_" + s.name + q.unit_suffix,
                                         q.unit,
                                         std::string(s.before) + q.words + s.behind + parts[p] + q.examples});
    for (const auto& m : surfaces) {
        std::vector<TableCell> row{static_cast<std::int64_t>(m.object),
                                   static_cast<std::int64_t>(m.class_id),
                                   legend.name_of(m.class_id),
                                   m.volume_um3,
                                   m.area_um2,
                                   m.cut_area_um2,
                                   m.supported_area_um2,
                                   m.unsupported_share};
        for (const auto* c : {&m.curvature, &m.supported_curvature})
            for (const auto& q : quantities)
                for (const auto& s : statistics) row.emplace_back(c->*q.place.*s.place);
        table.rows.push_back(std::move(row));
    }
    return table;
}

std::vector<std::array<std::uint8_t, 3>> curvature_colours(const SurfaceScalars& scalars,
                                                           double limit_per_um) {
    using Colour = std::array<std::uint8_t, 3>;
    constexpr std::array<double, 3> hollow{33, 102, 172}, flat{247, 247, 247}, bulging{178, 24, 43};
    constexpr Colour unknown{150, 150, 150};
    std::vector<Colour> colours(scalars.mean_curvature_per_um.size(), unknown);
    for (std::size_t v = 0; v < colours.size(); ++v) {
        const auto value = static_cast<double>(scalars.mean_curvature_per_um[v]) / limit_per_um;
        if (!std::isfinite(value) || scalars.unsupported[v] != 0) continue;
        const double weight = std::min(1.0, std::fabs(value));
        for (std::size_t i = 0; i < 3; ++i)
            colours[v][i] = static_cast<std::uint8_t>(
                std::lround(flat[i] + weight * ((value < 0 ? hollow[i] : bulging[i]) - flat[i])));
    }
    return colours;
}

}  // namespace cytomo
