// How the data of a training are described to people.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "training_data.h"

namespace cytomo::commands {

std::string size_text(Size3 s) {
    return std::to_string(s.x) + " x " + std::to_string(s.y) + " x " + std::to_string(s.z);
}

std::string voxel_text(Vec3 um) {
    char text[80];
    std::snprintf(text, sizeof text, "%.4g x %.4g x %.4g nm", 1000 * um.x, 1000 * um.y, 1000 * um.z);
    return text;
}

std::string percent(double share) {
    char text[32];
    std::snprintf(text, sizeof text, share >= 0.0995 || share == 0 ? "%.0f %%" : "%.2g %%", 100 * share);
    return text;
}

double part_of(std::int64_t part, std::int64_t whole) {
    return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

std::string size_advice(Size3 image, Size3 labels) {
    const std::array<std::int64_t, 3> a{image.x, image.y, image.z}, b{labels.x, labels.y, labels.z};
    if (std::is_permutation(a.begin(), a.end(), b.begin())) {
        std::string order;
        std::array<bool, 3> used{};
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t k = 0; k < 3; ++k)
                if (!used[k] && b[k] == a[i]) {
                    used[k] = true;
                    order += (i > 0 ? ", " : "") + std::string(1, "xyz"[k]);
                    break;
                }
        return "The axes seem to be exchanged: x, y, z of the image are " + order +
               " of the labels. Save the labels in the order of the image (Fiji: Image > Stacks > Reslice or "
               "Rotate; IMOD: trimvol -yz or -rx; napari: transpose the array before saving)";
    }
    const auto ratio = static_cast<double>(a[0]) / static_cast<double>(b[0]);
    const auto close = [&](std::size_t i) {
        return std::abs(static_cast<double>(a[i]) - ratio * static_cast<double>(b[i])) <=
               std::max(1.0, ratio);
    };
    if (std::abs(ratio - 1) > 0.2 && close(1) && close(2)) {
        char text[64];
        std::snprintf(text, sizeof text, "%.3g times %s", ratio > 1 ? ratio : 1 / ratio,
                      ratio > 1 ? "smaller" : "larger");
        return "The labels seem to be drawn on a copy that is " + std::string(text) +
               ": train with that copy as image, or bring them onto the image's voxels with cytomo convert "
               "LABELS NEW --like IMAGE --labels";
    }
    if (b[0] <= a[0] && b[1] <= a[1] && b[2] <= a[2])
        return "The labels seem to be those of a crop: crop the image the same way, or put the labels into a "
               "volume of the image's size that is 255 elsewhere";
    return "Label the same volume: the file may belong to another tomogram";
}

std::vector<std::string> describe(const FoundData& f, const Legend& legend) {
    std::vector<std::string> out;
    out.push_back(f.labels.empty() ? f.image + " (without labels)" : f.labels + " on " + f.image);
    out.push_back("  " + size_text(f.grid.size) + " voxels of " + voxel_text(f.grid.voxel_um) +
                  ", dense matter is " + (f.polarity == Polarity::dense_is_dark ? "dark" : "bright") +
                  (f.polarity_guessed ? " (guessed)" : ""));
    if (f.labels.empty()) return out;
    out.push_back("  labelled: " + f.where +
                  (f.share_there < 0.995 ? " (" + percent(f.share_there) + " of the voxels there)" : "") +
                  ", " + percent(part_of(f.labelled(), f.grid.count())) + " of all voxels");
    for (const auto& entry : legend.entries) {
        const auto n = f.voxels[entry.id];
        if (n == 0) continue;
        char line[120];
        std::snprintf(line, sizeof line, "  %3d %-20s %15s voxels  %s", entry.id, entry.name.c_str(),
                      grouped(n).c_str(), percent(part_of(n, f.labelled())).c_str());
        out.emplace_back(line);
    }
    return out;
}

Table found_table(const TrainingData& data, const Legend& legend) {
    Table t;
    t.name = "What was learnt from";
    t.columns = {{"tomogram", "", ""},
                 {"labels", "", ""},
                 {"voxels", "", "Number of voxels along x, y and z."},
                 {"voxel_nm", "nm", "Edges of a voxel along x, y and z."},
                 {"dense matter", "", "Whether dense matter is dark or bright in the tomogram."},
                 {"labelled", "",
                  "Slices that hold labels, along the axis where they are fewest. Slices count from 1, the "
                  "index from 0."}};
    for (const auto& e : legend.entries)
        t.columns.push_back({e.name, "voxels", "Number of voxels labelled as " + e.name + "."});
    for (const auto& f : data.found) {
        const auto file_name = [](const std::string& path) {
            return std::filesystem::path(path).filename().string();
        };
        std::vector<TableCell> row{
            file_name(f.image),
            f.labels.empty() ? std::string("none") : file_name(f.labels),
            size_text(f.grid.size),
            voxel_text(f.grid.voxel_um).substr(0, voxel_text(f.grid.voxel_um).size() - 3),
            std::string(f.polarity == Polarity::dense_is_dark ? "dark" : "bright") +
                (f.polarity_guessed ? " (guessed)" : ""),
            f.labels.empty() ? std::string("nowhere") : f.where};
        for (const auto& e : legend.entries) row.emplace_back(f.voxels[e.id]);
        t.rows.push_back(row);
    }
    return t;
}

}  // namespace cytomo::commands
