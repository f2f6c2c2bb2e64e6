// How a result came about, as it stands in summary.json, in answers in JSON and on pages: one writer and one
// reader for all commands, so that results can be told apart whoever made them.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cytomo::commands {

/// Name and value, in the order in which people read them.
using RecordEntries = std::vector<std::pair<std::string, std::string>>;

/// Names that programs look for; others are for people only.
namespace record_names {
inline constexpr const char* program = "Program";  ///< "cytomo 0.1.0"
inline constexpr const char* command = "Command";  ///< "analyze"
inline constexpr const char* input = "Input";      ///< the tomogram; "Input checksum" goes with it
inline constexpr const char* classes = "Classes";  ///< a class volume that was read
inline constexpr const char* model = "Model";      ///< "Model checksum" goes with it
inline constexpr const char* device = "Device";
inline constexpr const char* precision = "Precision";
inline constexpr const char* options = "Options";      ///< of the segmentation
inline constexpr const char* objects = "Objects";      ///< how they were told apart
inline constexpr const char* edits = "Edits";          ///< corrections by hand; absent: none
inline constexpr const char* smoothing = "Smoothing";  ///< of surfaces: iterations
inline constexpr const char* tilts = "Tilts";          ///< range and axis
inline constexpr const char* measures = "Measures";    ///< all other options of measuring
}  // namespace record_names

/// Values of record_names::objects.
inline constexpr const char* objects_of_model = "found on the model's voxels";
inline constexpr const char* objects_of_classes = "found on the voxels of the classes";
inline constexpr const char* objects_given = "given";

/// The name under which the checksum of `name` stands.
std::string checksum_name(const std::string& name);

/// Writes a record. It begins with program and version, command and date.
class RecordWriter {
public:
    explicit RecordWriter(const std::string& command);
    /// An empty value is left out.
    RecordWriter& add(const std::string& name, const std::string& value);
    /// A file that was read: NAME is its absolute path, "NAME checksum" says which bytes it had. Reads it
    /// once. An empty path is left out.
    RecordWriter& add_file(const std::string& name, const std::filesystem::path& file);
    /// The same of a file whose checksum is known.
    RecordWriter& add_file(const std::string& name, const std::filesystem::path& file,
                           const std::string& checksum);
    /// The model that was used; an empty path is the default one.
    RecordWriter& add_model(const std::string& file, const std::string& checksum);
    /// Processor and threads.
    RecordWriter& add_machine();
    const RecordEntries& entries() const { return entries_; }

private:
    RecordEntries entries_;
};

/// A record that was read, under the names of this version whatever command and version wrote it.
class Record {
public:
    Record() = default;
    /// From the object "record" of a JSON file; anything else is an empty record. Values that are no text are
    /// passed over.
    explicit Record(const nlohmann::json& json);
    /// Empty: not there.
    std::string value(const std::string& name) const;
    std::string checksum(const std::string& name) const { return value(checksum_name(name)); }

private:
    void part_former_texts();

    std::map<std::string, std::string> values_;
};

/// A JSON file in the folder of a result.
struct ResultFile {
    std::filesystem::path path;
    nlohmann::json json;   ///< an object
    std::string checksum;  ///< of its bytes
};

/// The file that says what was measured, how, and how the result came about.
inline constexpr const char* summary_name = "summary.json";

/// Reads it, once. `remedy` ends the messages. Throws InputError: no such folder, no such file in it, or one
/// that is no JSON object.
ResultFile read_result_file(const std::filesystem::path& folder, const std::filesystem::path& name,
                            const std::string& remedy);

/// What summary.json says of how its result came about.
Record record_in(const nlohmann::json& summary);
/// The number of the definitions with which was measured (measure_definitions); none in results of versions
/// that had no such number.
std::optional<int> definitions_in(const nlohmann::json& summary);

/// The record of the result in `folder`; empty if there is none that can be read.
Record read_record(const std::filesystem::path& folder);

/// As a JSON object.
nlohmann::ordered_json record_json(const RecordEntries& entries);

}  // namespace cytomo::commands
