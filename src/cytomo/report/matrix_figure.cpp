#include "cytomo/report/matrix_figure.h"

#include <algorithm>
#include <cmath>

#include "cytomo/core/error.h"
#include "cytomo/report/html_text.h"
#include "cytomo/report/plot_parts.h"

namespace cytomo {

namespace {

using plot::attribute, plot::text_at;

constexpr double picture_width = 600, names_width = 118, field_height = 34, head_height = 28,
                 slanted_head_height = 86;

}  // namespace

Figure matrix_figure(const std::string& title, const NumberMatrix& matrix) {
    const std::size_t columns = matrix.columns.size(), rows = matrix.rows.size();
    if (matrix.values.size() != rows * columns || matrix.notes.size() != matrix.values.size())
        throw UsageError("a matrix of " + std::to_string(rows) + " × " + std::to_string(columns) +
                         " fields: expected as many values and notes, found " +
                         std::to_string(matrix.values.size()) + " and " +
                         std::to_string(matrix.notes.size()));
    Figure figure{title, {}, {}};
    double low = 0, high = 0;
    bool any = false;
    for (const double v : matrix.values)
        if (std::isfinite(v)) {
            low = any ? std::min(low, v) : v;
            high = any ? std::max(high, v) : v;
            any = true;
        }
    if (!any) {
        figure.caption = "No values to show.";
        figure.svg = plot::svg_start(title, picture_width, 24) + "</svg>";
        return figure;
    }
    double width = std::min(120.0, (picture_width - names_width) / static_cast<double>(columns));
    const auto middle_of_column = [&](std::size_t c) {
        return names_width + width * (static_cast<double>(c) + 0.5);
    };
    std::vector<double> middles;
    for (std::size_t c = 0; c < columns; ++c) middles.push_back(middle_of_column(c));
    const bool slanted = !plot::stay_apart(middles, matrix.columns);
    if (slanted) {  // the last name leans out over its column
        const double leans = std::min(slanted_head_height, 0.71 * plot::widest(matrix.columns.back()));
        width = std::min(width, (picture_width - names_width - leans) / (static_cast<double>(columns) - 0.5));
        for (std::size_t c = 0; c < columns; ++c) middles[c] = middle_of_column(c);
    }
    const double top = slanted ? slanted_head_height : head_height;
    std::string svg =
        plot::svg_start(title, picture_width, top + field_height * static_cast<double>(rows) + 6);
    for (std::size_t c = 0; c < columns; ++c)
        svg += slanted ? text_at(middles[c], top - 8, "start", matrix.columns[c],
                                 " transform=\"rotate(-45 " + plot::number(middles[c]) + " " +
                                     plot::number(top - 8) + ")\"")
                       : text_at(middles[c], top - 10, "middle", matrix.columns[c]);
    for (std::size_t r = 0; r < rows; ++r) {
        const double y = top + field_height * static_cast<double>(r);
        svg += text_at(names_width - 14, y + field_height / 2 + 4.5, "end", matrix.rows[r],
                       plot::fitted(matrix.rows[r], names_width - 16));
        for (std::size_t c = 0; c < columns; ++c) {
            const double value = matrix.values[r * columns + c];
            if (!std::isfinite(value)) continue;
            const double nearness = plot::differ(low, high) ? (high - value) / (high - low) : 0;
            const std::string& note = matrix.notes[r * columns + c];
            svg +=
                "<g>" +
                (note.empty() ? std::string()
                              : "<title>" + escaped(matrix.rows[r] + ", " + matrix.columns[c] + ": " + note) +
                                    "</title>") +
                "<rect" + attribute("x", middles[c] - width / 2 + 1.5) + attribute("y", y + 1.5) +
                attribute("width", width - 3) + attribute("height", field_height - 3) +
                " rx=\"4\" fill=\"#3f7fc8\"" + attribute("fill-opacity", 0.06 + 0.5 * nearness) + "/>" +
                text_at(middles[c], y + field_height / 2 + 4.5, "middle", short_number(value, 2)) + "</g>";
        }
    }
    figure.svg = svg + "</svg>";
    return figure;
}

}  // namespace cytomo
