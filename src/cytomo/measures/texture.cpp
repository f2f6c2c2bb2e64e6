#include "cytomo/measures/texture.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/core/stretches.h"
#include "cytomo/labels/distance.h"
#include "cytomo/measures/coarse_cells.h"
#include "cytomo/measures/object_sums.h"

namespace cytomo {

namespace {

constexpr std::array<std::int64_t, 6> lags{1, 2, 3, 4, 6, 8};
/// Pairs are taken from every fourth row, in large volumes from every eighth.
constexpr std::int64_t large_volume = 50'000'000;
constexpr std::int64_t least_pairs_of_ice = 10'000, least_pairs_of_class = 1'000;

/// Squared differences of pairs, by lag.
struct Pairs {
    std::array<std::int64_t, lags.size()> count{};
    std::array<double, lags.size()> squares{};

    void add(const Pairs& other) {
        for (std::size_t i = 0; i < lags.size(); ++i) {
            count[i] += other.count[i];
            squares[i] += other.squares[i];
        }
    }
    /// Half the mean squared difference at lag k.
    double at(std::int64_t k) const {
        const auto i = static_cast<std::size_t>(std::find(lags.begin(), lags.end(), k) - lags.begin());
        return count[i] > 0 ? squares[i] / (2 * static_cast<double>(count[i])) : not_defined;
    }
    std::int64_t fewest() const { return *std::min_element(count.begin(), count.end()); }
};

struct Part {
    GreySums grey;
    Pairs pairs;
};

/// Sums over the voxels that lie deep in one of the classes; place[id] is where the class counts.
class LayerTexture {
public:
    LayerTexture(const CoarseCells& cells, const std::array<std::int8_t, 256>& place, std::size_t parts,
                 std::int64_t rows_step)
        : parts_(parts), cells_(cells), place_(place), rows_step_(rows_step) {}

    void add_slice(std::int64_t z, Size3 n, const std::vector<float>& grey) {
        const Size3 m = cells_.grid.size;
        const std::int64_t layer = z / cells_.stride[2] * m.x * m.y;
        kept_.assign(grey.size(), -1);
        for (std::int64_t y = 0; y < n.y; ++y) {
            const std::uint8_t* cell = cells_.class_of.data() + layer + y / cells_.stride[1] * m.x;
            std::int8_t* kept = kept_.data() + y * n.x;
            for (std::int64_t x = 0, c = 0; x < n.x; ++c) {
                const std::int8_t part = place_[cell[c]];
                for (const std::int64_t end = std::min(n.x, x + cells_.stride[0]); x < end; ++x)
                    kept[x] = part;
            }
            for_stretches(kept, n.x, [&](std::int8_t part, std::int64_t begin, std::int64_t end) {
                if (part >= 0)
                    parts_[static_cast<std::size_t>(part)].grey.add(
                        GreySums::of(grey.data() + y * n.x + begin, end - begin));
            });
        }
        for (std::size_t i = 0; i < lags.size(); ++i) {
            for (std::int64_t y = z % rows_step_; y < n.y; y += rows_step_) {
                add_pairs(i, grey, y * n.x, lags[i], n.x - lags[i]);
                if (y + lags[i] < n.y) add_pairs(i, grey, y * n.x, lags[i] * n.x, n.x);
            }
        }
    }
    const std::vector<Part>& parts() const { return parts_; }

private:
    void add_pairs(std::size_t lag, const std::vector<float>& grey, std::int64_t first, std::int64_t step,
                   std::int64_t count) {
        for (std::int64_t i = first; i < first + count; ++i) {
            const std::int8_t a = kept_[static_cast<std::size_t>(i)];
            if (a < 0 || a != kept_[static_cast<std::size_t>(i + step)]) continue;
            const double d = static_cast<double>(grey[static_cast<std::size_t>(i + step)]) -
                             grey[static_cast<std::size_t>(i)];
            if (!std::isfinite(d)) continue;
            Pairs& pairs = parts_[static_cast<std::size_t>(a)].pairs;
            ++pairs.count[lag];
            pairs.squares[lag] += d * d;
        }
    }

