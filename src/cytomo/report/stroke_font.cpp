// Letters are lists of two primitives on a raster where capitals are 14 high, small letters 10,
// and tails reach down to -4.5:
//   P x y x y …            polyline
//   A cx cy rx ry from to  elliptical arc, angles in degrees, counter-clockwise if to > from
#include "cytomo/report/stroke_font.h"

#include <algorithm>
#include <cmath>
#include <locale>
#include <map>
#include <numbers>
#include <sstream>
#include <string>
#include <utility>

namespace cytomo {

namespace {

constexpr float capital_height = 14;
constexpr float letter_gap = 3.4F;
constexpr float digit_advance = 11.6F;  // digits share one width, so that columns align

const std::pair<char32_t, const char*> letters[] = {
    {U'0', "A 4 7 4 7 0 360"},
    {U'1', "P 1.2 11.4 4.4 14 4.4 0"},
    {U'2', "A 4 10 4 4 165 -40 P 7.06 7.43 0 0 8 0"},
    {U'3', "A 4 10.5 3.5 3.5 150 -90 A 4 3.5 4 3.5 90 -155"},
    {U'4', "P 6.2 0 6.2 14 0 4.2 8.6 4.2"},
    {U'5', "P 7.4 14 1.6 14 1 8 A 3.9 4.6 4.1 4.6 135 -150"},
    {U'6', "A 4 4.5 4 4.5 0 360 A 8 4.5 8 9.5 180 102"},
    {U'7', "P 0 14 8 14 2.8 0"},
    {U'8', "A 4 10.6 3.4 3.4 0 360 A 4 3.6 4 3.6 0 360"},
    {U'9', "A 4 9.5 4 4.5 0 360 A 0 9.5 8 9.5 0 -78"},
    {U'A', "P 0 0 5.2 14 10.4 0 P 1.8 4.8 8.6 4.8"},
    {U'B', "P 5 0 0 0 0 14 4.6 14 A 4.6 10.6 3.5 3.4 90 -90 P 0 7.2 5 7.2 A 5 3.6 3.9 3.6 90 -90"},
    {U'C', "A 6 7 6 7 48 312"},
    {U'D', "P 4 0 0 0 0 14 4 14 A 4 7 6.6 7 90 -90"},
    {U'E', "P 7.8 0 0 0 0 14 7.8 14 P 0 7.3 6.8 7.3"},
    {U'F', "P 0 0 0 14 7.8 14 P 0 7.2 6.6 7.2"},
    {U'G', "A 6 7 6 7 48 322 P 10.8 2.7 10.8 6.6 7 6.6"},
    {U'H', "P 0 0 0 14 P 9.8 0 9.8 14 P 0 7.2 9.8 7.2"},
    {U'I', "P 0 0 0 14"},
    {U'J', "P 6 14 6 4 A 3 4 3 4 0 -165"},
    {U'K', "P 0 0 0 14 P 9 14 0 5 P 3.3 8.3 9.4 0"},
    {U'L', "P 0 14 0 0 7.4 0"},
    {U'M', "P 0 0 0 14 6 3 12 14 12 0"},
    {U'N', "P 0 0 0 14 9.8 0 9.8 14"},
    {U'O', "A 6.4 7 6.4 7 0 360"},
    {U'P', "P 0 0 0 14 5 14 A 5 10.3 4 3.7 90 -90 P 5 6.6 0 6.6"},
    {U'Q', "A 6.4 7 6.4 7 0 360 P 8.2 3.8 12.6 -0.8"},
    {U'R', "P 0 0 0 14 5 14 A 5 10.3 4 3.7 90 -90 P 5 6.6 0 6.6 P 4.8 6.6 9.2 0"},
    {U'S', "A 4.5 10.5 4 3.5 35 270 A 4.5 3.5 4.5 3.5 90 -148"},
    {U'T', "P 0 14 10 14 P 5 14 5 0"},
    {U'U', "P 0 14 0 4.8 A 4.9 4.8 4.9 4.8 180 360 P 9.8 4.8 9.8 14"},
    {U'V', "P 0 14 5 0 10 14"},
    {U'W', "P 0 14 3.6 0 7.2 13 10.8 0 14.4 14"},
    {U'X', "P 0 0 9.2 14 P 0 14 9.2 0"},
    {U'Y', "P 0 14 5 7 10 14 P 5 7 5 0"},
    {U'Z', "P 0 14 9 14 0 0 9 0"},
    {U'a', "A 4.1 5 4.1 5 0 360 P 8.2 10 8.2 0"},
    {U'b', "P 0 14.6 0 0 A 4.1 5 4.1 5 0 360"},
    {U'c', "A 4.2 5 4.2 5 48 312"},
    {U'd', "A 4.1 5 4.1 5 0 360 P 8.2 14.6 8.2 0"},
    {U'e', "A 4.1 5 4.1 5 0 318 P 0 5 8.2 5"},
    {U'f', "A 5 11.6 3 3 65 180 P 2 11.6 2 0 P 0 9.7 5.2 9.7"},
    {U'g', "A 4.1 5 4.1 5 0 360 P 8.2 10 8.2 -0.8 A 4.1 -0.8 4.1 3.7 0 -145"},
    {U'h', "P 0 14.6 0 0 A 4 6 4 4 180 0 P 8 6 8 0"},
    {U'i', "P 0.3 10 0.3 0 P 0.3 13.5 0.3 13.7"},
    {U'j', "P 2 10 2 -1.8 A -0.6 -1.8 2.6 2.6 0 -80 P 2 13.5 2 13.7"},
    {U'k', "P 0 14.6 0 0 P 7 10 0 3.4 P 2.8 6 7.6 0"},
    {U'l', "P 0.3 14.6 0.3 0"},
    {U'm', "P 0 10 0 0 A 3.2 6.8 3.2 3.2 180 0 P 6.4 6.8 6.4 0 A 9.6 6.8 3.2 3.2 180 0 P 12.8 6.8 12.8 0"},
    {U'n', "P 0 10 0 0 A 4 6 4 4 180 0 P 8 6 8 0"},
    {U'o', "A 4.3 5 4.3 5 0 360"},
    {U'p', "P 0 10 0 -4.5 A 4.1 5 4.1 5 0 360"},
    {U'q', "A 4.1 5 4.1 5 0 360 P 8.2 10 8.2 -4.5"},
    {U'r', "P 0 10 0 0 A 4 6 4 4 180 72"},
    {U's', "A 3.5 7.5 3.1 2.5 35 270 A 3.5 2.5 3.5 2.5 90 -150"},
    {U't', "P 2 13 2 3 A 4.8 3 2.8 3 180 290 P 0 9.7 5 9.7"},
    {U'u', "P 0 10 0 4 A 4 4 4 4 180 360 P 8 10 8 0"},
    {U'v', "P 0 10 4 0 8 10"},
    {U'w', "P 0 10 3.1 0 6.2 9.4 9.3 0 12.4 10"},
    {U'x', "P 0 0 7.6 10 P 0 10 7.6 0"},
    {U'y', "P 0 10 4.1 0.2 P 8 10 2.2 -4.4"},
    {U'z', "P 0 10 7 10 0 0 7 0"},
    {U'.', "P 0.5 0.2 0.5 0.4"},
    {U',', "P 1.2 0.6 0.2 -2.6"},
    {U':', "P 0.5 0.2 0.5 0.4 P 0.5 9 0.5 9.2"},
    {U';', "P 1.2 0.6 0.2 -2.6 P 1 9 1 9.2"},
    {U'!', "P 0.5 14 0.5 4.2 P 0.5 0.2 0.5 0.4"},
    {U'?', "A 3.6 10.4 3.6 3.6 165 -60 P 5.4 7.28 3.6 5.8 3.6 4.2 P 3.6 0.2 3.6 0.4"},
    {U'(', "A 6 5.5 6 9.5 115 245"},
    {U')', "A -2.6 5.5 6 9.5 65 -65"},
    {U'[', "P 3 15 0 15 0 -3 3 -3"},
    {U']', "P 0 15 3 15 3 -3 0 -3"},
    {U'{', "P 4 15 2 15 2 7 0 6 2 5 2 -3 4 -3"},
    {U'}', "P 0 15 2 15 2 7 4 6 2 5 2 -3 0 -3"},
    {U'/', "P 0 -2 6 15"},
    {U'\\', "P 0 15 6 -2"},
    {U'|', "P 0.3 15 0.3 -3"},
    {U'-', "P 0.5 5.4 5 5.4"},
    {U'_', "P 0 -1.5 8 -1.5"},
    {U'+', "P 0.5 6 8.5 6 P 4.5 2 4.5 10"},
    {U'=', "P 0.5 8 8.5 8 P 0.5 4 8.5 4"},
    {U'<', "P 8 10.5 0.5 6 8 1.5"},
    {U'>', "P 0.5 10.5 8 6 0.5 1.5"},
    {U'*', "P 3.5 14 3.5 7.6 P 0.7 12.4 6.3 9.2 P 6.3 12.4 0.7 9.2"},
    {U'#', "P 3 0 4.6 14 P 7 0 8.6 14 P 0.8 4.6 10 4.6 P 1.6 9.6 10.8 9.6"},
    {U'%', "A 2.6 11 2.6 3 0 360 A 10 3 2.6 3 0 360 P 2.6 0 10 14"},
    {U'&',
     "P 10.6 0 2.2 10.2 A 4.6 11.4 2.7 2.6 205 -50 P 6.3 9.4 2 6.6 A 4 3.6 4 3.6 120 300 A 4.4 5 5.6 5 -70 "
     "5"},
    {U'@', "A 7 5.5 7 8 -60 285 A 7 5.5 3 3.6 0 360 P 10 9 10 4 A 12 4 2 2 180 340"},
    {U'$', "A 4.5 10.3 4 3.3 35 270 A 4.5 3.7 4.5 3.3 90 -148 P 4.5 15.6 4.5 -1.6"},
    {U'^', "P 0.5 9.5 4 14 7.5 9.5"},
    {U'~', "A 2.4 5 2.2 1.8 170 20 A 6.6 6 2.2 1.8 200 350"},
    {U'\'', "P 0.4 14.4 0.4 10.8"},
    {U'"', "P 0.4 14.4 0.4 10.8 P 3.6 14.4 3.6 10.8"},
    {U'`', "P 0 14.4 2 11.6"},
    {U'µ', "P 0 10 0 -4.5 P 0 10 0 4 A 4 4 4 4 180 360 P 8 10 8 0"},
    {U'×', "P 1 2.6 8 9.6 P 1 9.6 8 2.6"},
    {U'·', "P 0.5 5.6 0.5 5.8"},
    {U'–', "P 0 5.4 8 5.4"},
    {U'—', "P 0 5.4 14 5.4"},
    {U'±', "P 0.5 7.4 8.5 7.4 P 4.5 3.4 4.5 11.4 P 0.5 0.4 8.5 0.4"},
    {U'°', "A 2.4 11.6 2.4 2.4 0 360"},
    {U'²', "A 2.4 12.4 2.2 2.2 165 -40 P 4.1 11 0.2 7.4 4.8 7.4"},
    {U'³', "A 2.4 12.8 1.9 1.8 150 -90 A 2.4 9.2 2.2 1.8 90 -155"},
};

void add_arc(std::vector<Stroke>& strokes, const float (&v)[6]) {
    const float span = v[5] - v[4];
    const int steps = std::max(2, static_cast<int>(std::ceil(std::abs(span) / 12)));
    float last_x = 0, last_y = 0;
    for (int s = 0; s <= steps; ++s) {
        const float angle = (v[4] + span * static_cast<float>(s) / static_cast<float>(steps)) *
                            std::numbers::pi_v<float> / 180;
        const float x = v[0] + v[2] * std::cos(angle), y = v[1] + v[3] * std::sin(angle);
        if (s > 0) strokes.push_back({last_x, last_y, x, y});
        last_x = x;
        last_y = y;
    }
}

Glyph parsed(const std::string& text) {
    Glyph glyph;
    std::istringstream in(text);
    in.imbue(std::locale::classic());
    std::string word;
    in >> word;
    while (in) {
        std::vector<float> numbers;
        std::string next;
        const char kind = word[0];
        while (in >> next && next != "A" && next != "P") {
            std::istringstream number(next);
            number.imbue(std::locale::classic());
            float value = 0;
            number >> value;
            numbers.push_back(value);
        }
        if (kind == 'A') {
            add_arc(glyph.strokes, {numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]});
        } else {
            for (std::size_t i = 0; i + 3 < numbers.size(); i += 2)
                glyph.strokes.push_back({numbers[i], numbers[i + 1], numbers[i + 2], numbers[i + 3]});
        }
        word = next;
    }
    float right = 0;
    for (const auto& s : glyph.strokes) right = std::max({right, s.ax, s.bx});
    glyph.advance = right + letter_gap;
    return glyph;
}

void scale(Glyph& glyph) {
    for (auto& s : glyph.strokes)
        s = {s.ax / capital_height, s.ay / capital_height, s.bx / capital_height, s.by / capital_height};
    glyph.advance /= capital_height;
}

std::map<char32_t, Glyph> make_font() {
    std::map<char32_t, Glyph> font;
    for (const auto& [code, text] : letters) {
        Glyph glyph = parsed(text);
        if (code >= U'0' && code <= U'9') glyph.advance = digit_advance;
        font[code] = std::move(glyph);
    }
    font[U'\u03BC'] = font[U'µ'];  // Greek mu looks like the micro sign
    font[U' '] = {{}, 6};
    font[U'\u00A0'] = {{}, 6};
    font[0] = parsed("P 0 0 7 0 7 12 0 12 0 0");
    for (auto& entry : font) scale(entry.second);
    return font;
}

}  // namespace

const Glyph& glyph_of(char32_t code) {
    static const std::map<char32_t, Glyph> font = make_font();
    const auto found = font.find(code);
    return found != font.end() ? found->second : font.at(0);
}

}  // namespace cytomo
