// SIRT (P. Gilbert, J. Theor. Biol. 36, 105, 1972, in the form x += C Aᵀ R (b - A x) with C and R the
// reciprocal column and row sums of A) and filtered back-projection (Ramachandran and Lakshminarayanan,
// PNAS 68, 2236, 1971). Slices across the axis are independent; `lanes` of them go together.
#include "cytomo/simulation/reconstruction.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numbers>
#include <numeric>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/simulation/lanes.h"
#include "cytomo/simulation/projector.h"

namespace cytomo {

namespace {

/// What all groups of slices share.
struct Setup {
    SliceGeometry geometry;
    std::vector<double> angles_rad;
    std::vector<float> row_weights;     ///< [angle][detector], SIRT's R
    std::vector<float> column_weights;  ///< [(nz + 2)][(nx + 2)], SIRT's C
    std::vector<double> angle_weights;  ///< FBP: radians that an image stands for
};

void add_sirt_weights(Setup& s) {
    const SliceGeometry& g = s.geometry;
    std::vector<float> ones(static_cast<std::size_t>(g.slice_values()), 0.0F), columns(ones.size(), 0.0F);
    for (std::int64_t z = 0; z < g.nz; ++z) std::fill_n(ones.begin() + g.at(0, z), g.nx * lanes, 1.0F);
    const std::size_t rays = s.angles_rad.size() * static_cast<std::size_t>(g.detectors);
    std::vector<float> rows(rays * lanes, 0.0F);
    project(g, s.angles_rad, 0, ones.data(), rows.data());
    s.row_weights.assign(rays, 0.0F);
    for (std::size_t t = 0; t < s.angles_rad.size(); ++t) {
        const std::size_t first = t * static_cast<std::size_t>(g.detectors),
                          end = first + static_cast<std::size_t>(g.detectors);
        float largest = 0;
        for (std::size_t i = first; i < end; ++i) largest = std::max(largest, rows[i * lanes]);
        // Rays that only graze the volume say nothing about it.
        for (std::size_t i = first; i < end; ++i)
            if (rows[i * lanes] > 0.2F * largest) s.row_weights[i] = 1 / rows[i * lanes];
    }
    std::fill(rows.begin(), rows.end(), 1.0F);
    back_project(g, s.angles_rad, 0, rows.data(), columns.data());
    s.column_weights.resize(ones.size() / lanes);
    for (std::size_t i = 0; i < s.column_weights.size(); ++i)
        s.column_weights[i] = columns[i * lanes] > 0 ? 1 / columns[i * lanes] : 0;
}

void add_angle_weights(Setup& s) {
    const std::size_t n = s.angles_rad.size();
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return s.angles_rad[a] < s.angles_rad[b]; });
    s.angle_weights.assign(n, std::numbers::pi);
    if (n < 2) return;
    const double first = s.angles_rad[order.front()], last = s.angles_rad[order.back()];
    const double step = (last - first) / static_cast<double>(n - 1);
    // A gap to the half turn of about one step is no missing wedge: the ends are neighbours then.
    const double gap = std::numbers::pi - (last - first);
    const bool closed = gap < 1.5 * step;
    for (std::size_t i = 0; i < n; ++i) {
        const double here = s.angles_rad[order[i]];
        const double before = i > 0 ? here - s.angles_rad[order[i - 1]] : closed ? std::max(0.0, gap) : step;
        const double after = i + 1 < n ? s.angles_rad[order[i + 1]] - here
                             : closed  ? std::max(0.0, gap)
                                       : step;
        s.angle_weights[order[i]] = 0.5 * (before + after);
    }
}

