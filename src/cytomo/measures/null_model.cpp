#include "cytomo/measures/null_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/measures/cell_space.h"
#include "cytomo/measures/close_surfaces.h"
#include "cytomo/measures/placement.h"
#include "cytomo/measures/space_parts.h"

namespace cytomo {

namespace {

/// How far within their surface objects must not meet voxels of other things: voxels are rough.
constexpr double inside_voxels = 0.3;

struct DistanceReference {
    std::uint8_t class_id;  ///< 0: plasma membrane
    const Volume<float>* distances;
    std::size_t limit;  ///< its place among the lower limits
};

/// What is measured of one arrangement of the objects of a class.
class Statistics {
public:
    Statistics(std::vector<PlacedShape> shapes, std::vector<DistanceReference> references,
               const LowerLimits& limits, double within_um, std::uint8_t nucleus)
        : shapes_(std::move(shapes)),
          references_(std::move(references)),
          limits_(limits),
          within_um_(within_um) {
        for (const DistanceReference& r : references_) {
            if (r.class_id == 0) {
                kinds_.emplace_back(SpaceStatistic::mean_gap_to_membrane, r.class_id);
            } else {
                kinds_.emplace_back(
                    r.class_id == nucleus ? SpaceStatistic::mean_gap_to_nucleus : SpaceStatistic::median_gap,
                    r.class_id);
                kinds_.emplace_back(SpaceStatistic::objects_in_contact, r.class_id);
            }
        }
    }

    const std::vector<PlacedShape>& shapes() const { return shapes_; }
    /// The last one of a class of several objects is the distance of neighbours.
    std::vector<std::pair<SpaceStatistic, std::uint8_t>> kinds(std::uint8_t class_id) const {
        auto all = kinds_;
        if (shapes_.size() > 1) all.emplace_back(SpaceStatistic::median_neighbour_distance, class_id);
        return all;
    }

    std::vector<double> measure(const std::vector<Pose>& poses) const {
        std::vector<double> result;
        const std::vector<std::vector<double>> all_gaps = gaps_of(poses);
        for (std::size_t k = 0; k < references_.size(); ++k) {
            const DistanceReference& r = references_[k];
            const std::vector<double>& gaps = all_gaps[k];
            const bool mean = r.class_id == 0 || is_nucleus(r.class_id);
            const auto in_contact =
                std::count_if(gaps.begin(), gaps.end(), [&](double g) { return g < within_um_; });
            result.push_back(mean ? std::accumulate(gaps.begin(), gaps.end(), 0.0) /
                                        static_cast<double>(gaps.size())
                                  : median(gaps));
            if (r.class_id != 0) result.push_back(static_cast<double>(in_contact));
        }
        if (shapes_.size() > 1) result.push_back(median(neighbours(poses)));
        return result;
    }

private:
    bool is_nucleus(std::uint8_t class_id) const {
        return std::any_of(kinds_.begin(), kinds_.end(), [&](const auto& kind) {
            return kind.first == SpaceStatistic::mean_gap_to_nucleus && kind.second == class_id;
        });
    }
    static double median(std::vector<double> values) {
        const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
        std::nth_element(values.begin(), middle, values.end());
        if (values.size() % 2 == 1) return *middle;
        return 0.5 * (*middle + *std::max_element(values.begin(), middle));
    }
    struct PointPlace {
        Vec3 um;
        std::span<const float> limits;
    };
    /// Of each reference the gaps of all shapes.
    std::vector<std::vector<double>> gaps_of(const std::vector<Pose>& poses) const {
        std::vector<std::vector<double>> gaps(references_.size(), std::vector<double>(shapes_.size()));
        std::vector<PointPlace> places;
        for (std::size_t i = 0; i < shapes_.size(); ++i) {
            places.clear();
            for (const Vec3 point : shapes_[i].points_um) {
                const Vec3 um = poses[i].place(point);
                places.push_back({um, limits_.at(um)});
            }
            for (std::size_t k = 0; k < references_.size(); ++k) gaps[k][i] = gap(places, references_[k]);
        }
        return gaps;
    }
    /// Smallest distance of the places, the most promising one first: few others then need a look.
    static double gap(const std::vector<PointPlace>& places, const DistanceReference& r) {
        double smallest = std::numeric_limits<double>::infinity();
        const auto first = std::min_element(
            places.begin(), places.end(),
            [&](const PointPlace& a, const PointPlace& b) { return a.limits[r.limit] < b.limits[r.limit]; });
        if (first != places.end()) smallest = value_at(*r.distances, first->um);
        for (const PointPlace& p : places)
            if (p.limits[r.limit] < smallest) smallest = std::min(smallest, value_at(*r.distances, p.um));
        return std::max(0.0, smallest - half_voxel_um(r.distances->grid()));
    }
    static std::vector<double> neighbours(const std::vector<Pose>& poses) {
        std::vector<double> squared(poses.size(), std::numeric_limits<double>::infinity());
        for (std::size_t i = 0; i < poses.size(); ++i)
            for (std::size_t j = i + 1; j < poses.size(); ++j) {
                const Vec3 d = poses[i].deepest_um - poses[j].deepest_um;
                const double s = dot(d, d);
                squared[i] = std::min(squared[i], s);
                squared[j] = std::min(squared[j], s);
            }
        for (double& s : squared) s = std::sqrt(s);
        return squared;
    }

