#include "evaluate_pair.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string_view>
#include <utility>

#include "calls.h"
#include "class_files.h"
#include "cytomo/core/class_names.h"
#include "cytomo/core/error.h"
#include "cytomo/core/likely_name.h"
#include "cytomo/measures/confusion.h"
#include "grey_files.h"

namespace cytomo::commands {

namespace {

std::uint8_t parse_class(std::string_view text, const std::string& option) {
    int id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc{} || end != text.data() + text.size() || id < 0 || id >= ignore_label)
        throw UsageError(option + ": expected class ids from 0 to 254, found '" + std::string(text) + "'");
    return static_cast<std::uint8_t>(id);
}

/// "3=1": the prediction's class 3 is what the truth calls 1; its other classes become background.
Renaming parse_match(const std::vector<std::string>& pairs) {
    Renaming name{};
    name[ignore_label] = ignore_label;
    for (const std::string& pair : pairs) {
        const auto equals = pair.find('=');
        if (equals == std::string::npos)
            throw UsageError("--match: expected PREDICTED=TRUE, found '" + pair + "'");
        name[parse_class(std::string_view(pair).substr(0, equals), "--match")] =
            parse_class(std::string_view(pair).substr(equals + 1), "--match");
    }
    return name;
}

/// Whether `part` names some of the classes of `whole`, each of them once, and no others.
bool names_part_of(const Legend& part, const Legend& whole) {
    std::map<std::uint8_t, int> times;
    int more = 0;
    for (const LegendEntry& entry : whole.entries) {
        if (entry.id == 0) continue;
        const LegendEntry* same = find_class(part, entry.name);
        if (same == nullptr || same->id == 0)
            ++more;
        else
            ++times[same->id];
    }
    return more > 0 && std::all_of(part.entries.begin(), part.entries.end(), [&](const LegendEntry& entry) {
               return entry.id == 0 || times[entry.id] == 1;
           });
}

void rename(ClassVolume& classes, const Renaming& name) {
    for (std::uint8_t& c : classes.values()) c = name[c];
}

/// Classes of one name are one class, under the id that it has in `kept`. Classes that only `side` has keep
/// their ids where these are free, get ids that neither has where not, and join `kept`. Throws InputError for
/// `file`, whose legend `side` is, if there are not enough.
Renaming match_names(const Legend& side, Legend& kept, const std::string& file) {
    Renaming name{};
    name[ignore_label] = ignore_label;
    std::vector<LegendEntry> others;
    for (const LegendEntry& entry : side.entries) {
        if (entry.id == 0) continue;
        const LegendEntry* same = find_class(kept, entry.name);
        if (same != nullptr)
            name[entry.id] = same->id;
        else
            others.push_back(entry);
    }
    const auto has = [](const Legend& legend, int id) {
        return legend.find(static_cast<std::uint8_t>(id)) != nullptr;
    };
    for (LegendEntry entry : others) {
        int id = entry.id;
        if (has(kept, id)) id = 1;
        while (id < ignore_label && (has(kept, id) || (id != entry.id && has(side, id)))) ++id;
        if (id >= ignore_label)
            throw InputError(file, "at most 254 classes in prediction and truth together",
                             "no id left for '" + entry.name + "'",
                             "Match classes by their ids: --match PREDICTED=TRUE");
        name[entry.id] = static_cast<std::uint8_t>(id);
        entry.id = name[entry.id];
        kept.entries.push_back(entry);
    }
    return name;
}

/// The names of the prediction's classes under the truth's ids.
Legend matched_names(const Legend& prediction, const Renaming& matched) {
    Legend names{{default_legend().entries[0]}};
    for (LegendEntry entry : prediction.entries) {
        entry.id = matched[entry.id];
        if (names.find(entry.id) == nullptr) names.entries.push_back(entry);
    }
    return names;
}

/// A word of the call for files that were exchanged: what was said of one side is said of the other.
/// `legends`: of each side by an option of its own.
std::string of_other_side(const std::string& word, bool legends) {
    for (const std::string name : {"instances", "legend"}) {
        const std::string ours = "--" + name, theirs = "--truth-" + name;
        if (name == "legend" && !legends) continue;
        for (const auto& [from, to] : {std::pair{ours, theirs}, std::pair{theirs, ours}})
            if (word == from || word.starts_with(from + "=")) return to + word.substr(from.size());
    }
    return word;
}

bool has_object_classes(const ClassVolume& classes) {
    return std::any_of(classes.values().begin(), classes.values().end(),
                       [](std::uint8_t c) { return c >= 2 && c != ignore_label; });
}

std::string size_text(Size3 s) {
    return std::to_string(s.x) + " × " + std::to_string(s.y) + " × " + std::to_string(s.z) + " voxels";
}

[[noreturn]] void refuse_size(const PairArguments& a, Size3 p, Size3 t) {
    // Binned: as many times smaller along all axes, up to what was cut off.
    const double ratio = static_cast<double>(t.x) / static_cast<double>(p.x);
    const auto fits = [&](std::int64_t of_truth, std::int64_t of_prediction) {
        return std::fabs(static_cast<double>(of_truth) - ratio * static_cast<double>(of_prediction)) <=
               std::max(1.0, ratio);
    };
    const bool binned = std::fabs(ratio - 1) > 0.05 && fits(t.y, p.y) && fits(t.z, p.z);
    throw InputError(a.prediction, "the size of the truth, " + size_text(t), size_text(p),
                     "Compare volumes of the same tomogram, neither cropped nor binned" +
                         (binned ? "." + advice("If it was binned, this brings it back",
                                                {"convert", a.prediction, "on-the-truth.tif", "--like",
                                                 a.truth, "--labels"})
                                 : std::string()));
}

}  // namespace

