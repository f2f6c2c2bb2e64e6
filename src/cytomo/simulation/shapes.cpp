#include "cytomo/simulation/shapes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numbers>

namespace cytomo {

Frame frame_along(Vec3 direction) {
    Frame frame;
    frame.a = normalized(direction);
    const Vec3 helper = std::fabs(frame.a.z) < 0.8 ? Vec3{0, 0, 1} : Vec3{1, 0, 0};
    frame.b = normalized(cross(helper, frame.a));
    frame.c = cross(frame.a, frame.b);
    return frame;
}

double Ellipsoid::distance(Vec3 p) const {
    const Vec3 d = p - centre;
    const Vec3 q{dot(d, frame.a), dot(d, frame.b), dot(d, frame.c)};
    const Vec3 n{q.x / radii.x, q.y / radii.y, q.z / radii.z};
    const double k0 = length(n);
    const double k1 = length({n.x / radii.x, n.y / radii.y, n.z / radii.z});
    if (k1 < 1e-12) return -std::min({radii.x, radii.y, radii.z});
    return k0 * (k0 - 1) / k1;
}

double Ellipsoid::volume_um3() const {
    return 4.0 / 3.0 * std::numbers::pi * radii.x * radii.y * radii.z;
}

double Ellipsoid::area_um2() const {
    std::array<double, 3> r{radii.x, radii.y, radii.z};
    std::sort(r.begin(), r.end(), std::greater<>());
    const auto [a, b, c] = r;
    if (a - c < 1e-6 * a) return 4 * std::numbers::pi * std::pow(a * b * c, 2.0 / 3);
    const double angle = std::acos(c / a), s = std::sin(angle);
    const double k = std::sqrt(a * a * (b * b - c * c) / (b * b * (a * a - c * c)));
    return 2 * std::numbers::pi *
           (c * c +
            a * b / s * (std::ellint_2(k, angle) * s * s + std::ellint_1(k, angle) * c * c / (a * a)));
}

Box Ellipsoid::box() const {
    const auto reach = [&](double a, double b, double c) {
        return std::sqrt(a * a * radii.x * radii.x + b * b * radii.y * radii.y + c * c * radii.z * radii.z);
    };
    const Vec3 r{reach(frame.a.x, frame.b.x, frame.c.x), reach(frame.a.y, frame.b.y, frame.c.y),
                 reach(frame.a.z, frame.b.z, frame.c.z)};
    return {centre - r, centre + r};
}

Box Tube::box() const {
    Box box{{1e30, 1e30, 1e30}, {-1e30, -1e30, -1e30}};
    for (const auto& line : lines) {
        for (const TubePoint& p : line) {
            const double r = p.radius_um;
            box.low = {std::min(box.low.x, p.position.x - r), std::min(box.low.y, p.position.y - r),
                       std::min(box.low.z, p.position.z - r)};
            box.high = {std::max(box.high.x, p.position.x + r), std::max(box.high.y, p.position.y + r),
                        std::max(box.high.z, p.position.z + r)};
        }
    }
    return box;
}

Occupancy::Occupancy(const Box& box) : box_(box) {
    const auto cells = [](double extent) {
        return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(extent / cell_um)));
    };
    nx_ = cells(box.high.x - box.low.x);
    ny_ = cells(box.high.y - box.low.y);
    nz_ = cells(box.high.z - box.low.z);
    cells_.resize(static_cast<std::size_t>(nx_ * ny_ * nz_));
}

std::int64_t Occupancy::cell(double v, double low, std::int64_t n) const {
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::floor((v - low) / cell_um)), 0, n - 1);
}

void Occupancy::add(Vec3 centre, double radius_um, std::uint32_t owner) {
    largest_ = std::max(largest_, radius_um);
    const std::int64_t i = (cell(centre.z, box_.low.z, nz_) * ny_ + cell(centre.y, box_.low.y, ny_)) * nx_ +
                           cell(centre.x, box_.low.x, nx_);
    cells_[static_cast<std::size_t>(i)].push_back({centre, radius_um, owner});
}

void Occupancy::add(const Tube& tube, std::uint32_t owner) {
    for (const auto& line : tube.lines)
        for (const TubePoint& p : line) add(p.position, p.radius_um, owner);
}

bool Occupancy::collides(Vec3 centre, double radius_um, double tolerance_um, std::uint32_t owner) const {
    const double reach = radius_um + largest_;
    const auto x1 = cell(centre.x + reach, box_.low.x, nx_), y1 = cell(centre.y + reach, box_.low.y, ny_),
               z1 = cell(centre.z + reach, box_.low.z, nz_);
    for (auto z = cell(centre.z - reach, box_.low.z, nz_); z <= z1; ++z)
        for (auto y = cell(centre.y - reach, box_.low.y, ny_); y <= y1; ++y)
            for (auto x = cell(centre.x - reach, box_.low.x, nx_); x <= x1; ++x)
                for (const Ball& ball : cells_[static_cast<std::size_t>((z * ny_ + y) * nx_ + x)]) {
                    const double apart = ball.radius_um + radius_um - tolerance_um;
                    const Vec3 d = ball.centre - centre;
                    if (ball.owner != owner && apart > 0 && dot(d, d) < apart * apart) return true;
                }
    return false;
}

}  // namespace cytomo