    std::vector<PlacedShape> shapes_;
    std::vector<DistanceReference> references_;
    const LowerLimits& limits_;
    double within_um_;
    std::vector<std::pair<SpaceStatistic, std::uint8_t>> kinds_;
};

/// Shapes of a class, at most so many, large ones first.
std::vector<PlacedShape> choose_shapes(const Instances& instances, const SurfacePoints& surfaces,
                                       std::uint8_t class_id, double inside_um,
                                       const NullModelOptions& options) {
    std::vector<std::uint32_t> numbers;
    for (std::uint32_t n = 1; n < instances.class_of.size(); ++n)
        if (instances.class_of[n] == class_id && !surfaces.clusters_of(n).empty()) numbers.push_back(n);
    const auto most = static_cast<std::size_t>(options.most_objects);
    if (numbers.size() > most) {
        Random random(options.seed, class_id);
        for (std::size_t i = 0; i < most; ++i)
            std::swap(numbers[i],
                      numbers[static_cast<std::size_t>(random.integer(
                          static_cast<std::int64_t>(i), static_cast<std::int64_t>(numbers.size()) - 1))]);
        numbers.resize(most);
    }
    const FineSurface fine(instances.volume);
    std::vector<PlacedShape> shapes(numbers.size());
    parallel_for(static_cast<std::int64_t>(shapes.size()), [&](std::int64_t i) {
        const auto at = static_cast<std::size_t>(i);
        shapes[at] = make_shape(instances.volume, surfaces, fine, numbers[at], inside_um);
    });
    std::stable_sort(shapes.begin(), shapes.end(), [](const PlacedShape& a, const PlacedShape& b) {
        return a.faces != b.faces ? a.faces > b.faces : a.object < b.object;
    });
    return shapes;
}

/// So many random values on the rarer side tell that there is nothing to be found: more would not change
/// that.
constexpr std::size_t enough_on_a_side = 20;

/// Random values in the order in which they were drawn. The sequential p-value of J. Besag and P. Clifford
/// (1991): when the k-th value on a side comes with the l-th draw, it is k / l on that side; if it never
/// comes, (r + 1) / (M + 1).
double two_sided_p(const std::vector<double>& random, double observed) {
    // What differs by rounding only is a tie.
    const double tie = 1e-9 * std::max(1.0, std::fabs(observed));
    std::size_t at_most = 0, at_least = 0;
    for (std::size_t i = 0; i < random.size(); ++i) {
        at_most += random[i] <= observed + tie ? 1 : 0;
        at_least += random[i] >= observed - tie ? 1 : 0;
        if (std::min(at_most, at_least) >= enough_on_a_side)
            return std::min(1.0, 2.0 * enough_on_a_side / static_cast<double>(i + 1));
    }
    return std::min(1.0, 2 * (static_cast<double>(std::min(at_most, at_least)) + 1) /
                             (static_cast<double>(random.size()) + 1));
}

/// Expected value, range and p of one statistic.
void compare(NullModelResult& result, std::vector<double> random) {
    const std::vector<double> in_order = random;
    std::sort(random.begin(), random.end());
    const auto count = static_cast<double>(random.size());
    result.expected = std::accumulate(random.begin(), random.end(), 0.0) / count;
    const auto quantile = [&](double part) {
        const double rank = part * (count - 1);
        const auto below = static_cast<std::size_t>(rank);
        const std::size_t above = std::min(below + 1, random.size() - 1);
        return random[below] + (rank - static_cast<double>(below)) * (random[above] - random[below]);
    };
    result.low = quantile(0.05);
    result.high = quantile(0.95);
    result.p = two_sided_p(in_order, result.observed);
}

/// Whether more draws would change no p-value.
bool all_decided(const std::vector<std::vector<double>>& random, const std::vector<double>& observed) {
    for (std::size_t s = 0; s < observed.size(); ++s) {
        std::size_t at_most = 0, at_least = 0;
        const double tie = 1e-9 * std::max(1.0, std::fabs(observed[s]));
        for (const auto& one : random) {
            at_most += one[s] <= observed[s] + tie ? 1 : 0;
            at_least += one[s] >= observed[s] - tie ? 1 : 0;
        }
        if (std::min(at_most, at_least) < enough_on_a_side) return false;
    }
    return true;
}

}  // namespace

std::string name(SpaceStatistic statistic) {
    switch (statistic) {
        case SpaceStatistic::mean_gap_to_nucleus:
            return "mean gap to nucleus";
        case SpaceStatistic::mean_gap_to_membrane:
            return "mean gap to plasma membrane";
        case SpaceStatistic::median_gap:
            return "median gap to nearest";
        case SpaceStatistic::median_neighbour_distance:
            return "median distance of neighbours";
        case SpaceStatistic::objects_in_contact:
            return "objects in contact";
    }
    return {};
}

void NullModelOptions::check() const {
    if (placements < 19 || placements > 100000)
        throw UsageError("The number of random placements must lie between 19 and 100,000.");
    if (most_objects < 1 || most_objects > 10000)
        throw UsageError("The number of objects placed at random must lie between 1 and 10,000.");
    if (!(within_um > 0 && within_um <= 1))
        throw UsageError("The largest gap of a contact must lie between 0 and 1 µm.");
}

std::vector<double> holm_corrected(const std::vector<double>& p) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < p.size(); ++i)
        if (!std::isnan(p[i])) order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
    std::vector<double> corrected(p);
    double largest = 0;
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
        largest = std::max(largest, std::min(1.0, p[order[rank]] * static_cast<double>(order.size() - rank)));
        corrected[order[rank]] = largest;
    }
    return corrected;
}

