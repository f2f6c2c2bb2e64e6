// Names stand beside the ends of lines, pushed apart from top to bottom, so that no legend is needed.
#include "cytomo/report/curves.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <locale>
#include <sstream>
#include <utility>

#include "cytomo/report/html_text.h"
#include "cytomo/report/plot_parts.h"

namespace cytomo {

namespace {

using plot::attribute, plot::fitted, plot::hex, plot::line, plot::number, plot::Scale, plot::text_at;

constexpr plot::Frame curve_frame{.left = 62, .right = 150, .top = 12, .bottom = 48};
constexpr double name_distance = 15;

/// The line and a point at its end.
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
                      attribute("stroke-width", curve.bold   ? 3.2
                                                : curve.thin ? 1
                                                             : 1.8) +
                      (curve.thin ? attribute("stroke-opacity", 0.65) : "") + " stroke-linejoin=\"round\"/>";
    // A single point makes no line.
    return out + "<circle" + attribute("cx", last_x) + attribute("cy", last_y) +
           attribute("r", count > 1 ? 2.4 : 4) + " fill=\"" + colour + "\"/>";
}

bool has_band(const Curve& curve, std::size_t i) {
    return i < curve.band_low.size() && i < curve.band_high.size() && std::isfinite(curve.band_low[i]) &&
           std::isfinite(curve.band_high[i]);
}

/// The band around a line, or nothing.
std::string curve_band(const Curve& curve, const Scale& x, const Scale& y) {
    std::string upper, lower;
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
        if (!has_band(curve, i)) continue;
        const std::string at = number(x(curve.x[i])) + ",";
        upper += (upper.empty() ? "" : " ") + at + number(y(curve.band_high[i]));
        lower = " " + at + number(y(curve.band_low[i])) + lower;
    }
    if (upper.empty()) return "";
    return "<polygon points=\"" + upper + lower + "\" fill=\"" + hex(curve.colour) +
           "\" fill-opacity=\"0.2\"/>";
}

/// What all curves reach.
struct CurveExtent {
    double x_low = std::numeric_limits<double>::infinity(), x_high = -x_low, low = x_low, high = -x_low;
    void add(double at, double value) {
        x_low = std::min(x_low, at), x_high = std::max(x_high, at);
        low = std::min(low, value), high = std::max(high, value);
    }
};

/// Scales with some air around the values, so that none lies on the frame.
std::pair<Scale, Scale> curve_scales(const CurveExtent& seen, const CurveAxes& axes, plot::Frame& frame) {
    constexpr double air_across = 0.02, air = 0.04;
    double low = seen.low, high = seen.high;
    if (axes.y_high > axes.y_low) {
        low = std::min(low, axes.y_low);
        high = std::max(high, axes.y_high);
    }
    const bool logarithmic = axes.logarithmic && low > 0;
    if (!plot::differ(low, high)) high = low + std::max(1e-6, std::abs(low) * 0.1);
    if (logarithmic) {
        const double factor = std::exp(air * (std::log(high) - std::log(low)));
        low /= factor, high *= factor;
    } else {
        const double more = air * (high - low);
        low -= more, high += more;
    }
    const Scale y = frame.upwards(low, high, logarithmic);
    frame.make_room_for(y);
    const double across = seen.x_high > seen.x_low ? seen.x_high - seen.x_low : 1;
    const double last = std::max(seen.x_high, seen.x_low + across);
    return {Scale{seen.x_low - air_across * across, last + air_across * across, frame.left,
                  frame.inner_right(), false},
            y};
}

}  // namespace

