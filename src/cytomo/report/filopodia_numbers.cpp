#include "cytomo/report/filopodia_numbers.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>

#include "cytomo/report/drawing.h"

namespace cytomo {

namespace {

/// Which parts of the map tubes cover, in fields of a few pixels.
class CoveredFields {
public:
    CoveredFields(const FilopodiaMap& map, std::span<const TubePart> tubes)
        : left_(map.left),
          top_(map.top),
          across_(static_cast<int>(map.width / field) + 1),
          down_(static_cast<int>(map.height / field) + 1),
          covered_(static_cast<std::size_t>(across_) * static_cast<std::size_t>(down_)) {
        for (const TubePart& t : tubes) cover(t);
    }
    bool meets(const PictureBox& box) const {
        for (int y = row(box.top); y <= row(box.bottom); ++y)
            for (int x = column(box.left); x <= column(box.right); ++x)
                if (covered_[at(x, y)] != 0) return true;
        return false;
    }

private:
    static constexpr double field = 3;

    int column(double x) const {
        return std::clamp(static_cast<int>(std::floor((x - left_) / field)), 0, across_ - 1);
    }
    int row(double y) const {
        return std::clamp(static_cast<int>(std::floor((y - top_) / field)), 0, down_ - 1);
    }
    std::size_t at(int x, int y) const {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(across_) + static_cast<std::size_t>(x);
    }
    void cover(const TubePart& t) {
        const double reach = std::max(t.radius_a, t.radius_b) + field / 2;
        const double dx = t.b.x - t.a.x, dy = t.b.y - t.a.y, squared = dx * dx + dy * dy;
        for (int y = row(std::min(t.a.y, t.b.y) - reach); y <= row(std::max(t.a.y, t.b.y) + reach); ++y)
            for (int x = column(std::min(t.a.x, t.b.x) - reach); x <= column(std::max(t.a.x, t.b.x) + reach);
                 ++x) {
                const double px = left_ + (x + 0.5) * field - t.a.x, py = top_ + (y + 0.5) * field - t.a.y;
                const double along = squared > 0 ? std::clamp((px * dx + py * dy) / squared, 0.0, 1.0) : 0.0;
                if (std::hypot(px - along * dx, py - along * dy) < reach) covered_[at(x, y)] = 1;
            }
    }

    double left_, top_;
    int across_, down_;
    std::vector<char> covered_;
};

/// The point of the box that is nearest to p.
PicturePoint nearest_of(const PictureBox& box, PicturePoint p) {
    return {std::clamp(p.x, box.left, box.right), std::clamp(p.y, box.top, box.bottom)};
}

/// Points along the line from the number to the root, close together.
std::vector<PicturePoint> leader_points(const PictureBox& box, PicturePoint root) {
    const PicturePoint from = nearest_of(box, root);
    const int steps = static_cast<int>(std::ceil(std::hypot(root.x - from.x, root.y - from.y) / 2));
    std::vector<PicturePoint> out;
    for (int s = 1; s <= steps; ++s)
        out.push_back({from.x + (root.x - from.x) * s / steps, from.y + (root.y - from.y) * s / steps});
    return out;
}

}  // namespace

std::vector<NumberPlace> place_numbers(std::span<const Filopodium> filopodia, const FilopodiaMap& map,
                                       std::span<const TubePart> tubes, double size) {
    constexpr int turns = 16, rings = 10;
    const CoveredFields covered(map, tubes);
    std::vector<std::size_t> order(filopodia.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return filopodia[a].length_um > filopodia[b].length_um;
    });
    std::vector<NumberPlace> out;
    std::vector<PicturePoint> lines;  // of all leaders
    const auto is_free = [&](const PictureBox& box, const std::vector<PicturePoint>& leader) {
        if (box.left < map.left || box.top < map.top || box.right > map.left + map.width ||
            box.bottom > map.top + map.height)
            return false;
        for (const NumberPlace& other : out)
            if (box.meets(other.box) ||
                std::any_of(leader.begin(), leader.end(), [&](PicturePoint p) { return other.box.holds(p); }))
                return false;
        return std::none_of(lines.begin(), lines.end(), [&](PicturePoint p) { return box.holds(p); });
    };
    for (const std::size_t n : order) {
        const Filopodium& f = filopodia[n];
        if (f.centre_line_um.size() < 2) continue;
        const PicturePoint root = map.at(f.root_um);
        const PicturePoint next =
            map.at(f.centre_line_um[std::min<std::size_t>(4, f.centre_line_um.size() - 1)]);
        const double inwards = std::atan2(root.y - next.y, root.x - next.x);
        const double width = text_width(std::to_string(f.instance), size);
        const double start = std::max(1.0, f.mean_radius_um * map.pixels_per_um) + 0.95 * size + 5;
        std::optional<NumberPlace> found;
        for (const bool keep_off : {true, false}) {
            for (int i = 0; i < turns * rings && !found; ++i) {
                const int turn_number = i % turns, ring = i / turns;
                const double turn = (turn_number + 1) / 2 * (turn_number % 2 == 0 ? 0.39 : -0.39);
                const double distance = start + ring * 1.1 * size;
                const double x = root.x + std::cos(inwards + turn) * (distance + width / 4),
                             y = root.y + std::sin(inwards + turn) * distance;
                const PictureBox box{x - width / 2 - 2, y - size / 2 - 3, x + width / 2 + 2,
                                     y + size / 2 + 3};
                const bool leader = ring > 0;
                const auto points = leader ? leader_points(box, root) : std::vector<PicturePoint>{};
                if (!is_free(box, points) || (keep_off && covered.meets(box))) continue;
                found = NumberPlace{f.instance, box, root, leader};
                lines.insert(lines.end(), points.begin(), points.end());
            }
            if (found) break;
        }
        if (found) out.push_back(*found);
    }
    return out;
}

void draw_numbers(Image& image, std::span<const NumberPlace> places, double size) {
    constexpr Colour dark{35, 42, 51}, white{255, 255, 255};
    for (const NumberPlace& p : places) {
        if (!p.leader) continue;
        const PicturePoint from = nearest_of(p.box, p.root);
        draw_line(image, from, p.root, 3, white, 0.8);
        draw_line(image, from, p.root, 1.2, dark);
    }
    for (const NumberPlace& p : places) {
        const PicturePoint baseline{p.box.left + 2, p.box.bottom - 3};
        draw_text(image, baseline, std::to_string(p.number), size, white, 3.2);
        draw_text(image, baseline, std::to_string(p.number), size, dark, 1.1);
    }
}

}  // namespace cytomo
