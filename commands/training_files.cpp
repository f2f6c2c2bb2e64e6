#include "training_files.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <sstream>

#include "command.h"
#include "cytomo/core/error.h"
#include "cytomo/core/likely_name.h"
#include "cytomo/io/text_io.h"

namespace cytomo::commands {

namespace fs = std::filesystem;

namespace {

std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t\r");
    if (first == std::string::npos) return "";
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// "cell.ome.tif" → "cell".
std::string bare_name(const fs::path& file) {
    fs::path name = file.filename();
    if (lower(name.extension()) == ".gz") name = name.stem();
    name = name.stem();
    if (lower(name.extension()) == ".ome") name = name.stem();
    return name.string();
}

/// Volume files of a folder by their bare names.
std::map<std::string, fs::path> volumes_in(const fs::path& folder) {
    std::error_code ec;
    std::map<std::string, fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder, ec)) {
        const fs::path& file = entry.path();
        static const std::set<std::string> text_files{".json", ".csv", ".txt", ".md"};
        if (!entry.is_regular_file() || file.filename().string().starts_with(".") ||
            text_files.contains(lower(file.extension())))
            continue;
        const auto [it, is_new] = found.emplace(bare_name(file), file);
        if (!is_new)
            throw InputError(folder.string(), "one file for each name",
                             it->second.filename().string() + " and " + file.filename().string(),
                             "Move one of them elsewhere");
    }
    return found;
}

/// Fields of one line; quotes as in RFC 4180.
std::vector<std::string> fields_of(const std::string& line, char separator) {
    std::vector<std::string> out(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '"') {
            if (quoted && i + 1 < line.size() && line[i + 1] == '"')
                out.back() += line[++i];
            else
                quoted = !quoted;
        } else if (c == separator && !quoted) {
            out.emplace_back();
        } else {
            out.back() += c;
        }
    }
    for (auto& field : out) field = trimmed(field);
    return out;
}

/// "20 x 20 x 10" → "20,20,10".
std::string with_commas(const std::string& text) {
    std::string out;
    bool gap = false;
    for (const char c : lower(text)) {
        if (c == ' ' || c == 'x' || c == ';' || c == ',') {
            gap = true;
            continue;
        }
        if (gap && !out.empty()) out += ',';
        gap = false;
        out += c;
    }
    return out;
}

/// Which column is which.
struct Columns {
    std::map<std::string, std::size_t> at;
    std::string field(const std::vector<std::string>& fields, const std::string& name) const {
        const auto it = at.find(name);
        return it == at.end() || it->second >= fields.size() ? "" : fields[it->second];
    }
};

Columns read_header(const std::vector<std::string>& names, const std::string& file) {
    Columns columns;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string name = lower(names[i]);
        if (name.empty()) continue;
        if (name != "image" && name != "labels" && name != "voxel_nm" && name != "polarity")
            throw InputError(file, "the columns image, labels and, if you like, voxel_nm and polarity",
                             "the column '" + names[i] + "'", "Rename or remove it");
        columns.at[name] = i;
    }
    if (!columns.at.contains("image"))
        throw InputError(file, "a first line with the names of the columns: image,labels",
                         "no column 'image'", "Add it");
    return columns;
}

}  // namespace

bool parse_polarity(const std::string& text, Polarity& polarity) {
    const std::string word = lower(text);
    if (word.empty() || word == "auto")
        polarity = Polarity::unknown;
    else if (word == "dark")
        polarity = Polarity::dense_is_dark;
    else if (word == "bright")
        polarity = Polarity::dense_is_bright;
    else
        return false;
    return true;
}

std::vector<TrainingFile> paired_files(const std::vector<std::string>& images,
                                       const std::vector<std::string>& labels) {
    if (images.size() != labels.size())
        throw UsageError("train: expected as many --labels as --images, found " +
                         std::to_string(labels.size()) + " and " + std::to_string(images.size()) +
                         ". Tomograms without labels go to --unlabelled");
    std::vector<TrainingFile> out;
    for (std::size_t i = 0; i < images.size(); ++i) out.push_back({images[i], labels[i], {}, {}});
    return out;
}

std::vector<TrainingFile> files_in_folder(const fs::path& folder) {
    std::error_code ec;
    const auto result = result_in_place_of_file(folder);
    if (result && !fs::is_directory(folder / "images", ec))
        throw InputError(folder.string(), "a folder that holds the folders images and labels", result->found,
                         result->remedy);
    if (!fs::is_directory(folder / "images", ec))
        throw InputError(folder.string(), "a folder that holds the folders images and labels",
                         "no images in it",
                         "Put tomograms into " + (folder / "images").string() +
                             " and labels of the same name into " + (folder / "labels").string());
    const auto images = volumes_in(folder / "images");
    auto labels = volumes_in(folder / "labels");
    if (images.empty())
        throw InputError((folder / "images").string(), "at least one tomogram", "none", "Put some there");
    std::vector<TrainingFile> out;
    for (const auto& [name, image] : images) {
        TrainingFile file{image, {}, {}, {}};
        if (const auto it = labels.find(name); it != labels.end()) {
            file.labels = it->second;
            labels.erase(it);
        }
        out.push_back(file);
    }
    if (!labels.empty())
        throw InputError(labels.begin()->second.string(),
                         "a tomogram of the same name in " + (folder / "images").string(), "none",
                         "Give both the same name, up to the extension");
    return out;
}

std::vector<TrainingFile> files_in_manifest(const fs::path& manifest) {
    std::istringstream in(read_text(manifest, "a manifest", 100'000'000));
    std::vector<TrainingFile> out;
    Columns columns;
    char separator = ',';
    int number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        if (trimmed(line).empty() || line[0] == '#') continue;
        const std::string where = manifest.string() + ", line " + std::to_string(number);
        if (columns.at.empty()) {
            for (const char c : {';', '\t'})
                if (line.find(',') == std::string::npos && line.find(c) != std::string::npos) separator = c;
            columns = read_header(fields_of(line, separator), where);
            continue;
        }
        const auto fields = fields_of(line, separator);
        if (fields.size() > columns.at.size() && !fields.back().empty())
            throw InputError(where, std::to_string(columns.at.size()) + " fields, as in the first line",
                             std::to_string(fields.size()), "Put fields that hold a separator into quotes");
        TrainingFile file;
        const std::string image = columns.field(fields, "image"), labels = columns.field(fields, "labels"),
                          voxel = columns.field(fields, "voxel_nm"),
                          polarity = columns.field(fields, "polarity");
        if (image.empty()) throw InputError(where, "an image", "an empty field", "Name a tomogram");
        file.image = manifest.parent_path() / image;
        if (!labels.empty()) file.labels = manifest.parent_path() / labels;
        try {
            file.voxel_um = parse_voxel_nm(with_commas(voxel));
        } catch (const UsageError&) {
            throw InputError(where, "voxel_nm like 20 or 20,20,10 (0.1 to 10000 nm)", "'" + voxel + "'",
                             "Correct it, or leave it empty if the file knows");
        }
        if (!parse_polarity(polarity, file.polarity))
            throw InputError(where, "the polarity auto, dark or bright", "'" + polarity + "'", "Correct it");
        out.push_back(file);
    }
    if (out.empty()) throw InputError(manifest.string(), "at least one tomogram", "none", "Add lines");
    return out;
}

}  // namespace cytomo::commands
