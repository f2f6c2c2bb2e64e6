// How the objects of a legend's classes are found.
#pragma once

#include "cytomo/core/legend.h"
#include "cytomo/labels/instances.h"

namespace cytomo {

/// Classes named as in the default legend, in any spelling, are found as there (default_instance_options),
/// others from the smallest size the optics resolve, a sphere of 60 nm, without parting.
InstanceOptions instance_options_for(const Legend& legend);

}  // namespace cytomo
