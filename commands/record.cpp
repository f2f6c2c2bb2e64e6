#include "record.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "command.h"
#include "cytomo/core/parallel.h"

namespace cytomo::commands {

namespace {

/// Names that measure gave in the first version, when each command wrote a record of its own.
const std::map<std::string, std::string>& former_names() {
    static const std::map<std::string, std::string> names{{"program", record_names::program},
                                                          {"command", record_names::command},
                                                          {"tomogram", record_names::input},
                                                          {"classes", record_names::classes},
                                                          {"legend", "Legend"},
                                                          {"instances", "Instances"},
                                                          {"edits", record_names::edits},
                                                          {"measures", "Measures"},
                                                          {"errors", "Errors"},
                                                          {"voxel_nm", "Voxel size"},
                                                          {"min_volume_um3", "Smallest volume"}};
    return names;
}

}  // namespace

std::string checksum_name(const std::string& name) {
    return name + " checksum";
}

RecordWriter::RecordWriter(const std::string& command) {
    add(record_names::program, "cytomo " CYTOMO_VERSION).add(record_names::command, command);
    add("Date", time_now());
}

RecordWriter& RecordWriter::add(const std::string& name, const std::string& value) {
    if (!value.empty()) entries_.emplace_back(name, value);
    return *this;
}

RecordWriter& RecordWriter::add_file(const std::string& name, const std::filesystem::path& file) {
    if (file.empty()) return *this;
    add(name, std::filesystem::absolute(file).string());
    return add(checksum_name(name), file_checksum(file) + " (FNV-1a)");
}

RecordWriter& RecordWriter::add_model(const std::string& file, const std::string& checksum) {
    add(record_names::model, file.empty() ? "default" : std::filesystem::absolute(file).string());
    return add(checksum_name(record_names::model), checksum);
}

RecordWriter& RecordWriter::add_machine() {
    return add("Machine", processor_name() + ", " + std::to_string(thread_count()) + " threads");
}

Record::Record(const nlohmann::json& json) {
    if (!json.is_object()) return;
    for (const auto& [name, value] : json.items()) {
        if (!value.is_string()) continue;
        const auto former = former_names().find(name);
        values_[former == former_names().end() ? name : former->second] = value.get<std::string>();
    }
    // analyze did not name itself, and neither said how objects had been told apart.
    if (!values_.empty() && value(record_names::command).empty()) values_[record_names::command] = "analyze";
    const std::string command = value(record_names::command);
    if (value(record_names::objects).empty() && (command == "analyze" || command == "measure"))
        values_[record_names::objects] = command == "analyze"         ? objects_of_model
                                         : value("Instances").empty() ? objects_of_classes
                                                                      : objects_given;
}

std::string Record::value(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? "" : found->second;
}

Record read_record(const std::filesystem::path& folder) {
    std::ifstream stream(folder / "summary.json", std::ios::binary);
    const auto json = nlohmann::json::parse(stream, nullptr, false);
    return json.is_object() && json.contains("record") ? Record(json["record"]) : Record();
}

nlohmann::ordered_json record_json(const RecordEntries& entries) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    for (const auto& [name, value] : entries) json[name] = value;
    return json;
}

}  // namespace cytomo::commands
