#include "cytomo/measures/centre_line.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace cytomo {

CentreLine::CentreLine(std::vector<Vec3> nodes) : nodes_(std::move(nodes)) {
    at_.assign(nodes_.size(), 0);
    for (std::size_t i = 1; i < nodes_.size(); ++i) at_[i] = at_[i - 1] + length(nodes_[i] - nodes_[i - 1]);
}

std::size_t CentreLine::segment(double at) const {
    const auto after = std::upper_bound(at_.begin() + 1, at_.end() - 1, at);
    return static_cast<std::size_t>(after - at_.begin()) - 1;
}

Vec3 CentreLine::direction(double at) const {
    const std::size_t s = segment(at);
    return normalized(nodes_[s + 1] - nodes_[s]);
}

Vec3 CentreLine::point(double at) const {
    const std::size_t s = segment(at);
    return nodes_[s] + normalized(nodes_[s + 1] - nodes_[s]) * (at - at_[s]);
}

double CentreLine::nearest(Vec3 p, double near, double reach) const {
    const std::size_t last = segment(near + reach);
    double best = near, best_distance = -1;
    for (std::size_t s = segment(near - reach); s <= last; ++s) {
        const Vec3 along = normalized(nodes_[s + 1] - nodes_[s]);
        double t = dot(p - nodes_[s], along);
        if (s > 0) t = std::max(t, 0.0);
        if (s + 2 < nodes_.size()) t = std::min(t, at_[s + 1] - at_[s]);
        const Vec3 off = p - (nodes_[s] + along * t);
        const double distance = dot(off, off);
        if (best_distance < 0 || distance < best_distance) {
            best_distance = distance;
            best = at_[s] + t;
        }
    }
    return best;
}

namespace {

/// Value at 0 of the parabola fitted to values v at places t with weights w; a line or mean where the
/// places do not carry more.
class LocalFit {
public:
    void add(double t, double w, Vec3 v) {
        double power = w;
        for (double& s : sums_) {
            s += power;
            power *= t;
        }
        for (Vec3& m : moments_) {
            m = m + v * w;
            w *= t;
        }
        ++count_;
    }
    Vec3 at_zero() const {
        const auto& s = sums_;
        if (count_ >= 4) {
            const double c0 = s[2] * s[4] - s[3] * s[3], c1 = s[1] * s[4] - s[2] * s[3],
                         c2 = s[1] * s[3] - s[2] * s[2];
            const double determinant = s[0] * c0 - s[1] * c1 + s[2] * c2;
            if (determinant > 1e-9 * s[0] * s[2] * s[4])
                return (moments_[0] * c0 - moments_[1] * c1 + moments_[2] * c2) * (1 / determinant);
        }
        const double determinant = s[0] * s[2] - s[1] * s[1];
        if (count_ >= 3 && determinant > 1e-9 * s[0] * s[2])
            return (moments_[0] * s[2] - moments_[1] * s[1]) * (1 / determinant);
        return moments_[0] * (1 / s[0]);
    }

private:
    std::array<double, 5> sums_{};
    std::array<Vec3, 3> moments_{};
    int count_ = 0;
};

}  // namespace

std::vector<Vec3> smoothed(const std::vector<Vec3>& nodes, double reach) {
    std::vector<double> at(nodes.size(), 0);
    for (std::size_t i = 1; i < nodes.size(); ++i) at[i] = at[i - 1] + length(nodes[i] - nodes[i - 1]);
    std::vector<Vec3> result(nodes);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        LocalFit fit;
        for (std::size_t j = 0; j < nodes.size(); ++j) {
            const double t = (at[j] - at[i]) / reach;
            if (std::abs(t) >= 1) continue;
            const double u = 1 - std::abs(t * t * t);
            fit.add(t, u * u * u, nodes[j]);
        }
        result[i] = fit.at_zero();
    }
    return result;
}