/// SIRT of one group. images and slice in the projector's order; adds squared residuals to `squares`.
void sirt(const Setup& s, const ReconstructionOptions& options, const std::vector<float>& images,
          std::vector<float>& slice, std::vector<double>& squares) {
    std::vector<float> lines(images.size()), change(slice.size());
    std::fill(slice.begin(), slice.end(), 0.0F);
    for (int iteration = 0; iteration < options.iterations; ++iteration) {
        std::fill(lines.begin(), lines.end(), 0.0F);
        std::fill(change.begin(), change.end(), 0.0F);
        if (iteration > 0) project(s.geometry, s.angles_rad, 0, slice.data(), lines.data());
        double sum = 0;
        for (std::size_t ray = 0; ray < s.row_weights.size(); ++ray) {
            const float weight = s.row_weights[ray];
            float squared = 0;
            for (std::size_t j = ray * lanes; j < (ray + 1) * lanes; ++j) {
                const float difference = weight > 0 ? images[j] - lines[j] : 0;
                squared += difference * difference;
                lines[j] = difference * weight;
            }
            sum += squared;
        }
        back_project(s.geometry, s.angles_rad, 0, lines.data(), change.data());
        squares[static_cast<std::size_t>(iteration)] = sum;
        const float floor = options.non_negative ? 0 : -1e30F;
        for (std::size_t i = 0; i < s.column_weights.size(); ++i)
            for (std::size_t j = i * lanes; j < (i + 1) * lanes; ++j)
                slice[j] = std::max(floor, slice[j] + s.column_weights[i] * change[j]);
    }
}

/// The images in sets of every n-th one, each with SIRT's weights of its own.
std::vector<Setup> split(const Setup& s, int subsets, std::vector<std::vector<std::size_t>>& members) {
    const std::size_t n = s.angles_rad.size();
    const std::size_t count = std::min(static_cast<std::size_t>(subsets), n);
    // Sets whose angles lie far apart follow each other: steps of the golden section.
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [](std::size_t a, std::size_t b) {
        const auto place = [](std::size_t i) {
            const double v = 0.6180339887498949 * static_cast<double>(i);
            return v - std::floor(v);
        };
        return place(a) < place(b);
    });
    std::vector<Setup> sets;
    for (const std::size_t first : order) {
        Setup set;
        set.geometry = s.geometry;
        members.emplace_back();
        for (std::size_t t = first; t < n; t += count) {
            set.angles_rad.push_back(s.angles_rad[t]);
            members.back().push_back(t);
        }
        add_sirt_weights(set);
        sets.push_back(std::move(set));
    }
    return sets;
}

/// Ordered subsets: SIRT's step for one set of images after the other.
void sirt_by_sets(const std::vector<Setup>& sets, const std::vector<std::vector<std::size_t>>& members,
                  const ReconstructionOptions& options, const std::vector<float>& images,
                  std::vector<float>& slice, std::vector<double>& squares) {
    std::vector<float> lines, change(slice.size());
    std::fill(slice.begin(), slice.end(), 0.0F);
    const float floor = options.non_negative ? 0 : -1e30F;
    for (int iteration = 0; iteration < options.iterations; ++iteration)
        for (std::size_t k = 0; k < sets.size(); ++k) {
            const Setup& s = sets[k];
            const auto row = static_cast<std::size_t>(s.geometry.row_values());
            lines.assign(members[k].size() * row, 0.0F);
            std::fill(change.begin(), change.end(), 0.0F);
            if (iteration > 0 || k > 0) project(s.geometry, s.angles_rad, 0, slice.data(), lines.data());
            double sum = 0;
            for (std::size_t t = 0; t < members[k].size(); ++t)
                for (std::size_t u = 0; u < row; ++u) {
                    const float weight = s.row_weights[(t * row + u) / lanes];
                    const float difference =
                        weight > 0 ? images[members[k][t] * row + u] - lines[t * row + u] : 0;
                    sum += double{difference} * difference;
                    lines[t * row + u] = difference * weight;
                }
            squares[static_cast<std::size_t>(iteration)] += sum;
            back_project(s.geometry, s.angles_rad, 0, lines.data(), change.data());
            for (std::size_t i = 0; i < s.column_weights.size(); ++i)
                for (std::size_t j = i * lanes; j < (i + 1) * lanes; ++j)
                    slice[j] = std::max(floor, slice[j] + s.column_weights[i] * change[j]);
        }
}

