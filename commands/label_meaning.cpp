#include "label_meaning.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <numeric>
#include <vector>

#include "cytomo/core/error.h"

namespace cytomo::commands {

namespace {

constexpr int most_classes = 15;

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(' ');
    if (first == std::string::npos) return "";
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// Colours of the default legend: a known name keeps its own, others take those that nobody has.
void colour(Legend& legend) {
    const Legend standard = default_legend();
    std::vector<std::array<std::uint8_t, 3>> free_colours{{78, 166, 192},  {206, 132, 92},  {150, 186, 96},
                                                          {202, 142, 172}, {222, 200, 120}, {132, 128, 170},
                                                          {168, 146, 122}, {120, 150, 140}};
    for (auto it = standard.entries.rbegin(); it != standard.entries.rend(); ++it)
        if (it->id != 0 && legend.find_kind(it->name) == nullptr)
            free_colours.insert(free_colours.begin(), it->colour);
    std::size_t next = 0;
    for (auto& entry : legend.entries)
        if (const auto* known = standard.find_kind(entry.name))
            entry.colour = known->colour;
        else
            entry.colour = free_colours[next++ % free_colours.size()];
}

struct NamedValue {
    std::int64_t value = 0;
    std::string name;
};

bool is_unlabelled(const std::string& name) {
    return name == "unlabelled" || name == "ignore";
}

std::vector<NamedValue> parse_classes(const std::string& text) {
    std::vector<NamedValue> out;
    std::size_t at = 0;
    while (at <= text.size()) {
        const auto comma = std::min(text.find(',', at), text.size());
        const std::string item = text.substr(at, comma - at);
        const auto equals = item.find('=');
        const std::string number = trimmed(item.substr(0, equals));
        NamedValue named;
        const auto [end, ec] = std::from_chars(number.data(), number.data() + number.size(), named.value);
        if (equals != std::string::npos) named.name = trimmed(item.substr(equals + 1));
        const bool bad_name = named.name.empty() || named.name.find('/') != std::string::npos ||
                              std::any_of(named.name.begin(), named.name.end(),
                                          [](unsigned char c) { return std::iscntrl(c) != 0; });
        if (ec != std::errc{} || end != number.data() + number.size() || number.empty() || bad_name)
            throw UsageError("--classes: expected VALUE=NAME,VALUE=NAME,…, found '" + item +
                             "'. VALUE is the number in the label file, e.g. 120=mitochondrion,7=droplet");
        for (const auto& other : out)
            if (other.value == named.value)
                throw UsageError("--classes: expected each value once, found " + number + " twice");
        out.push_back(named);
        at = comma + 1;
    }
    return out;
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
    std::string out;
    for (const auto& [value, id] : id_of)
        out += (out.empty() ? "" : ", ") + std::to_string(value) + " " +
               (id == ignore_label ? "unlabelled" : legend.name_of(id));
    return out;
}

LabelMeaning parse_label_meaning(const std::string& classes, std::optional<std::int64_t> ignore_value,
                                 const Legend& otherwise) {
    LabelMeaning meaning;
    std::map<std::int64_t, std::uint8_t>& id_of = meaning.id_of;
    if (classes.empty()) {
        meaning.legend = otherwise;
        for (const auto& entry : otherwise.entries) id_of[entry.id] = entry.id;
    } else {
        meaning.legend.entries.push_back(default_legend().entries[0]);
        const auto named = parse_classes(classes);
        // Values that can be ids are, so that what comes out looks like what went in.
        const bool values_are_ids = std::all_of(named.begin(), named.end(), [](const NamedValue& n) {
            return is_unlabelled(n.name) || n.name == "background" ||
                   (n.value >= 1 && n.value <= most_classes);
        });
        std::uint8_t next = 1;
        for (const auto& [value, name] : named) {
            if (is_unlabelled(name)) {
                id_of[value] = ignore_label;
                meaning.ignore_chosen = true;
            } else if (const auto* known = meaning.legend.find(name)) {
                id_of[value] = known->id;
            } else {
                const auto id = values_are_ids ? static_cast<std::uint8_t>(value) : next++;
                if (id > most_classes)
                    throw UsageError("--classes: expected at most 15 names beside background, found more");
                meaning.legend.entries.push_back({id, name, {}});
                id_of[value] = id;
            }
        }
        if (meaning.legend.entries.size() < 2)
            throw UsageError("--classes: expected at least one class beside background, found none");
        std::sort(meaning.legend.entries.begin(), meaning.legend.entries.end(),
                  [](const LegendEntry& a, const LegendEntry& b) { return a.id < b.id; });
        colour(meaning.legend);
        id_of.try_emplace(0, std::uint8_t{0});
    }
    if (!ignore_value) {
        id_of.try_emplace(255, ignore_label);
        id_of.try_emplace(-1, ignore_label);
    } else {
        meaning.ignore_chosen = true;
        const auto it = id_of.find(*ignore_value);
        const bool named = it != id_of.end() && it->second != ignore_label && it->second != 0;
        if (named)
            throw UsageError("--ignore-value: expected a value that is no class, found " +
                             std::to_string(*ignore_value) + ", which is " +
                             meaning.legend.name_of(it->second));
        if (*ignore_value != -1) id_of[*ignore_value] = ignore_label;
    }
    return meaning;
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
        throw InputError(
            file, "the labels " + meaning.text(), list_of_values(labels),
            "What is " + numbers +
                "? Name every value: --classes VALUE=NAME,…; the names 'background' and 'unlabelled' "
                "are possible too");
    }
    const auto of_255 = meaning.id_of.find(255);
    if (has_255 && only_mask_values && labels.values.size() == 2 && !meaning.ignore_chosen &&
        of_255 != meaning.id_of.end() && of_255->second == ignore_label)
        throw InputError(file, "labels whose meaning is clear", list_of_values(labels),
                         "If 255 marks an organelle, name it: --classes 255=NAME. If 255 marks what nobody "
                         "looked at, say so: --ignore-value 255");
    for (std::uint8_t& code : labels.codes.values()) code = id_of_code[code];
    return std::move(labels.codes);
}

}  // namespace cytomo::commands
