#include "cytomo/io/axis_order.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "cytomo/core/error.h"
#include "cytomo/io/scalar.h"

namespace cytomo::io {

namespace {

constexpr std::size_t most_axes = 32;

char lower(char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

/// "z, y, x"
std::string list_of(const std::string& letters) {
    std::string text;
    for (const char c : letters) text += (text.empty() ? "" : ", ") + std::string(1, c);
    return text;
}

const char* plural_of(char letter) {
    return letter == 't' ? "times" : "channels";
}

bool is_channel(char letter) {
    return letter == 'c' || letter == 's';
}

/// Letters that say where x and y are, each at most once.
bool are_usable(const NamedArray& array) {
    const std::string& l = array.letters;
    if (l.empty() || l.size() != array.shape.size()) return false;
    for (const char c : {'x', 'y', 'z', 'c', 't'})
        if (std::count(l.begin(), l.end(), c) > 1) return false;
    return l.find('x') != std::string::npos && l.find('y') != std::string::npos;
}

/// The axis that is z: its own, or what has to do for it; -1 if none.
int find_z(const NamedArray& array, std::vector<std::string>& remarks) {
    const auto own = array.letters.find('z');
    if (own != std::string::npos) return static_cast<int>(own);
    int found = -1, others = 0;
    for (std::size_t a = 0; a < array.shape.size(); ++a) {
        const char c = array.letters[a];
        if (c == 'x' || c == 'y' || is_channel(c) || array.shape[a] == 1) continue;
        ++others;
        found = static_cast<int>(a);
    }
    if (others != 1) return -1;
    const char c = array.letters[static_cast<std::size_t>(found)];
    remarks.push_back(c == 't' ? "The file calls its slices times; they are read as slices."
                               : "The file has an axis " + std::string(1, c) +
                                     " and no z; its planes are read as slices.");
    return found;
}

void set_size(ArrayAxes& axes, const std::vector<std::int64_t>& shape) {
    const auto length = [&](int position) {
        return position < 0 ? 1 : shape[static_cast<std::size_t>(position)];
    };
    axes.size = {length(axes.position[0]), length(axes.position[1]), length(axes.position[2])};
}

ArrayAxes by_name(const std::string& file, const NamedArray& array, const AxisChoice& choice,
                  const std::string& how_to_choose, std::vector<std::string>& remarks) {
    ArrayAxes axes;
    const std::string& l = array.letters;
    axes.fixed.assign(array.shape.size(), 0);
    axes.position = {static_cast<int>(l.find('x')), static_cast<int>(l.find('y')), find_z(array, remarks)};
    AxisChoice open = choice;
    for (std::size_t a = 0; a < array.shape.size(); ++a) {
        const auto at = static_cast<int>(a);
        if (at == axes.position[0] || at == axes.position[1] || at == axes.position[2]) continue;
        const char letter = is_channel(l[a]) ? 'c' : l[a];
        const std::string range =
            how_to_choose + letter + "0 … " + letter + std::to_string(array.shape[a] - 1);
        if (const auto given = open.find(letter); given != open.end()) {
            if (given->second >= array.shape[a])
                throw InputError(file,
                                 std::string(plural_of(letter)) + " 0 to " +
                                     std::to_string(array.shape[a] - 1) + " of " + shape_text(array.shape) +
                                     " (" + list_of(l) + ")",
                                 letter + std::to_string(given->second), "Choose one of " + range);
            axes.fixed[a] = given->second;
            open.erase(given);
        } else if (array.shape[a] != 1) {
            const bool can_choose = letter == 'c' || letter == 't';
            throw InputError(
                file, can_choose ? std::string("one volume") : "the axes x, y, z, c and t only",
                shape_text(array.shape) + " (" + list_of(l) + ", as " + array.named_by + " says)" +
                    (can_choose ? ": " + std::to_string(array.shape[a]) + " " + plural_of(letter) : ""),
                can_choose ? "Choose one with " + range : "Save one volume of it");
        }
    }
    if (!open.empty())
        throw InputError(file, std::string("an axis ") + open.begin()->first + " to choose from",
                         shape_text(array.shape) + " (" + list_of(l) + ")", "Leave the choice out");
    set_size(axes, array.shape);
    remarks.push_back("The axes are " + list_of(l) + ", as " + array.named_by + " says" +
                      (axes.in_order() ? "." : "; they were brought into the order x, y, z."));
    return axes;
}

/// The axes that are kept where they carry no names. Up to three stay as they are. Of more, those of length 1
/// go, but for the ones before the others that make up three: (1, 64, 64, 1) is one slice, not 64 slices of
/// one column.
std::vector<int> kept_axes(const std::vector<std::int64_t>& shape) {
    std::vector<int> kept;
    const auto rank = static_cast<int>(shape.size());
    for (int a = 0; a < rank; ++a)
        if (rank <= 3 || shape[static_cast<std::size_t>(a)] != 1) kept.push_back(a);
    if (kept.empty()) kept.push_back(rank - 1);
    for (int a = kept.front() - 1; a >= 0 && kept.size() < 3; --a) kept.insert(kept.begin(), a);
    return kept;
}

void remark_doubts(const NamedArray& array, const ArrayAxes& axes, std::vector<std::string>& remarks) {
    const Size3 n = axes.size;
    const auto& last = array.shape.back();
    if (axes.position[0] == static_cast<int>(array.shape.size()) - 1 && last == 1 && n.z > 1)
        remarks.push_back(
            "The array is " + shape_text(array.shape) +
            ", and its axes carry no names: they are read as z, y, x. If the last one is a channel, save the "
            "array without it.");
    else if (n.z > 1 && 2 * n.x < std::min(n.y, n.z))
        remarks.push_back("The axes of the array, " + shape_text(array.shape) +
                          ", carry no names and are read as z, y, x, though the last is the shortest: if it "
                          "holds x, y, z, transpose it.");
}

ArrayAxes by_place(const std::string& file, const NamedArray& array, std::vector<std::string>& remarks) {
    const auto kept = kept_axes(array.shape);
    if (kept.size() < 2 || kept.size() > 3)
        throw InputError(file, "three axes (z, y, x), or names for them (the attribute axistags of ilastik)",
                         shape_text(array.shape), "Save one volume of it, or name its axes");
    ArrayAxes axes;
    axes.fixed.assign(array.shape.size(), 0);
    for (std::size_t i = 0; i < kept.size(); ++i) axes.position[i] = kept[kept.size() - 1 - i];
    set_size(axes, array.shape);
    if (array.shape.size() > 3)
        remarks.push_back("Axes of length 1 were left out: " + shape_text(array.shape) + " is read as " +
                          std::to_string(axes.size.z) + " slices of " + std::to_string(axes.size.y) +
                          " rows.");
    if (!array.is_zyx) remark_doubts(array, axes, remarks);
    return axes;
}

}  // namespace

bool ArrayAxes::in_order() const {
    const auto [x, y, z] = position;
    return y < x && z < y;
}

std::optional<AxisChoice> parse_axis_choice(std::string_view text) {
    AxisChoice choice;
    while (!text.empty()) {
        const char letter = lower(text.front());
        if (letter != 'c' && letter != 't') return std::nullopt;
        std::int64_t index = -1;
        const auto [end, ec] = std::from_chars(text.data() + 1, text.data() + text.size(), index);
        if (ec != std::errc{} || index < 0 || !choice.emplace(letter, index).second) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    }
    return choice.empty() ? std::nullopt : std::optional(choice);
}

std::string axis_letters(const std::vector<std::string>& names) {
    static const std::map<std::string, char, std::less<>> words{
        {"depth", 'z'},   {"slice", 'z'}, {"slices", 'z'},  {"plane", 'z'},    {"planes", 'z'},
        {"height", 'y'},  {"row", 'y'},   {"rows", 'y'},    {"width", 'x'},    {"column", 'x'},
        {"columns", 'x'}, {"col", 'x'},   {"channel", 'c'}, {"channels", 'c'}, {"time", 't'},
        {"frame", 't'},   {"frames", 't'}};
    std::string letters;
    for (std::string name : names) {
        std::transform(name.begin(), name.end(), name.begin(), lower);
        if (name.size() == 1 && std::isalpha(static_cast<unsigned char>(name[0])))
            letters += name[0];
        else if (const auto word = words.find(name); word != words.end())
            letters += word->second;
        else
            return {};
        if (letters.size() > most_axes) return {};
    }
    return letters;
}

std::string axis_letters(std::string_view text) {
    std::vector<std::string> names(1);
    bool separated = false;
    for (const char c : text) {
        if (std::isalpha(static_cast<unsigned char>(c))) {
            names.back() += c;
        } else {
            separated = true;
            if (!names.back().empty()) names.emplace_back();
        }
    }
    if (names.back().empty()) names.pop_back();
    if (separated && names.size() > 1) return axis_letters(names);
    if (names.size() != 1 || names[0].size() > most_axes) return {};
    std::vector<std::string> each;
    for (const char c : names[0]) each.emplace_back(1, c);
    return axis_letters(each);
}

ArrayAxes find_axes(const std::string& file, const NamedArray& array, const AxisChoice& choice,
                    const std::string& how_to_choose, std::vector<std::string>& remarks) {
    if (are_usable(array)) return by_name(file, array, choice, how_to_choose, remarks);
    if (!array.letters.empty())
        remarks.push_back("The names of the axes, '" + array.letters + "', as " + array.named_by +
                          " says, do not fit an array of " + shape_text(array.shape) + " and were not used.");
    if (!choice.empty())
        throw InputError(file, "no choice of channel or time, as the axes carry no names that can be used",
                         shape_text(array.shape), "Leave the choice out");
    return by_place(file, array, remarks);
}

bool is_plain_volume(const NamedArray& array) {
    try {
        std::vector<std::string> unsaid;
        find_axes("", array, {}, "", unsaid);
        return true;
    } catch (const InputError&) {
        return false;
    }
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
    std::string text;
    for (const std::int64_t n : shape) text += (text.empty() ? "" : " x ") + std::to_string(n);
    return text.empty() ? "no axes" : text;
}

}  // namespace cytomo::io