/// out[u] = sum of kernel[i - u + half] in[i + shift], for 0 <= u < count; every i within `in`.
void convolve(const float* in, std::int64_t length, const std::vector<float>& kernel, std::int64_t shift,
              std::int64_t count, float* out) {
    // Four places at once, so that each value read serves four of them.
    constexpr std::int64_t at_once = 4;
    const std::int64_t half = (static_cast<std::int64_t>(kernel.size()) - 1) / 2;
    std::vector<float> padded(static_cast<std::size_t>(kernel.size() + 2 * at_once), 0.0F);
    std::copy(kernel.begin(), kernel.end(), padded.begin() + at_once);
    for (std::int64_t u = 0; u < count; u += at_once) {
        const std::int64_t places = std::min(at_once, count - u), at = u + shift;
        const std::int64_t first = std::max<std::int64_t>(0, at - half),
                           end = std::min(length, at + at_once + half);
        for (std::int64_t j = 0; j < lanes; j += eight) {
            Eight a{}, b{}, c{}, d{};
            for (std::int64_t i = first; i < end; ++i) {
                const float* k = padded.data() + (i - at + half + at_once);
                const Eight v = eight_at(in + i * lanes + j);
                a += k[0] * v;
                b += k[-1] * v;
                c += k[-2] * v;
                d += k[-3] * v;
            }
            const Eight* sums[at_once] = {&a, &b, &c, &d};
            for (std::int64_t p = 0; p < places; ++p) eight_at(out + (u + p) * lanes + j) = *sums[p];
        }
    }
}

/// Convolves each image line with the kernel. Beyond the detector the line fades from its last value
/// to zero, so that a sample wider than the detector does not end in a bright rim.
void filter_lines(const SliceGeometry& g, const std::vector<float>& kernel, std::int64_t angles,
                  std::vector<float>& images) {
    const std::int64_t n = g.detectors, pad = n / 2;
    std::vector<float> line(static_cast<std::size_t>((n + 2 * pad) * lanes));
    for (std::int64_t t = 0; t < angles; ++t) {
        float* image = images.data() + t * g.row_values();
        for (std::int64_t i = 0; i < n + 2 * pad; ++i) {
            const std::int64_t from = std::clamp<std::int64_t>(i - pad, 0, n - 1);
            const double beyond =
                std::fabs(static_cast<double>(i - pad - from)) / static_cast<double>(pad + 1);
            const auto fade = static_cast<float>(0.5 + 0.5 * std::cos(std::numbers::pi * beyond));
            for (std::int64_t j = 0; j < lanes; ++j)
                line[static_cast<std::size_t>(i * lanes + j)] = fade * image[from * lanes + j];
        }
        convolve(line.data(), n + 2 * pad, kernel, pad, n, image);
    }
}

}  // namespace

void ReconstructionOptions::check() const {
    if (iterations < 1 || iterations > 1000)
        throw UsageError("reconstruction: iterations must be between 1 and 1000");
    if (subsets < 1 || subsets > 1000) throw UsageError("reconstruction: subsets must be between 1 and 1000");
    if (!(tolerance >= 0 && tolerance <= 0.5))
        throw UsageError("reconstruction: tolerance must be between 0 and 0.5");
}

std::vector<float> filter_kernel(FbpWindow window, std::int64_t reach, double pitch_um) {
    constexpr double pi = std::numbers::pi;
    const auto ramp = [&](std::int64_t n) {
        if (n == 0) return 1 / (4 * pitch_um);
        return n % 2 == 0 ? 0.0 : -1 / (pi * pi * pitch_um * static_cast<double>(n * n));
    };
    std::vector<float> kernel;
    for (std::int64_t n = -reach; n <= reach; ++n) {
        double value = ramp(n);
        // a + (1 - a) cos of the frequency is, in space, the value and its two neighbours.
        const double a = window == FbpWindow::hann ? 0.5 : 0.54;
        if (window == FbpWindow::shepp_logan)
            value = -2 / (pi * pi * pitch_um * (4 * static_cast<double>(n * n) - 1));
        else if (window != FbpWindow::ramp)
            value = a * value + 0.5 * (1 - a) * (ramp(n - 1) + ramp(n + 1));
        kernel.push_back(static_cast<float>(value));
    }
    return kernel;
}

int find_sirt_iterations(const TiltSeries& series, const Grid& grid, double axis_x_um, double axis_z_um,
                         const ReconstructionOptions& options, const Progress& progress) {
    options.check();
    if (options.tolerance <= 0 || options.method != ReconstructionMethod::sirt) return options.iterations;
    TiltSeries middle = series;
    middle.rows = std::min(lanes, series.rows);
    const std::int64_t first = (series.rows - middle.rows) / 2, line = series.detectors;
    middle.absorption.clear();
    for (std::size_t t = 0; t < series.angles_deg.size(); ++t) {
        const auto from =
            series.absorption.begin() + (static_cast<std::int64_t>(t) * series.rows + first) * line;
        middle.absorption.insert(middle.absorption.end(), from, from + middle.rows * line);
    }
    Grid part = grid;
    part.size.y = middle.rows;
    ReconstructionOptions all = options;
    all.tolerance = 0;
    std::vector<double> residuals;
    reconstruct(middle, part, axis_x_um, axis_z_um, all, progress, &residuals);
    for (std::size_t i = 1; i < residuals.size(); ++i)
        if (residuals[i - 1] - residuals[i] < options.tolerance * residuals[i - 1])
            return static_cast<int>(i);
    return options.iterations;
}

