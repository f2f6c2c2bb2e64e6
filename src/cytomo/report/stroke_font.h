// cytomo's own stroke font: letters as line segments.
#pragma once

#include <vector>

namespace cytomo {

/// A segment from (ax, ay) to (bx, by), y upwards from the baseline; capital letters are 1 high.
struct Stroke {
    float ax, ay, bx, by;
};

struct Glyph {
    std::vector<Stroke> strokes;
    float advance = 0;  ///< distance to the start of the next letter
};

/// Letter for a Unicode code point; an empty box for those the font lacks.
const Glyph& glyph_of(char32_t code);

}  // namespace cytomo
