// Reading class volumes: what their values mean comes with the file, from --legend, or from the default
// model.
#pragma once

#include <optional>
#include <string>

#include "command.h"
#include "cytomo/core/volume.h"
#include "cytomo/io/volume_io.h"
#include "label_meaning.h"

namespace cytomo::commands {

/// Adds --legend FILE|VALUE=NAME,…
CLI::Option* add_legend_option(CLI::App& app, std::string& text,
                               const std::string& help =
                                   "What the values of the classes are, if the file does not "
                                   "say so or says it wrongly: a file, or a list such as "
                                   "1=mitochondrion,2=droplet (docs/training.md)");

/// What the values of a class file mean, and who said so.
struct ClassMeaning {
    LabelMeaning meaning;
    /// other_file: what another file says was taken over.
    enum class Source { option, file, standard, other_file } source = Source::standard;

    const Legend& legend() const { return meaning.legend; }
    /// "--legend 1=a,2=b", "as the file says", "as in the default model", "as in another file": for records.
    std::string text(const std::string& legend_option) const;
};

/// By `legend_option` ("" if not given) or else by the file; none if neither says anything. Says so if they
/// contradict each other. Reads the header only. Throws UsageError and InputError.
std::optional<ClassMeaning> known_meaning(const std::string& file, const std::string& legend_option,
                                          const ReadOptions& reading, const Common& common);

/// The same; a file of which nothing is known has the classes of the default model, and one line says so.
ClassMeaning find_meaning(const std::string& file, const std::string& legend_option,
                          const ReadOptions& reading, const Common& common);

/// Reads the classes and passes on the remarks of the reader; of one class whose name the default model had
/// to lend, a warning is said. Throws InputError that lists the values found if some have no meaning, and one
/// that says so if they are object numbers. `instances_option`: what takes these, in the commands that have
/// it.
ClassVolume read_meant_classes(const std::string& file, const ClassMeaning& meaning,
                               const ReadOptions& reading, const Common& common,
                               const char* instances_option = "--instances");

/// Throws InputError for a file whose name says that it holds object numbers, and which does.
void refuse_instances(const std::string& file, const ReadOptions& reading, const char* instances_option);

/// Throws the error of values without a meaning for classes that were read already.
void check_explained(const ClassVolume& classes, const std::string& file, const Legend& legend,
                     const std::string& option = "--legend");

/// A sentence for each class whose name is nearly, but not quite, one that cytomo knows: what is done with a
/// class follows its name. Empty if there is none.
std::string doubtful_names(const Legend& legend);

/// A sentence if what was given contradicts what the file says of its classes; else empty. `given` then
/// advises, where a value has no name, to go by the file.
std::string contradiction(LabelMeaning& given, const std::optional<Legend>& of_file, const std::string& file);

}  // namespace cytomo::commands
