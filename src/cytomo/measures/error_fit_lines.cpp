#include "error_fit_lines.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "cytomo/measures/group_statistics.h"
#include "fit_search.h"

namespace cytomo {

namespace {

/// A median and two deviations, one of which grows with `by`, of errors; stretched to 90 %.
struct LineErrors {
    double mean, deviation, share;
};

LineErrors fit_line(const std::vector<double>& errors, const std::vector<double>& by,
                    std::array<double, 2> start, double floor) {
    LineErrors out{median_of(errors), 0, 0};
    std::vector<double> off;
    for (const double e : errors) off.push_back(std::abs(e - out.mean));
    const double limit = 4 * median_of(off);
    const auto n = errors.size();
    const auto best = minimise(
        [&](double deviation, double share) {
            double sum = 0;
            for (std::size_t i = 0; i < n; ++i) {
                const double variance = deviation * deviation + std::pow(share * by[i], 2) + floor;
                sum += std::log(variance) + std::pow(std::min(off[i], limit), 2) / variance;
            }
            return sum / static_cast<double>(n);
        },
        start);
    std::vector<double> relative;
    for (std::size_t i = 0; i < n; ++i)
        relative.push_back(off[i] / std::sqrt(best[0] * best[0] + std::pow(best[1] * by[i], 2) + floor));
    const double k = quantile_of_values(relative, 0.9) / z90;
    out.deviation = std::abs(best[0]) * k;
    out.share = std::abs(best[1]) * k;
    return out;
}

}  // namespace

std::vector<FitLine> whole_filopodia(const std::vector<FitCell>& cells) {
    std::vector<FitLine> out;
    for (const FitCell& cell : cells)
        for (const FitLine& line : cell.filopodia)
            if (line.length_um >= 0.75 * line.true_length_um && line.radius_um > 0) out.push_back(line);
    return out;
}

FilopodiumErrors fit_filopodia(const std::vector<FitLine>& lines) {
    std::vector<double> length_errors, lengths, radius_errors, blurs;
    for (const FitLine& l : lines)
        if (std::isfinite(l.edge_blur_um)) blurs.push_back(l.edge_blur_um);
    const double usual = blurs.empty() ? 0.02 : median_of(blurs);
    blurs.clear();
    for (const FitLine& l : lines) {
        length_errors.push_back(l.true_length_um - l.length_um);
        lengths.push_back(l.length_um);
        radius_errors.push_back(l.true_radius_um - l.radius_um);
        blurs.push_back(blur_of_edge_um(l.edge_blur_um, usual));
    }
    const LineErrors length = fit_line(length_errors, lengths, {0.05, 0.05}, 1e-6);
    const LineErrors radius = fit_line(radius_errors, blurs, {0.005, 0.1}, 1e-8);
    return {length.mean, length.deviation, length.share, radius.mean, radius.deviation, radius.share};
}

}  // namespace cytomo
