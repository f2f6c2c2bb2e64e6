// How organelles lie in the cell: contacts, distances, radial distributions, and chance, in one go.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"
#include "cytomo/labels/instances.h"
#include "cytomo/measures/contacts.h"
#include "cytomo/measures/distances.h"
#include "cytomo/measures/null_model.h"
#include "cytomo/measures/radial.h"

namespace cytomo {

struct SpaceOptions {
    OrganelleClasses classes = organelle_classes(default_legend());
    double contact_within_um = 0.03;  ///< a contact: a smaller gap
    double bin_um = 0.25;             ///< of radial distributions
    int placements = 999;             ///< of the null model; 0 leaves it out
    int most_placed_objects = 200;    ///< see NullModelOptions
    std::uint64_t seed = 1;
    /// Throws UsageError if a value is out of range.
    void check() const;
};

struct Space {
    std::vector<ObjectContact> contacts;
    Distances distances;
    std::vector<RadialBin> radial;
    std::vector<NullModelResult> null_model;
};

/// All measures of space; surfaces are found once. Throws InputError if the sizes differ.
Space measure_space(const ClassVolume& classes, const Instances& instances, const SpaceOptions& options = {},
                    const Progress& progress = {});

}  // namespace cytomo
