#include "cytomo/measures/skeleton_line.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "cytomo/measures/centre_line.h"

namespace cytomo {

SkeletonLine::SkeletonLine(const std::vector<Vec3>& nodes, bool open_from, bool open_to, bool closed)
    : open_from_(open_from), open_to_(open_to), closed_(closed) {
    for (const Vec3 p : nodes) {
        const double step = nodes_.empty() ? 1 : length(p - nodes_.back());
        if (!(step > 0)) continue;
        if (!nodes_.empty()) along_.push_back((p - nodes_.back()) * (1 / step));
        at_.push_back(nodes_.empty() ? 0 : at_.back() + step);
        nodes_.push_back(p);
    }
}

double SkeletonLine::within(double at) const {
    if (!closed_) return at;
    const double whole = length_um();
    return at - whole * std::floor(at / whole);
}

std::size_t SkeletonLine::segment(double at) const {
    const auto after = std::upper_bound(at_.begin() + 1, at_.end() - 1, within(at));
    return static_cast<std::size_t>(after - at_.begin()) - 1;
}

Vec3 SkeletonLine::point(double at) const {
    at = within(at);
    const std::size_t s = segment(at);
    return nodes_[s] + along_[s] * (at - at_[s]);
}

SkeletonLine::Stretch SkeletonLine::stretch(double near, double reach) const {
    const std::size_t segments = along_.size();
    if (closed_ && !(2 * reach < length_um())) return {0, segments};
    const std::size_t first = segment(near - reach), last = segment(near + reach);
    return {first, (last + segments - first) % segments + 1};
}

SkeletonLine::Place SkeletonLine::nearest(Vec3 p, double near, Stretch within) const {
    const std::size_t segments = along_.size();
    Place best{near, -1};
    for (std::size_t i = 0, s = within.first; i < within.count; ++i, s = s + 1 == segments ? 0 : s + 1) {
        const Vec3 from = p - nodes_[s];
        double t = dot(from, along_[s]);
        if (t < 0 && !(open_from_ && s == 0)) t = 0;
        const double whole = at_[s + 1] - at_[s];
        if (t > whole && !(open_to_ && s + 1 == segments)) t = whole;
        const Vec3 off = from - along_[s] * t;
        const double squared = dot(off, off);
        if (best.squared_um2 >= 0 && squared >= best.squared_um2) continue;
        best = {at_[s] + t, squared, s};
    }
    return best;
}

std::vector<Vec3> moved_inwards(const std::vector<Vec3>& nodes, bool ring, double radius_um) {
    if (nodes.size() < 3) return nodes;
    std::vector<Vec3> closed(nodes);
    if (ring) closed.push_back(nodes.front());
    const SkeletonLine line(closed, true, true, ring);
    if (line.nodes().size() != closed.size()) return nodes;
    const double step =
        ring ? std::min(2 * radius_um, line.length_um() / 6) : std::min(2 * radius_um, line.length_um() / 2);
    std::vector<Vec3> moved(nodes);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        double at = line.at_node(i);
        if (!ring) at = std::clamp(at, step, line.length_um() - step);
        Vec3 bend =
            (line.point(at - step) + line.point(at + step) - line.point(at) * 2) * (1 / (step * step));
        const double most = 0.5 / radius_um;
        if (length(bend) > most) bend = normalized(bend) * most;
        moved[i] = moved[i] + bend * (radius_um * radius_um / 4);
    }
    return moved;
}

std::vector<Vec3> smoothed_ring(const std::vector<Vec3>& points, double wide_um) {
    // With as many points before and behind as the smoothing looks at.
    const auto n = static_cast<std::ptrdiff_t>(points.size());
    double around = length(points.front() - points.back());
    for (std::size_t i = 1; i < points.size(); ++i) around += length(points[i] - points[i - 1]);
    const auto more = std::min<std::ptrdiff_t>(
        n, static_cast<std::ptrdiff_t>(2 * wide_um / (around / static_cast<double>(n))) + 2);
    std::vector<Vec3> twice(points.end() - more, points.end());
    twice.insert(twice.end(), points.begin(), points.end());
    twice.insert(twice.end(), points.begin(), points.begin() + more);
    twice = smoothed(twice, wide_um);
    return {twice.begin() + more, twice.begin() + more + n};
}

Vec3 solve_symmetric(const std::array<double, 6>& m, Vec3 r) {
    const Vec3 a{m[0], m[3], m[4]}, b{m[3], m[1], m[5]}, c{m[4], m[5], m[2]};
    const double determinant = dot(a, cross(b, c));
    return Vec3{dot(r, cross(b, c)), dot(a, cross(r, c)), dot(a, cross(b, r))} * (1 / determinant);
}

double radius_of_short(double volume, double whole_length) {
    const double ellipsoid = std::sqrt(1.5 * volume / (std::numbers::pi * whole_length));
    if (ellipsoid >= whole_length / 2) return ellipsoid;
    double low = 0, high = whole_length / 2;
    for (int i = 0; i < 40; ++i) {
        const double r = (low + high) / 2;
        (std::numbers::pi * r * r * (whole_length - 2 * r / 3) < volume ? low : high) = r;
    }
    return (low + high) / 2;
}

LineCuts::LineCuts(double first, double last, double cut, bool is_closed)
    : first_um(first), closed(is_closed) {
    const auto count = static_cast<std::size_t>(std::max(1.0, std::ceil((last - first) / cut - 1e-9)));
    length_um = (last - first) / static_cast<double>(count);
    volume_um3.assign(count, 0);
    centroid_um.assign(count, {});
}

void LineCuts::add(Vec3 p, double volume, double at, double extent) {
    const auto count = static_cast<std::int64_t>(volume_um3.size());
    const auto put = [&](std::int64_t cut, double part) {
        cut = closed ? (cut % count + count) % count : std::clamp<std::int64_t>(cut, 0, count - 1);
        volume_um3[static_cast<std::size_t>(cut)] += part;
        Vec3& sum = centroid_um[static_cast<std::size_t>(cut)];
        sum = sum + p * part;
    };
    const double low = (at - extent / 2 - first_um) / length_um, high = low + extent / length_um;
    const double first = std::floor(low);
    if (high <= first + 1) return put(static_cast<std::int64_t>(first), volume);
    const double share = volume / (high - low);
    double begin = low;
    for (double c = first; begin < high; ++c) {
        const double end = std::min(c + 1, high);
        put(static_cast<std::int64_t>(c), share * (end - begin));
        begin = end;
    }
}

void LineCuts::finish() {
    for (std::size_t i = 0; i < volume_um3.size(); ++i)
        if (volume_um3[i] > 0) centroid_um[i] = centroid_um[i] * (1 / volume_um3[i]);
}

}  // namespace cytomo
