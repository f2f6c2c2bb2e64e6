// What the numbers in label files stand for.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cytomo/core/legend.h"
#include "cytomo/core/volume.h"
#include "cytomo/io/volume_io.h"

namespace cytomo::commands {

struct LabelMeaning {
    Legend legend;                               ///< classes of the model to be; ids 0 … 15
    std::map<std::int64_t, std::uint8_t> id_of;  ///< number in the files → class id; 255: unlabelled
    bool ignore_chosen = false;                  ///< the user said which number means unlabelled

    /// "0 background, 120 mitochondrion, 255 unlabelled": for people and records.
    std::string text() const;
};

/// From --classes ("120=mitochondrion,7=droplet") and --ignore-value. Names get their numbers as
/// ids if all of them are 1 to 15, or else 1, 2, … in the order in which they come; two numbers may share a
/// name (the first is its id); the names "background" and "unlabelled" (or "ignore")
/// are the ids 0 and 255. Numbers that are not named: 0 is background; 255 and -1 are unlabelled unless
/// `ignore_value` names another (-1: none is). Without `classes` the numbers are the ids of `otherwise`.
/// Throws UsageError.
LabelMeaning parse_label_meaning(const std::string& classes, std::optional<std::int64_t> ignore_value,
                                 const Legend& otherwise);

/// Class ids for what a file holds; `labels` is used up. Throws InputError that lists the numbers found if
/// some have no meaning, and if the file holds 0 and 255 only while the user did not say what 255 is:
/// programs write masks that way, and to guess would turn an organelle into nothing.
ClassVolume class_ids(CodedLabels labels, const std::string& file, const LabelMeaning& meaning);

/// xy slices that hold nothing but 0: perhaps nobody looked there.
std::vector<std::int64_t> find_empty_slices(const ClassVolume& labels);
/// Sets whole xy slices to 255.
void set_unlabelled(ClassVolume& labels, const std::vector<std::int64_t>& slices);

/// 1234567 → "1,234,567".
std::string grouped(std::int64_t number);

}  // namespace cytomo::commands
