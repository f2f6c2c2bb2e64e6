#include "class_files.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <utility>
#include <vector>

#include "calls.h"
#include "cytomo/core/class_names.h"
#include "cytomo/core/error.h"
#include "cytomo/core/likely_name.h"
#include "cytomo/io/passport.h"

namespace cytomo::commands {

namespace {

namespace fs = std::filesystem;

/// classes.tif of the same folder; empty if it is not there or `file` itself.
std::string classes_beside(const std::string& file) {
    const fs::path beside = fs::path(file).parent_path() / "classes.tif";
    std::error_code ec;
    return fs::path(file).filename() != "classes.tif" && fs::is_regular_file(beside, ec) ? beside.string()
                                                                                         : "";
}

/// "instances.tif", "true_instances.tif": what files of object numbers are called.
bool is_called_instances(const std::string& file) {
    std::string name = fs::path(file).stem().string();
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return name.ends_with("instances") && name.find("class") == std::string::npos;
}

/// The largest of the values, if they are numbers of objects: nearly all from 1 up to it occur, and too many
/// for classes; else 0. Reads the file once, slice by slice.
std::int64_t largest_object_number(const std::string& file, const ReadOptions& reading) {
    const StoredVolume volume = open_volume(file, reading);
    if (volume.legend || !some_slices_look_like_labels(volume)) return 0;
    std::vector<bool> occurs;
    try {
        const Tomogram numbers = open_tomogram(file, reading);
        std::vector<float> slice(static_cast<std::size_t>(numbers.grid.size.x * numbers.grid.size.y));
        for (std::int64_t z = 0; z < numbers.grid.size.z; ++z) {
            numbers.read_slices(z, 1, slice);
            for (const float value : slice) {
                constexpr float most = 1 << 24;  // up to it, floats are whole numbers without gaps
                if (!(value >= 0 && value < most) || value != std::floor(value)) return 0;
                const auto n = static_cast<std::size_t>(value);
                if (n >= occurs.size()) occurs.resize(n + 1);
                occurs[n] = true;
            }
        }
    } catch (const InputError&) {
        return 0;
    }
    const auto largest = static_cast<std::int64_t>(occurs.size()) - 1;
    const auto count =
        std::count(occurs.begin(), occurs.end(), true) - (!occurs.empty() && occurs[0] ? 1 : 0);
    constexpr std::int64_t fewest = 12;  // of a cell's organelles, fewer kinds than that are told apart
    const bool many = count >= (is_called_instances(file) ? 2 : fewest);
    return many && 10 * count >= 9 * largest ? largest : 0;
}

/// Throws InputError if a file whose values have no meaning as classes holds object numbers.
void refuse_object_numbers(const std::string& file, const ReadOptions& reading,
                           const char* instances_option) {
    const std::int64_t largest = largest_object_number(file, reading);
    if (largest == 0) return;
    const std::string beside = classes_beside(file), other = beside.empty() ? "CLASSES" : beside;
    Words with = this_call_replacing({{file, other}});
    const Words more{instances_option, file};
    if (!with.empty()) with.insert(std::find(with.begin(), with.end(), "--"), more.begin(), more.end());
    std::string how = advice("Numbers of objects are taken so", with);
    if (how.empty() && !beside.empty())
        how = advice("Then it is called so", this_call_replacing({{file, beside}}));
    throw InputError(
        file, "classes, one number for each kind of organelle",
        "what looks like object numbers, 1 to " + grouped(largest) + " (a volume of instances)",
        (beside.empty() ? "Give the classes that they belong to" : beside + " lies beside it: give that") +
            ", or, if these are classes, say which: --legend VALUE=NAME,…." + how);
}

/// The value of the only class of a file as it stands there, where the reader of masks made it 1.
std::string stored_mask_value(const std::string& file, const ReadOptions& reading) {
    std::vector<std::int64_t> values = read_coded_labels(file, reading).values;
    std::erase(values, 0);
    if (values.size() > 1) std::erase_if(values, [](std::int64_t v) { return v == ignore_label || v == -1; });
    return values.size() == 1 ? std::to_string(values[0]) : std::string();
}

/// A warning where nobody says which class a mask is of.
std::string unnamed_mask(const ClassVolume& classes, const std::string& file, const ReadOptions& reading,
                         const Legend& legend) {
    std::uint8_t only = 0;
    for (const std::uint8_t c : classes.values()) {
        if (c == 0 || c == ignore_label || c == only) continue;
        if (only != 0) return {};
        only = c;
    }
    const std::string value = only == 0 ? "" : stored_mask_value(file, reading);
    if (value.empty()) return {};
    return "warning: " + file + ": holds one class, " + value + ", and does not say which. It is taken as " +
           legend.name_of(only) + "; if it is another:\n  " +
           call_text(this_call_with({"--legend", value + "=NAME"}));
}

}  // namespace

CLI::Option* add_legend_option(CLI::App& app, std::string& text, const std::string& help) {
    return app.add_option("--legend", text, help)->type_name("FILE|VALUE=NAME,...");
}

std::string ClassMeaning::text(const std::string& legend_option) const {
    const char* who = source == Source::option ? ", as said by --legend "
                      : source == Source::file ? ", as the file of the classes says"
                      : source == Source::other_file
                          ? ", as in another file, since nobody says otherwise"
                          : ", as in the default model, since nobody says otherwise";
    return legend_text(legend()) + who + (source == Source::option ? legend_option : "");
}

std::string contradiction(LabelMeaning& given, const std::optional<Legend>& of_file,
                          const std::string& file) {
    if (!of_file) return {};
    const bool contradicts =
        std::any_of(of_file->entries.begin(), of_file->entries.end(), [&](const LegendEntry& e) {
            const auto it = given.id_of.find(e.id);
            if (it == given.id_of.end() || (e.id == 0 && it->second == 0)) return false;
            return it->second == ignore_label ||
                   standard_class_name(given.legend.name_of(it->second)) != standard_class_name(e.name);
        });
    if (!contradicts) return {};
    given.otherwise = "Or leave out " + given.option + ": the file says what its values are";
    return file + ": the file says that its classes are " + legend_text(*of_file) + "; " + given.option +
           " says otherwise and is followed.";
}

std::string doubtful_names(const Legend& legend) {
    std::string text;
    for (const LegendEntry& entry : legend.entries) {
        const std::string name = standard_class_name(entry.name);
        if (entry.id == 0 || name == "nucleolus" || name == "nucleoli") continue;  // no misspelt nuclei
        if (const LegendEntry* meant = nearest_class(default_legend(), name))
            text += (text.empty() ? "" : " ") + ("class " + std::to_string(entry.id) + ", '" + entry.name) +
                    "', is no name that cytomo knows." + did_you_mean(meant->name) +
                    " How a class is split, measured and drawn follows its name.";
    }
    return text;
}

std::optional<ClassMeaning> known_meaning(const std::string& file, const std::string& legend_option,
                                          const ReadOptions& reading, const Common& common) {
    std::optional<LabelMeaning> given;  // before the file is opened: a wrong option is told first
    if (!legend_option.empty())
        given = meaning_of(named_values(legend_option, "--legend"), largest_class_id, "--legend");
    const std::optional<Legend> of_file = open_volume(file, reading).legend;
    if (given) {
        if (const auto text = contradiction(*given, of_file, file); !text.empty()) common.say(text);
        if (const auto text = doubtful_names(given->legend); !text.empty()) common.say("--legend: " + text);
        return ClassMeaning{std::move(*given), ClassMeaning::Source::option};
    }
    if (!of_file) return std::nullopt;
    if (const auto text = doubtful_names(*of_file); !text.empty()) common.say(file + ": " + text);
    ClassMeaning out{meaning_of(*of_file), ClassMeaning::Source::file};
    out.meaning.option = "--legend";
    return out;
}

ClassMeaning find_meaning(const std::string& file, const std::string& legend_option,
                          const ReadOptions& reading, const Common& common) {
    if (auto known = known_meaning(file, legend_option, reading, common)) return std::move(*known);
    ClassMeaning out{meaning_of(default_legend()), ClassMeaning::Source::standard};
    out.meaning.option = "--legend";
    common.say(file + ": the file does not say what its classes are; those of the default model are taken: " +
               legend_text(out.legend()) + ". --legend names others.");
    return out;
}

void check_explained(const ClassVolume& classes, const std::string& file, const Legend& legend,
                     const std::string& option) {
    std::array<std::int64_t, 256> counts{};
    for (const std::uint8_t c : classes.values()) ++counts[c];
    std::string found, unknown;
    int most = 8;  // how many of those without a meaning are named
    for (int id = 0; id < ignore_label; ++id) {
        const auto n = counts[static_cast<std::size_t>(id)];
        if (n == 0) continue;
        found += (found.empty() ? "" : ", ") + std::to_string(id) + " (" + grouped(n) + " voxels)";
        if (id == 0 || legend.find(static_cast<std::uint8_t>(id)) != nullptr || most < 0) continue;
        unknown += (unknown.empty() ? "" : ", ") + (most > 0 ? std::to_string(id) : std::string("…"));
        --most;
    }
    if (unknown.empty()) return;
    constexpr std::size_t longest = 300;
    if (found.size() > longest) found = found.substr(0, found.rfind(',', longest)) + ", …";
    throw InputError(file, "the classes " + legend_text(legend), found,
                     "What is " + unknown + "? Name every value: " + option + " VALUE=NAME,…");
}

void refuse_instances(const std::string& file, const ReadOptions& reading, const char* instances_option) {
    if (is_called_instances(file)) refuse_object_numbers(file, reading, instances_option);
}

ClassVolume read_meant_classes(const std::string& file, const ClassMeaning& meaning,
                               const ReadOptions& reading, const Common& common,
                               const char* instances_option) {
    std::vector<std::string> remarks;
    const bool named = meaning.source == ClassMeaning::Source::option;
    if (!named) refuse_instances(file, reading, instances_option);
    try {
        ClassVolume classes =
            named ? class_ids(read_coded_labels(file, reading, &remarks), file, meaning.meaning)
                  : read_classes(file, reading, &remarks);
        for (const auto& remark : remarks) common.say(file + ": " + remark);
        check_explained(classes, file, meaning.legend(), meaning.meaning.option);
        if (meaning.source == ClassMeaning::Source::standard)
            if (const auto text = unnamed_mask(classes, file, reading, meaning.legend()); !text.empty())
                common.say(text);
        return classes;
    } catch (const InputError&) {
        if (!named) refuse_object_numbers(file, reading, instances_option);
        throw;
    }
}

}  // namespace cytomo::commands