Volume<float> reconstruct(const TiltSeries& series, const Grid& grid, double axis_x_um, double axis_z_um,
                          const ReconstructionOptions& given, const Progress& progress,
                          std::vector<double>* residuals) {
    ReconstructionOptions options = given;
    options.iterations = find_sirt_iterations(series, grid, axis_x_um, axis_z_um, given);
    options.tolerance = 0;
    Setup setup;
    const Vec3 axis = grid.voxel_from_world({axis_x_um, 0, axis_z_um});
    setup.geometry = {grid.size.x, grid.size.z,      grid.voxel_um.x, grid.voxel_um.z,     axis.x,
                      axis.z,      series.detectors, series.pitch_um, series.axis_detector};
    const SliceGeometry& g = setup.geometry;
    for (const double a : series.angles_deg) setup.angles_rad.push_back(a * std::numbers::pi / 180);
    const auto angles = static_cast<std::int64_t>(series.angles_deg.size());
    const bool iterative = options.method == ReconstructionMethod::sirt;
    std::vector<float> kernel;
    std::vector<Setup> sets;
    std::vector<std::vector<std::size_t>> members;
    if (iterative && options.subsets > 1) {
        sets = split(setup, options.subsets, members);
    } else if (iterative) {
        add_sirt_weights(setup);
    } else {
        add_angle_weights(setup);
        kernel = filter_kernel(options.window, series.detectors + series.detectors / 2, series.pitch_um);
    }
    Volume<float> result(grid);
    const std::int64_t groups = (series.rows + lanes - 1) / lanes;
    std::vector<std::vector<double>> squares(
        static_cast<std::size_t>(groups), std::vector<double>(static_cast<std::size_t>(options.iterations)));
    std::mutex mutex;
    std::int64_t done = 0;
    parallel_for(groups, [&](std::int64_t group) {
        std::vector<float> images(static_cast<std::size_t>(angles * g.row_values()), 0.0F);
        std::vector<float> slice(static_cast<std::size_t>(g.slice_values()));
        const std::int64_t y0 = group * lanes, used = std::min(lanes, series.rows - y0);
        for (std::int64_t t = 0; t < angles; ++t)
            for (std::int64_t j = 0; j < used; ++j) {
                const float* in = series.absorption.data() + (t * series.rows + y0 + j) * g.detectors;
                float* out = images.data() + t * g.row_values() + j;
                for (std::int64_t u = 0; u < g.detectors; ++u) out[u * lanes] = in[u];
            }
        if (!sets.empty()) {
            sirt_by_sets(sets, members, options, images, slice, squares[static_cast<std::size_t>(group)]);
        } else if (iterative) {
            sirt(setup, options, images, slice, squares[static_cast<std::size_t>(group)]);
        } else {
            filter_lines(g, kernel, angles, images);
            std::fill(slice.begin(), slice.end(), 0.0F);
            add_interpolated(g, setup.angles_rad, setup.angle_weights, images.data(), slice.data());
        }
        for (std::int64_t z = 0; z < g.nz; ++z)
            for (std::int64_t j = 0; j < used; ++j) {
                float* out = &result(0, y0 + j, z);
                const float* in = slice.data() + g.at(0, z) + j;
                for (std::int64_t x = 0; x < g.nx; ++x) out[x] = in[x * lanes];
            }
        const std::lock_guard lock(mutex);
        progress(static_cast<double>(++done) / static_cast<double>(groups));
    });
    if (residuals != nullptr && iterative) {
        residuals->assign(static_cast<std::size_t>(options.iterations), 0.0);
        const double rays = static_cast<double>(angles * series.detectors * series.rows);
        for (std::size_t i = 0; i < residuals->size(); ++i) {
            for (const auto& group : squares) (*residuals)[i] += group[i];
            (*residuals)[i] = std::sqrt((*residuals)[i] / rays);
        }
    }
    return result;
}

}  // namespace cytomo
