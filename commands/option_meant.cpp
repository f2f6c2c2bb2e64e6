#include "option_meant.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>

#include "cytomo/core/likely_name.h"

namespace cytomo::commands {

namespace {

/// What other programs call the same.
const std::map<std::string, std::string>& other_options() {
    static const std::map<std::string, std::string> names = [] {
        std::map<std::string, std::string> all;
        const auto mean = [&](const std::string& option, const Words& others) {
            for (const std::string& other : others) all[other] = option;
        };
        mean("voxel-nm", {"voxel", "voxels", "voxel-size", "voxelsize", "voxel-size-nm", "pixel",
                          "pixel-size", "pixelsize", "pixel-nm", "spacing", "resolution"});
        mean("overwrite", {"f", "force", "replace", "clobber", "y"});
        mean("quiet", {"q", "silent"});
        mean("threads", {"j", "jobs", "cores", "cpus", "workers", "n-threads"});
        mean("model", {"m", "weights", "network", "checkpoint"});
        mean("legend", {"names", "class-names", "label-names"});
        mean("edits", {"corrections"});
        return all;
    }();
    return names;
}

bool is_one_of(const std::string& word, const Words& words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

/// Names of options for what cytomo takes by its place.
bool names_an_input(const std::string& option) {
    return is_one_of(option, {"i", "in", "input", "tomogram", "image"});
}
bool names_an_output(const std::string& option) {
    return is_one_of(option, {"o", "out", "output", "outdir", "output-dir"});
}

Words long_options(const CLI::App& command) {
    Words names;
    for (const CLI::Option* option : command.get_options())
        if (!option->get_group().empty())  // else an earlier name of another
            for (const std::string& name : option->get_lnames()) names.push_back(name);
    if (command.get_fallthrough() && command.get_parent() != nullptr)
        for (const std::string& name : long_options(*command.get_parent())) names.push_back(name);
    return names;
}

bool is_flag(const CLI::App& command, const std::string& word) {
    const CLI::Option* option = find_option(command, word);
    return option != nullptr && option->get_items_expected_max() == 0;
}

/// By the name of an option: the same value goes to it.
OptionMeant as_option(const CLI::App& command, const std::string& name, const UnknownOption& unknown) {
    const std::string option = "--" + name;
    const bool with_value = unknown.attached && !is_flag(command, option);
    return {"Did you mean " + option + "?", {with_value ? option + "=" + *unknown.attached : option}};
}

/// --gpu, --gpu 1, --gpu=1.
OptionMeant as_device(const UnknownOption& unknown) {
    const auto is_number = [](const std::optional<std::string>& text) {
        return text && !text->empty() &&
               std::all_of(text->begin(), text->end(), [](unsigned char c) { return std::isdigit(c) != 0; });
    };
    const bool next = !unknown.attached && is_number(unknown.next);
    const std::string device = "cuda:" + (next                          ? *unknown.next
                                          : is_number(unknown.attached) ? *unknown.attached
                                                                        : "0");
    return {"Did you mean --device " + device + "?", {"--device", device}, OptionMeant::Kind::option, next};
}

/// --input FILE, --output=FILE: a name without an option, or behind -o where the command has it.
OptionMeant as_place(const CLI::App& command, const UnknownOption& unknown) {
    const bool output = names_an_output(unknown.bare), next = !unknown.attached && unknown.next;
    const Words value = unknown.attached ? Words{*unknown.attached} : next ? Words{*unknown.next} : Words{};
    if (output && command.get_option_no_throw("-o") != nullptr) {
        Words option{"-o"};
        option.insert(option.end(), value.begin(), value.end());
        return {"Did you mean -o?", option, OptionMeant::Kind::option, next};
    }
    if (command.get_options([](const CLI::Option* o) { return o->get_positional(); }).empty()) return {};
    return {"What is read and written is named without an option.", value,
            output ? OptionMeant::Kind::output : OptionMeant::Kind::input, next};
}

/// --classes, where the classes stand without an option or the meaning of their values is asked for, which is
/// what other commands have it for.
OptionMeant as_classes(const CLI::App& command, const UnknownOption& unknown) {
    const std::optional<std::string>& value = unknown.attached ? unknown.attached : unknown.next;
    if (value && value->find('=') != std::string::npos) return as_option(command, "legend", unknown);
    const auto places = command.get_options([](const CLI::Option* o) { return o->get_positional(); });
    std::error_code ec;
    if (value && std::filesystem::is_regular_file(*value, ec)) {
        const bool first = !places.empty() && places.front()->get_single_name() == "CLASSES";
        return {"The file of classes is named without an option.",
                {*value},
                first ? OptionMeant::Kind::input : OptionMeant::Kind::place,
                !unknown.attached};
    }
    return {"The file of classes is named without an option; what its values are is said by --legend.", {}};
}

}  // namespace

std::string joined(const Words& words, const char* last) {
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i)
        out += (i == 0 ? "" : i + 1 == words.size() ? last : ", ") + words[i];
    return out;
}

std::string bare_option(const std::string& word) {
    std::string name = word.substr(word.find_first_not_of('-'));
    name = name.substr(0, name.find('='));
    for (char& c : name) c = c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return name;
}

bool looks_like_option(const std::string& word) {
    if (word.size() < 2 || word[0] != '-' || word.find_first_not_of('-') == std::string::npos) return false;
    return std::isalpha(static_cast<unsigned char>(word[word.find_first_not_of('-')])) != 0;
}

const CLI::Option* find_option(const CLI::App& command, const std::string& word) {
    const std::string name = word.substr(0, word.find('='));
    if (const CLI::Option* option = command.get_option_no_throw(name)) return option;
    if (name.size() > 2 && name[1] != '-')  // -oNAME
        if (const CLI::Option* option = command.get_option_no_throw(name.substr(0, 2))) return option;
    const bool asks = command.get_fallthrough() && command.get_parent() != nullptr;
    return asks ? find_option(*command.get_parent(), word) : nullptr;
}

std::size_t values_behind(const CLI::App& command, const Words& words, std::size_t i) {
    const CLI::Option* option = find_option(command, words[i]);
    const bool attached =
        words[i].find('=') != std::string::npos || (words[i][1] != '-' && words[i].size() > 2);
    if (option == nullptr || attached) return 0;
    const auto least = static_cast<std::size_t>(option->get_items_expected_min()),
               most = option->get_allow_extra_args()
                          ? static_cast<std::size_t>(option->get_items_expected_max())
                          : least;
    std::size_t n = 0;
    while (i + 1 + n < words.size() && n < most && (n < least || !looks_like_option(words[i + 1 + n]))) ++n;
    return n;
}

OptionMeant option_meant(const CLI::App& app, const CLI::App& command, const UnknownOption& unknown) {
    const std::string& bare = unknown.bare;
    const Words known = long_options(command);
    const auto has = [&](const std::string& name) { return is_one_of(name, known); };
    if (has(bare)) return as_option(command, bare, unknown);
    if (bare == "classes" && has("legend")) return as_classes(command, unknown);
    if (is_one_of(bare, {"gpu", "cuda"}) && has("device")) return as_device(unknown);
    if (is_one_of(bare, {"time", "epochs"}) && has("minutes"))
        return {"How long it learns is said by --minutes or --steps.", {}};
    if (is_one_of(bare, {"slice", "z", "section", "plane-index"}) && has("index"))
        return {"Did you mean --index? It counts from 0: slice 43 has index 42.", {}};
    if (const auto other = other_options().find(bare); other != other_options().end() && has(other->second))
        return as_option(command, other->second, unknown);
    Words longer;
    constexpr std::size_t fewest = 3;
    for (const std::string& name : known)
        if (bare.size() >= fewest && name.starts_with(bare)) longer.push_back(name);
    if (longer.size() == 1) return as_option(command, longer[0], unknown);
    if (longer.size() > 1) {
        for (std::string& name : longer) name = "--" + name;
        return {"Did you mean " + joined(longer, " or ") + "?", {}};
    }
    if (names_an_input(bare) || names_an_output(bare)) return as_place(command, unknown);
    for (const CLI::App* other : app.get_subcommands([](const CLI::App*) { return true; }))
        if (bare.size() > 1 && other->get_option_no_throw("--" + bare) != nullptr)
            return {"cytomo " + other->get_name() + " has one of that name.", {}};
    if (bare.size() >= fewest)
        if (const std::string near = nearest_name(bare, known); !near.empty())
            return as_option(command, near, unknown);
    return {};
}

}  // namespace cytomo::commands
