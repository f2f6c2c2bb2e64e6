// The radius along filopodia: the middle of all, and few single ones, thin.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "cytomo/measures/group_statistics.h"
#include "cytomo/report/colour_scale.h"
#include "cytomo/report/curves.h"
#include "cytomo/report/filopodia_pictures.h"

namespace cytomo {

namespace {

/// Radius in nm against the distance from the root.
Curve radius_curve(const Filopodium& f) {
    Curve curve;
    curve.name = "no. " + std::to_string(f.instance);
    double at = 0;
    for (std::size_t i = 0; i < f.centre_line_um.size(); ++i) {
        if (i > 0) at += length(f.centre_line_um[i] - f.centre_line_um[i - 1]);
        curve.x.push_back(at);
        curve.y.push_back(1000 * f.radius_um[i]);
    }
    return curve;
}

/// Median and quartiles of curves, the longest first, as far as half of them reach.
Curve middle_of(const std::vector<Curve>& curves) {
    Curve median{"median", {35, 42, 51}, {}, {}, true};
    // The half-th longest says how far half of them reach.
    const double end = curves[(curves.size() + 1) / 2 - 1].x.back();
    constexpr int steps = 60;
    for (int s = 0; s <= steps; ++s) {
        const double at = end * s / steps;
        std::vector<double> values;
        for (const Curve& c : curves) {
            if (c.x.back() < at) break;
            const auto after = std::lower_bound(c.x.begin() + 1, c.x.end() - 1, at) - c.x.begin();
            const auto i = static_cast<std::size_t>(after);
            const double step = c.x[i] - c.x[i - 1];
            const double t = step > 0 ? (at - c.x[i - 1]) / step : 0;
            const double value = c.y[i - 1] + t * (c.y[i] - c.y[i - 1]);
            if (std::isfinite(value)) values.push_back(value);
        }
        if (values.empty()) continue;
        std::sort(values.begin(), values.end());
        median.x.push_back(at);
        median.y.push_back(quantile_of_values(values, 0.5));
        median.band_low.push_back(quantile_of_values(values, 0.25));
        median.band_high.push_back(quantile_of_values(values, 0.75));
    }
    return median;
}

}  // namespace

Figure filopodium_profiles_figure(std::span<const Filopodium> filopodia, int most) {
    std::vector<Curve> curves;  // one a filopodium
    for (const Filopodium& f : filopodia)
        if (f.centre_line_um.size() > 1) curves.push_back(radius_curve(f));
    std::stable_sort(curves.begin(), curves.end(),
                     [](const Curve& a, const Curve& b) { return a.x.back() > b.x.back(); });
    const std::size_t all = curves.size();
    Curve median;
    if (all > 2) median = middle_of(curves);
    curves.resize(std::min(all, static_cast<std::size_t>(std::max(0, most))));
    const std::size_t shown = curves.size();
    for (std::size_t i = 0; i < shown; ++i) {
        // The ends of the scale are lost on a dark or a white page.
        curves[i].colour = scale_colour(
            shown > 1 ? 0.3 + 0.6 * static_cast<double>(i) / static_cast<double>(shown - 1) : 0.5);
        curves[i].thin = all > 2;
    }
    if (!median.x.empty()) curves.push_back(std::move(median));
    Figure figure = curve_figure("Radius along filopodia",
                                 {"distance from the root, µm", "radius, nm", 0, 0, false}, curves);
    if (all == 0) return figure;
    figure.caption = "Radius of the circle with the area of the cross-section. ";
    if (all > 2)
        figure.caption += "Bold: the median of all " + std::to_string(all) +
                          " filopodia, as far as half of them reach; shaded: from their first to their third "
                          "quartile; thin: ";
    const std::string number = std::to_string(shown);
    if (shown < all)
        figure.caption += (all > 2 ? "the " : "The ") + number + " longest of " + std::to_string(all) +
                          (all > 2 ? "." : " filopodia.");
    else
        figure.caption += all > 2 ? "each of them." : "All " + number + " filopodia.";
    return figure;
}

}  // namespace cytomo
