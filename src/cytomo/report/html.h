// One self-contained web page with all results.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cytomo/core/legend.h"
#include "cytomo/core/progress.h"
#include "cytomo/core/table.h"
#include "cytomo/report/figures.h"
#include "cytomo/report/image.h"
#include "cytomo/report/object_map.h"
#include "cytomo/report/plane_views.h"
#include "cytomo/report/rendering.h"

namespace cytomo {

/// What the page shows. Empty parts are left out. All text may come from strangers: it is escaped.
struct Report {
    std::string title;     ///< e.g. the name of the tomogram
    std::string subtitle;  ///< one line: what it is, when it was made
    /// What was done, in order: program version, model and checksum, options, input and checksum,
    /// date, machine.
    std::vector<std::pair<std::string, std::string>> provenance;
    std::vector<std::string> warnings;  ///< e.g. "The voxel size was not in the file."
    /// Headline numbers, one card a row: the first text column names the card (and finds its colour
    /// in the legend), the first number is printed large, the others below it.
    Table summary;
    std::string summary_hint;   ///< below the cards; may be empty
    std::vector<Table> tables;  ///< name + ".csv" is where the page sends readers for all rows
    std::vector<PlaneView> planes;
    Image rendering;
    /// For the 3D view in the page: about 150,000 triangles in all keep the page small (20 bytes a
    /// triangle) and smooth to turn.
    std::vector<ColouredMesh> meshes;
    /// What can be pointed at in slices, 3D view and tables; slices and meshes know the numbers too.
    std::vector<PageObject> objects;
    std::vector<Figure> figures;
    std::vector<Figure> places;  ///< plots of where objects lie, in a part of their own
    Legend legend;
    std::size_t most_rows = 2000;  ///< of each table that the page shows
    /// Headings, which the list of contents repeats, and how what follows is read; hints may be empty.
    std::string planes_heading = "Slices", figures_heading = "Distributions";
    std::string planes_hint, figures_hint;
    /// The files of tables lie beside the page, so that it can link to them.
    bool files_beside = false;
    /// Files of tables that the page shows as plots only, and their rows; needs files_beside.
    std::vector<std::pair<std::string, std::size_t>> other_files;
};

/// The page, with a list of its contents: no other file, no network (a content security policy forbids it).
/// Works from a disc, in print, in light and dark mode; the 3D view needs WebGL 2 and says so where it is
/// missing. Deterministic. Throws InputError for meshes with coordinates that are not finite.
std::string html(const Report& report, const Progress& progress = {});

}  // namespace cytomo
