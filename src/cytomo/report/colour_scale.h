// Colours for values.
#pragma once

#include "cytomo/report/image.h"

namespace cytomo {

/// Colour of a value in [0, 1] (clamped; NaN: grey): from dark blue over purple and red to orange. Equal
/// steps of the value look equally large (lightness and hue rise evenly at constant chroma in Oklab, B.
/// Ottosson 2020), the order survives printing in grey and most colour blindness, and no colour is lost on
/// white.
Colour scale_colour(double value);

}  // namespace cytomo
