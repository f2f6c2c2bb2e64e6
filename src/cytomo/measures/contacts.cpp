#include "cytomo/measures/contacts.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "cytomo/core/class_names.h"
#include "cytomo/core/error.h"
#include "cytomo/core/parallel.h"
#include "cytomo/measures/close_surfaces.h"

namespace cytomo {

OrganelleClasses organelle_classes(const Legend& legend) {
    OrganelleClasses classes;
    for (const LegendEntry& entry : legend.entries) {
        const std::string kind = standard_class_name(entry.name);
        if (kind == "filopodium") classes.filopodium = entry.id;
        if (kind == "nucleus") classes.nucleus = entry.id;
        classes.organelle[entry.id] = entry.id != 0 && entry.id != ignore_label && kind != "background" &&
                                      !is_cell_body_name(entry.name) && kind != "filopodium";
    }
    return classes;
}

void ContactOptions::check() const {
    if (!(within_um > 0 && within_um <= 1))
        throw UsageError("The largest gap of a contact must lie between 0 and 1 µm.");
}

std::vector<ObjectContact> measure_contacts(const Instances& instances, const ContactOptions& options,
                                            const Progress& progress) {
    options.check();
    progress(0);
    const SurfacePoints surfaces = find_organelle_surfaces(instances, options.classes);
    progress(0.5);
    auto contacts = find_contacts_of(instances, surfaces, options);
    progress(1);
    return contacts;
}

Table contacts_table(const std::vector<ObjectContact>& contacts, const Legend& legend) {
    Table table;
    table.name = "contacts";
    table.columns = {
        {"object_a", "", "Number of the first object. It is the same in all tables."},
        {"class_id_a", "", "Number that stands for the class of the first object in classes.tif."},
        {"class_a", "", "Class of the first object."},
        {"object_b", "", "Number of the second object."},
        {"class_id_b", "", "Number that stands for the class of the second object."},
        {"class_b", "", "Class of the second object."},
        {"gap_um", "µm", "Smallest distance between the two surfaces; 0 if they touch."},
        {"area_um2", "µm²",
         "Area of contact: how much of either surface is nearer to the other object than a contact may be "
         "wide (0.03 µm), mean of both."},
    };
    for (const ObjectContact& c : contacts)
        table.rows.push_back({static_cast<std::int64_t>(c.a), static_cast<std::int64_t>(c.class_a),
                              legend.name_of(c.class_a), static_cast<std::int64_t>(c.b),
                              static_cast<std::int64_t>(c.class_b), legend.name_of(c.class_b), c.gap_um,
                              c.area_um2});
    return table;
}

}  // namespace cytomo
