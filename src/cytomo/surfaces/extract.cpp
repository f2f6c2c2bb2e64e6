// Marching cubes over slabs of slices (Lorensen and Cline 1987; the table and the proof that the
// surface is a manifold are in cell_table.cpp).
//
// The lattice. Samples along each axis are numbered 0 … n+3: samples 2 … n+1 are the voxel centres;
// 1 and n+2 repeat the outermost voxels half a voxel further out, in the outer faces of the volume;
// 0 and n+3 are outside everything and lie at the same place. Where the object meets the border, the
// edges between samples 0 and 1 cross, and the surface closes in the flat cells between them: an
// exact cap. All crossing edges from a sample to the outer layer share one vertex, in the sample
// itself: at the edges of the volume this merges the two caps' rims; the triangles between them have
// repeated vertices and are dropped. Merging is a contraction of edges whose ends have no other
// common neighbours than those in the dropped triangles, so that the surface stays a manifold.
//
// The slabs. A slab is a run of layers of cells; it owns the vertices in its first plane, between its
// planes, and in all its planes but the last. Vertices in the last plane belong to the next slab; as
// they come first there and are numbered in the same order, the slab knows their number.
#include "cytomo/surfaces/extract.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <mutex>
#include <vector>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/surfaces/cell_table.h"

namespace cytomo {

namespace {

constexpr std::int64_t layers_per_slab = 16;
constexpr std::uint32_t in_next_slab = 0x80000000U;  // flag of vertices that the next slab owns
constexpr std::uint64_t all_inside = 0x0f0f0f0f0f0f0f0fULL;

std::size_t uz(std::int64_t i) {
    return static_cast<std::size_t>(i);
}

std::uint64_t eight(const std::uint8_t* p) {
    std::uint64_t word;
    std::memcpy(&word, p, sizeof word);
    return word;
}

struct Lattice {
    Grid grid;
    std::int64_t lx, ly, lz;
    float level;

    Lattice(const Grid& g, float at_level)
        : grid(g), lx(g.size.x + 4), ly(g.size.y + 4), lz(g.size.z + 4), level(at_level) {}

    static std::int64_t voxel(std::int64_t sample, std::int64_t n) {
        return std::clamp<std::int64_t>(sample - 2, 0, n - 1);
    }
    /// Place of a sample in voxel coordinates.
    static double place(std::int64_t sample, std::int64_t n) {
        if (sample <= 1) return -0.5;
        if (sample >= n + 2) return static_cast<double>(n) - 0.5;
        return static_cast<double>(sample - 2);
    }
    std::array<float, 3> vertex(double x, double y, double z) const {
        const Vec3 p = grid.world_from_voxel({x, y, z});
        return {static_cast<float>(p.x), static_cast<float>(p.y), static_cast<float>(p.z)};
    }
    /// Where between two values the level lies, as a fraction.
    double crossing(float a, float b) const {
        const double t = (static_cast<double>(level) - a) / (static_cast<double>(b) - a);
        return std::isfinite(t) ? std::clamp(t, 0.01, 0.99) : 0.5;
    }
};

/// One plane of lattice samples.
struct Plane {
    std::int64_t slice = -1;           // voxel slice that `values` holds
    std::vector<float> values;         // nx * ny
    std::vector<std::uint8_t> inside;  // lx * ly: 1 for inside samples
    std::vector<std::uint8_t> quad;    // lx * ly: the pattern of samples x + 2y above and right of each
    std::vector<std::uint32_t> along_x, along_y, at_sample;  // vertex numbers; valid only where crossed

    explicit Plane(const Lattice& l)
        : values(uz(l.grid.size.x * l.grid.size.y)),
          inside(uz(l.lx * l.ly)),
          quad(uz(l.lx * l.ly)),
          along_x(uz(l.lx * l.ly)),
          along_y(uz(l.lx * l.ly)),
          at_sample(uz(l.lx * l.ly)) {}

    void load(const Lattice& l, const SliceField& field, std::int64_t k, const Plane& before) {
        const auto [nx, ny, nz] = l.grid.size;
        if (k == 0 || k == l.lz - 1) {
            slice = -1;
            std::fill(inside.begin(), inside.end(), std::uint8_t{0});
            std::fill(quad.begin(), quad.end(), std::uint8_t{0});
            return;
        }
        const std::int64_t z = Lattice::voxel(k, nz);
        if (before.slice == z) {
            values = before.values;
            inside = before.inside;
            quad = before.quad;
            slice = z;
            return;
        }
        slice = z;
        field(z, values);
        for (std::int64_t j = 1; j < l.ly - 1; ++j) {
            const float* in = values.data() + Lattice::voxel(j, ny) * nx;
            std::uint8_t* out = inside.data() + j * l.lx;
            for (std::int64_t x = 0; x < nx; ++x) out[x + 2] = in[x] > l.level ? 1 : 0;
            out[0] = out[l.lx - 1] = 0;
            out[1] = out[2];
            out[l.lx - 2] = out[l.lx - 3];
        }
        for (std::int64_t j = 0; j < l.ly - 1; ++j) {
            const std::uint8_t* low = inside.data() + j * l.lx;
            const std::uint8_t* high = low + l.lx;
            std::uint8_t* out = quad.data() + j * l.lx;
            for (std::int64_t i = 0; i < l.lx - 1; ++i)
                out[i] =
                    static_cast<std::uint8_t>(low[i] | low[i + 1] << 1 | high[i] << 2 | high[i + 1] << 3);
        }
    }
};

struct Slab {
    std::vector<std::array<float, 3>> vertices;
    std::vector<std::array<std::uint32_t, 3>> triangles;
};

class SlabWalk {
public:
    SlabWalk(const Lattice& l, const SliceField& field)
        : l_(l), field_(field), low_(l), high_(l), along_z_(uz(l.lx * l.ly)) {}

