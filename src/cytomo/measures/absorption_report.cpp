// Doubts about objects whose absorption does not fit their class, in numbers and in words.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "cytomo/measures/absorption.h"
#include "cytomo/measures/group_statistics.h"

namespace cytomo {

namespace {

constexpr std::size_t least_objects = 8;  ///< for medians of a class
constexpr double outlier_score = 5;
/// Of the class's median contrast to its surroundings: scatter less than this is no reason for doubt.
constexpr double least_spread = 0.03;

std::string three_digits(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", value);
    return text;
}

/// Best means of the classes, dense matter high.
struct Classes {
    std::map<std::uint8_t, std::vector<double>> values;
    std::map<std::uint8_t, std::string> kind;
    double sign;

    Classes(const Absorption& absorption, const Legend& legend) : sign(absorption.dense_is_dark ? -1 : 1) {
        for (const ObjectAbsorption& o : absorption.objects) {
            if (!kind.contains(o.class_id))
                kind[o.class_id] = standard_class_name(legend.name_of(o.class_id));
            if (std::isfinite(o.best_mean())) values[o.class_id].push_back(sign * o.best_mean());
        }
    }
    /// What an object's value is compared with; NaN where a few objects do not tell a range.
    double mitochondria_high() const { return quantile_of_many("mitochondrion", 0.95); }
    double droplets_low() const { return quantile_of_many("lipid droplet", 0.1); }
    std::vector<double> of(const std::string& name) const {
        std::vector<double> all;
        for (const auto& [id, some] : values)
            if (kind.at(id) == name) all.insert(all.end(), some.begin(), some.end());
        return all;
    }

private:
    double quantile_of_many(const std::string& name, double share) const {
        const std::vector<double> all = of(name);
        return all.size() >= least_objects ? quantile_of_values(all, share) : not_defined;
    }
};

/// What denser matter is in the numbers of these tables.
std::string denser_word(const Absorption& absorption) {
    return absorption.calibrated ? "denser" : absorption.dense_is_dark ? "darker" : "brighter";
}

/// The column of absorption.csv that an object is judged by, and its value.
std::string judged_value(const ObjectAbsorption& o, bool calibrated) {
    return (o.core_voxels > 0 ? "core_mean_" : "mean_") + absorption_unit(calibrated).suffix + " " +
           three_digits(o.best_mean()) + (calibrated ? " 1/µm" : "");
}

std::uint8_t bit(AbsorptionDoubt doubt) {
    return static_cast<std::uint8_t>(doubt);
}

}  // namespace

AbsorptionUnit absorption_unit(bool calibrated) {
    return calibrated ? AbsorptionUnit{"lac_per_um", "1/µm"}
                      : AbsorptionUnit{"relative_grey", "relative grey"};
}

void find_absorption_doubts(Absorption& absorption, const Legend& legend) {
    const Classes classes(absorption, legend);
    const double mitochondria_high = classes.mitochondria_high(), droplets_low = classes.droplets_low();
    const double droplets_middle = quantile_of_values(classes.of("lipid droplet"), 0.5);
    std::map<std::uint8_t, std::pair<double, double>> middle_and_spread;
    for (const auto& [id, values] : classes.values) {
        if (values.size() < least_objects) continue;
        const double middle = quantile_of_values(values, 0.5);
        std::vector<double> away;
        for (const double v : values) away.push_back(std::abs(v - middle));
        const double floor = std::isfinite(absorption.ice_mean)
                                 ? least_spread * std::abs(middle - classes.sign * absorption.ice_mean)
                                 : 0;
        middle_and_spread[id] = {middle, std::max(1.4826 * quantile_of_values(away, 0.5), floor)};
    }
    for (ObjectAbsorption& o : absorption.objects) {
        o.doubts = 0;
        o.class_score = not_defined;
        const double value = classes.sign * o.best_mean();
        if (!std::isfinite(value)) continue;
        const std::string& kind = classes.kind.at(o.class_id);
        if ((kind == "lipid droplet" || kind == "mitochondrion") && classes.sign * o.contrast <= 0)
            o.doubts |= bit(AbsorptionDoubt::not_denser_than_surroundings);
        if (kind == "lipid droplet" && value < mitochondria_high)
            o.doubts |= bit(AbsorptionDoubt::like_mitochondria);
        // Only where droplets are a class of their own, denser than the rest.
        if (kind == "vesicle" && value > droplets_low && !(droplets_middle <= mitochondria_high))
            o.doubts |= bit(AbsorptionDoubt::like_lipid_droplets);
        const auto found = middle_and_spread.find(o.class_id);
        if (found == middle_and_spread.end() || !(found->second.second > 0)) continue;
        o.class_score = (value - found->second.first) / found->second.second * classes.sign;
        if (std::abs(o.class_score) > outlier_score) o.doubts |= bit(AbsorptionDoubt::outlier);
    }
}

std::vector<AbsorptionWarning> absorption_warnings(const Absorption& absorption, const Legend& legend) {
    std::vector<AbsorptionWarning> warnings;
    if (absorption.calibrated && std::isfinite(absorption.cell_mean) &&
        !(absorption.cell_mean > 0.05 && absorption.cell_mean < 2))
        warnings.push_back({0, 0,
                            "the cell's mean absorption is " + three_digits(absorption.cell_mean) +
                                " 1/µm; 0.1 to 0.5 is usual in the water window. Check the calibration"});
    if (absorption.calibrated && absorption.cell_mean < absorption.ice_mean)
        warnings.push_back({0, 0,
                            "the cell absorbs less (" + three_digits(absorption.cell_mean) +
                                " 1/µm) than the ice around it (" + three_digits(absorption.ice_mean) +
                                "). Check the sign of the calibration"});
    const Classes classes(absorption, legend);
    const std::vector<double> droplets = classes.of("lipid droplet"),
                              mitochondria = classes.of("mitochondrion");
    if (!droplets.empty() && !mitochondria.empty() &&
        quantile_of_values(droplets, 0.5) <= quantile_of_values(mitochondria, 0.5))
        warnings.push_back({0, 0,
                            "half of the lipid droplets are no denser than half of the mitochondria: the "
                            "classes may be exchanged, or the polarity wrong"});
    const std::string denser = denser_word(absorption);
    const std::string mitochondria_limit = three_digits(classes.sign * classes.mitochondria_high()),
                      droplets_limit = three_digits(classes.sign * classes.droplets_low());
    std::map<std::uint8_t, double> middles;
    for (const auto& [id, values] : classes.values)
        middles[id] = classes.sign * quantile_of_values(values, 0.5);
    for (const ObjectAbsorption& o : absorption.objects) {
        if (o.doubts == 0) continue;
        std::string text = legend.name_of(o.class_id) + " " + std::to_string(o.instance) + " (" +
                           judged_value(o, absorption.calibrated) + "): ";
        std::string more;
        const auto say = [&](AbsorptionDoubt doubt, const std::string& words) {
            if ((o.doubts & bit(doubt)) != 0) more += (more.empty() ? "" : "; ") + words;
        };
        say(AbsorptionDoubt::not_denser_than_surroundings,
            "not " + denser + " than its surroundings (" + three_digits(o.surroundings_mean) + ")");
        say(AbsorptionDoubt::like_mitochondria,
            "not " + denser + " than 95 % of the mitochondria (" + mitochondria_limit + ")");
        say(AbsorptionDoubt::like_lipid_droplets,
            denser + " than 10 % of the lipid droplets (" + droplets_limit + ")");
        say(AbsorptionDoubt::outlier,
            "far from the others of its class (median " + three_digits(middles[o.class_id]) + ")");
        if (o.core_voxels == 0) more += "; too thin for a core, so that its surroundings are mixed in";
        warnings.push_back({o.instance, o.class_id, text + more});
    }
    return warnings;
}

Table absorption_table(const Absorption& absorption, const Legend& legend) {
    const auto [suffix, unit] = absorption_unit(absorption.calibrated);
    const std::string mean =
        absorption.calibrated
            ? "Mean linear absorption coefficient of the object's voxels."
            : "Mean grey value of the object's voxels. Absorption is not calibrated: compare "
              "it within this tomogram only.";
    Table table;
    table.name = "absorption";
    table.columns = {
        object_column(),
        class_id_column(),
        class_column(),
        {"voxels", "", "Number of voxels of the object that have a value."},
        {"mean_" + suffix, unit, mean},
        {"deviation_" + suffix, unit,
         "How much the object's voxels differ (standard deviation), noise included."},
        {"core_voxels", "",
         "Number of voxels at least 1.5 voxels below the surface, called the core; 0 if the object is too "
         "thin."},
        {"core_mean_" + suffix, unit, "Mean of the core, which nothing outside the object is mixed into."},
        {"integrated_absorption_um2", "µm²",
         "Mean absorption times volume, proportional to mass if the composition is the same. Empty unless "
         "absorption is calibrated."},
        {"surroundings_" + suffix, unit,
         "Mean of cytoplasm and nucleus 0.1 to 0.3 µm outside the object. For what stands in the ice it is "
         "the mean of the ice."},
        {"contrast_" + suffix, unit,
         "Mean of the core less that of the surroundings. Without a core it is the mean of the object less "
         "that."},
        {"relative_contrast", "",
         "Contrast divided by the difference between surroundings and ice. It does not depend on the "
         "calibration."},
        {"class_score", "",
         "How far the core lies from the median of its class, in robust standard deviations (1.4826 × the "
         "median absolute deviation). Empty for classes of fewer than 8 objects."},
        {"not_denser_than_surroundings", "",
         "1 if it is a lipid droplet or mitochondrion no denser than its surroundings, which speaks against "
         "its class; 0 if not."},
        {"like_mitochondria", "",
         "1 if it is a lipid droplet whose core is not denser than those of 95 % of the mitochondria, 0 if "
         "not."},
        {"like_lipid_droplets", "",
         "1 if it is a vesicle whose core is denser than those of 10 % of the lipid droplets, 0 if not."},
        {"outlier", "",
         "1 if class_score is beyond ±5, so that it is unlike the others of its class; 0 if not."},
    };
    for (const ObjectAbsorption& o : absorption.objects) {
        const auto flag = [&](AbsorptionDoubt doubt) {
            return static_cast<std::int64_t>((o.doubts & bit(doubt)) != 0 ? 1 : 0);
        };
        table.rows.push_back(
            {static_cast<std::int64_t>(o.instance), static_cast<std::int64_t>(o.class_id),
             legend.name_of(o.class_id), o.voxels, o.mean, o.deviation, o.core_voxels, o.core_mean,
             o.integrated_um2, o.surroundings_mean, o.contrast, o.relative_contrast, o.class_score,
             flag(AbsorptionDoubt::not_denser_than_surroundings), flag(AbsorptionDoubt::like_mitochondria),
             flag(AbsorptionDoubt::like_lipid_droplets), flag(AbsorptionDoubt::outlier)});
    }
    return table;
}

}  // namespace cytomo
