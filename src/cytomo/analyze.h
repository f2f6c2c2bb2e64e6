// The whole walk: from a tomogram to classes, objects, surfaces, numbers and a page that shows them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cytomo/core/mesh.h"
#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"
#include "cytomo/labels/edits.h"
#include "cytomo/labels/instances.h"
#include "cytomo/measures/cell.h"
#include "cytomo/network/predict.h"
#include "cytomo/report/figures.h"
#include "cytomo/report/image.h"

namespace cytomo {

/// What network and search found in a tomogram, before anything was measured: all that measuring needs.
struct Found {
    std::shared_ptr<const ClassVolume> classes;          ///< on the tomogram's own voxels
    std::shared_ptr<const ClassVolume> found_classes;    ///< on the model's grid, where objects were found
    std::shared_ptr<const Instances> found;              ///< same grid
    std::shared_ptr<const ClassVolume> seen_classes;     ///< found_classes before correct(); null: the same
    InstanceSlices instances;                            ///< the same objects on the tomogram's voxels
    std::unique_ptr<const Probabilities> probabilities;  ///< on the model's grid
    std::vector<bool> class_by_hand;                     ///< by object number; empty: none was
    PredictRecord prediction;
    double model_voxel_um = 0;  ///< at which the model saw the tomogram
};

/// What is drawn. `none`: plots of numbers only. `quick`: slices, the 3D view, and one small ray-traced
/// picture. `full`: two large ones as well as slices and the 3D view.
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
    /// Called with what was found, before it is measured and, in part, given back to the system. May be
    /// empty.
    std::function<void(const Found& found, const Progress& progress)> keep;
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
    std::shared_ptr<const Instances> found;            ///< same grid
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

/// Classes by their probabilities on the model's grid and on the tomogram's own voxels, and on both the
/// objects that `find` finds in the former; those without voxels of the tomogram are left out. Prediction and
/// voxel size of the model are the caller's to fill in.
Found find_in(
    std::unique_ptr<const Probabilities> probabilities, const Grid& tomogram,
    const std::function<Instances(const ClassVolume& classes, const Probabilities& probabilities)>& find,
    const Progress& progress = {});

/// Carries out corrections by hand, on both grids, and says what was done. Voxels in edits are those of the
/// tomogram. Throws InputError as apply_edits does.
std::vector<std::string> correct(Found& found, std::vector<Edit> edits, const Legend& legend,
                                 const Progress& progress = {});

/// Measures and draws what was found, whose errors are `errors`: the second half of analyze.
Analysis measure_found(Found found, const Tomogram& tomogram, const Legend& legend, const KnownErrors& errors,
                       const AnalyzeOptions& options, const Progress& progress = {});

/// Segments, separates, measures and draws. Objects are found and their shapes measured on the model's grid,
/// where the network saw them; volumes and grey values on the tomogram's own voxels. Memory: 1 byte a voxel
/// of the tomogram, about 15 a voxel of the model's grid, 2.5 GB for the network, and 100 bytes a surface
/// vertex. Deterministic on the CPU at any thread count. Throws InputError, UsageError, Cancelled.
Analysis analyze(const Tomogram& tomogram, const Model& model, const AnalyzeOptions& options,
                 const Progress& progress = {});

}  // namespace cytomo