std::vector<NullModelResult> measure_null_model(const ClassVolume& classes, const Instances& instances,
                                                const NullModelOptions& options, const Progress& progress) {
    options.check();
    return find_null_model_of(classes, instances, find_organelle_surfaces(instances, options.classes),
                              options, progress);
}

std::vector<NullModelResult> find_null_model_of(const ClassVolume& classes, const Instances& instances,
                                                const SurfacePoints& surfaces,
                                                const NullModelOptions& options, const Progress& progress) {
    options.check();
    if (!(classes.grid().size == instances.volume.grid().size))
        throw InputError("Random placement: the volumes of classes and instances have different sizes.");
    progress(0);
    const OrganelleClasses& o = options.classes;
    std::array<bool, 256> present{};
    for (std::size_t n = 1; n < instances.class_of.size(); ++n)
        if (o.organelle[instances.class_of[n]] &&
            !surfaces.clusters_of(static_cast<std::uint32_t>(n)).empty())
            present[instances.class_of[n]] = true;
    const ClassVolume coarse = thinned(classes, most_space_voxels);
    const double edge_um = std::cbrt(coarse.grid().voxel_volume_um3());
    std::vector<std::pair<std::uint8_t, Volume<float>>> distances;
    for (std::size_t c = 0; c < 255; ++c) {
        if (c != 0 && !present[c]) continue;
        std::array<bool, 256> members{};
        members[c] = true;
        Volume<float> field = find_distances_to(coarse, members);
        if (std::isfinite(field[0])) distances.emplace_back(static_cast<std::uint8_t>(c), std::move(field));
    }
    std::vector<const Volume<float>*> fields;
    for (const auto& [of_class, field] : distances) fields.push_back(&field);
    const LowerLimits limits(fields);
    progress(0.2);

    std::vector<NullModelResult> results;
    const auto placed = std::count(present.begin(), present.end(), true);
    double done = 0.2;
    for (std::size_t c = 1; c < 255; ++c) {
        if (!present[c] || c == o.nucleus) continue;
        const auto class_id = static_cast<std::uint8_t>(c);
        std::vector<PlacedShape> shapes =
            choose_shapes(instances, surfaces, class_id, inside_voxels * edge_um, options);
        ClassVolume allowed(coarse.grid());
        for (std::int64_t i = 0; i < coarse.count(); ++i) {
            const std::uint8_t at = coarse[i];
            allowed[i] = at == class_id || (at != 0 && at != ignore_label && at != o.nucleus &&
                                            at != o.filopodium && !o.organelle[at]);
        }
        const Room room(std::move(allowed));
        std::vector<DistanceReference> references;
        for (std::size_t f = 0; f < distances.size(); ++f)
            if (distances[f].first != class_id)
                references.push_back({distances[f].first, &distances[f].second, f});
        const Statistics statistics(std::move(shapes), std::move(references), limits, options.within_um,
                                    o.nucleus);
        std::vector<Pose> observed;
        for (const PlacedShape& shape : statistics.shapes()) observed.push_back({shape.deepest_um, 1, 0});
        const std::vector<double> seen = statistics.measure(observed);
        std::vector<std::vector<double>> random;
        std::vector<std::int64_t> misfits;
        constexpr std::int64_t at_once = 64;
        while (static_cast<int>(random.size()) < options.placements &&
               !(options.stop_early && all_decided(random, seen))) {
            const auto first = static_cast<std::int64_t>(random.size());
            const std::int64_t count = std::min(at_once, options.placements - first);
            random.resize(random.size() + static_cast<std::size_t>(count));
            misfits.resize(random.size());
            parallel_for(count, [&](std::int64_t i) {
                const auto at = static_cast<std::size_t>(first + i);
                Random own(options.seed, 256 + 256 * static_cast<std::uint64_t>(at) + class_id);
                const Placement placement = place_at_random(statistics.shapes(), room, own);
                random[at] = statistics.measure(placement.poses);
                misfits[at] = placement.misfits;
            });
            progress.check();
        }
        const auto kinds = statistics.kinds(class_id);
        for (std::size_t s = 0; s < kinds.size(); ++s) {
            NullModelResult result;
            result.statistic = kinds[s].first;
            result.class_a = class_id;
            result.class_b = kinds[s].second;
            result.observed = seen[s];
            result.objects = static_cast<std::int64_t>(observed.size());
            result.misplaced =
                static_cast<double>(std::accumulate(misfits.begin(), misfits.end(), std::int64_t{0})) /
                static_cast<double>(observed.size() * random.size());
            std::vector<double> values;
            for (const auto& one : random) values.push_back(one[s]);
            compare(result, std::move(values));
            results.push_back(result);
        }
        done += 0.8 / static_cast<double>(placed);
        progress(std::min(done, 1.0));
    }
    std::vector<double> p;
    for (const NullModelResult& r : results) p.push_back(r.p);
    p = holm_corrected(p);
    for (std::size_t i = 0; i < results.size(); ++i) results[i].p_corrected = p[i];
    progress(1);
    return results;
}

