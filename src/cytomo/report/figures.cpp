// Plots are rows, one for each class, over one shared axis. Quartiles by linear interpolation
// (definition 7 of Hyndman and Fan 1996); jitter by the golden ratio, so points rarely overlap.
#include "cytomo/report/figures.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "cytomo/core/error.h"
#include "cytomo/measures/group_statistics.h"
#include "cytomo/report/html_text.h"
#include "cytomo/report/plot_parts.h"

namespace cytomo {

namespace {

using plot::attribute, plot::fitted, plot::hex, plot::line, plot::number, plot::text_at;

constexpr double plot_width = 600, label_width = 118, count_width = 80, row_height = 46, top_margin = 8,
                 axis_height = 46;
/// More than these are drawn as a shape.
constexpr std::size_t most_points = 250;

struct Tick {
    double value;
    std::string text;  ///< empty: a short one without a number
};

/// One axis from data to pixels, linear or logarithmic, with round ticks.
struct Axis {
    double low = 0, high = 1;
    bool logarithmic = false;
    double least = 0;  ///< smaller values stand at the left end

    /// Where a value is drawn.
    double place(double value) const { return position(logarithmic ? std::max(value, least) : value); }
    double position(double value) const {
        const double part =
            logarithmic ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
        return label_width + part * (plot_width - label_width - count_width);
    }
    std::vector<Tick> ticks() const {
        std::vector<Tick> out;
        if (!logarithmic) {
            const auto values = plot::Scale{low, high, position(low), position(high)}.ticks_across(6);
            const auto texts = plot::tick_texts(values);
            for (std::size_t i = 0; i < values.size(); ++i) out.push_back({values[i], texts[i]});
            return out;
        }
        constexpr double slack = 1e-9;
        const int first = static_cast<int>(std::floor(std::log10(low))),
                  last = static_cast<int>(std::ceil(std::log10(high)));
        std::vector<int> factors;
        for (int e = first; e <= last; ++e)
            for (int m = 1; m < 10; ++m) {
                const double value = m * std::pow(10, e);
                if (value < low * (1 - slack) || value > high * (1 + slack)) continue;
                out.push_back({value, {}});
                factors.push_back(m);
            }
        // As many numbers as stay apart: 1, 2, 5 of each decade, 1 and 3, 1 of each or of every second, …
        std::vector<std::vector<std::size_t>> choices(2);
        for (std::size_t i = 0; i < out.size(); ++i) {
            const int m = factors[i];
            if (m == 1 || m == 2 || m == 5) choices[0].push_back(i);
            if (m == 1 || m == 3) choices[1].push_back(i);
        }
        for (int step = 1; step <= last - first; ++step) {
            choices.emplace_back();
            for (std::size_t i = 0; i < out.size(); ++i)
                if (factors[i] == 1 && std::lround(std::log10(out[i].value)) % step == 0)
                    choices.back().push_back(i);
        }
        for (const auto& choice : choices) {
            std::vector<double> middles;
            std::vector<std::string> texts;
            for (const std::size_t i : choice) {
                middles.push_back(position(out[i].value));
                texts.push_back(short_number(out[i].value, 5));
            }
            if (!plot::stay_apart(middles, texts)) continue;
            for (std::size_t k = 0; k < choice.size(); ++k) out[choice[k]].text = texts[k];
            break;
        }
        return out;
    }
};

/// Reaches a little beyond all values, but for positive ones below `least`.
Axis axis_for(double low, double high, double least) {
    const double from = std::max(low, std::min(least, high));
    if (low > 0 && high / from > 20) {
        const double air = std::pow(high / from, 0.03);
        return {from / air, high * air, true, from};
    }
    const double span = plot::differ(low, high) ? high - low : std::max(1e-6, std::abs(low)) * 0.2;
    const double start = low - 0.04 * span;
    return {low >= 0 && low < 0.3 * high ? std::min(0.0, start) : start, high + 0.04 * span, false};
}

std::string draw_axis(const Axis& axis, double y, const std::string& label) {
    std::string out = line(label_width, y, plot_width - count_width, y, 0.6);
    for (const Tick& t : axis.ticks()) {
        const double x = axis.position(t.value);
        if (!t.text.empty()) {
            out += line(x, top_margin, x, y, 0.1);
            out += text_at(x, y + 19, "middle", t.text, attribute("opacity", 0.8));
        }
        out += line(x, y, x, y + (t.text.empty() ? 3 : 6), 0.6);
    }
    return out + text_at((label_width + plot_width - count_width) / 2, y + 38, "middle", label);
}

/// A closed shape around `middle`: heights (0 … 1) at even steps between two pixels.
std::string shape(const std::vector<double>& heights, double from, double to, double middle, double up,
                  double down, Colour colour) {
    std::string path;
    const auto x = [&](std::size_t i) {
        return from + (to - from) * static_cast<double>(i) / static_cast<double>(heights.size() - 1);
    };
    const auto add = [&](std::size_t i, double y) {
        path += path.empty() ? 'M' : 'L';
        path += number(x(i));
        path += ' ';
        path += number(y);
    };
    for (std::size_t i = 0; i < heights.size(); ++i) add(i, middle - up * heights[i]);
    for (std::size_t i = heights.size(); i-- > 0;) add(i, middle + down * heights[i]);
    return "<path d=\"" + path + "Z\" fill=\"" + hex(colour) + "\" fill-opacity=\"0.45\" stroke=\"" +
           hex(colour) + "\"/>";
}

/// Counts smoothed with a binomial kernel and scaled to a peak of 1.
std::vector<double> smoothed_to_peak(std::vector<double> counts, int rounds) {
    for (int r = 0; r < rounds; ++r) {
        auto next = counts;
        for (std::size_t i = 0; i < counts.size(); ++i) {
            const double before = i > 0 ? counts[i - 1] : 0,
                         after = i + 1 < counts.size() ? counts[i + 1] : 0;
            next[i] = (before + 2 * counts[i] + after) / 4;
        }
        counts = std::move(next);
    }
    const double peak = counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end());
    if (peak > 0)
        for (auto& c : counts) c /= peak;
    return counts;
}

std::string strip(const NamedValues& group, const std::vector<double>& sorted, const Axis& axis,
                  double middle) {
    std::string out;
    if (sorted.size() > most_points) {
        // Bins of equal width in pixels, from the smallest value to the largest and no farther.
        const double from = axis.place(sorted.front()), to = std::max(from + 1, axis.place(sorted.back()));
        std::vector<double> bins(61, 0.0);
        for (const double v : sorted)
            ++bins[static_cast<std::size_t>(
                std::clamp((axis.place(v) - from) / (to - from) * 60, 0.0, 60.0))];
        out += shape(smoothed_to_peak(bins, 4), from, to, middle, row_height * 0.40, row_height * 0.40,
                     group.colour);
    } else {
        double jitter = 0.5;
        for (const double v : sorted) {
            jitter += 0.6180339887498949;
            jitter -= std::floor(jitter);
            const double spread = sorted.size() < 4 ? 0 : row_height * 0.56;
            const double x = axis.place(v), y = middle + (jitter - 0.5) * spread;
            const bool too_small = axis.logarithmic && v < axis.least;
            out += too_small ? "<path d=\"M" + number(x - 5) + " " + number(y) + "l7 -4v8Z\""
                             : "<circle" + attribute("cx", x) + attribute("cy", y) + " r=\"3.4\"";
            out += " fill=\"" + hex(group.colour) + "\" fill-opacity=\"0.6\"/>";
        }
    }
    if (sorted.size() >= 4) {
        const double q1 = axis.place(quantile_of_values(sorted, 0.25)),
                     q3 = axis.place(quantile_of_values(sorted, 0.75));
        out += line(q1, middle, q3, middle, 0.9, 2.5);
    }
    const double median = axis.place(quantile_of_values(sorted, 0.5));
    if (sorted.size() >= 3)
        out += line(median, middle - row_height * 0.3, median, middle + row_height * 0.3, 0.9, 2.5);
    return out;
}

/// " Triangles: 1 of 34 values, below 0.01 µm, …", or nothing.
std::string too_small_text(std::size_t below, std::size_t values, const Axis& axis, const std::string& unit) {
    if (!axis.logarithmic || below == 0) return "";
    return " Triangles at the left end: " + std::to_string(below) + " of " + std::to_string(values) +
           " values, smaller than " + short_number(axis.least, 2) + (unit.empty() ? "" : " " + unit) +
           ", which is less than can be resolved.";
}

}  // namespace