std::vector<double> curvatures_per_um(const CentreLine& line, const std::vector<double>& places,
                                      double reach) {
    const auto& nodes = line.nodes();
    const double whole = line.length_um();
    std::vector<double> result;
    for (const double place : places) {
        const double centre = whole > 2 * reach ? std::clamp(place, reach, whole - reach) : whole / 2;
        std::array<double, 5> sums{};
        std::array<Vec3, 3> moments{};
        int count = 0;
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            const double t = (line.at_node(i) - centre) / reach;
            if (std::abs(t) > 1) continue;
            double power = 1 - 0.9 * t * t;
            for (std::size_t k = 0; k < 5; ++k) {
                sums[k] += power;
                if (k < 3) moments[k] = moments[k] + nodes[i] * power;
                power *= t;
            }
            ++count;
        }
        const auto& s = sums;
        // Cramer's rule for the coefficients of t and t².
        const double determinant = s[0] * (s[2] * s[4] - s[3] * s[3]) - s[1] * (s[1] * s[4] - s[2] * s[3]) +
                                   s[2] * (s[1] * s[3] - s[2] * s[2]);
        if (count < 4 || !(determinant > 1e-9 * s[0] * s[2] * s[4])) {
            result.push_back(std::nan(""));
            continue;
        }
        const auto& m = moments;
        const Vec3 slope = (m[0] * (s[2] * s[3] - s[1] * s[4]) + m[1] * (s[0] * s[4] - s[2] * s[2]) +
                            m[2] * (s[1] * s[2] - s[0] * s[3])) *
                           (1 / (determinant * reach));
        const Vec3 bend = (m[0] * (s[1] * s[3] - s[2] * s[2]) + m[1] * (s[1] * s[2] - s[0] * s[3]) +
                           m[2] * (s[0] * s[2] - s[1] * s[1])) *
                          (2 / (determinant * reach * reach));
        const double speed = length(slope);
        result.push_back(speed > 0 ? length(cross(slope, bend)) / (speed * speed * speed) : std::nan(""));
    }
    return result;
}

double voxel_extent(Vec3 direction, Vec3 voxel_um) {
    const Vec3 d{direction.x * voxel_um.x, direction.y * voxel_um.y, direction.z * voxel_um.z};
    return length(d);
}

TubeSlices cut_into_slices(const CentreLine& line, const std::vector<Portion>& portions, Vec3 voxel_um,
                           double slice_um) {
    double first = portions.front().along_um, last = first;
    std::vector<double> extents;
    extents.reserve(portions.size());
    for (const Portion& p : portions) {
        const double extent = voxel_extent(line.direction(p.along_um), voxel_um);
        extents.push_back(extent);
        first = std::min(first, p.along_um - extent / 2);
        last = std::max(last, p.along_um + extent / 2);
    }
    const auto count = static_cast<std::size_t>(std::max(1.0, std::ceil((last - first) / slice_um)));
    TubeSlices slices;
    slices.first_um = first;
    slices.length_um = (last - first) / static_cast<double>(count);
    slices.volume_um3.assign(count, 0);
    slices.centroid_um.assign(count, {});
    for (std::size_t i = 0; i < portions.size(); ++i) {
        const double low = (portions[i].along_um - extents[i] / 2 - first) / slices.length_um;
        const double high = (portions[i].along_um + extents[i] / 2 - first) / slices.length_um;
        const auto begin = static_cast<std::size_t>(std::clamp(low, 0.0, static_cast<double>(count - 1)));
        const auto end = static_cast<std::size_t>(std::clamp(high, 0.0, static_cast<double>(count - 1)));
        for (std::size_t s = begin; s <= end; ++s) {
            const double inside =
                std::min(high, static_cast<double>(s + 1)) - std::max(low, static_cast<double>(s));
            const double share = portions[i].volume_um3 * std::max(0.0, inside) / (high - low);
            slices.volume_um3[s] += share;
            slices.centroid_um[s] = slices.centroid_um[s] + portions[i].place_um * share;
        }
    }
    for (std::size_t s = 0; s < count; ++s)
        if (slices.volume_um3[s] > 0)
            slices.centroid_um[s] = slices.centroid_um[s] * (1 / slices.volume_um3[s]);
    return slices;
}

}  // namespace cytomo
