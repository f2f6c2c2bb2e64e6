// Private to io: which axis of an array in a file is x, which y and which z. Files name their axes (ilastik's
// and vigra's axistags, tifffile's axes, labels of HDF5 dimensions) or do not.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cytomo/core/grid.h"

namespace cytomo::io {

/// An array's axes, slowest first, as its file describes them.
struct NamedArray {
    std::vector<std::int64_t> shape;
    std::string letters;   ///< a lower-case letter for each axis ("tzyxc"); empty if they carry no names
    std::string named_by;  ///< where the letters come from, for messages: "the attribute axistags"
    bool is_zyx = false;  ///< something else in the file says that the order is z, y, x: no doubts are raised
};

/// Where x, y and z lie in an array.
struct ArrayAxes {
    /// Which axis of the array is x, y and z; -1: none, the volume has length 1 there.
    std::array<int, 3> position{-1, -1, -1};
    /// For each axis of the array the index at which it is read, where it is neither x, y nor z.
    std::vector<std::int64_t> fixed;
    Size3 size;
    /// The array's own order is z, y, x, whatever axes of one index lie between.
    bool in_order() const;
};

/// Indices chosen for axes that a volume does not have: {'c', 1}, {'t', 0}.
using AxisChoice = std::map<char, std::int64_t>;

/// "c1", "t0", "t0c1"; none for other words.
std::optional<AxisChoice> parse_axis_choice(std::string_view text);

/// The letters of names such as "z", "Z", "depth", "channel"; empty if one of them is not known.
std::string axis_letters(const std::vector<std::string>& names);
/// The same for one text that names them all: "zyx", "z, y, x", "[\"z\", \"y\", \"x\"]".
std::string axis_letters(std::string_view text);

/// Chooses x, y and z. With letters: by them; one index of channels ('c', 's') and times ('t') has to be
/// chosen if they have more; times, or one axis of another name, are slices where there is no z. Without: the
/// axes are z, y, x, after those of length 1 were dropped where there are more than three. `remarks` says
/// what was understood and what is doubtful. `how_to_choose` begins the option that chooses, e.g.
/// "--dataset /data:". Throws InputError if no volume comes of it.
ArrayAxes find_axes(const std::string& file, const NamedArray& array, const AxisChoice& choice,
                    const std::string& how_to_choose, std::vector<std::string>& remarks);

/// Whether find_axes gives a volume, or one slice, without any choice.
bool is_plain_volume(const NamedArray& array);

/// "3 x 4 x 5"; "no axes".
std::string shape_text(const std::vector<std::int64_t>& shape);

}  // namespace cytomo::io