Figure strip_figure(const std::string& title, const std::string& quantity, const std::string& unit,
                    std::span<const NamedValues> groups, const std::string& each, double least) {
    Figure figure{title, {}, {}};
    struct Row {
        const NamedValues* group;
        std::vector<double> sorted;
    };
    std::vector<Row> rows;
    double low = 0, high = 0;
    for (const auto& group : groups) {
        Row row{&group, {}};
        for (const double v : group.values)
            if (std::isfinite(v)) row.sorted.push_back(v);
        if (row.sorted.empty()) continue;
        std::sort(row.sorted.begin(), row.sorted.end());
        low = rows.empty() ? row.sorted.front() : std::min(low, row.sorted.front());
        high = rows.empty() ? row.sorted.back() : std::max(high, row.sorted.back());
        rows.push_back(std::move(row));
    }
    if (rows.empty()) {
        figure.caption = "No values to show.";
        figure.svg = plot::svg_start(title, plot_width, 24) + "</svg>";
        return figure;
    }
    const Axis axis = axis_for(low, high, least);
    const double bottom = top_margin + row_height * static_cast<double>(rows.size());
    std::string svg = plot::svg_start(title, plot_width, bottom + axis_height);
    svg += draw_axis(
        axis, bottom,
        quantity + (unit.empty() ? "" : " (" + unit + ")") + (axis.logarithmic ? ", logarithmic" : ""));
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const double middle = top_margin + row_height * (static_cast<double>(r) + 0.5);
        svg += text_at(label_width - 14, middle + 4.5, "end", rows[r].group->name,
                       fitted(rows[r].group->name, label_width - 16));
        svg += strip(*rows[r].group, rows[r].sorted, axis, middle);
        const std::string n = "n = " + std::to_string(rows[r].sorted.size());
        svg += text_at(plot_width - count_width + 12, middle + 4.5, "start", n,
                       attribute("opacity", 0.7) + fitted(n, count_width - 14));
    }
    figure.svg = svg + "</svg>";
    std::size_t fewest = rows[0].sorted.size(), most = fewest, values = 0, below = 0;
    for (const Row& row : rows) {
        values += row.sorted.size();
        below += static_cast<std::size_t>(std::lower_bound(row.sorted.begin(), row.sorted.end(), axis.least) -
                                          row.sorted.begin());
        fewest = std::min(fewest, row.sorted.size());
        most = std::max(most, row.sorted.size());
    }
    figure.caption =
        (fewest > most_points ? "Shapes show where the values lie." : "Each point is one " + each + ".");
    if (fewest <= most_points && most > most_points)
        figure.caption += " Shapes show where more than " + std::to_string(most_points) + " lie.";
    figure.caption += too_small_text(below, values, axis, unit);
    if (most >= 3) figure.caption += most >= 4 ? " Bars: median and quartiles." : " Bar: median.";
    return figure;
}

