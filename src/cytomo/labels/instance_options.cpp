#include "cytomo/labels/instance_options.h"

namespace cytomo {

InstanceOptions instance_options_for(const Legend& legend) {
    const InstanceOptions standard = default_instance_options();
    const Legend known = default_legend();
    InstanceOptions out;
    out.min_volume_um3.fill(standard.min_volume_um3[vesicle]);
    for (const auto& entry : legend.entries)
        if (const auto* same = known.find_kind(entry.name)) {
            out.min_volume_um3[entry.id] = standard.min_volume_um3[same->id];
            out.split_touching[entry.id] = standard.split_touching[same->id];
            out.split_constrictions[entry.id] = standard.split_constrictions[same->id];
            out.split_crossings[entry.id] = standard.split_crossings[same->id];
            out.split_by_depth[entry.id] = standard.split_by_depth[same->id];
            out.split_crossings_of_body[entry.id] = standard.split_crossings_of_body[same->id];
        }
    return out;
}

}  // namespace cytomo