    Slab walk(std::int64_t first_layer, std::int64_t end_layer) {
        slab_ = {};
        low_.slice = high_.slice = -1;
        low_.load(l_, field_, first_layer, high_);
        number_plane(low_, first_layer, true);
        for (std::int64_t k = first_layer; k < end_layer; ++k) {
            high_.load(l_, field_, k + 1, low_);
            number_between(k);
            number_plane(high_, k + 1, k + 1 < end_layer);
            join_cells();
            std::swap(low_, high_);
        }
        return std::move(slab_);
    }

private:
    /// Numbers the vertices in plane k: by rows, within a row by x; in a sample, along x, along y.
    void number_plane(Plane& plane, std::int64_t k, bool own) {
        const auto [nx, ny, nz] = l_.grid.size;
        const bool outer_plane = k == 1 || k == nz + 2;
        const double z = Lattice::place(k, nz);
        std::uint32_t next = own ? static_cast<std::uint32_t>(slab_.vertices.size()) : in_next_slab;
        const auto add = [&](std::uint32_t& number, double x, double y) {
            number = next++;
            if (own) slab_.vertices.push_back(l_.vertex(x, y, z));
        };
        for (std::int64_t j = 0; j < l_.ly - 1; ++j) {
            const std::int64_t row = j * l_.lx;
            const bool outer_row = outer_plane || j == 1 || j == ny + 2;
            const double y = Lattice::place(j, ny);
            const float* value = plane.values.data() + Lattice::voxel(j, ny) * nx;
            const float* value_up = plane.values.data() + Lattice::voxel(j + 1, ny) * nx;
            for (std::int64_t i = 0; i < l_.lx - 1;) {
                if (i >= 2 && i + 8 <= nx + 2) {  // eight samples away from the outer columns
                    const std::uint64_t word = eight(plane.quad.data() + row + i);
                    if (word == 0 || (word == all_inside && !outer_row)) {
                        i += 8;
                        continue;
                    }
                }
                const std::uint8_t quad = plane.quad[uz(row + i)];
                const std::size_t here = uz(row + i);
                const bool in = (quad & 1) != 0;
                if (in && (outer_row || i == 1 || i == nx + 2))
                    add(plane.at_sample[here], Lattice::place(i, nx), y);
                if (in != ((quad >> 1 & 1) != 0)) {
                    if (i == nx + 2)
                        plane.along_x[here] = plane.at_sample[here];
                    else if (i > 0)
                        add(plane.along_x[here],
                            static_cast<double>(i - 2) + l_.crossing(value[i - 2], value[i - 1]), y);
                }
                if (in != ((quad >> 2 & 1) != 0)) {
                    if (j == ny + 2)
                        plane.along_y[here] = plane.at_sample[here];
                    else if (j > 0)
                        add(plane.along_y[here], Lattice::place(i, nx),
                            static_cast<double>(j - 2) +
                                l_.crossing(value[Lattice::voxel(i, nx)], value_up[Lattice::voxel(i, nx)]));
                }
                ++i;
            }
        }
        // Edges that come in from the outer layer end in samples that had no number yet when they were met.
        for (std::int64_t i = 0; i < l_.lx; ++i) plane.along_y[uz(i)] = plane.at_sample[uz(l_.lx + i)];
        for (std::int64_t j = 0; j < l_.ly; ++j)
            plane.along_x[uz(j * l_.lx)] = plane.at_sample[uz(j * l_.lx + 1)];
    }

    /// Numbers the vertices between plane k and the next.
    void number_between(std::int64_t k) {
        const auto [nx, ny, nz] = l_.grid.size;
        from_outside_ = k == 0;
        if (from_outside_) return;
        const bool to_outside = k == nz + 2;
        for (std::int64_t j = 1; j < l_.ly - 1; ++j) {
            const std::int64_t row = j * l_.lx;
            const double y = Lattice::place(j, ny);
            for (std::int64_t i = 0; i < l_.lx;) {
                const std::uint8_t* a = low_.inside.data() + row + i;
                const std::uint8_t* b = high_.inside.data() + row + i;
                if (i + 8 <= l_.lx && eight(a) == eight(b)) {
                    i += 8;
                    continue;
                }
                if (*a != *b) {
                    std::uint32_t& number = along_z_[uz(row + i)];
                    if (to_outside) {
                        number = low_.at_sample[uz(row + i)];
                    } else {
                        const auto at = uz(Lattice::voxel(j, ny) * nx + Lattice::voxel(i, nx));
                        number = static_cast<std::uint32_t>(slab_.vertices.size());
                        slab_.vertices.push_back(l_.vertex(
                            Lattice::place(i, nx), y,
                            static_cast<double>(k - 2) + l_.crossing(low_.values[at], high_.values[at])));
                    }
                }
                ++i;
            }
        }
    }

