#include "cytomo/measures/close_surfaces.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"

namespace cytomo {

SurfacePoints find_organelle_surfaces(const Instances& instances, const OrganelleClasses& classes) {
    std::vector<char> wanted(instances.class_of.size(), 0);
    for (std::size_t i = 1; i < wanted.size(); ++i) wanted[i] = classes.organelle[instances.class_of[i]];
    return find_surface_points(instances.volume, wanted);
}

double distance_to(const FineSurface::Place& place, Vec3 position_um, double radius_um) {
    const Vec3 from = position_um - place.position_um;
    const double up = dot(from, place.normal), whole = length(from);
    const double aside = std::sqrt(std::max(0.0, whole * whole - up * up));
    const double distance = aside <= radius_um ? std::fabs(up) : whole;
    return up < 0 && whole <= 2 * radius_um ? -distance : distance;
}

namespace {

double longest_edge(const Grid& grid) {
    return std::max({grid.voxel_um.x, grid.voxel_um.y, grid.voxel_um.z});
}

/// Two clusters of different objects whose boxes are near to each other; a's object is the lower one.
struct ClusterPair {
    std::uint32_t a, b;
};

/// All such pairs, grouped by objects.
std::vector<ClusterPair> find_near_clusters(const SurfacePoints& surfaces, double reach_um) {
    std::vector<std::uint32_t> all(surfaces.clusters.size());
    for (std::uint32_t i = 0; i < all.size(); ++i) all[i] = i;
    const SurfaceTree tree(surfaces, std::move(all));
    constexpr std::int64_t together = 256;
    const auto count = static_cast<std::int64_t>(surfaces.clusters.size());
    std::vector<std::vector<ClusterPair>> parts(static_cast<std::size_t>((count + together - 1) / together));
    parallel_chunks(count, together, [&](std::int64_t begin, std::int64_t end) {
        auto& part = parts[static_cast<std::size_t>(begin / together)];
        for (std::int64_t i = begin; i < end; ++i) {
            const SurfaceCluster& own = surfaces.clusters[static_cast<std::size_t>(i)];
            tree.for_near(own, reach_um, [&](std::uint32_t other) {
                if (surfaces.clusters[other].object > own.object)
                    part.push_back({static_cast<std::uint32_t>(i), other});
            });
        }
    });
    std::vector<ClusterPair> pairs;
    for (const auto& part : parts) pairs.insert(pairs.end(), part.begin(), part.end());
    // Ascending by both objects: clusters ascend by object.
    std::sort(pairs.begin(), pairs.end(), [&](const ClusterPair& p, const ClusterPair& q) {
        const std::uint32_t pa = surfaces.clusters[p.a].object, pb = surfaces.clusters[p.b].object,
                            qa = surfaces.clusters[q.a].object, qb = surfaces.clusters[q.b].object;
        if (pa != qa) return pa < qa;
        if (pb != qb) return pb < qb;
        return p.a != q.a ? p.a < q.a : p.b < q.b;
    });
    return pairs;
}

/// The points of one cluster that come near the other object.
struct NearPart {
    std::uint32_t cluster = 0;
    std::vector<Vec3> middle_um;  ///< of the faces of all points
    std::vector<char> near;
    std::vector<FineSurface::Place> places;  ///< of the near ones
    std::vector<double> squared_um2;         ///< to the nearest place of the other object
    std::vector<double> distance_um;         ///< to its tangent plane
};

class PairContact {
public:
    PairContact(const SurfacePoints& surfaces, const FineSurface& fine, std::span<const ClusterPair> pairs,
                double within_um)
        : surfaces_(surfaces), within_um_(within_um), edge_um_(longest_edge(surfaces.grid)) {
        std::vector<std::uint32_t> of_a, of_b;
        for (const ClusterPair& p : pairs) {
            of_a.push_back(p.a);
            of_b.push_back(p.b);
        }
        a_ = parts_of(std::move(of_a));
        b_ = parts_of(std::move(of_b));
        for (auto* side : {&a_, &b_})
            for (NearPart& part : *side) {
                for (const SurfacePoint& p : surfaces.points_of(surfaces.clusters[part.cluster]))
                    part.middle_um.push_back(surfaces.position_um(p));
                part.near.assign(part.middle_um.size(), 0);
            }
        // The surfaces lie within about half a voxel of the faces.
        const double reach2 = std::pow(within_um + 1.5 * edge_um_, 2);
        for (const ClusterPair& p : pairs) mark_near(find(a_, p.a), find(b_, p.b), reach2);
        for (auto* side : {&a_, &b_})
            for (NearPart& part : *side) {
                const auto points = surfaces.points_of(surfaces.clusters[part.cluster]);
                for (std::size_t i = 0; i < points.size(); ++i)
                    if (part.near[i] != 0) part.places.push_back(fine.at(points[i]));
                part.squared_um2.assign(part.places.size(), std::numeric_limits<double>::infinity());
                part.distance_um = part.squared_um2;
            }
        for (const ClusterPair& p : pairs) {
            NearPart &a = find(a_, p.a), &b = find(b_, p.b);
            measure(a, b);
            measure(b, a);
        }
    }