    std::vector<Part> parts_;
    const CoarseCells& cells_;
    const std::array<std::int8_t, 256>& place_;
    std::vector<std::int8_t> kept_;
    std::int64_t rows_step_;
};

/// Standard deviation of the noise: see TextureSummary.
double noise_of(const Pairs& pairs, const Pairs& ice, bool ice_known) {
    if (pairs.fewest() < least_pairs_of_class) return not_defined;
    std::int64_t k = 1;
    double divisor = 3;
    if (ice_known) {
        const double sill = ice.at(8);
        for (k = 1; k <= 4; ++k) {
            divisor = (4 * ice.at(k) - ice.at(2 * k)) / sill;
            if (divisor >= 1 || k == 4) break;
        }
        divisor = std::max(divisor, 1.0);
    }
    return std::sqrt(std::max(0.0, (4 * pairs.at(k) - pairs.at(2 * k)) / divisor));
}

/// Cells nearer than depth_um to anything else become ignore_label.
void erode(CoarseCells& cells, double depth_um) {
    std::vector<float> squared(cells.class_of.size());
    // Labels from 1, so that the distance to the background counts as well as that from it.
    std::vector<std::uint32_t> labels(cells.class_of.size());
    for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = cells.class_of[i] + 1U;
    const Vec3 e = cells.grid.voxel_um;
    find_squared_distances_um2(std::span<const std::uint32_t>(labels), cells.grid.size, e, Beyond::unknown,
                               squared);
    // From centre to centre: the surface lies in between, anywhere in a cell that is mixed.
    const double least = depth_um + 0.5 * std::max({e.x, e.y, e.z});
    for (std::size_t i = 0; i < labels.size(); ++i)
        if (squared[i] < least * least * (1 - 1e-6)) cells.class_of[i] = ignore_label;
}

std::array<bool, 256> classes_in(const ClassVolume& classes) {
    std::array<bool, 256> occurs{};
    std::mutex merging;
    parallel_chunks(classes.count(), 1 << 20, [&](std::int64_t begin, std::int64_t end) {
        std::array<bool, 256> some{};
        for (std::int64_t i = begin; i < end; ++i) some[classes[i]] = true;
        const std::lock_guard lock(merging);
        for (std::size_t id = 0; id < some.size(); ++id) occurs[id] = occurs[id] || some[id];
    });
    return occurs;
}

double quantile(std::vector<float>& values, double share) {
    const double at = share * static_cast<double>(values.size() - 1);
    const auto low = static_cast<std::ptrdiff_t>(at);
    std::nth_element(values.begin(), values.begin() + low, values.end());
    const double a = values[static_cast<std::size_t>(low)];
    if (low + 1 == static_cast<std::ptrdiff_t>(values.size())) return a;
    const double b = *std::min_element(values.begin() + low + 1, values.end());
    return a + (at - static_cast<double>(low)) * (b - a);
}

void summarise_cells(std::vector<float>& means, double sign, TextureSummary& t) {
    if (means.empty()) return;
    for (float& v : means) v = static_cast<float>(sign * v);
    t.percentile_5 = sign * quantile(means, 0.05);
    t.median = sign * quantile(means, 0.5);
    t.percentile_95 = sign * quantile(means, 0.95);
    const OtsuThreshold otsu = find_otsu_threshold(means);
    t.dense_threshold = sign * otsu.threshold;
    t.dense_share = otsu.share_above;
    t.separability = otsu.separability;
}

}  // namespace

OtsuThreshold find_otsu_threshold(std::vector<float>& values) {
    constexpr std::size_t bins = 1024;
    OtsuThreshold best;
    if (values.size() < 2) return best;
    const double low = quantile(values, 0.001), high = quantile(values, 0.999);
    if (!(high > low)) return best;
    // The outermost values go to the end bins, with their number but as if they lay on the limit.
    std::vector<double> count(bins, 0), sum(bins, 0);
    GreySums all;
    for (const float v : values) {
        const double clipped = std::clamp<double>(v, low, high);
        const auto b = std::min(bins - 1, static_cast<std::size_t>((clipped - low) / (high - low) * bins));
        count[b] += 1;
        sum[b] += clipped;
        all.add({1, clipped, 0});
    }
    const auto n = static_cast<double>(values.size());
    double below = 0, sum_below = 0, most = -1;
    for (std::size_t b = 0; b + 1 < bins; ++b) {
        below += count[b];
        sum_below += sum[b];
        if (below == 0 || below == n) continue;
        const double difference = sum_below / below - (n * all.mean - sum_below) / (n - below);
        const double between = below / n * (1 - below / n) * difference * difference;
        if (between <= most * (1 + 1e-12)) continue;
        most = between;
        best.threshold = low + (high - low) * static_cast<double>(b + 1) / bins;
        best.share_above = 1 - below / n;
    }
    best.separability = most / (all.squares / n);
    return best;
}

void TextureOptions::check() const {
    if (!(depth_um >= 0) || !(depth_um <= 1))
        throw UsageError("texture: expected a depth of up to 1 µm, found " + std::to_string(depth_um));
}

TextureOptions texture_options(const Legend& legend) {
    TextureOptions options;
    options.classes = absorption_options(legend).cell_matrix;
    return options;
}

std::vector<TextureSummary> measure_texture(const ClassVolume& classes, const Tomogram& tomogram,
                                            const TextureOptions& options, const Progress& progress) {
    options.check();
    const Grid& grid = classes.grid();
    const Size3 n = grid.size;
    check_same_size(tomogram, n);
    if (n.count() == 0) return {};
    CoarseCells cells = coarse_cells_for(grid);
    progress(0);
    parallel_for(cells.grid.size.z, [&](std::int64_t layer) { fill_classes(cells, classes, layer); });
    const std::array<bool, 256> occurs = classes_in(classes);
    erode(cells, options.depth_um);
    progress(0.2);

    // Ice first, then the classes asked for.
    std::array<std::int8_t, 256> place{};
    place.fill(-1);
    place[background] = 0;
    std::vector<std::uint8_t> ids{background};
    for (std::size_t id = 1; id < ignore_label; ++id) {
        if (!options.classes[id] || !occurs[id] || ids.size() > 100) continue;
        place[id] = static_cast<std::int8_t>(ids.size());
        ids.push_back(static_cast<std::uint8_t>(id));
    }
    std::vector<Part> total(ids.size());
    const std::int64_t batch = 8LL * thread_count();
    std::vector<std::vector<Part>> done(static_cast<std::size_t>(batch));
    for (std::int64_t first = 0; first < cells.grid.size.z; first += batch) {
        const std::int64_t count = std::min(batch, cells.grid.size.z - first);
        parallel_for(count, [&](std::int64_t l) {
            LayerTexture texture(cells, place, ids.size(), n.count() > large_volume ? 8 : 4);
            CoarseLayer coarse(cells, first + l);
            std::vector<float> grey(static_cast<std::size_t>(n.x * n.y));
            const std::int64_t z_begin = (first + l) * cells.stride[2];
            for (std::int64_t z = z_begin; z < std::min(n.z, z_begin + cells.stride[2]); ++z) {
                tomogram.read_slices(z, 1, grey);
                texture.add_slice(z, n, grey);
                coarse.add(grey, n, {}, {});
            }
            coarse.finish();
            done[static_cast<std::size_t>(l)] = texture.parts();
        });
        for (std::int64_t l = 0; l < count; ++l)
            for (std::size_t p = 0; p < ids.size(); ++p) {
                total[p].grey.add(done[static_cast<std::size_t>(l)][p].grey);
                total[p].pairs.add(done[static_cast<std::size_t>(l)][p].pairs);
            }
        progress(0.2 + 0.7 * static_cast<double>(first + count) / static_cast<double>(cells.grid.size.z));
    }

    const Part& ice = total[0];
    const bool ice_known = ice.pairs.fewest() >= least_pairs_of_ice && ice.pairs.at(8) > 0;
    std::vector<TextureSummary> result(ids.size() - 1);
    parallel_for(static_cast<std::int64_t>(result.size()), [&](std::int64_t r) {
        TextureSummary& t = result[static_cast<std::size_t>(r)];
        const Part& part = total[static_cast<std::size_t>(r) + 1];
        t.class_id = ids[static_cast<std::size_t>(r) + 1];
        t.voxels = part.grey.count;
        t.volume_um3 = static_cast<double>(t.voxels) * grid.voxel_volume_um3();
        if (part.grey.count == 0) return;
        t.mean = part.grey.mean;
        t.deviation = part.grey.deviation();
        t.noise = noise_of(part.pairs, ice.pairs, ice_known);
        t.noise_from_ice = ice_known;
        if (!std::isnan(t.noise))
            t.structure = std::sqrt(std::max(0.0, t.deviation * t.deviation - t.noise * t.noise));
        if (tomogram.calibrated) t.coefficient_of_variation = t.structure / t.mean;
        if (ice.grey.count > 0) t.relative_structure = t.structure / std::abs(t.mean - ice.grey.mean);
        const double sign = !tomogram.calibrated && ice.grey.count > 0 && t.mean < ice.grey.mean ? -1 : 1;
        std::vector<float> means;
        for (std::size_t i = 0; i < cells.mean.size(); ++i)
            if (cells.class_of[i] == t.class_id && !std::isnan(cells.mean[i])) means.push_back(cells.mean[i]);
        summarise_cells(means, sign, t);
    });
    progress(1);
    return result;
}

Table texture_table(const std::vector<TextureSummary>& textures, const Legend& legend, bool calibrated) {
    const auto [suffix, unit] = absorption_unit(calibrated);
    Table table;
    table.name = "texture";
    table.columns = {
        class_id_column(),
        class_column(),
        {"voxels", "",
         "Number of voxels of the class that are more than 0.1 µm away from anything else. Only these are "
         "measured."},
        {"volume_um3", "µm³",
         "Volume of the voxels of the class that are more than 0.1 µm away from anything else."},
        {"mean_" + suffix, unit,
         "Mean of the voxels of the class that are more than 0.1 µm away from anything else."},
        {"deviation_" + suffix, unit, "How much single voxels differ (standard deviation), noise included."},
        {"noise_" + suffix, unit,
         "How much voxels differ by noise alone (standard deviation), told from differences over short "
         "distances."},
        {"noise_from_ice", "",
         "1 if the grain of the noise was measured in the ice; 0 if there is no ice, so that the noise may "
         "be larger."},
        {"structure_" + suffix, unit,
         "How uneven the material itself is (standard deviation), without the noise: √(deviation² - "
         "noise²)."},
        {"coefficient_of_variation", "", "Structure divided by mean. Empty unless absorption is calibrated."},
        {"relative_structure", "",
         "Structure divided by the difference between mean and ice. It does not depend on the calibration."},
        {"percentile_5_" + suffix, unit,
         "Value that 5 % of means over cubes of about 50 nm stay below, where dense matter counts as high."},
        {"median_" + suffix, unit, "Value that half of means over cubes of about 50 nm stay below."},
        {"percentile_95_" + suffix, unit,
         "Value that 95 % of means over cubes of about 50 nm stay below, where dense matter counts as high."},
        {"dense_threshold_" + suffix, unit,
         "Limit between light and dense matter: what splits means over cubes of about 50 nm best in two "
         "(Otsu's method)."},
        {"dense_share", "",
         "Share of the cubes, from 0 to 1, that are denser than the limit. In a nucleus these are dense "
         "chromatin and nucleoli."},
        {"separability", "",
         "How clearly light and dense cubes differ, from 0 to 1: variance between both groups divided by all "
         "variance. Values with a single bell-shaped peak have 0.64."},
    };
    for (const TextureSummary& t : textures)
        table.rows.push_back({static_cast<std::int64_t>(t.class_id), legend.name_of(t.class_id), t.voxels,
                              t.volume_um3, t.mean, t.deviation, t.noise,
                              static_cast<std::int64_t>(t.noise_from_ice ? 1 : 0), t.structure,
                              t.coefficient_of_variation, t.relative_structure, t.percentile_5, t.median,
                              t.percentile_95, t.dense_threshold, t.dense_share, t.separability});
    return table;
}

}  // namespace cytomo
