#include "cytomo/simulation/tube_pile.h"

#include <algorithm>
#include <cmath>

namespace cytomo {

std::int64_t TubePile::cell(double um) const {
    return static_cast<std::int64_t>(std::floor(um / cell_um_));
}

void TubePile::add(const std::vector<TubePoint>& line) {
    for (const TubePoint& p : line) {
        points_[key(cell(p.position.x), cell(p.position.y))].push_back(p);
        largest_um_ = std::max(largest_um_, p.radius_um);
    }
}

double TubePile::height_over(const TubePoint& p) const {
    const Vec3 at = p.position;
    const double reach = p.radius_um + largest_um_;
    double height = at.z;
    for (std::int64_t y = cell(at.y - reach); y <= cell(at.y + reach); ++y)
        for (std::int64_t x = cell(at.x - reach); x <= cell(at.x + reach); ++x) {
            const auto found = points_.find(key(x, y));
            if (found == points_.end()) continue;
            for (const TubePoint& q : found->second) {
                const double apart = p.radius_um + q.radius_um;
                const Vec3 d = q.position - at;
                const double squared = apart * apart - d.x * d.x - d.y * d.y;
                // Far enough above or below, it stays where it is.
                if (squared > d.z * d.z * (1 + 1e-9))
                    height = std::max(height, q.position.z + std::sqrt(squared));
            }
        }
    return height;
}

void TubePile::lift(std::vector<TubePoint>& line, double fixed_um) const {
    const std::size_t count = line.size();
    if (count < 2 || points_.empty()) return;
    std::vector<double> along(count, 0);
    for (std::size_t k = 1; k < count; ++k)
        along[k] = along[k - 1] + length(line[k].position - line[k - 1].position);
    // What is raised may meet a tube that it ran under before.
    constexpr int most_rounds = 8;
    for (int round = 0; round < most_rounds; ++round) {
        std::vector<double> rise(count, 0);
        bool any = false;
        for (std::size_t k = 0; k < count; ++k) {
            const double needed = height_over(line[k]) - line[k].position.z;
            if (needed <= 0) continue;
            any = true;
            const double width = 4 * line[k].radius_um;
            const auto raise = [&](std::size_t j) {
                const double t = (along[j] - along[k]) / width;
                if (t * t > 12) return false;
                rise[j] = std::max(rise[j], needed * std::exp(-t * t));
                return true;
            };
            for (std::size_t j = k; j < count && raise(j); ++j) {
            }
            for (std::size_t j = k; j-- > 0 && raise(j);) {
            }
        }
        if (!any) break;
        for (std::size_t k = 0; k < count; ++k) {
            const double t = fixed_um > 0 ? std::min(1.0, along[k] / fixed_um) : 1;
            line[k].position.z += rise[k] * t * t * (3 - 2 * t);
        }
    }
    std::size_t origin = 0;
    for (std::size_t k = 0; k < count; ++k)
        if (line[k].along_um == 0) origin = k;
    for (std::size_t k = 1; k < count; ++k)
        line[k].along_um =
            k == origin ? 0 : line[k - 1].along_um + length(line[k].position - line[k - 1].position);
}

}  // namespace cytomo
