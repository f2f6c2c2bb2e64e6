// Where the numbers of filopodia stand in their picture (private to the folder).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cytomo/report/filopodia_tubes.h"

namespace cytomo {

/// A part of a picture, pixels.
struct PictureBox {
    double left = 0, top = 0, right = 0, bottom = 0;
    bool meets(const PictureBox& o) const {
        return left < o.right && o.left < right && top < o.bottom && o.top < bottom;
    }
    bool holds(PicturePoint p) const { return p.x > left && p.x < right && p.y > top && p.y < bottom; }
};

struct NumberPlace {
    std::uint32_t number = 0;  ///< of the filopodium
    PictureBox box;            ///< in which the number stands
    PicturePoint root;         ///< of the filopodium
    bool leader = false;       ///< a line leads from the number to the root
};

/// Beside the roots, on the side of the cell, or around them where that is taken; a line leads to those that
/// stand farther off. The longest filopodia choose first. No number meets another one or its line, all lie
/// within the map, and they keep off the tubes as far as there is room elsewhere; those without a place are
/// left out. `size`: height of the digits, pixels. Deterministic.
std::vector<NumberPlace> place_numbers(std::span<const Filopodium> filopodia, const FilopodiaMap& map,
                                       std::span<const TubePart> tubes, double size);

void draw_numbers(Image& image, std::span<const NumberPlace> places, double size);

}  // namespace cytomo
