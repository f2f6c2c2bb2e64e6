// Points are spread by the golden ratio within a strip for each sample, so they rarely overlap, and samples
// stand side by side.
#include "cytomo/report/group_figure.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "cytomo/report/html_text.h"
#include "cytomo/report/plot_parts.h"

namespace cytomo {

namespace {

using plot::attribute, plot::fitted, plot::hex, plot::line, plot::number, plot::Scale, plot::text_at;

constexpr plot::Frame group_frame{.left = 70, .right = 16, .top = 12, .bottom = 44};

/// Told apart by colour-blind readers as well (Okabe and Ito 2008), without black and the palest yellow.
constexpr std::array<Colour, 8> sample_colours{{{0, 114, 178},
                                                {213, 94, 0},
                                                {0, 158, 115},
                                                {204, 121, 167},
                                                {230, 159, 0},
                                                {86, 180, 233},
                                                {148, 103, 189},
                                                {140, 140, 90}}};

std::vector<double> finite(const std::vector<double>& values) {
    std::vector<double> out;
    for (const double v : values)
        if (std::isfinite(v)) out.push_back(v);
    std::sort(out.begin(), out.end());
    return out;
}

double mean(const std::vector<double>& values) {
    double sum = 0;
    for (const double v : values) sum += v;
    return sum / static_cast<double>(values.size());
}

/// With so much air that no point touches the frame. What differs by less than a hundredth is not blown up
/// until it fills the picture.
Scale scale_for(double low, double high) {
    Scale scale = group_frame.upwards(low, high, low > 0 && low < high / 20);
    if (scale.logarithmic) {
        const double air = std::exp(0.05 * (std::log(high) - std::log(low)));
        scale.low = low / air;
        scale.high = high * air;
        return scale;
    }
    const bool from_zero = low >= 0 && low < 0.3 * high;
    const double size = std::max(std::abs(low), std::abs(high));
    const double least = size > 0 ? 0.01 * size : 1e-6, missing = std::max(0.0, least - (high - low)) / 2;
    const double span = std::max(high - low, least), air = 0.06 * span;
    scale.low = low - missing - air;
    if (from_zero) scale.low = std::min(0.0, scale.low);
    scale.high = high + missing + air;
    return scale;
}

std::string counted(std::size_t n, const std::string& one) {
    return std::to_string(n) + " " + one + (n == 1 ? "" : "s");
}

/// As much of a name as fits in the smallest letters (see fitted); captions and tables have all of it.
std::string shortened(const std::string& name, double room) {
    const auto most = static_cast<std::size_t>(std::max(1.0, room / (0.575 * 8)));
    std::size_t letters = 0, keep = 0;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if ((static_cast<unsigned char>(name[i]) & 0xC0U) == 0x80U) continue;  // what goes on in UTF-8
        ++letters;
        if (letters == most) keep = i;  // the last one gives way to "…"
        if (letters > most) return name.substr(0, keep) + "…";
    }
    return name;
}

std::string point(double x, double y, double radius, Colour colour, const std::string& name, bool bold) {
    return "<circle" + attribute("cx", x) + attribute("cy", y) + attribute("r", radius) + " fill=\"" +
           hex(colour) + "\"" +
           (bold ? " stroke=\"currentColor\" stroke-width=\"1.4\"" : " fill-opacity=\"0.55\"") + "><title>" +
           escaped(name) + "</title></circle>";
}

/// One group in [from, to]; counts its samples' colours on.
std::string column(const GroupOfSamples& group, const Scale& y, double from, double to,
                   std::size_t& sample_number) {
    const double middle = (from + to) / 2, spread = std::min(to - from - 16, 150.0);
    std::vector<std::vector<double>> samples;
    for (const SampleValues& s : group.samples) samples.push_back(finite(s.values));
    const auto drawn = static_cast<double>(
        std::count_if(samples.begin(), samples.end(), [](const auto& s) { return !s.empty(); }));
    std::string cells, marks;
    std::vector<double> means;
    std::size_t count = 0, strip = 0;
    double jitter = 0.5;
    for (std::size_t s = 0; s < samples.size(); ++s) {
        if (samples[s].empty()) continue;
        const Colour colour = sample_colours[sample_number++ % sample_colours.size()];
        const double step = spread / drawn;
        const double x = middle - spread / 2 + step * (static_cast<double>(strip++) + 0.5);
        for (const double v : samples[s]) {
            jitter += 0.6180339887498949;
            jitter -= std::floor(jitter);
            const double aside = samples[s].size() < 2 ? 0 : (jitter - 0.5) * 0.8 * step;
            cells += point(x + aside, y(v), 3, colour, group.samples[s].name + ": " + number(v), false);
        }
        means.push_back(mean(samples[s]));
        marks += point(x, y(means.back()), 6.5, colour,
                       group.samples[s].name + ", mean of " + counted(samples[s].size(), "cell") + ": " +
                           number(means.back()),
                       true);
        count += samples[s].size();
    }
    std::string out = cells;
    if (count == 1)  // a mean of one says no more than the point: the number does
        out += text_at(middle + 12, y(means[0]) + 4.5, "start", short_number(means[0]) + " (n = 1)",
                       attribute("opacity", 0.8) + fitted("0.0000 (n = 1)", (to - from) / 2 - 14));
    if (count > 1) {
        const double at = y(mean(means));
        out += line(middle - spread / 2 - 6, at, middle + spread / 2 + 6, at, 0.9, 2.5);
    }
    const std::string counts = counted(means.size(), "sample") + ", " + counted(count, "cell"),
                      smaller = fitted(counts, to - from - 6, 11.5);
    const std::string name = shortened(group.name, to - from - 8);
    return out + marks +
           text_at(middle, group_frame.inner_bottom() + 18, "middle", name,
                   " font-weight=\"600\"" + fitted(name, to - from - 8)) +
           text_at(middle, group_frame.inner_bottom() + 34, "middle", counts,
                   " opacity=\"0.75\"" + (smaller.empty() ? " font-size=\"11.5\"" : smaller));
}

}  // namespace

Figure group_figure(const std::string& title, const std::string& quantity, const std::string& unit,
                    std::span<const GroupOfSamples> groups) {
    constexpr double endless = std::numeric_limits<double>::infinity();
    Figure figure{title, {}, {}};
    plot::Frame frame = group_frame;
    std::string svg = frame.start(title);
    double low = endless, high = -endless;
    for (const auto& group : groups)
        for (const auto& sample : group.samples)
            for (const double v : finite(sample.values)) {
                low = std::min(low, v);
                high = std::max(high, v);
            }
    if (low > high) {
        figure.caption = "No values to show.";
        figure.svg = svg + "</svg>";
        return figure;
    }
    const Scale y = scale_for(low, high);
    frame.make_room_for(y);
    svg += frame.value_lines(y) + frame.base_line() +
           frame.y_label(quantity + (unit.empty() ? "" : " (" + unit + ")") +
                         (y.logarithmic ? ", logarithmic" : ""));
    const double step = (frame.width - frame.left - frame.right) / static_cast<double>(groups.size());
    std::size_t sample_number = 0;
    for (std::size_t g = 0; g < groups.size(); ++g) {
        const double from = frame.left + step * static_cast<double>(g);
        svg += column(groups[g], y, from, from + step, sample_number);
    }
    figure.svg = svg + "</svg>";
    figure.caption =
        "Small points: cells. Colours: samples, large points their means. Bars: mean of the samples.";
    return figure;
}

}  // namespace cytomo