    void join_cells() {
        const auto& patterns = cell_patterns();
        const std::int64_t lx = l_.lx;
        // Crossings between the outer plane and the first lie in the first plane's samples.
        const std::vector<std::uint32_t>& along_z = from_outside_ ? high_.at_sample : along_z_;
        for (std::int64_t j = 0; j < l_.ly - 1; ++j) {
            const std::int64_t row = j * lx;
            for (std::int64_t i = 0; i < lx - 1;) {
                const std::uint8_t* below = low_.quad.data() + row + i;
                const std::uint8_t* above = high_.quad.data() + row + i;
                if (i + 8 <= lx - 1) {
                    const std::uint64_t word = eight(below);
                    if ((word == 0 || word == all_inside) && word == eight(above)) {
                        i += 8;
                        continue;
                    }
                }
                const unsigned pattern = static_cast<unsigned>(*below | *above << 4);
                if (pattern != 0 && pattern != 255) {
                    const auto at = uz(row + i), up = uz(row + i + lx);
                    const std::array<std::uint32_t, 12> number = {
                        low_.along_x[at], low_.along_x[up],     high_.along_x[at], high_.along_x[up],
                        low_.along_y[at], low_.along_y[at + 1], high_.along_y[at], high_.along_y[at + 1],
                        along_z[at],      along_z[at + 1],      along_z[up],       along_z[up + 1]};
                    const CellPattern& cell = patterns[pattern];
                    for (std::uint8_t t = 0; t < cell.triangle_count; ++t) {
                        const auto& e = cell.triangles[t];
                        const std::uint32_t a = number[e[0]], b = number[e[1]], c = number[e[2]];
                        if (a != b && b != c && c != a) slab_.triangles.push_back({a, b, c});
                    }
                }
                ++i;
            }
        }
    }

    const Lattice& l_;
    const SliceField& field_;
    Plane low_, high_;
    std::vector<std::uint32_t> along_z_;
    bool from_outside_ = false;
    Slab slab_;
};

}  // namespace

SliceField field_of(const Volume<float>& values) {
    return [&values](std::int64_t z, std::span<float> out) {
        std::copy_n(values.data() + z * static_cast<std::int64_t>(out.size()), out.size(), out.begin());
    };
}

Mesh extract_surface(const Grid& grid, const SliceField& field, float level, const Progress& progress) {
    Mesh mesh;
    if (grid.count() == 0) return mesh;
    const Lattice lattice(grid, level);
    const std::int64_t layers = lattice.lz - 1;
    const std::int64_t slab_count = (layers + layers_per_slab - 1) / layers_per_slab;
    std::vector<Slab> slabs(uz(slab_count));
    std::mutex progress_mutex;
    std::int64_t done = 0;
    parallel_for(slab_count, [&](std::int64_t s) {
        SlabWalk walk(lattice, field);
        slabs[uz(s)] = walk.walk(s * layers_per_slab, std::min(layers, (s + 1) * layers_per_slab));
        const std::lock_guard lock(progress_mutex);
        progress(static_cast<double>(++done) / static_cast<double>(slab_count));
    });

    std::vector<std::size_t> first_vertex(slabs.size() + 1, 0), first_triangle(slabs.size() + 1, 0);
    for (std::size_t s = 0; s < slabs.size(); ++s) {
        first_vertex[s + 1] = first_vertex[s] + slabs[s].vertices.size();
        first_triangle[s + 1] = first_triangle[s] + slabs[s].triangles.size();
    }
    if (first_vertex.back() >= in_next_slab)
        throw InputError("surface: expected at most 2,147,483,647 vertices, found " +
                         std::to_string(first_vertex.back()) + ". Use larger voxels");
    mesh.vertices.resize(first_vertex.back());
    mesh.triangles.resize(first_triangle.back());
    parallel_for(slab_count, [&](std::int64_t i) {
        const auto s = uz(i);
        std::copy(slabs[s].vertices.begin(), slabs[s].vertices.end(),
                  mesh.vertices.begin() + static_cast<std::ptrdiff_t>(first_vertex[s]));
        const auto own = static_cast<std::uint32_t>(first_vertex[s]);
        const auto next = static_cast<std::uint32_t>(first_vertex[s + 1]);
        auto* out = mesh.triangles.data() + first_triangle[s];
        for (const auto& t : slabs[s].triangles) {
            for (std::size_t c = 0; c < 3; ++c)
                (*out)[c] = (t[c] & in_next_slab) != 0 ? (t[c] & ~in_next_slab) + next : t[c] + own;
            ++out;
        }
        slabs[s] = {};
    });
    return mesh;
}

}  // namespace cytomo
