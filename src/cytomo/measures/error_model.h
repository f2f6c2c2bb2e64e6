// How far measures are from the truth, learnt from simulated cells.
#pragma once

#include <array>

#include "cytomo/core/legend.h"

namespace cytomo {

/// Errors of the objects of one class as the default model finds them. The surface of an object lies off its
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
};

/// Ends and middles of filopodia.
struct FilopodiumErrors {
    double length_mean_um = 0;       ///< mean of true - measured length
    double length_deviation_um = 0;  ///< of both ends together, whatever the length
    double length_share = 0;         ///< deviation that grows with the length: part of it
    double radius_mean_um = 0;       ///< mean of true - measured mean radius
    double radius_deviation_um = 0;
    double radius_blur_share = 0;  ///< times the blur of the edge
};

/// For every class id of a legend.
struct ErrorModel {
    std::array<ClassErrors, 256> classes;
    FilopodiumErrors filopodia;
};

/// Errors of the classes of the default model, and for classes of other names the largest of these. Where the
/// numbers come from: see error_model.cpp. Holds for voxels of about 20 nm and cells like the simulated ones;
/// another model, or tomograms unlike those, may err more.
ErrorModel default_error_model(const Legend& legend);

}  // namespace cytomo
