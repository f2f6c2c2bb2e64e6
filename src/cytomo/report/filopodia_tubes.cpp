// Each part is drawn into a buffer of depths, two subpixels along each side of a pixel, band after band of
// the picture, so that memory does not grow with its size.
#include "cytomo/report/filopodia_tubes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "cytomo/core/parallel.h"
#include "cytomo/report/colour_scale.h"

namespace cytomo {

RadiusRange find_radius_range(std::span<const Filopodium> filopodia) {
    std::vector<double> radii;
    for (const Filopodium& f : filopodia)
        for (std::size_t i = 1; i + 1 < f.radius_um.size(); ++i)
            if (std::isfinite(f.radius_um[i])) radii.push_back(f.radius_um[i]);
    if (radii.empty())
        for (const Filopodium& f : filopodia) radii.push_back(f.mean_radius_um);
    if (radii.empty()) return {};
    std::sort(radii.begin(), radii.end());
    const auto at = [&](double part) {
        return radii[static_cast<std::size_t>(part * static_cast<double>(radii.size() - 1))];
    };
    const double low = at(0.02), high = at(0.98);
    const double step = high - low > 0.04 ? 0.02 : high - low > 0.008 ? 0.01 : 0.002;
    RadiusRange range{std::floor(low / step + 1e-9) * step, std::ceil(high / step - 1e-9) * step};
    if (!(range.high > range.low)) range.high = range.low + step;
    return range;
}

std::vector<TubePart> tube_parts(std::span<const Filopodium> filopodia, const FilopodiaMap& map,
                                 const RadiusRange& range) {
    std::vector<TubePart> out;
    std::uint32_t owner = 0;
    const auto add = [&](Vec3 a, Vec3 b, double radius_a, double radius_b, double value_a, double value_b) {
        const auto pixels = [&](double radius_um) { return std::max(1.0, radius_um * map.pixels_per_um); };
        out.push_back({map.at(a), map.at(b), a.z * map.pixels_per_um, b.z * map.pixels_per_um,
                       pixels(radius_a), pixels(radius_b), range.part(value_a), range.part(value_b), owner});
    };
    for (const Filopodium& f : filopodia) {
        ++owner;
        if (f.centre_line_um.size() < 2) continue;
        const double thin = 0.6 * f.mean_radius_um;
        for (const FilopodiumBranch& b : f.branches)
            for (std::size_t i = 1; i < b.line_um.size(); ++i)
                add(b.line_um[i - 1], b.line_um[i], thin, thin, f.mean_radius_um, f.mean_radius_um);
        const auto radius = [&](std::size_t i) {
            const bool known = i < f.radius_um.size() && std::isfinite(f.radius_um[i]);
            return known ? f.radius_um[i] : f.mean_radius_um;
        };
        for (std::size_t i = 1; i < f.centre_line_um.size(); ++i) {
            // Round ends reach a radius beyond the line: the last stretch ends before the tip.
            Vec3 to = f.centre_line_um[i];
            const Vec3 from = f.centre_line_um[i - 1];
            const double step = length(to - from);
            if (i + 1 == f.centre_line_um.size() && step > radius(i) && step > 0)
                to = from + (to - from) * ((step - radius(i)) / step);
            add(from, to, radius(i - 1), radius(i), radius(i - 1), radius(i));
        }
    }
    return out;
}

namespace {

constexpr int tube_fine = 2;                ///< subpixels along each side of a pixel
constexpr int rim_reach = 2 * tube_fine;    ///< width of the white rim, subpixels
constexpr int tube_margin = rim_reach + 1;  ///< what a band has to know of its neighbours

struct TubeSample {
    float depth = std::numeric_limits<float>::infinity();
    float value = 0, light = 0, radius = 0;
    std::uint32_t owner = 0;  ///< 0: nothing
    bool rim = false;
};

/// Rows of the buffer: [first, first + rows) in subpixels of the picture.
struct TubeBand {
    int first = 0, rows = 0, across = 0;
    std::vector<TubeSample> samples;
    TubeSample& at(int x, int y) {
        return samples[static_cast<std::size_t>(y - first) * static_cast<std::size_t>(across) +
                       static_cast<std::size_t>(x)];
    }
    bool holds(int x, int y) const { return x >= 0 && x < across && y >= first && y < first + rows; }
};

/// A part of a tube as the line of sight meets it, in pixels; z away from the viewer.
class SeenPart {
public:
    explicit SeenPart(const TubePart& part) : part_(part) {
        const Vec3 along{part.b.x - part.a.x, part.b.y - part.a.y, part.depth_b - part.depth_a};
        length_ = length(along);
        if (length_ > 0) axis_ = along * (1 / length_);
        flat_ = length_ > 0 ? 1 - axis_.z * axis_.z : 0;
        across_ = std::max(0.35, std::sqrt(std::max(0.0, flat_)));
    }

