#include "model_path.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "cytomo/core/error.h"

namespace cytomo::commands {

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> model_folders() {
    std::error_code ec;
    const fs::path here = fs::read_symlink("/proc/self/exe", ec).parent_path();
    return {here / "models", here / "../share/cytomo", fs::path(CYTOMO_SOURCE_DIR) / "models"};
}

constexpr const char* extension = ".safetensors";

std::string names_of_models() {
    std::vector<std::string> names;
    std::error_code ec;
    for (const fs::path& folder : model_folders()) {
        for (const auto& entry : fs::directory_iterator(folder, ec))
            if (entry.path().extension() == extension) names.push_back(entry.path().stem().string());
        if (!names.empty()) break;
    }
    std::sort(names.begin(), names.end());
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

}  // namespace

fs::path default_model_path() {
    if (const char* chosen = std::getenv("CYTOMO_MODEL")) return chosen;
    std::error_code ec;
    for (const fs::path& folder : model_folders())
        if (const fs::path file = folder / "default.safetensors"; fs::exists(file, ec)) return file;
    throw InputError("model", "models/default.safetensors beside cytomo", "none",
                     "Name one with --model, or set CYTOMO_MODEL");
}

fs::path chosen_model_path(const std::string& choice) {
    std::error_code ec;
    const fs::path file = choice;
    if (choice.empty()) return default_model_path();
    if (choice == "default" && !fs::is_regular_file(file, ec)) return default_model_path();
    if (fs::is_regular_file(file, ec) || file.has_parent_path() || file.has_extension()) return file;
    for (const fs::path& folder : model_folders())
        if (fs::path known = folder / (choice + extension); fs::exists(known, ec)) return known;
    if (fs::exists(file, ec)) return file;
    const std::string names = names_of_models();
    throw InputError(choice,
                     names.empty()
                         ? "a model file"
                         : "a model file, or the name of one that comes with cytomo (" + names + ")",
                     "no such file", "Name a file that cytomo train wrote, or leave --model out");
}

}  // namespace cytomo::commands
