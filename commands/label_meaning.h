// What the numbers in label files stand for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cytomo/core/legend.h"
#include "cytomo/core/volume.h"
#include "cytomo/io/legend_io.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/network/model.h"

namespace cytomo::commands {

struct LabelMeaning {
    Legend legend;
    std::map<std::int64_t, std::uint8_t> id_of;  ///< number in the files → class id; 255: unlabelled
    bool ignore_chosen = false;                  ///< the user said which number means unlabelled
    std::string option = "--classes";            ///< what to advise where a number has no meaning
    std::string otherwise;  ///< what else to do then, such as leaving out the option; a sentence or empty

    /// "0 background, 120 mitochondrion, 255 unlabelled": for people and records.
    std::string text() const;
};

/// What --classes and --legend say (see named_values). Names get their numbers as ids if all of them are 1 to
/// `largest_id`, or else 1, 2, … in the order in which they come; two numbers may share a name (the first is
/// its id); the names "background" and "unlabelled" (or "ignore") are the ids 0 and 255. 0 is background,
/// whatever its name. Numbers that are not named: 0 is background, 255 and -1 are unlabelled. Colours are
/// those given, or else of the default legend for names that it knows, and others. Throws UsageError, which
/// begins with `option`.
LabelMeaning meaning_of(const std::vector<NamedValue>& named, int largest_id, const std::string& option);

/// Numbers are the ids of `legend`; 255 and -1 are unlabelled.
LabelMeaning meaning_of(const Legend& legend);

/// Largest class id of a model, and of any class volume.
inline constexpr int largest_model_id = most_classes - 1, largest_class_id = ignore_label - 1;

/// For label files to learn from: --classes and --ignore-value (-1: no number means unlabelled). Without
/// `classes`, numbers mean what `of_files` says, the legend that the files carry, or else the ids of `model`,
/// the classes of the starting model. Classes of `of_files` that `model` has all, under any spelling, get its
/// ids. Throws UsageError.
LabelMeaning parse_label_meaning(const std::string& classes, std::optional<std::int64_t> ignore_value,
                                 const Legend& model, const std::optional<Legend>& of_files = {});

/// The legend that these label files carry: none if none of them does. Reads their headers. Throws InputError
/// if two differ in what a number means, with the advice to give `option`.
std::optional<Legend> legend_of_files(const std::vector<std::filesystem::path>& files,
                                      const ReadOptions& reading, const std::string& option);

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
