// The whole walk: from a tomogram to classes, objects, surfaces, numbers and a page that shows them.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cytomo/core/mesh.h"
#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"
#include "cytomo/labels/instances.h"
#include "cytomo/measures/cell.h"
#include "cytomo/network/predict.h"
#include "cytomo/report/figures.h"
#include "cytomo/report/image.h"

namespace cytomo {

/// What is drawn. `none`: plots of numbers only. `quick`: slices, the 3D view, and one small ray-traced picture.
/// `full`: two large ones as well as slices and the 3D view.
enum class Pictures { none, quick, full };

struct AnalyzeOptions {
    PredictOptions predict;
    InstanceOptions instances = default_instance_options();  ///< other legends: instance_options_for
    CellOptions measures;                                    ///< but for errors, which the model carries
    std::int64_t page_triangles = 150'000;                   ///< of the 3D view in the page
    std::int64_t picture_triangles = 1'500'000;
    Pictures pictures = Pictures::full;
    bool page = true;  ///< false: numbers only, no pictures and no page
    /// How the result came about, for page and summary: version, model, input, options, date, …
    std::vector<std::pair<std::string, std::string>> record;
    std::vector<std::string> warnings;  ///< of the reader, to be shown on the page
    /// Throws UsageError.
    void check() const;
};

/// A surface of one class, its objects joined.
struct ClassSurface {
    std::uint8_t class_id = 0;
    Mesh mesh;
};

struct NamedPicture {
    std::string name;  ///< file stem
    Image image;
};

/// Everything that is known after the walk. Volumes lie on the tomogram's own grid where nothing else is
/// said.
struct Analysis {
    std::shared_ptr<const ClassVolume> classes;
    InstanceSlices instances;
    std::shared_ptr<const ClassVolume> found_classes;  ///< on the model's grid, where objects were found
    std::vector<ClassSurface> surfaces;  ///< ascending by class, classes without objects left out
    Mesh body;  ///< outline of the cell body with all it holds; empty for legends without cytoplasm
    std::uint8_t body_class = 0;  ///< the cytoplasm, for which the outline stands; 0: there is none
    CellMeasures measures;
    PredictRecord prediction;
    std::vector<std::string> warnings;
    std::vector<NamedPicture> pictures;
    std::vector<Figure> figures;  ///< distributions and profiles, as on the page
    std::string page;             ///< report.html
};

/// Segments, separates, measures and draws. Objects are found and their shapes measured on the model's grid,
/// where the network saw them; volumes and grey values on the tomogram's own voxels. Memory: 1 byte a voxel
/// of the tomogram, about 15 a voxel of the model's grid, 2.5 GB for the network, and 100 bytes a surface
/// vertex. Deterministic on the CPU at any thread count. Throws InputError, UsageError, Cancelled.
Analysis analyze(const Tomogram& tomogram, const Model& model, const AnalyzeOptions& options,
                 const Progress& progress = {});

}  // namespace cytomo
