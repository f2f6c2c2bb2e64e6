// Names stand beside the ends of lines, pushed apart from top to bottom, so that no legend is needed.
#include "cytomo/report/curves.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cytomo/report/html_text.h"
#include "cytomo/report/plot_parts.h"

namespace cytomo {

namespace {

using plot::attribute, plot::hex, plot::line, plot::number, plot::Scale, plot::text_at;

constexpr plot::Frame curve_frame{.left = 62, .right = 150, .top = 12, .bottom = 48};
constexpr double name_distance = 15;

std::string polyline(const Curve& curve, const Scale& x, const Scale& y) {
    std::string points;
    std::size_t count = 0;
    double last_x = 0, last_y = 0;
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
        if (!std::isfinite(curve.y[i])) continue;
        last_x = x(curve.x[i]);
        last_y = y(curve.y[i]);
        points += (count > 0 ? " " : "") + number(last_x) + "," + number(last_y);
        ++count;
    }
    const std::string colour = hex(curve.colour);
    std::string out = "<polyline points=\"" + points + "\" fill=\"none\" stroke=\"" + colour + "\"" +
                      attribute("stroke-width", curve.bold ? 3.2 : 1.8) + " stroke-linejoin=\"round\"/>";
    // A single point makes no line.
    return out + "<circle" + attribute("cx", last_x) + attribute("cy", last_y) +
           attribute("r", count > 1 ? 2.4 : 4) + " fill=\"" + colour + "\"/>";
}

}  // namespace

Figure curve_figure(const std::string& title, const CurveAxes& axes, std::span<const Curve> curves) {
    constexpr double endless = std::numeric_limits<double>::infinity();
    Figure figure{title, {}, {}};
    const plot::Frame& frame = curve_frame;
    std::string svg = frame.start(title);
    struct Name {
        const Curve* curve;
        double at;
    };
    std::vector<Name> names;
    double x_low = endless, x_high = -endless, low = endless, high = -endless;
    for (const auto& curve : curves) {
        double end = std::nan("");
        for (std::size_t i = 0; i < curve.x.size(); ++i) {
            if (!std::isfinite(curve.y[i])) continue;
            x_low = std::min(x_low, curve.x[i]);
            x_high = std::max(x_high, curve.x[i]);
            low = std::min(low, curve.y[i]);
            high = std::max(high, curve.y[i]);
            end = curve.y[i];
        }
        if (std::isfinite(end)) names.push_back({&curve, end});
    }
    if (names.empty()) {
        figure.caption = "No values to show.";
        figure.svg = svg + "</svg>";
        return figure;
    }
    if (axes.y_high > axes.y_low) {
        low = std::min(low, axes.y_low);
        high = std::max(high, axes.y_high);
    }
    const bool logarithmic = axes.logarithmic && low > 0;
    if (!plot::differ(low, high)) high = low + std::max(1e-6, std::abs(low) * 0.1);
    if (!(x_high > x_low)) x_high = x_low + 1;
    const Scale x{x_low, x_high, frame.left, frame.inner_right(), false},
        y = frame.upwards(low, high, logarithmic);
    svg += frame.value_lines(y);
    const auto ticks = x.ticks_across(5);
    const auto texts = plot::tick_texts(ticks);
    for (std::size_t i = 0; i < ticks.size(); ++i) {
        const double at = x(ticks[i]);
        svg += line(at, frame.inner_bottom(), at, frame.inner_bottom() + 5, 0.6);
        svg += text_at(at, frame.inner_bottom() + 19, "middle", texts[i], attribute("opacity", 0.8));
    }
    svg += frame.base_line();
    svg += text_at((frame.left + frame.inner_right()) / 2, frame.height - 8, "middle", axes.x_label);
    svg += frame.y_label(axes.y_label + (logarithmic ? ", logarithmic" : ""));
    for (const auto& name : names) svg += polyline(*name.curve, x, y);
    for (auto& name : names) name.at = y(name.at);
    std::stable_sort(names.begin(), names.end(), [](const Name& a, const Name& b) { return a.at < b.at; });
    for (std::size_t i = 1; i < names.size(); ++i)
        names[i].at = std::max(names[i].at, names[i - 1].at + name_distance);
    // What ran out below moves up again.
    double most = frame.inner_bottom();
    for (std::size_t i = names.size(); i-- > 0; most -= name_distance)
        names[i].at = std::min(names[i].at, most);
    for (const auto& name : names)
        svg += text_at(
            frame.inner_right() + 10, name.at + 4.5, "start", name.curve->name,
            " fill=\"" + hex(name.curve->colour) + "\"" + (name.curve->bold ? " font-weight=\"700\"" : ""));
    figure.svg = svg + "</svg>";
    return figure;
}

std::string svg_file(std::span<const Figure> figures) {
    constexpr double heading = 30;
    const double all = static_cast<double>(figures.size()) * (curve_frame.height + heading) + 10;
    std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + number(curve_frame.width) +
                      "\" height=\"" + number(all) +
                      "\" font-family=\"sans-serif\" color=\"#232a33\"><rect width=\"100%\" "
                      "height=\"100%\" fill=\"#ffffff\"/>\n";
    double at = 0;
    for (const auto& figure : figures) {
        out += text_at(curve_frame.left, at + 21, "start", figure.title,
                       " font-size=\"15\" font-weight=\"700\" fill=\"#232a33\"");
        // The inner picture keeps its own frame.
        out += "<g transform=\"translate(0 " + number(at + heading) + ")\">" + "<svg width=\"" +
               number(curve_frame.width) + "\" height=\"" + number(curve_frame.height) + "\"" +
               figure.svg.substr(std::string("<svg").size()) + "</g>\n";
        at += curve_frame.height + heading;
    }
    return out + "</svg>\n";
}

}  // namespace cytomo