Figure curve_figure(const std::string& title, const CurveAxes& axes, std::span<const Curve> curves) {
    Figure figure{title, {}, {}};
    plot::Frame frame = curve_frame;
    std::string svg = frame.start(title);
    struct Name {
        const Curve* curve;
        double at;
    };
    std::vector<Name> names;
    CurveExtent seen;
    for (const auto& curve : curves) {
        double end = std::nan("");
        for (std::size_t i = 0; i < curve.x.size(); ++i) {
            if (!std::isfinite(curve.y[i])) continue;
            seen.add(curve.x[i], curve.y[i]);
            end = curve.y[i];
            if (!has_band(curve, i)) continue;
            seen.add(curve.x[i], curve.band_low[i]);
            seen.add(curve.x[i], curve.band_high[i]);
        }
        if (std::isfinite(end)) names.push_back({&curve, end});
    }
    if (names.empty()) {
        figure.caption = "No values to show.";
        figure.svg = svg + "</svg>";
        return figure;
    }
    const auto [x, y] = curve_scales(seen, axes, frame);
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
    svg += frame.y_label(axes.y_label + (y.logarithmic ? ", logarithmic" : ""));
    for (const auto& name : names) svg += curve_band(*name.curve, x, y);
    for (const bool thin : {true, false})
        for (const auto& name : names)
            if (name.curve->thin == thin) svg += polyline(*name.curve, x, y);
    for (auto& name : names) name.at = y(name.at);
    std::stable_sort(names.begin(), names.end(), [](const Name& a, const Name& b) { return a.at < b.at; });
    for (std::size_t i = 1; i < names.size(); ++i)
        names[i].at = std::max(names[i].at, names[i - 1].at + name_distance);
    // What ran out below moves up again.
    double most = frame.inner_bottom();
    for (std::size_t i = names.size(); i-- > 0; most -= name_distance)
        names[i].at = std::min(names[i].at, most);
    for (const auto& name : names)
        svg += text_at(frame.inner_right() + 10, name.at + 4.5, "start", name.curve->name,
                       " fill=\"" + hex(name.curve->colour) + "\"" +
                           (name.curve->bold ? " font-weight=\"700\"" : "") +
                           fitted(name.curve->name, frame.right - 14));
    figure.svg = svg + "</svg>";
    return figure;
}

namespace {

/// Width and height of a figure, as its viewBox says.
std::pair<double, double> figure_size(const Figure& figure) {
    const std::string start = "viewBox=\"0 0 ";
    const auto at = figure.svg.find(start);
    double width = curve_frame.width, height = curve_frame.height;
    if (at != std::string::npos) {
        std::istringstream numbers(figure.svg.substr(at + start.size(), 40));
        numbers.imbue(std::locale::classic());
        numbers >> width >> height;
    }
    return {width, height};
}

constexpr double sheet_heading = 30, sheet_gap = 22, sheet_margin = 10;

/// Where figures lie on a sheet of so many columns: row after row from left to right, each below the shortest
/// column.
struct Sheet {
    double width = 0, height = 0;
    std::vector<std::pair<double, double>> corners;  ///< upper left, of heading and figure

    Sheet(std::span<const Figure> figures, std::size_t columns) {
        std::vector<double> ends(columns, 0.0);
        const double step = curve_frame.width + sheet_gap;
        for (const Figure& figure : figures) {
            const auto shortest = std::min_element(ends.begin(), ends.end());
            corners.emplace_back(step * static_cast<double>(shortest - ends.begin()), *shortest);
            *shortest += sheet_heading + figure_size(figure).second;
        }
        width = step * static_cast<double>(columns) - sheet_gap;
        height = *std::max_element(ends.begin(), ends.end()) + sheet_margin;
    }
    /// How far from the shape of a page (1 : √2).
    double off_page() const { return std::abs(std::log(height / width / 1.414)); }
};

}  // namespace

std::string svg_file(std::span<const Figure> figures) {
    Sheet sheet(figures, 1);
    for (std::size_t columns = 2; columns <= figures.size() && columns <= 6; ++columns)
        if (Sheet wider(figures, columns); wider.off_page() < sheet.off_page()) sheet = std::move(wider);
    std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + number(sheet.width) +
                      "\" height=\"" + number(sheet.height) +
                      "\" font-family=\"sans-serif\" color=\"#232a33\"><rect width=\"100%\" "
                      "height=\"100%\" fill=\"#ffffff\"/>\n";
    for (std::size_t i = 0; i < figures.size(); ++i) {
        const auto [left, top] = sheet.corners[i];
        const auto [width, height] = figure_size(figures[i]);
        const std::string smaller = fitted(figures[i].title, curve_frame.width - curve_frame.left, 15);
        out += text_at(
            left + curve_frame.left, top + 21, "start", figures[i].title,
            (smaller.empty() ? " font-size=\"15\"" : smaller) + " font-weight=\"700\" fill=\"#232a33\"");
        // The inner picture keeps its own frame.
        out += "<g transform=\"translate(" + number(left) + " " + number(top + sheet_heading) + ")\">" +
               "<svg width=\"" + number(width) + "\" height=\"" + number(height) + "\"" +
               figures[i].svg.substr(std::string("<svg").size()) + "</g>\n";
    }
    return out + "</svg>\n";
}

}  // namespace cytomo