std::vector<GreyHistogram> sample_grey_values(const Tomogram& tomogram, const ClassVolume& classes,
                                              const Legend& legend, const Progress& progress) {
    const Grid& grid = tomogram.grid;
    if (!(classes.grid().size == grid.size))
        throw UsageError("the tomogram and the classes differ in size: convert one to the grid of the other");
    constexpr std::int64_t most_slices = 64, most_values = 4'000'000;
    constexpr std::size_t bins = 160;
    const std::int64_t slices = std::min(grid.size.z, most_slices), plane = grid.size.x * grid.size.y;
    // A step without common factors with nx keeps samples from lying in columns.
    std::int64_t stride = std::max<std::int64_t>(1, (plane * slices + most_values - 1) / most_values);
    while (stride > 1 && grid.size.x % stride == 0) ++stride;

    std::array<std::vector<float>, 256> of_class;
    std::vector<float> all, slice(static_cast<std::size_t>(plane));
    for (std::int64_t s = 0; s < slices; ++s) {
        progress(static_cast<double>(s) / static_cast<double>(slices));
        const std::int64_t z = (2 * s + 1) * grid.size.z / (2 * slices);
        tomogram.read_slices(z, 1, slice);
        for (std::int64_t i = s % stride; i < plane; i += stride) {
            const float v = slice[static_cast<std::size_t>(i)];
            if (!std::isfinite(v)) continue;
            of_class[classes[z * plane + i]].push_back(v);
            all.push_back(v);
        }
    }
    progress(1);
    if (all.empty()) return {};
    const auto rank_of = [](std::vector<float>& values, double q) {
        const auto rank = static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
        std::nth_element(values.begin(), values.begin() + rank, values.end());
        return static_cast<double>(values[static_cast<std::size_t>(rank)]);
    };
    double low = rank_of(all, 0.001), high = rank_of(all, 0.999);
    for (const auto& entry : legend.entries) {  // what few voxels have may lie beyond
        auto& values = of_class[entry.id];
        if (values.empty()) continue;
        low = std::min(low, rank_of(values, 0.002));
        high = std::max(high, rank_of(values, 0.998));
    }
    const double air = 0.03 * (high - low);
    low -= air, high += air;
    const double step = high > low ? (high - low) / static_cast<double>(bins) : 1;
    std::vector<GreyHistogram> out;
    for (const auto& entry : legend.entries) {
        auto& values = of_class[entry.id];
        if (values.empty()) continue;
        GreyHistogram h{entry.name, entry.colour,         low,
                        step,       rank_of(values, 0.5), std::vector<std::int64_t>(bins)};
        for (const float v : values) {
            const double bin = std::floor((v - low) / step);
            if (bin >= 0 && bin < static_cast<double>(bins)) ++h.counts[static_cast<std::size_t>(bin)];
        }
        out.push_back(std::move(h));
    }
    return out;
}

