// A small table of numbers that is looked at rather than read, as SVG text.
#pragma once

#include <string>
#include <vector>

#include "cytomo/report/figures.h"

namespace cytomo {

/// Numbers from 0 up, row after row; NaN where there is none.
struct NumberMatrix {
    std::vector<std::string> rows, columns;
    std::vector<double> values;
    std::vector<std::string> notes;  ///< of each number, shown when it is pointed at; as many as values
};

/// One field a number, the darker the smaller the number, with the number in it; without shades if all are
/// the same. Throws UsageError if the numbers of values, notes, rows and columns do not fit.
Figure matrix_figure(const std::string& title, const NumberMatrix& matrix);

}  // namespace cytomo
