// What cytomo evaluate compares: two class volumes under the same ids (private to it).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "command.h"
#include "cytomo/core/volume.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/measures/agreement.h"

namespace cytomo::commands {

/// The two files, and what the user said of their values.
struct PairArguments {
    std::string prediction, truth, legend, truth_legend;
    std::vector<std::string> match;  ///< "3=1": the prediction's class 3 is what the truth calls 1
};

/// Class ids of the prediction → those of the truth.
using Renaming = std::array<std::uint8_t, 256>;

/// Both volumes under the same ids, and their names. The ids are those of the truth; of the prediction where
/// the truth names only some of its classes.
struct Pair {
    ClassVolume prediction, truth;
    Legend legend;
    std::optional<Legend> of_prediction, of_truth;  ///< what each side itself says, if it does
    Renaming matched{};                             ///< --match
    bool by_hand = false;                           ///< --match was given
    /// Ids of classes that the truth does not name while it names others: nobody labelled them.
    std::vector<std::uint8_t> unlabelled;
};

/// Where only one side says what its classes are, the other is taken to mean the same, and a line says so.
/// Two masks say nothing about what class 1 means. Throws UsageError and InputError, also for other sizes.
Pair read_pair(const PairArguments& arguments, const ReadOptions& reading, const Common& common);

/// "3,vesicle": ids of the pair, or names. Throws UsageError.
std::vector<std::uint8_t> parse_compared_classes(const std::string& text, const Legend& legend);

/// "3 mitochondrion"; of classes that were matched by hand both: "3=1 mitochondrion", or
/// "3 vesicle = 1 lysosome" where both sides name them.
std::string heading_of(const ClassAgreement& c, const Pair& pair);

/// What to do where one side is a mask, one class of which nobody says what it is, and the other side's class
/// of that number is not the one that it looks like. Empty if there is nothing to say.
std::string mask_hint(const Pair& pair, const PairArguments& arguments);

/// Where the first file holds the true classes of a simulated cell and the second does not: a warning that
/// they may be exchanged, with the right call. Else empty.
std::string exchanged_hint(const PairArguments& arguments);

/// Three decimals, "-" for NaN.
std::string cell_text(double value);

}  // namespace cytomo::commands