Table null_model_table(const std::vector<NullModelResult>& results, const Legend& legend) {
    Table table;
    table.name = "space";
    table.columns = {
        {"statistic", "", "What is compared with chance. Gaps and distances are in µm."},
        {"class_a", "",
         "Class whose objects are placed at random in the cell, again and again (randomisations)."},
        {"class_b", "",
         "What these objects may be near to: the objects of another class, or the plasma membrane that is "
         "seen (the border of the tomogram is none)."},
        {"observed_at_points", "",
         "Value in the real cell, measured as in the randomisations so that both compare: from about 100 "
         "points of each surface to voxels, at most 200 objects of a class, so that gaps come out "
         "larger and contacts fewer than between whole surfaces. The numbers to quote are those of "
         "distances.csv, positions.csv "
         "and contacts.csv."},
        {"expected", "", "Mean over the randomisations: what chance alone would give."},
        {"low", "", "5 % of the randomisations have a value below this."},
        {"high", "", "95 % of the randomisations have a value below this."},
        {"p", "",
         "Chance that a randomisation gives a value as unusual as the observed one, too low or too high "
         "(two-sided p-value)."},
        {"p_corrected", "", "p, corrected for the many rows of this table by Holm's method."},
        {"n", "", "Number of objects of class_a."},
        {"misplaced", "",
         "Share of objects placed at random, from 0 to 1, that overlap with something, as no free "
         "place was found. Do not trust the row where this is more than some hundredths."},
    };
    for (const NullModelResult& r : results)
        table.rows.push_back({name(r.statistic), legend.name_of(r.class_a),
                              r.class_b == 0 ? std::string("plasma membrane") : legend.name_of(r.class_b),
                              r.observed, r.expected, r.low, r.high, r.p, r.p_corrected, r.objects,
                              r.misplaced});
    return table;
}

}  // namespace cytomo
