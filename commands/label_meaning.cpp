#include "label_meaning.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "cytomo/core/class_names.h"
#include "cytomo/core/error.h"

namespace cytomo::commands {

namespace {

using Colours = std::map<std::uint8_t, std::array<std::uint8_t, 3>>;

/// Colours that were given, or else of the default legend: a known name has its own, others take those that
/// nobody has.
void colour(Legend& legend, const Colours& given) {
    const Legend standard = default_legend();
    std::vector<std::array<std::uint8_t, 3>> free_colours{{78, 166, 192},  {206, 132, 92},  {150, 186, 96},
                                                          {202, 142, 172}, {222, 200, 120}, {132, 128, 170},
                                                          {168, 146, 122}, {120, 150, 140}};
    for (auto it = standard.entries.rbegin(); it != standard.entries.rend(); ++it)
        if (it->id != 0 && legend.find_kind(it->name) == nullptr)
            free_colours.insert(free_colours.begin(), it->colour);
    std::size_t next = 0;
    for (auto& entry : legend.entries)
        if (const auto it = given.find(entry.id); it != given.end())
            entry.colour = it->second;
        else if (entry.id == 0)
            entry.colour = standard.entries[0].colour;
        else if (const auto* known = standard.find_kind(entry.name))
            entry.colour = known->colour;
        else
            entry.colour = free_colours[next++ % free_colours.size()];
}

bool is_unlabelled(const std::string& name) {
    return name == "unlabelled" || name == "ignore";
}

/// 255 and -1, which mean unlabelled in most files.
void add_usual_ignored(std::map<std::int64_t, std::uint8_t>& id_of) {
    id_of.try_emplace(255, ignore_label);
    id_of.try_emplace(-1, ignore_label);
}

std::string list_of_values(const CodedLabels& labels) {
    std::vector<std::size_t> order(labels.values.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return labels.values[a] < labels.values[b]; });
    constexpr std::size_t most = 20;
    std::string out;
    for (std::size_t i = 0; i < std::min(most, order.size()); ++i)
        out += (i > 0 ? ", " : "") + std::to_string(labels.values[order[i]]) + " (" +
               grouped(labels.counts[order[i]]) + " voxels)";
    if (order.size() > most) out += " and " + std::to_string(order.size() - most) + " more values";
    return out;
}

}  // namespace

std::vector<std::int64_t> find_empty_slices(const ClassVolume& labels) {
    const auto [nx, ny, nz] = labels.grid().size;
    std::vector<std::int64_t> out;
    for (std::int64_t z = 0; z < nz; ++z) {
        const auto* from = labels.data() + z * nx * ny;
        if (std::all_of(from, from + nx * ny, [](std::uint8_t c) { return c == 0; })) out.push_back(z);
    }
    return out;
}

void set_unlabelled(ClassVolume& labels, const std::vector<std::int64_t>& slices) {
    for (const auto z : slices)
        std::fill_n(&labels(0, 0, z), labels.grid().size.x * labels.grid().size.y, ignore_label);
}

std::string grouped(std::int64_t number) {
    std::string digits = std::to_string(number);
    for (auto i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > (number < 0 ? 1 : 0); i -= 3)
        digits.insert(static_cast<std::size_t>(i), ",");
    return digits;
}

std::string LabelMeaning::text() const {
    const auto is_ignored = [this](std::int64_t value) {
        const auto it = id_of.find(value);
        return it != id_of.end() && it->second == ignore_label;
    };
    const bool both = is_ignored(255) && is_ignored(-1);  // as add_usual_ignored does: one meaning, told once
    std::string out;
    for (const auto& [value, id] : id_of)
        if (!both || value != -1)
            out += (out.empty() ? "" : ", ") + std::to_string(value) +
                   (both && value == 255 ? " or -1 " : " ") +
                   (id == ignore_label ? "unlabelled" : legend.name_of(id));
    return out;
}