    /// What it shows at a place, where it lies in front of what was there.
    void put(double x, double y, TubeSample& sample) const {
        put_end({x - part_.a.x, y - part_.a.y, 0}, part_.depth_a, part_.radius_a, part_.value_a, sample);
        put_end({x - part_.b.x, y - part_.b.y, 0}, part_.depth_b, part_.radius_b, part_.value_b, sample);
        if (flat_ > 1e-6) put_wall({x - part_.a.x, y - part_.a.y, 0}, sample);
    }

private:
    /// A ball around an end; `aside`: from its middle.
    void put_end(Vec3 aside, double depth, double radius, double value, TubeSample& sample) const {
        const double height = radius * radius - aside.x * aside.x - aside.y * aside.y;
        if (!(height > 0)) return;
        aside.z = -std::sqrt(height);
        show(depth + aside.z, aside * (1 / radius), radius, value, sample);
    }

    /// The wall between the ends; `aside`: from the first one.
    void put_wall(Vec3 aside, TubeSample& sample) const {
        const double k = aside.x * axis_.x + aside.y * axis_.y;
        const double beside = aside.x * aside.x + aside.y * aside.y - k * k;
        double t = 0.5, radius = 0;
        for (int round = 0; round < 3; ++round) {  // it is a cone: how thick it is depends on where it is met
            radius = part_.radius_a + t * (part_.radius_b - part_.radius_a);
            const double root = axis_.z * axis_.z * k * k - flat_ * (beside - radius * radius);
            if (!(root > 0)) return;
            aside.z = (axis_.z * k - std::sqrt(root)) / flat_;
            t = (k + aside.z * axis_.z) / length_;
            if (round < 2) t = std::clamp(t, 0.0, 1.0);
        }
        if (!(t >= 0 && t <= 1)) return;
        const Vec3 normal = (aside - axis_ * (t * length_)) * (1 / radius);
        show(part_.depth_a + aside.z, normal, radius, part_.value_a + t * (part_.value_b - part_.value_a),
             sample);
    }

    void show(double depth, Vec3 normal, double radius, double value, TubeSample& sample) const {
        const auto near = static_cast<float>(depth);
        if (!(near < sample.depth)) return;
        // Steep tubes too have the full colour along their middle.
        const double facing = std::min(1.0, -normal.z / across_);
        const double light = 0.45 + 0.55 * facing - 0.18 * (0.6 * normal.x + 0.8 * normal.y);
        sample = {near,
                  static_cast<float>(value),
                  static_cast<float>(std::clamp(light, 0.35, 1.1)),
                  static_cast<float>(radius),
                  part_.owner,
                  false};
    }

