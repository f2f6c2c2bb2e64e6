// Private to measures: surfaces of organelles, and where two of them come close.
#pragma once

#include <vector>

#include "cytomo/measures/contacts.h"
#include "cytomo/measures/fine_surface.h"
#include "cytomo/measures/surface_points.h"

namespace cytomo {

/// Surfaces of all objects whose class is an organelle.
SurfacePoints find_organelle_surfaces(const Instances& instances, const OrganelleClasses& classes);

/// measure_contacts, from surfaces found before.
std::vector<ObjectContact> find_contacts_of(const Instances& instances, const SurfacePoints& surfaces,
                                            const ContactOptions& options);

/// Distance (µm) of a position to the surface near a place on it: to the tangent plane within `radius_um` of
/// the place, to the place itself beyond. Within twice that radius the distance is below 0 inside.
double distance_to(const FineSurface::Place& place, Vec3 position_um, double radius_um);

}  // namespace cytomo