std::vector<std::uint8_t> parse_compared_classes(const std::string& text, const Legend& legend) {
    std::vector<std::uint8_t> ids;
    std::string_view rest = text;
    while (!rest.empty()) {
        const auto comma = rest.find(',');
        const std::string item(rest.substr(0, comma));
        const bool is_name = item.find_first_not_of("0123456789") != std::string::npos;
        if (const LegendEntry* named = is_name ? find_class(legend, item) : nullptr)
            ids.push_back(named->id);
        else if (const LegendEntry* near = is_name ? nearest_class(legend, item) : nullptr)
            throw UsageError("--classes: no class is called '" + item + "'." + did_you_mean(near->name));
        else if (is_name && legend.entries.size() > 1)
            throw UsageError("--classes: no class is called '" + item + "'. There are " +
                             legend_text(legend));
        else
            ids.push_back(parse_class(item, "--classes"));
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 1);
    }
    return ids;
}

std::string heading_of(const ClassAgreement& c, const Pair& pair) {
    const std::string id = std::to_string(c.class_id);
    if (!pair.by_hand) return id + " " + c.name;
    std::string from;
    std::uint8_t last = 0;
    for (int p = 1; p < ignore_label; ++p) {
        if (pair.matched[static_cast<std::size_t>(p)] != c.class_id) continue;
        from += (from.empty() ? "" : "+") + std::to_string(p);
        last = static_cast<std::uint8_t>(p);
    }
    if (from.empty()) return id + " " + c.name;
    const auto* theirs = pair.of_truth ? pair.of_truth->find(c.class_id) : nullptr;
    const auto* ours = pair.of_prediction ? pair.of_prediction->find(last) : nullptr;
    if (theirs != nullptr && ours != nullptr && from == std::to_string(last) &&
        standard_class_name(theirs->name) != standard_class_name(ours->name))
        return from + " " + ours->name + " = " + id + " " + theirs->name;
    return from + "=" + id + (pair.legend.find(c.class_id) != nullptr ? " " + c.name : "");
}

std::string mask_hint(const Pair& pair, const PairArguments& a) {
    const Confusion voxels = count_confusion(pair.prediction, pair.truth);
    std::vector<std::uint8_t> predicted, true_ids;
    for (std::uint8_t id = 1; id < ignore_label; ++id) {
        if (voxels.predicted_voxels(id) > 0) predicted.push_back(id);
        if (voxels.true_voxels(id) > 0) true_ids.push_back(id);
    }
    const bool mask_is_truth = true_ids.size() == 1 && predicted.size() > 1 && !pair.of_truth;
    const bool mask_is_prediction = predicted.size() == 1 && true_ids.size() > 1 && !pair.of_prediction;
    if (!mask_is_truth && !mask_is_prediction) return {};
    const std::uint8_t mask = mask_is_truth ? true_ids[0] : predicted[0];
    const auto dice = [&](std::uint8_t id) {
        return mask_is_truth ? voxels.dice(mask, id) : voxels.dice(id, mask);
    };
    std::uint8_t best = mask;
    for (const std::uint8_t id : mask_is_truth ? predicted : true_ids)
        if (dice(id) > dice(best)) best = id;
    if (best == mask) return {};
    const auto named = [&](std::uint8_t id) {
        return std::to_string(id) + " " + pair.legend.name_of(id) + " (Dice " + cell_text(dice(id)) + ")";
    };
    const std::string match = mask_is_truth ? std::to_string(best) + "=" + std::to_string(mask)
                                            : std::to_string(mask) + "=" + std::to_string(best);
    return (mask_is_truth ? a.truth : a.prediction) + ": holds one class, " + std::to_string(mask) +
           ", and does not say which. It was compared with " + named(mask) + " but looks like " +
           named(best) + "." + advice("If it is that", this_call_with({"--match", match}));
}