    const TubePart& part_;
    Vec3 axis_{0, 0, 0};
    double length_ = 0, flat_ = 0, across_ = 1;  ///< flat_: square of how far the axis lies in the picture
};

void put_tubes(TubeBand& band, std::span<const TubePart> parts) {
    for (const TubePart& part : parts) {
        const SeenPart seen(part);
        const double reach = std::max(part.radius_a, part.radius_b);
        const auto low = [&](double a, double b, int least) {
            return std::max(least, static_cast<int>(std::floor((std::min(a, b) - reach) * tube_fine)));
        };
        const auto high = [&](double a, double b, int most) {
            return std::min(most, static_cast<int>(std::ceil((std::max(a, b) + reach) * tube_fine)));
        };
        const int x0 = low(part.a.x, part.b.x, 0), x1 = high(part.a.x, part.b.x, band.across);
        const int y0 = low(part.a.y, part.b.y, band.first),
                  y1 = high(part.a.y, part.b.y, band.first + band.rows);
        for (int y = y0; y < y1; ++y)
            for (int x = x0; x < x1; ++x)
                seen.put((x + 0.5) / tube_fine, (y + 0.5) / tube_fine, band.at(x, y));
    }
}

/// Whether `far` lies so far behind that a rim tells the two apart. A tube falls off by its radius towards
/// its own outline.
bool lies_behind(const TubeSample& far, const TubeSample& near) {
    const float gap = far.owner == near.owner ? 2 * near.radius + 2 : 1;
    return far.depth > near.depth + gap;
}

/// White in front of what is behind an outline.
void put_rims(TubeBand& band) {
    constexpr std::array<std::array<int, 2>, 4> beside{{{-1, 0}, {1, 0}, {0, -1}, {0, 1}}};
    for (int y = band.first; y < band.first + band.rows; ++y)
        for (int x = 0; x < band.across; ++x) {
            const TubeSample& here = band.at(x, y);
            if (here.owner == 0) continue;
            const bool outline = std::any_of(beside.begin(), beside.end(), [&](const auto& d) {
                return band.holds(x + d[0], y + d[1]) && lies_behind(band.at(x + d[0], y + d[1]), here);
            });
            if (!outline) continue;
            for (int dy = -rim_reach; dy <= rim_reach; ++dy)
                for (int dx = -rim_reach; dx <= rim_reach; ++dx) {
                    if (dx * dx + dy * dy > rim_reach * rim_reach || !band.holds(x + dx, y + dy)) continue;
                    TubeSample& there = band.at(x + dx, y + dy);
                    if (lies_behind(there, here)) there.rim = true;
                }
        }
}

/// Darker where light falls at an angle, a little towards white where it shines.
std::array<double, 3> lit_colour(Colour colour, double light) {
    std::array<double, 3> out{};
    for (std::size_t c = 0; c < 3; ++c)
        out[c] = light <= 1 ? colour[c] * light : colour[c] + (255.0 - colour[c]) * (light - 1);
    return out;
}

/// Rows [begin, end) of the picture, columns [left, right).
void show_band(Image& image, TubeBand& band, int begin, int end, int left, int right,
               const std::array<Colour, 256>& scale) {
    for (int y = begin; y < end; ++y)
        for (int x = left; x < right; ++x) {
            std::array<double, 3> sum{};
            int covered = 0;
            for (int s = 0; s < tube_fine * tube_fine; ++s) {
                const TubeSample& sample =
                    band.at(x * tube_fine + s % tube_fine, y * tube_fine + s / tube_fine);
                if (sample.owner == 0 && !sample.rim) continue;
                const double place = std::clamp(static_cast<double>(sample.value), 0.0, 1.0) * 255;
                const auto colour = sample.rim
                                        ? std::array<double, 3>{255, 255, 255}
                                        : lit_colour(scale[static_cast<std::size_t>(std::lround(place))],
                                                     static_cast<double>(sample.light));
                for (std::size_t c = 0; c < 3; ++c) sum[c] += colour[c];
                ++covered;
            }
            if (covered == 0) continue;
            Colour mean{};
            for (std::size_t c = 0; c < 3; ++c)
                mean[c] = static_cast<std::uint8_t>(std::lround(std::clamp(sum[c] / covered, 0.0, 255.0)));
            blend(image, x, y, mean, static_cast<double>(covered) / (tube_fine * tube_fine));
        }
}

}  // namespace

void draw_tubes(Image& image, const FilopodiaMap& map, std::span<const TubePart> parts) {
    std::array<Colour, 256> scale{};
    for (std::size_t i = 0; i < scale.size(); ++i) scale[i] = scale_colour(static_cast<double>(i) / 255);
    const int left = std::max(0, static_cast<int>(map.left)), top = std::max(0, static_cast<int>(map.top));
    const int right = std::min(image.width, left + map.width),
              bottom = std::min(image.height, top + map.height);
    parallel_chunks(std::max(0, bottom - top), 48, [&](std::int64_t from, std::int64_t to) {
        const int begin = top + static_cast<int>(from), end = top + static_cast<int>(to);
        TubeBand band;
        band.first = begin * tube_fine - tube_margin;
        band.rows = (end - begin) * tube_fine + 2 * tube_margin;
        band.across = image.width * tube_fine;
        band.samples.resize(static_cast<std::size_t>(band.rows) * static_cast<std::size_t>(band.across));
        put_tubes(band, parts);
        put_rims(band);
        show_band(image, band, begin, end, left, right, scale);
    });
}

}  // namespace cytomo
