// How far measures are from the truth, as learnt for one model on simulated cells.
//
// The numbers belong to the weights of a model and travel in its file, as a JSON text that the network's
// reader hands through unread (Model::error_model). Classes whose errors nobody learnt have none, and what is
// measured of them gets no intervals.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cytomo/core/legend.h"

namespace cytomo {

/// Errors of the objects of one class as a model finds them. The surface of an object lies off its
/// true place by a displacement d (µm, outward positive: how far the truth lies outside of what was found),
/// which has a mean, a part that all objects of the class in a tomogram share, and a part of each object's
/// own, which grows with the blur of its edge. Neighbouring voxels are wrong together, so errors of single
/// voxels, added up as if independent, would give intervals many times too narrow.
struct ClassErrors {
    double mean_um = 0;        ///< mean displacement
    double shared_um = 0;      ///< deviation between tomograms
    double own_um = 0;         ///< deviation between objects of a tomogram
    double blur_share = 0;     ///< times the blur of the edge: a further deviation between objects
    double usual_blur_um = 0;  ///< blur of the edge where probabilities are not known
    double surface_shift = 0;  ///< mean of log(true / measured surface) beyond what the displacement explains
    double surface_deviation = 0;  ///< deviation of the same
    /// Chance that an object is real: logistic(a + b × logit(mean probability) + c × log(volume / 0.01 µm³)).
    double real_offset = 0, real_slope = 0, real_volume_slope = 0;
    double usual_probability = 0.9;  ///< mean probability where probabilities are not known
    double missed_share = 0;         ///< true objects that were missed or merged with others, for each found
    double count_deviation = 0;      ///< relative deviation of the count between tomograms, beyond these
    double volume_shift = 0;      ///< mean of log(true / expected volume) of the whole class in a tomogram;
                                  ///< expected: of what is found, each object by its chance to be real
    double volume_deviation = 0;  ///< deviation of the same

    friend bool operator==(const ClassErrors&, const ClassErrors&) = default;
};

/// Ends and middles of filopodia.
struct FilopodiumErrors {
    double length_mean_um = 0;       ///< mean of true - measured length
    double length_deviation_um = 0;  ///< of both ends together, whatever the length
    double length_share = 0;         ///< deviation that grows with the length: part of it
    double radius_mean_um = 0;       ///< mean of true - measured mean radius
    double radius_deviation_um = 0;
    double radius_blur_share = 0;  ///< times the blur of the edge

    friend bool operator==(const FilopodiumErrors&, const FilopodiumErrors&) = default;
};

/// Beyond this width a blur is no edge: objects that the network hardly believes in have one of many µm.
constexpr double widest_blur_um = 0.2;

/// The blur of an object's edge as it counts, in learning errors and in telling intervals alike: the usual
/// one where it is not known (NaN), and never wider than widest_blur_um.
double blur_of_edge_um(double edge_blur_um, double usual_blur_um);

/// Chance that an object is real, 0 … 1, by the errors of its class. A probability that is NaN is the usual
/// one.
double chance_real(const ClassErrors& errors, double mean_probability, double volume_um3);

/// What was learnt of one model, by the names of its classes, and where.
struct LearntErrors {
    struct OfClass {
        std::string name;
        std::int64_t objects = 0;  ///< that were compared with true ones
        ClassErrors errors;

        friend bool operator==(const OfClass&, const OfClass&) = default;
    };
    std::string model;    ///< checksum of the weights that it was learnt for (Model::checksum)
    std::string program;  ///< that learnt it, with version
    std::string note;     ///< on which cells, for people
    int cells = 0;
    std::vector<OfClass> classes;
    std::int64_t filopodia_compared = 0;
    std::optional<FilopodiumErrors> filopodia;

    friend bool operator==(const LearntErrors&, const LearntErrors&) = default;
    /// "learnt by cytomo 0.1.0 on 32 simulated cells for the model 5f2c…"
    std::string text() const;
};

/// As JSON text on one line; the schema is in docs/measures.md ("The error model in the model file").
std::string error_model_json(const LearntErrors& learnt);
/// Throws InputError for `file` if it is no such text, or holds numbers that no errors can have.
LearntErrors parse_error_model(const std::string& json, const std::string& file);

/// The errors of the model that made the classes, or why they are not known.
struct KnownErrors {
    std::optional<LearntErrors> learnt;
    std::string absent =  ///< where `learnt` is empty: why, and what to do; a sentence without its end
        "it is not known which model made the classes";
};

/// What a model file says. `json`: Model::error_model, empty: the model has none; `checksum`:
/// Model::checksum. Numbers that were learnt for other weights (the model was trained further, or averaged)
/// count as none. Throws InputError for `file` as parse_error_model does.
KnownErrors known_errors(const std::string& json, const std::string& checksum, const std::string& file);

/// By class ids of a legend.
struct ErrorModel {
    std::array<std::optional<ClassErrors>, 256> classes;  ///< empty: no intervals for this class
    std::optional<FilopodiumErrors> filopodia;            ///< empty: none for lengths and radii
};

/// Classes are found by their names, in any common spelling; if two classes of the legend are of one kind
/// ("endosome", "lysosome"), only one of the very name that was learnt has errors.
ErrorModel errors_for(const KnownErrors& known, const Legend& legend);

/// Why intervals are absent, as a sentence for people that says what to do; empty if every class of the
/// legend has its errors.
std::string why_no_intervals(const KnownErrors& known, const Legend& legend);

}  // namespace cytomo
