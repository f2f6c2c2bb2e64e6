// Lengths scale an object: displaced by d everywhere, one of volume V and surface A has about the volume
// V (1 + d / h)³ and the surface A (1 + d / h)² with h = 3 V / A. Exact for balls; for other shapes exact in
// the volume to first order (Steiner's formula: the change is A d).
#include "cytomo/measures/intervals.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>

#include "cytomo/core/error.h"
#include "cytomo/measures/poisson_binomial.h"

namespace cytomo {

namespace {

constexpr std::size_t most_objects_counted_exactly = 2000;
constexpr double smallest_scale = 0.05;  // a displacement leaves at least this part of an object's lengths

/// x with probability `share` below it, of the normal distribution with mean 0 and deviation 1; 0 < share
/// < 1.
double normal_quantile(double share) {
    double low = -9, high = 9;
    for (int i = 0; i < 80; ++i) {
        const double middle = (low + high) / 2;
        (0.5 * std::erfc(-middle / std::numbers::sqrt2) < share ? low : high) = middle;
    }
    return (low + high) / 2;
}

/// The half width of an interval in standard deviations.
double deviations(const IntervalOptions& options) {
    return normal_quantile(0.5 + options.level / 2);
}

/// A displacement of the surface: mean, and how far down and up the interval reaches from it.
struct Displacement {
    double mean_um, reach_um;
};

/// Interval around value × exp(centre) that reaches `down` and `up` in logarithms, wider by the voxel size;
/// it always holds the value itself, so that nobody has to explain a number outside of its own error bar.
Interval interval_around(double value, double centre, double down, double up, double voxel_reach) {
    const double low = value * std::exp(centre - std::hypot(down, voxel_reach));
    const double high = value * std::exp(centre + std::hypot(up, voxel_reach));
    return {std::min(low, value), std::max(high, value)};
}

/// Interval of a measure that grows with (1 + d / scale_um) to the power, wider by `further` (in logarithms).
Interval displaced(double value, double power, double scale_um, Displacement d, double shift, double further,
                   double voxel_reach) {
    if (!(value > 0) || !(scale_um > 0)) return {value, value};
    const auto change = [&](double d_um) {
        return power * std::log(std::max(1 + d_um / scale_um, smallest_scale));
    };
    const double centre = change(d.mean_um);
    const double down = centre - change(d.mean_um - d.reach_um), up = change(d.mean_um + d.reach_um) - centre;
    return interval_around(value, centre + shift, std::hypot(down, further), std::hypot(up, further),
                           voxel_reach);
}

double blur_of(std::uint32_t instance, const std::vector<Certainty>& certainty, double usual) {
    return blur_of_edge_um(instance < certainty.size() ? certainty[instance].edge_blur_um : not_defined,
                           usual);
}

double own_deviation(const ClassErrors& e, double blur_um) {
    return std::hypot(e.own_um, e.blur_share * blur_um);
}

double chance_of(std::uint32_t instance, double volume_um3, const std::vector<Certainty>& certainty,
                 const ClassErrors& e) {
    return chance_real(e, instance < certainty.size() ? certainty[instance].mean_probability : not_defined,
                       volume_um3);
}

double thickness_scale_um(const Object& o) {
    return o.surface_um2 > 0 ? 3 * o.volume_um3 / o.surface_um2 : o.equivalent_diameter_um / 2;
}

/// `between`: relative deviation between tomograms.
Interval count_interval(const std::vector<double>& chances, double missed, double between,
                        const IntervalOptions& options) {
    const double z = deviations(options), below = (1 - options.level) / 2;
    double mean = missed, variance = missed;
    for (const double p : chances) {
        mean += p;
        variance += p * (1 - p);
    }
    Interval count{mean - z * std::sqrt(variance), mean + z * std::sqrt(variance)};
    if (chances.size() <= most_objects_counted_exactly) {
        const std::vector<double> counts = sum_of(poisson_binomial(chances), poisson(missed));
        count = {quantile_of(counts, below), quantile_of(counts, 1 - below)};
    }
    const double reach = z * between * mean;
    return {std::max(0.0, std::floor(mean - std::hypot(mean - count.low, reach) + 1e-9)),
            std::ceil(mean + std::hypot(count.high - mean, reach) - 1e-9)};
}

}  // namespace

void IntervalOptions::check() const {
    if (!(level >= 0.5 && level <= 0.99))
        throw UsageError("interval level: expected 0.5 to 0.99, found " + std::to_string(level));
    if (!(voxel_size_deviation >= 0 && voxel_size_deviation <= 0.2))
        throw UsageError("voxel size deviation: expected 0 to 0.2, found " +
                         std::to_string(voxel_size_deviation));
}

std::vector<ObjectIntervals> object_intervals(const std::vector<Object>& objects,
                                              const std::vector<Certainty>& certainty,
                                              const ErrorModel& errors, const IntervalOptions& options) {
    options.check();
    const double z = deviations(options), voxel = z * options.voxel_size_deviation;
    std::vector<ObjectIntervals> result;
    result.reserve(objects.size());
    for (const Object& o : objects) {
        ObjectIntervals i;
        i.instance = o.instance;
        i.certainty =
            o.instance < certainty.size() ? certainty[o.instance] : Certainty{not_defined, not_defined};
        if (!errors.classes[o.class_id]) {
            result.push_back(i);
            continue;
        }
        const ClassErrors& e = *errors.classes[o.class_id];
        const double own = own_deviation(e, blur_of(o.instance, certainty, e.usual_blur_um));
        const Displacement d{e.mean_um, z * std::hypot(e.shared_um, own)};
        const double scale = thickness_scale_um(o);
        i.chance_real = chance_of(o.instance, o.volume_um3, certainty, e);
        i.volume_um3 = displaced(o.volume_um3, 3, scale, d, 0, 0, 3 * voxel);
        i.surface_um2 =
            displaced(o.surface_um2, 2, scale, d, e.surface_shift, z * e.surface_deviation, 2 * voxel);
        i.equivalent_diameter_um = displaced(o.equivalent_diameter_um, 1, scale, d, 0, 0, voxel);
        // Between voxel centres one voxel is 0 long: its own size is the least scale there is.
        i.longest_width_um = displaced(o.longest_width_um, 1, o.longest_width_um / 2, d, 0, 0, voxel);
        result.push_back(i);
    }
    return result;
}

std::vector<FilopodiumIntervals> filopodium_intervals(const std::vector<Filopodium>& filopodia,
                                                      const std::vector<Certainty>& certainty,
                                                      std::uint8_t class_id, const ErrorModel& errors,
                                                      const IntervalOptions& options) {
    options.check();
    const double z = deviations(options), voxel = z * options.voxel_size_deviation;
    std::vector<FilopodiumIntervals> result;
    result.reserve(filopodia.size());
    for (const Filopodium& f : filopodia) {
        FilopodiumIntervals i;
        i.instance = f.instance;
        if (errors.classes[class_id])
            i.chance_real = chance_of(f.instance, f.volume_um3, certainty, *errors.classes[class_id]);
        if (!errors.classes[class_id] || !errors.filopodia) {
            result.push_back(i);
            continue;
        }
        const FilopodiumErrors& e = *errors.filopodia;
        const double blur = blur_of(f.instance, certainty, errors.classes[class_id]->usual_blur_um);
        const double ends = std::hypot(e.length_deviation_um, e.length_share * f.length_um);
        const Displacement radius{e.radius_mean_um,
                                  z * std::hypot(e.radius_deviation_um, e.radius_blur_share * blur)};
        i.length_um = displaced(f.length_um, 1, f.length_um, {e.length_mean_um, z * ends}, 0, 0, voxel);
        i.mean_radius_um = displaced(f.mean_radius_um, 1, f.mean_radius_um, radius, 0, 0, voxel);
        i.minimum_radius_um = displaced(f.minimum_radius_um, 1, f.minimum_radius_um, radius, 0, 0, voxel);
        result.push_back(i);
    }
    return result;
}

std::vector<ClassIntervals> class_intervals(const std::vector<ClassTotal>& totals, const Grid& grid,
                                            const std::vector<Object>& objects,
                                            const std::vector<Certainty>& certainty, const ErrorModel& errors,
                                            const IntervalOptions& options) {
    options.check();
    struct Sums {
        std::int64_t objects = 0;
        double total_um3 = 0, outside_um3 = 0, objects_um3 = 0, surface_um2 = 0;
        double own_volume = 0, own_surface = 0;  // variances of the sums, of displacements of single objects
        double real_volume = 0, real_surface = 0;  // and of objects that may not be real
        double expected_um3 = 0, expected_um2 = 0;
        std::vector<double> chances;
    };
    std::map<std::uint8_t, Sums> sums;
    for (const ClassTotal& total : totals)
        if (total.class_id != background && total.class_id != ignore_label) {
            Sums& s = sums[total.class_id];
            s.total_um3 = static_cast<double>(total.voxels) * grid.voxel_volume_um3();
            s.outside_um3 = static_cast<double>(total.outside_objects) * grid.voxel_volume_um3();
        }
    for (const Object& o : objects) {
        if (o.class_id == background || o.class_id == ignore_label) continue;
        Sums& s = sums[o.class_id];
        ++s.objects;
        s.objects_um3 += o.volume_um3;
        s.surface_um2 += o.surface_um2;
        if (!errors.classes[o.class_id]) continue;
        const ClassErrors& e = *errors.classes[o.class_id];
        const double own = own_deviation(e, blur_of(o.instance, certainty, e.usual_blur_um));
        const double chance = chance_of(o.instance, o.volume_um3, certainty, e);
        s.own_volume += std::pow(o.surface_um2 * own, 2);
        s.own_surface += std::pow(2 * o.surface_um2 * own / thickness_scale_um(o), 2) +
                         std::pow(e.surface_deviation * o.surface_um2, 2);
        s.real_volume += chance * (1 - chance) * o.volume_um3 * o.volume_um3;
        s.real_surface += chance * (1 - chance) * o.surface_um2 * o.surface_um2;
        s.expected_um3 += chance * o.volume_um3;
        s.expected_um2 += chance * o.surface_um2;
        s.chances.push_back(chance);
    }
    const double z = deviations(options), voxel = z * options.voxel_size_deviation;
    std::vector<ClassIntervals> result;
    for (const auto& [class_id, s] : sums) {
        ClassIntervals c;
        c.class_id = class_id;
        c.objects = s.objects;
        c.volume_um3 = s.total_um3 > 0 ? s.total_um3 : s.objects_um3;
        c.outside_objects_um3 = s.outside_um3;
        c.surface_um2 = s.surface_um2;
        if (!errors.classes[class_id]) {
            c.expected_real = c.expected_missed = not_defined;
            result.push_back(c);
            continue;
        }
        const ClassErrors& e = *errors.classes[class_id];
        for (const double p : s.chances) c.expected_real += p;
        c.expected_missed = e.missed_share * static_cast<double>(s.objects);
        c.count = count_interval(s.chances, c.expected_missed, e.count_deviation, options);
        const double scale = s.surface_um2 > 0 ? 3 * c.volume_um3 / s.surface_um2 : not_defined;
        const Displacement d{0, z * e.shared_um};
        const double volume_further =
            std::hypot(e.volume_deviation, std::sqrt(s.own_volume + s.real_volume) / c.volume_um3);
        const double surface_further =
            std::hypot(e.volume_deviation, std::sqrt(s.own_surface + s.real_surface) / c.surface_um2);
        if (s.objects > 0) {
            const double real_um3 = std::log(std::max(s.expected_um3 / s.objects_um3, smallest_scale));
            const double real_um2 = std::log(std::max(s.expected_um2 / s.surface_um2, smallest_scale));
            const double volume_shift = e.volume_shift + real_um3;
            const double surface_shift = e.volume_shift + e.surface_shift + real_um2;
            c.expected_um3 = c.volume_um3 * std::exp(volume_shift);
            c.expected_um2 = c.surface_um2 * std::exp(surface_shift);
            c.volume = displaced(c.volume_um3, 3, scale, d, volume_shift, z * volume_further, 3 * voxel);
            c.surface = displaced(c.surface_um2, 2, scale, d, surface_shift, z * surface_further, 2 * voxel);
        } else {  // nothing but pieces too small to be objects
            c.volume = {0, c.outside_objects_um3 * std::exp(z * e.volume_deviation + 3 * voxel)};
            c.surface = {0, not_defined};
        }
        result.push_back(std::move(c));
    }
    return result;
}

}  // namespace cytomo
