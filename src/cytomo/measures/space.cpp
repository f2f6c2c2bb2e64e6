#include "cytomo/measures/space.h"

#include "cytomo/core/error.h"
#include "cytomo/measures/close_surfaces.h"
#include "cytomo/measures/space_parts.h"

namespace cytomo {

namespace {

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
    space.radial = measure_radial_distributions(classes, space.distances.positions, radial_options(options),
                                                progress.part(0.4, 0.5));
    if (options.placements != 0)
        space.null_model = find_null_model_of(classes, instances, surfaces, null_model_options(options),
                                              progress.part(0.5, 1));
    progress(1);
    return space;
}

}  // namespace cytomo
