#include "result_errors.h"

#include <nlohmann/json.hpp>

#include "command.h"
#include "cytomo/core/error.h"
#include "cytomo/core/json_text.h"
#include "cytomo/io/text_io.h"
#include "cytomo/network/model.h"
#include "model_path.h"

namespace cytomo::commands {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* how_to_say =
    "--errors default (those of the model that comes with cytomo), or --errors MODEL, says it";

constexpr const char* expected = "what cytomo analyze writes of a model's errors";
constexpr std::size_t largest_errors = 10'000'000;  // bytes

KnownErrors from_result(const fs::path& file, const fs::path& classes) {
    const std::string text = read_text(file, expected, largest_errors);
    KnownErrors known;
    try {
        const Json json = Json::parse(text);
        if (const auto about = json.at("classes").get<std::string>(); about != classes.filename().string()) {
            known.absent = "it is not known which model made " + classes.string() + ", if any did (" +
                           file.string() + " is about " + about + "); " + how_to_say;
            return known;
        }
        if (json.at("classes_checksum").get<std::string>() != file_checksum(classes)) {
            known.absent = classes.string() + " is not as the model left it, by " + file.string() +
                           ", so its errors are not the model's; where that makes no difference, " +
                           how_to_say;
            return known;
        }
        known.absent = json.at("absent").get<std::string>();
        if (!json.at("error_model").is_null())
            known.learnt = parse_error_model(json_text(json.at("error_model")), file.string());
    } catch (const nlohmann::json::exception& e) {
        throw InputError(file.string(), expected, e.what(), "Say with --errors which model made the classes");
    }
    return known;
}

}  // namespace

void write_result_errors(const fs::path& folder, const std::string& classes, const KnownErrors& known) {
    Json json;
    json["classes"] = classes;
    json["classes_checksum"] = file_checksum(folder / classes);
    json["absent"] = known.learnt ? "" : known.absent;
    json["error_model"] = known.learnt ? Json::parse(error_model_json(*known.learnt)) : Json(nullptr);
    write_text(folder / result_errors_name, json_text(json, 2) + "\n");
}

bool are_as_left(const fs::path& classes) {
    const fs::path file = classes.parent_path() / result_errors_name;
    std::error_code ec;
    if (!fs::is_regular_file(file, ec)) return false;
    const Json json = Json::parse(read_text(file, expected, largest_errors), nullptr, false);
    return json.is_object() && json.value("classes", "") == classes.filename().string() &&
           json.value("classes_checksum", "") == file_checksum(classes);
}

KnownErrors errors_of_classes(const std::string& choice, const fs::path& classes) {
    KnownErrors known;
    if (choice == "none") {
        known.absent = "as asked for by --errors none";
        return known;
    }
    if (choice != "auto") {
        const fs::path file = chosen_model_path(choice);
        const Model model = read_model(file);
        return known_errors(model.error_model, model.checksum(), file.string());
    }
    const fs::path beside = classes.parent_path() / result_errors_name;
    std::error_code ec;
    if (fs::is_regular_file(beside, ec)) return from_result(beside, classes);
    known.absent = "it is not known which model made " + classes.string() + ", if any did; " + how_to_say;
    return known;
}

}  // namespace cytomo::commands
