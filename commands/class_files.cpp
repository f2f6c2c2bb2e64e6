#include "class_files.h"

#include <algorithm>
#include <array>
#include <utility>

#include "cytomo/core/class_names.h"
#include "cytomo/core/error.h"
#include "cytomo/core/likely_name.h"

namespace cytomo::commands {

CLI::Option* add_legend_option(CLI::App& app, std::string& text, const std::string& help) {
    return app.add_option("--legend", text, help)->type_name("FILE|VALUE=NAME,...");
}

std::string ClassMeaning::text(const std::string& legend_option) const {
    const char* who = source == Source::option ? ", as said by --legend "
                      : source == Source::file ? ", as the file of the classes says"
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

ClassVolume read_meant_classes(const std::string& file, const ClassMeaning& meaning,
                               const ReadOptions& reading, const Common& common) {
    std::vector<std::string> remarks;
    ClassVolume classes = meaning.source == ClassMeaning::Source::option
                              ? class_ids(read_coded_labels(file, reading, &remarks), file, meaning.meaning)
                              : read_classes(file, reading, &remarks);
    for (const auto& remark : remarks) common.say(file + ": " + remark);
    check_explained(classes, file, meaning.legend(), meaning.meaning.option);
    return classes;
}

}  // namespace cytomo::commands
