// Private to network: somebody who points at objects, simulated.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/random.h"
#include "cytomo/image/augment.h"

namespace cytomo {

/// Half width of a click in voxels: a ball of that radius.
constexpr int click_radius = 2;

/// What is pointed at in one patch. All x fastest, as large as the patch.
struct Clicks {
    std::vector<float> points;  ///< 1 within a click on the object, -1 within one beside it, else 0
    std::vector<float> mask;  ///< of the object as it was found so far, 0 or 1; all 0: nothing was found yet
    std::vector<std::uint8_t> object;  ///< 1: belongs to the object
};

/// Adds a ball of `value` around voxel `at`.
void add_click(std::vector<float>& points, Size3 size, std::int64_t at, float value);

/// Draws an object of the patch (each class alike, but not the one around all others: cell_body, see
/// fill_object_targets) and what somebody would click: once where it is
/// deep; or, in half of the cases, a mask that is wrong somewhere (a part is missing, a neighbour is in it)
/// and a click into what is wrong, a few clicks before that too. Empty if objects are not known or none is
/// large enough.
Clicks draw_clicks(const Patch& patch, std::uint8_t cell_body, Random& random);

}  // namespace cytomo