    ObjectContact result() const {
        ObjectContact contact;
        contact.gap_um = std::numeric_limits<double>::infinity();
        for (const auto* side : {&a_, &b_})
            for (const NearPart& part : *side)
                for (std::size_t i = 0; i < part.places.size(); ++i) {
                    contact.gap_um = std::min(contact.gap_um, std::max(0.0, part.distance_um[i]));
                    if (part.distance_um[i] < within_um_) contact.area_um2 += 0.5 * part.places[i].area_um2;
                }
        return contact;
    }

private:
    static bool by_cluster(const NearPart& p, const NearPart& q) { return p.cluster < q.cluster; }
    static NearPart& find(std::vector<NearPart>& side, std::uint32_t cluster) {
        NearPart key;
        key.cluster = cluster;
        return *std::lower_bound(side.begin(), side.end(), key, by_cluster);
    }
    static std::vector<NearPart> parts_of(std::vector<std::uint32_t> clusters) {
        std::sort(clusters.begin(), clusters.end());
        clusters.erase(std::unique(clusters.begin(), clusters.end()), clusters.end());
        std::vector<NearPart> parts(clusters.size());
        for (std::size_t i = 0; i < parts.size(); ++i) parts[i].cluster = clusters[i];
        return parts;
    }
    static void mark_near(NearPart& a, NearPart& b, double reach2) {
        for (std::size_t i = 0; i < a.middle_um.size(); ++i)
            for (std::size_t j = 0; j < b.middle_um.size(); ++j) {
                const Vec3 d = a.middle_um[i] - b.middle_um[j];
                if (dot(d, d) <= reach2) a.near[i] = b.near[j] = 1;
            }
    }
    void measure(NearPart& from, const NearPart& to) const {
        for (std::size_t i = 0; i < from.places.size(); ++i) {
            const FineSurface::Place* nearest = nullptr;
            for (const FineSurface::Place& place : to.places) {
                const Vec3 d = place.position_um - from.places[i].position_um;
                const double squared = dot(d, d);
                if (squared >= from.squared_um2[i]) continue;
                from.squared_um2[i] = squared;
                nearest = &place;
            }
            if (nearest != nullptr)
                from.distance_um[i] = distance_to(*nearest, from.places[i].position_um, 0.75 * edge_um_);
        }
    }

    const SurfacePoints& surfaces_;
    double within_um_, edge_um_;
    std::vector<NearPart> a_, b_;
};

}  // namespace

std::vector<ObjectContact> find_contacts_of(const Instances& instances, const SurfacePoints& surfaces,
                                            const ContactOptions& options) {
    const double reach = options.within_um + 1.5 * longest_edge(surfaces.grid);
    const std::vector<ClusterPair> pairs = find_near_clusters(surfaces, reach);
    const auto object = [&](std::uint32_t cluster) { return surfaces.clusters[cluster].object; };
    std::vector<std::size_t> begins;
    for (std::size_t i = 0; i < pairs.size(); ++i)
        if (i == 0 || object(pairs[i].a) != object(pairs[i - 1].a) ||
            object(pairs[i].b) != object(pairs[i - 1].b))
            begins.push_back(i);
    begins.push_back(pairs.size());
    const FineSurface fine(instances.volume);
    std::vector<ObjectContact> found(begins.size() - 1);
    parallel_for(static_cast<std::int64_t>(found.size()), [&](std::int64_t n) {
        const auto i = static_cast<std::size_t>(n);
        const std::span<const ClusterPair> own{pairs.data() + begins[i], pairs.data() + begins[i + 1]};
        ObjectContact contact = PairContact(surfaces, fine, own, options.within_um).result();
        contact.a = object(own[0].a);
        contact.b = object(own[0].b);
        contact.class_a = instances.class_of[contact.a];
        contact.class_b = instances.class_of[contact.b];
        found[i] = contact;
    });
    std::erase_if(
        found, [&](const ObjectContact& c) { return !(c.gap_um < options.within_um) || !(c.area_um2 > 0); });
    return found;
}

}  // namespace cytomo