std::string exchanged_hint(const PairArguments& a) {
    namespace fs = std::filesystem;
    std::error_code ec;
    const fs::path prediction = a.prediction, truth = a.truth;
    if (prediction.filename() != "classes.tif" || !is_simulated(prediction.parent_path()) ||
        is_simulated(truth.parent_path()) || !fs::is_regular_file(prediction, ec) ||
        !fs::is_regular_file(truth, ec))
        return {};
    Words call =
        a.match.empty() ? this_call_replacing({{a.prediction, a.truth}, {a.truth, a.prediction}}) : Words{};
    for (std::string& word : call) word = of_other_side(word, !a.truth_legend.empty());
    const bool of_result = fs::is_regular_file(truth.parent_path() / "summary.json", ec);
    return "warning: " + a.prediction +
           ", given as the prediction, holds the true classes of a folder of cytomo simulate" +
           (of_result ? ", and " + a.truth + ", given as the truth, lies in a result of cytomo" : "") +
           ". The prediction comes first; the other way round, precision and recall are exchanged." +
           advice("If they were exchanged", call);
}

std::string cell_text(double value) {
    if (std::isnan(value)) return "-";
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", value);
    return text;
}

Pair read_pair(const PairArguments& a, const ReadOptions& reading, const Common& common) {
    const Renaming matched = parse_match(a.match);
    const std::string& truth_legend = a.truth_legend.empty() ? a.legend : a.truth_legend;
    auto p = known_meaning(a.prediction, a.legend, reading, common);
    auto t = known_meaning(a.truth, truth_legend, reading, common);
    const auto refuse_grey = [&](const std::string& file, const std::string& named, const char* option) {
        if (!named.empty()) return;  // somebody said what the values are
        if (const std::string found = signs_of_grey(file, reading); !found.empty())
            throw InputError(
                file, "labels, the number of a class for each voxel", found,
                "Give the classes of this tomogram, such as cytomo segment and analyze write. If these are "
                "classes, say which: " +
                    std::string(option) + " VALUE=NAME,…");
    };
    refuse_grey(a.prediction, a.legend, "--legend");
    refuse_grey(a.truth, truth_legend, "--truth-legend");
    const bool by_id = !a.match.empty();
    Pair pair;
    pair.matched = matched;
    pair.by_hand = by_id;
    if (p) pair.of_prediction = p->legend();
    if (t) pair.of_truth = t->legend();
    const auto take_over = [&](const std::string& file, const std::string& other, const ClassMeaning& from) {
        common.say(file + ": the file does not say what its classes are; they are taken to be those of " +
                   other + ": " + legend_text(from.legend()) + ". --" + (&file == &a.truth ? "truth-" : "") +
                   "legend names others.");
        ClassMeaning same{meaning_of(from.legend()), ClassMeaning::Source::other_file};
        same.meaning.option = &file == &a.truth ? "--truth-legend" : "--legend";
        return same;
    };
    const auto read_bare = [&](const std::string& file) {
        std::vector<std::string> remarks;
        refuse_instances(file, reading, &file == &a.truth ? "--truth-instances" : "--instances");
        ClassVolume classes = read_classes(file, reading, &remarks);
        for (const auto& remark : remarks) common.say(file + ": " + remark);
        return classes;
    };
    if (p && !t && by_id)
        pair.legend = matched_names(p->legend(), matched);  // and no others: numbers were matched
    else if (p && !t)
        t = take_over(a.truth, a.prediction, *p);
    if (t && !p && !by_id) p = take_over(a.prediction, a.truth, *t);
    pair.prediction = p ? read_meant_classes(a.prediction, *p, reading, common) : read_bare(a.prediction);
    pair.truth =
        t ? read_meant_classes(a.truth, *t, reading, common, "--truth-instances") : read_bare(a.truth);
    if (t) {
        pair.legend = t->legend();
    } else if (!p && by_id) {  // numbers were matched since the truth's are not the prediction's
        if (has_object_classes(pair.prediction)) {
            pair.of_prediction = find_meaning(a.prediction, {}, reading, common).legend();
            pair.legend = matched_names(*pair.of_prediction, matched);
        }
    } else if (!p && (has_object_classes(pair.prediction) || has_object_classes(pair.truth))) {
        pair.legend = find_meaning(a.truth, {}, reading, common).legend();
        check_explained(pair.truth, a.truth, pair.legend);
        check_explained(pair.prediction, a.prediction, pair.legend);
    }
    if (pair.prediction.grid().size != pair.truth.grid().size)
        refuse_size(a, pair.prediction.grid().size, pair.truth.grid().size);
    if (!by_id && !(p && t)) return pair;
    if (by_id) {
        rename(pair.prediction, matched);
        return pair;
    }
    if (names_part_of(t->legend(), p->legend())) {  // its classes would get numbers that nobody knows
        pair.legend = p->legend();
        rename(pair.truth, match_names(t->legend(), pair.legend, a.truth));
    } else {
        rename(pair.prediction, match_names(p->legend(), pair.legend, a.prediction));
    }
    for (const LegendEntry& entry : pair.legend.entries)
        if (entry.id != 0 && find_class(t->legend(), entry.name) == nullptr)
            pair.unlabelled.push_back(entry.id);
    return pair;
}

}  // namespace cytomo::commands