LabelMeaning meaning_of(const Legend& legend) {
    LabelMeaning meaning;
    meaning.legend = each_name_once(legend);
    for (const auto& entry : legend.entries) meaning.id_of[entry.id] = meaning.legend.find(entry.name)->id;
    add_usual_ignored(meaning.id_of);
    return meaning;
}

LabelMeaning meaning_of(const std::vector<NamedValue>& named, int largest_id, const std::string& option) {
    LabelMeaning meaning;
    meaning.option = option;
    std::map<std::int64_t, std::uint8_t>& id_of = meaning.id_of;
    Colours colours;
    meaning.legend.entries.push_back(default_legend().entries[0]);
    for (const auto& n : named)
        if (n.value == 0 && !is_unlabelled(n.name)) meaning.legend.entries[0].name = n.name;
    const std::string& nothing = meaning.legend.entries[0].name;
    const auto is_background = [&](const NamedValue& n) {
        return n.name == "background" || n.name == nothing;
    };
    // Values that can be ids are, so that what comes out looks like what went in.
    const bool values_are_ids = std::all_of(named.begin(), named.end(), [&](const NamedValue& n) {
        return is_unlabelled(n.name) || is_background(n) || (n.value >= 1 && n.value <= largest_id);
    });
    std::uint8_t next = 1;
    for (const auto& n : named) {
        if (is_unlabelled(n.name)) {
            id_of[n.value] = ignore_label;
            meaning.ignore_chosen = true;
            continue;
        }
        if (is_background(n)) {
            id_of[n.value] = 0;
        } else if (const auto* known = meaning.legend.find(n.name)) {
            id_of[n.value] = known->id;
        } else {
            if (!values_are_ids && next > largest_id)
                throw UsageError(option + ": expected at most " + std::to_string(largest_id) +
                                 " names beside background, found more");
            const auto id = values_are_ids ? static_cast<std::uint8_t>(n.value) : next++;
            meaning.legend.entries.push_back({id, n.name, {}});
            id_of[n.value] = id;
        }
        if (n.colour) colours.try_emplace(id_of[n.value], *n.colour);
    }
    if (meaning.legend.entries.size() < 2)
        throw UsageError(option + ": expected at least one class beside background, found none");
    std::sort(meaning.legend.entries.begin(), meaning.legend.entries.end(),
              [](const LegendEntry& a, const LegendEntry& b) { return a.id < b.id; });
    colour(meaning.legend, colours);
    id_of.try_emplace(0, std::uint8_t{0});
    add_usual_ignored(id_of);
    return meaning;
}

LabelMeaning parse_label_meaning(const std::string& classes, std::optional<std::int64_t> ignore_value,
                                 const Legend& model, const std::optional<Legend>& of_files) {
    const std::string option = "--classes";
    LabelMeaning meaning;
    std::vector<NamedValue> named;
    if (!classes.empty()) {
        named = named_values(classes, option);
        meaning = meaning_of(named, largest_model_id, option);
    } else if (of_files) {
        for (const auto& e : of_files->entries) named.push_back({e.id, e.name, e.colour});
        // Two classes of the files that are one to the model ("endosome", "lysosome") stay two.
        std::map<std::uint8_t, std::string> name_of;
        const bool known = std::all_of(named.begin(), named.end(), [&](const NamedValue& n) {
            if (n.value == 0) return true;
            const LegendEntry* same = find_class(model, n.name);
            return same != nullptr && name_of.try_emplace(same->id, n.name).first->second == n.name;
        });
        if (known) {
            meaning = meaning_of(model);
            meaning.id_of = {{0, std::uint8_t{0}}};
            for (const auto& n : named)
                if (n.value != 0) meaning.id_of[n.value] = find_class(model, n.name)->id;
            add_usual_ignored(meaning.id_of);
        } else {
            meaning = meaning_of(named, largest_model_id, option);
        }
        named.clear();  // nobody named them on purpose
    } else {
        meaning = meaning_of(model);
    }
    if (!ignore_value) return meaning;
    auto& id_of = meaning.id_of;
    meaning.ignore_chosen = true;
    const auto it = id_of.find(*ignore_value);
    const bool on_purpose = std::any_of(named.begin(), named.end(), [&](const NamedValue& n) {
        return n.value == *ignore_value && !is_unlabelled(n.name) && n.name != "background";
    });
    if (on_purpose || (it != id_of.end() && it->second != ignore_label && it->second != 0))
        throw UsageError("--ignore-value: expected a value that is no class, found " +
                         std::to_string(*ignore_value) + ", which is " + meaning.legend.name_of(it->second));
    const auto was_named = [&](std::int64_t value) {
        return std::any_of(named.begin(), named.end(), [&](const NamedValue& n) { return n.value == value; });
    };
    for (const std::int64_t usual : {std::int64_t{255}, std::int64_t{-1}})
        if (!was_named(usual)) id_of.erase(usual);
    if (*ignore_value != -1) id_of[*ignore_value] = ignore_label;
    return meaning;
}