Figure grey_figure(std::span<const GreyHistogram> histograms, const std::string& axis_label) {
    Figure figure{"Grey values",
                  "Share of the voxels of each class, scaled to its own peak; the bar marks the median.",
                  {}};
    if (histograms.empty()) {
        figure.caption = "No values to show.";
        figure.svg = plot::svg_start(figure.title, plot_width, 24) + "</svg>";
        return figure;
    }
    const auto& first = histograms[0];
    const Axis axis{first.low, first.low + first.step * static_cast<double>(first.counts.size()), false};
    const double bottom = top_margin + row_height * static_cast<double>(histograms.size());
    std::string svg =
        plot::svg_start(figure.title, plot_width, bottom + axis_height) + draw_axis(axis, bottom, axis_label);
    for (std::size_t r = 0; r < histograms.size(); ++r) {
        const auto& h = histograms[r];
        const double base = top_margin + row_height * static_cast<double>(r + 1) - 1;
        svg += text_at(label_width - 14, base - row_height * 0.3, "end", h.name,
                       fitted(h.name, label_width - 16));
        svg += shape(smoothed_to_peak(std::vector<double>(h.counts.begin(), h.counts.end()), 2),
                     axis.position(h.low + h.step / 2), axis.position(axis.high - h.step / 2), base,
                     row_height * 0.86, 0, h.colour);
        if (h.median >= axis.low && h.median <= axis.high)
            svg +=
                line(axis.position(h.median), base - row_height * 0.5, axis.position(h.median), base, 0.9, 2);
        const std::string median = short_number(h.median, 3);
        svg += text_at(plot_width - count_width + 12, base - row_height * 0.3, "start", median,
                       attribute("opacity", 0.7) + fitted(median, count_width - 14));
    }
    figure.svg = svg + "</svg>";
    return figure;
}

}  // namespace cytomo
