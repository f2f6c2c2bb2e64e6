#include "cytomo/report/plot_parts.h"

#include <algorithm>
#include <cmath>

#include "cytomo/report/html_text.h"

namespace cytomo::plot {

std::string number(double value) {
    return short_number(value, 5);
}

std::string attribute(const char* name, double value) {
    return std::string(" ") + name + "=\"" + number(value) + "\"";
}

std::string text_at(double x, double y, const std::string& anchor, const std::string& text,
                    const std::string& more) {
    return "<text" + attribute("x", x) + attribute("y", y) + " text-anchor=\"" + anchor + "\"" + more + ">" +
           escaped(text) + "</text>";
}

std::string line(double x1, double y1, double x2, double y2, double opacity, double width) {
    return "<line" + attribute("x1", x1) + attribute("y1", y1) + attribute("x2", x2) + attribute("y2", y2) +
           " stroke=\"currentColor\"" + attribute("opacity", opacity) +
           (width == 1 ? "" : attribute("stroke-width", width)) + "/>";
}

std::string hex(Colour c) {
    const bool dark = std::max({c[0], c[1], c[2]}) < 70;
    return dark ? "#7d8792" : css_colour(c[0], c[1], c[2]);
}

std::vector<std::string> tick_texts(const std::vector<double>& values) {
    double largest = 0, step = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        largest = std::max(largest, std::abs(values[i]));
        const double apart = i > 0 ? std::abs(values[i] - values[i - 1]) : 0;
        if (apart > 0 && (step == 0 || apart < step)) step = apart;
    }
    // Of 0.12001 and 0.12002 five digits would be enough, of 120.0001 and 120.0002 not.
    const int digits =
        step > 0 ? std::clamp(static_cast<int>(std::ceil(std::log10(largest / step) - 1e-9)) + 1, 5, 15) : 5;
    std::vector<std::string> out;
    for (const double v : values)
        out.push_back(short_number(std::abs(v) < 1e-9 * std::max(step, largest) ? 0 : v, digits));
    return out;
}

namespace {

double letters_in(const std::string& text) {
    return static_cast<double>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;  // what goes on in UTF-8
    }));
}

}  // namespace

double widest(const std::string& text) {
    return 8.3 * letters_in(text);  // a digit of DejaVu Sans of 13 pixels, the widest of the usual fonts
}

std::string fitted(const std::string& text, double room, double font_size) {
    const double width = 0.575 * font_size * letters_in(text);  // mean of the letters of DejaVu Sans
    if (width <= room) return "";
    return attribute("font-size", std::max(8.0, std::floor(10 * font_size * room / width) / 10));
}

bool stay_apart(const std::vector<double>& middles, const std::vector<std::string>& texts) {
    constexpr double gap = 8;
    double end = -1e300;
    for (std::size_t i = 0; i < middles.size(); ++i) {
        const double half = widest(texts[i]) / 2;
        if (middles[i] - half < end + gap) return false;
        end = middles[i] + half;
    }
    return true;
}

std::string svg_start(const std::string& title, double width, double height) {
    return "<svg viewBox=\"0 0 " + number(width) + " " + number(height) + "\" role=\"img\" aria-label=\"" +
           escaped(title) + "\" font-size=\"13\" fill=\"currentColor\">";
}

bool differ(double low, double high) {
    return high - low > 1e-9 * std::max(std::abs(low), std::abs(high));
}

std::vector<double> round_ticks(double low, double high, double wanted) {
    if (!differ(low, high) || !std::isfinite(high - low)) return {};
    const double raw = (high - low) / wanted, decade = std::pow(10, std::floor(std::log10(raw)));
    const double part = raw / decade;
    const double step = decade * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
    std::vector<double> out;
    for (double i = std::ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; ++i)
        out.push_back(i * step);
    return out;
}

double Scale::operator()(double value) const {
    // Differences of logarithms: quotients of very different values overflow.
    const double part = logarithmic ? (std::log(value) - std::log(low)) / (std::log(high) - std::log(low))
                                    : (value - low) / (high - low);
    return from + part * (to - from);
}

std::vector<double> Scale::ticks(double wanted) const {
    if (!logarithmic) return round_ticks(low, high, wanted);
    std::vector<double> out;
    const double first = std::floor(std::log10(low)), decades = std::log10(high) - std::log10(low);
    const double step = std::ceil(decades / 8);
    for (double exponent = first; exponent <= std::log10(high); exponent += step)
        for (const double m : {1.0, 2.0, 5.0}) {
            const double value = m * std::pow(10, exponent);
            if (value >= low && value <= high && (m == 1 || decades < 4)) out.push_back(value);
        }
    // Within one decade even steps are closer together.
    return out.size() < 3 ? round_ticks(low, high, wanted) : out;
}

std::vector<double> Scale::ticks_across(double wanted) const {
    std::vector<double> out;
    for (; wanted >= 1; --wanted) {
        out = ticks(wanted);
        std::vector<double> middles;
        for (const double t : out) middles.push_back((*this)(t));
        if (stay_apart(middles, tick_texts(out))) break;
    }
    return out;
}

void Frame::make_room_for(const Scale& y) {
    constexpr double label = 24, gap = 8;  // the label along the edge; between numbers and lines
    for (const std::string& text : tick_texts(y.ticks(5))) left = std::max(left, label + widest(text) + gap);
}

std::string Frame::value_lines(const Scale& y) const {
    std::string out;
    const auto ticks = y.ticks(5);
    const auto texts = tick_texts(ticks);
    for (std::size_t i = 0; i < ticks.size(); ++i) {
        out += line(left, y(ticks[i]), inner_right(), y(ticks[i]), 0.12);
        out += text_at(left - 8, y(ticks[i]) + 4.5, "end", texts[i], attribute("opacity", 0.8));
    }
    return out;
}

std::string Frame::base_line() const {
    return line(left, inner_bottom(), inner_right(), inner_bottom(), 0.6);
}

std::string Frame::y_label(const std::string& text) const {
    const double middle = (top + inner_bottom()) / 2, room = 2 * std::min(middle, height - middle) - 4;
    return text_at(14, middle, "middle", text,
                   " transform=\"rotate(-90 14 " + number(middle) + ")\"" + fitted(text, room));
}

}  // namespace cytomo::plot