std::optional<Legend> legend_of_files(const std::vector<std::filesystem::path>& files,
                                      const ReadOptions& reading, const std::string& option) {
    std::optional<Legend> legend;
    std::filesystem::path first;
    for (const auto& file : files) {
        const auto found = open_volume(file, reading).legend;
        if (!found) continue;
        if (!legend) {
            legend = found;
            first = file;
            continue;
        }
        for (const auto& e : found->entries) {
            const auto* same = legend->find(e.id);
            if (same != nullptr && standard_class_name(same->name) != standard_class_name(e.name))
                throw InputError(
                    file.string(), "classes as in " + first.string() + ", " + legend_text(*legend),
                    legend_text(*found), "Say what the numbers are: " + option + " VALUE=NAME,…");
            if (same == nullptr) legend->entries.push_back(e);
        }
    }
    if (legend)
        std::sort(legend->entries.begin(), legend->entries.end(),
                  [](const LegendEntry& a, const LegendEntry& b) { return a.id < b.id; });
    return legend;
}

ClassVolume class_ids(CodedLabels labels, const std::string& file, const LabelMeaning& meaning) {
    std::array<std::uint8_t, 256> id_of_code{};
    std::vector<std::int64_t> unknown;
    bool only_mask_values = true, has_255 = false;
    for (std::size_t code = 0; code < labels.values.size(); ++code) {
        const auto value = labels.values[code];
        only_mask_values = only_mask_values && (value == 0 || value == 255);
        has_255 = has_255 || value == 255;
        if (const auto it = meaning.id_of.find(value); it != meaning.id_of.end())
            id_of_code[code] = it->second;
        else
            unknown.push_back(value);
    }
    if (!unknown.empty()) {
        std::sort(unknown.begin(), unknown.end());
        std::string numbers;
        for (std::size_t i = 0; i < std::min<std::size_t>(8, unknown.size()); ++i)
            numbers += (i > 0 ? ", " : "") + std::to_string(unknown[i]);
        if (unknown.size() > 8) numbers += ", …";
        throw InputError(file, "the labels " + meaning.text(), list_of_values(labels),
                         "What is " + numbers + "? Name every value: " + meaning.option +
                             " VALUE=NAME,…; the names 'background' and 'unlabelled' are possible too" +
                             (meaning.otherwise.empty() ? "" : ". " + meaning.otherwise));
    }
    const auto of_255 = meaning.id_of.find(255);
    if (has_255 && only_mask_values && labels.values.size() == 2 && !meaning.ignore_chosen &&
        of_255 != meaning.id_of.end() && of_255->second == ignore_label)
        throw InputError(
            file, "labels whose meaning is clear", list_of_values(labels),
            "If 255 marks an organelle, name it: " + meaning.option +
                " 255=NAME. If 255 marks what nobody looked at, say so: " +
                (meaning.option == "--classes" ? "--ignore-value 255" : meaning.option + " 255=unlabelled"));
    for (std::uint8_t& code : labels.codes.values()) code = id_of_code[code];
    return std::move(labels.codes);
}

}  // namespace cytomo::commands
