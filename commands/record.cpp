#include "record.h"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <string_view>

#include "calls.h"
#include "command.h"
#include "cytomo/core/error.h"
#include "cytomo/core/fnv.h"
#include "cytomo/core/likely_name.h"
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
                                                          {"measures", record_names::measures},
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
    return add_file(name, file, file_checksum(file));
}

RecordWriter& RecordWriter::add_file(const std::string& name, const std::filesystem::path& file,
                                     const std::string& checksum) {
    add(name, std::filesystem::absolute(file).string());
    return add(checksum_name(name), checksum + " (FNV-1a)");
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
    part_former_texts();
}

/// Smoothing stood behind the options of the segmentation, and tilts among the measures: "absorption as in
/// the file, tilts -65,65 (assumed), tilt axis 0 degrees, voxel size known to 1 %".
void Record::part_former_texts() {
    constexpr std::string_view smoothing = ", smoothing ", tilts = ", tilts ", axis = ", tilt axis ",
                               degrees = " degrees";
    std::string& options = values_[record_names::options];
    if (const auto at = options.rfind(smoothing); at != std::string::npos) {
        values_.emplace(record_names::smoothing, options.substr(at + smoothing.size()));
        options.erase(at);
    }
    std::string& measures = values_[record_names::measures];
    const auto from = measures.rfind(tilts), end = measures.find(degrees, from);
    if (end == std::string::npos) return;
    std::string text = measures.substr(from + tilts.size(), end + degrees.size() - from - tilts.size());
    if (const auto at = text.find(axis); at != std::string::npos) text.replace(at, axis.size(), ", axis ");
    values_.emplace(record_names::tilts, text);
    measures.erase(from, end + degrees.size() - from);
}

std::string Record::value(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? "" : found->second;
}

ResultFile read_result_file(const std::filesystem::path& folder, const std::filesystem::path& name,
                            const std::string& remedy) {
    ResultFile file{folder / name, {}, {}};
    std::error_code ec;
    if (!std::filesystem::is_directory(folder, ec))
        throw InputError(folder.string(), "a folder with results of cytomo", "none of this name", remedy);
    const bool there = std::filesystem::is_regular_file(file.path, ec);
    if (!there && is_simulated(folder))
        throw InputError(folder.string(), "results of cytomo", "a folder of cytomo simulate",
                         "Name results that were made of it." +
                             advice("To measure its true classes", call_measuring(folder)));
    if (!there) throw InputError(folder.string(), "results of cytomo", "no " + name.string(), remedy);
    errno = 0;
    std::ifstream in(file.path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    if (!in.is_open() || in.bad()) {
        const auto [found, advice] = file_trouble(file.path, errno != 0 ? errno : EIO);
        throw InputError(file.path.string(), "what cytomo writes there", found, advice);
    }
    file.json = nlohmann::json::parse(bytes, nullptr, false);
    if (!file.json.is_object())
        throw InputError(file.path.string(), "what cytomo writes there", "another or damaged file", remedy);
    file.checksum = Fnv1a().add(bytes).text();
    return file;
}

Record record_in(const nlohmann::json& summary) {
    const auto record = summary.find("record");
    return record == summary.end() ? Record() : Record(*record);
}

std::optional<int> definitions_in(const nlohmann::json& summary) {
    const auto number = summary.find("definitions");
    if (number == summary.end() || !number->is_number_integer()) return std::nullopt;
    return number->get<int>();
}

Record read_record(const std::filesystem::path& folder) {
    try {
        return record_in(read_result_file(folder, summary_name, "").json);
    } catch (const InputError&) {
        return {};
    }
}

nlohmann::ordered_json record_json(const RecordEntries& entries) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    for (const auto& [name, value] : entries) json[name] = value;
    return json;
}

}  // namespace cytomo::commands
