#include "cytomo/measures/space.h"

#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/measures/close_surfaces.h"
#include "cytomo/measures/space_parts.h"

namespace cytomo {

namespace {

/// What is an organelle's by its label, but no object's, is part of the cell and of no organelle.
ClassVolume without_pieces(const ClassVolume& classes, const Instances& instances,
                           const OrganelleClasses& organelles) {
    int cell = 1;  // a class that is no organelle
    while (cell < ignore_label - 1 && (organelles.organelle[static_cast<std::size_t>(cell)] ||
                                       cell == organelles.nucleus || cell == organelles.filopodium))
        ++cell;
    ClassVolume out(classes.grid());
    parallel_chunks(classes.count(), 1 << 18, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i)
            out[i] = organelles.organelle[classes[i]] && instances.class_of[instances.volume[i]] == background
                         ? static_cast<std::uint8_t>(cell)
                         : classes[i];
    });
    return out;
}

ContactOptions contact_options(const SpaceOptions& o) {
    return {o.classes, o.contact_within_um};
}
RadialOptions radial_options(const SpaceOptions& o) {
    return {o.classes, o.bin_um};
}
NullModelOptions null_model_options(const SpaceOptions& o) {
    return {o.classes, o.contact_within_um, o.placements, o.most_placed_objects, o.seed};
}

}  // namespace

void SpaceOptions::check() const {
    contact_options(*this).check();
    radial_options(*this).check();
    if (placements != 0) null_model_options(*this).check();
}

Space measure_space(const ClassVolume& classes, const Instances& instances, const SpaceOptions& options,
                    const Progress& progress) {
    options.check();
    if (!(classes.grid().size == instances.volume.grid().size))
        throw InputError(
            "Organelles in the cell: the volumes of classes and instances have different sizes.");
    progress(0);
    Space space;
    const SurfacePoints surfaces = find_organelle_surfaces(instances, options.classes);
    progress(0.1);
    space.contacts = find_contacts_of(instances, surfaces, contact_options(options));
    space.distances =
        find_distances_of(classes, instances, surfaces, options.classes, progress.part(0.2, 0.4));
    settle_gaps(space.distances, instances, space.contacts, options.contact_within_um,
                options.classes.nucleus);
    const ClassVolume of_objects = without_pieces(classes, instances, options.classes);
    space.radial = measure_radial_distributions(of_objects, space.distances.positions,
                                                radial_options(options), progress.part(0.4, 0.5));
    if (options.placements != 0)
        space.null_model = find_null_model_of(of_objects, instances, surfaces, null_model_options(options),
                                              progress.part(0.5, 1));
    progress(1);
    return space;
}

}  // namespace cytomo
