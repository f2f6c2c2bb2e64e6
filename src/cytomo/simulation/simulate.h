// Cells that are known exactly, and the tomograms that a soft X-ray microscope would make of them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/core/progress.h"
#include "cytomo/core/random.h"
#include "cytomo/core/volume.h"
#include "cytomo/simulation/cell_model.h"
#include "cytomo/simulation/contacts.h"

namespace cytomo {

/// What the cell holds. 1 is the preset's usual amount, 0 none, 2 twice as much.
struct CellContents {
    double nucleus = 1;         ///< 0: no nucleus in view; else how far it reaches into view
    double mitochondria = 1;    ///< number
    double lipid_droplets = 1;  ///< number
    double vesicles = 1;        ///< number
    double reticulum = 1;       ///< endoplasmic reticulum (class cytoplasm)
    double filopodia = 1;       ///< number
    double gold = 1;            ///< chance of fiducial markers
    double contrast = 1;        ///< organelle contrast against cytosol, 0.5 … 1.5
    double granularity = 1;     ///< texture of cytosol and nucleus, 0 … 3
};

enum class ReconstructionMethod { sirt, fbp };
enum class FbpWindow { ramp, shepp_logan, hamming, hann };

/// "sirt" or "fbp".
std::string name(ReconstructionMethod method);
/// "ramp", "shepp-logan", "hamming" or "hann".
std::string name(FbpWindow window);
/// The window of that name; throws UsageError for any other.
FbpWindow fbp_window_from(const std::string& name);

/// How the microscope looks at the cell. Tilts in degrees, about the axis; the beam runs along z at 0.
struct Acquisition {
    double tilt_min_deg = -65, tilt_max_deg = 65, tilt_step_deg = 2;
    double photons = 8000;         ///< mean count a detector pixel without a sample; 0: no noise
    double blur_nm = 18;           ///< deviation of the point spread function in focus
    double depth_of_field_um = 3;  ///< full depth in which the blur grows by less than sqrt(2); 0: unlimited
    /// Partial coherence, kept simple: how much the image exceeds its own blur by 2.5 times the width, which
    /// makes bright fringes around dark matter. 0 … 2.
    double fringes = 0.25;
    double misalignment = 0.4;        ///< deviation of residual shifts, detector pixels
    double flicker = 0.01;            ///< deviation of the intensity from image to image
    double flat_field_error = 0.003;  ///< deviation of the gain left over after correction
    /// Deviation of the stage's drift in pixels: the alignment of the images takes it out, but moves what the
    /// detector leaves in them (the flat-field error), which would make rings otherwise.
    double drift = 5;
    double tilt_jitter_deg = 0;    ///< deviation of the true tilt from the recorded one
    double image_smoothing = 0.4;  ///< deviation in pixels: interpolation when images are aligned
    double dose_loss = 0;          ///< share of the absorption that radiation has taken by the last image
    double missing_images = 0;     ///< chance of an image to be left out
    double bad_images = 0;         ///< chance of an image to be 3 to 10 pixels off
    ReconstructionMethod reconstruction = ReconstructionMethod::sirt;
    int iterations = 25;  ///< of SIRT
    /// SIRT by turns on that many sets of images (OS-SART): about as many iterations of SIRT in one.
    int subsets = 1;
    bool non_negative = true;  ///< SIRT: no values below 0
    FbpWindow window = FbpWindow::hann;
    double axis_deg = 0;  ///< direction of the tilt axis in the plane, from y towards x; -90 … 90. Off right
                          ///< angles the tomogram is interpolated twice, which smoothes it a little
};

/// What a beamline does to the reconstruction before it hands it out.
struct Export {
    Polarity polarity = Polarity::dense_is_dark;  ///< dark: values are negated absorption
    int bits = 32;  ///< 8, 16: rescaled to 0 … 255, 0 … 65535 and rounded; 32: as they are
    double clip_low = 0.001, clip_high = 0.001;  ///< fraction of voxels saturated at each end (8 and 16 bits)
    double smooth_voxels = 0.6;   ///< Gaussian filter after reconstruction, deviation in voxels
    double sharpen = 0;           ///< strength of an unsharp mask after it, 0 … 2
    double sharpen_voxels = 1.5;  ///< its width; wide ones leave bright halos around dark matter
    bool median = false;          ///< median of the 27 nearest voxels, before the Gaussian filter
    int diffusion = 0;  ///< steps of edge-preserving (nonlinear) diffusion, before the Gaussian filter
    /// Total-variation smoothing before the Gaussian filter: weight, in deviations of the tomogram.
    double total_variation = 0;
    double grain = 0;         ///< noise of one grain size, first of all, in deviations of the tomogram
    double grain_voxels = 2;  ///< its grain
    double stripes = 0;       ///< straight lines across the slices, in deviations of the tomogram
    double shading = 0;       ///< slow changes of brightness, in deviations of the tomogram
    // What follows is for 8 and 16 bits.
    double gamma = 1;                        ///< power of the grey scale after clipping
    double unused_low = 0, unused_high = 0;  ///< shares of the grey scale that stay empty
    double coarser = 1;  ///< slices were scaled down by this and up again, linearly, after clipping
    double late_smooth_voxels = 0;  ///< Gaussian filter within slices after that
};

/// Everything that decides a simulated tomogram: same options, same result, at any thread count.
struct SimulationOptions {
    std::uint64_t seed = 1;
    Size3 size{256, 256, 96};
    Vec3 voxel_um{0.02, 0.02, 0.02};
    /// "cell-edge": a lamella that thins to its edge, with filopodia and a part of the nucleus.
    /// "perinuclear": inside a thick cell, crowded, the nucleus large.
    /// "suspension-cell": a rounded cell in the middle of the view, ice all around.
    /// "yeast": the same with a cell wall, vacuoles (class vesicle) and a small nucleus.
    /// "wide-adherent", "wide-packed" (small cells side by side) and "wide-capillary" (large ones in a glass
    /// tube): of many kinds and instruments, told relative to the cytosol (wide_cells.json).
    std::string preset = "cell-edge";
    /// Of a cell made in full size, only so many slices from first_slice on are handed out; 0: all.
    std::int64_t slices = 0, first_slice = 0;
    /// The sample is made at most so far beside the view, µm: rays through less of it carry less noise, and
    /// nothing else changes.
    double surroundings_um = 1000;
    bool fractions = false;  ///< keep sub-voxel truth (SimulatedCell::fractions)
    CellContents contents;
    std::shared_ptr<const CellModel> cells;  ///< what cells are made of; null: the preset's standard
    Acquisition acquisition;
    Export output;

    /// Throws UsageError for a value out of range (sizes 16 … 4096, voxels 2 … 200 nm, tilts within
    /// ±90 …), naming it.
    void check() const;
    /// Grid of the volumes that are handed out.
    Grid handed_out() const;
};

/// Names that SimulationOptions::preset may have.
const std::vector<std::string>& simulation_presets();

/// Draws another microscope: noise, tilt range (mostly a missing wedge, sometimes full rotation),
/// step, reconstruction, blur, misalignment, export. Other options stay.
SimulationOptions random_acquisition(SimulationOptions options, Random& random);
/// Draws how much there is of everything, and the contrast. Other options stay.
SimulationOptions random_contents(SimulationOptions options, Random& random);
/// Options for one training example: preset, contents and acquisition drawn from `seed`.
SimulationOptions random_training_options(std::uint64_t seed, Size3 size, Vec3 voxel_um);

/// The wide world: cells of all presets, instruments and ways of handing tomograms out as other laboratories
/// have them; noise from little to more than contrast, full rotation and missing wedges, whole volumes and
/// single slices. Each property is drawn for itself. Other options (but seed, size, voxels) are replaced.
SimulationOptions random_wide_acquisition(SimulationOptions options, Random& random);
/// The same with a kind of cell: what training on the wide world uses.
SimulationOptions random_wide_options(std::uint64_t seed, Size3 size, Vec3 voxel_um);

/// What is known of one object. Positions in µm in the frame of the volumes.
struct ObjectTruth {
    std::uint32_t instance = 0;  ///< its number in `instances`
    std::uint8_t class_id = 0;
    std::string kind;                ///< "tubular", "ring", "multivesicular", "dense", ...
    double labelled_volume_um3 = 0;  ///< volume of its voxels
    double volume_um3 = -1;   ///< exact volume of the shape; -1 where not known (cut, overlapped, free form)
    double surface_um2 = -1;  ///< exact surface of the shape; -1 where not known
    Vec3 centre_um;           ///< mean position of its voxels
    double mean_lac_per_um = 0;   ///< mean absorption of its voxels
    bool touches_border = false;  ///< it has voxels on the border of the volume
};

/// The centre line of a filopodium from root (where it leaves the cell body) to tip, or to where it runs back
/// into the cell.
struct FilopodiumTruth {
    std::uint32_t instance = 0;
    std::vector<Vec3> centre_line_um;
    std::vector<double> radius_um;  ///< one a point of the centre line
    double length_um = 0;           ///< along the whole centre line
    int branches = 0;               ///< side branches, not part of the centre line
    Vec3 root_um, tip_um;
    bool complete = true;  ///< root and tip lie within the volume, the tip outside the cell
};

/// The tubes of a mitochondrion. Parts beyond the view count too; `complete` tells.
struct MitochondrionTruth {
    std::uint32_t instance = 0;
    std::vector<std::vector<Vec3>> lines_um;     ///< centre lines: the trunk, then branches from their root
    std::vector<std::vector<double>> radius_um;  ///< one a point
    double length_um = 0;                        ///< of all lines
    int branch_points = 0;  ///< branches that reach beyond the trunk's surface by its radius at least
    bool complete = true;   ///< all lines lie within the volume
};

struct Truth {
    SimulationOptions options;
    std::vector<ObjectTruth> objects;  ///< ascending by instance
    std::vector<FilopodiumTruth> filopodia;
    std::vector<MitochondrionTruth> mitochondria;
    std::vector<Contact> contacts;  ///< of all objects but cytoplasm, less than 30 nm apart
};

/// A cell before the microscope. All volumes on the same grid, SimulationOptions::handed_out().
struct SimulatedCell {
    Volume<float> lac_per_um;  ///< linear absorption coefficient
    ClassVolume classes;       ///< default legend, by majority of volume
    InstanceVolume instances;
    /// Which share of a voxel is of each class (index: id; 255: all of it), if options.fractions. First
    /// order: edges are planes within a voxel, and what is painted later covers all that was there in
    /// proportion.
    std::vector<Volume<std::uint8_t>> fractions;
    Truth truth;
    /// Absorption on the wider grid that tilted rays pass through; holds lac_per_um as its middle.
    Volume<float> surroundings;
};

struct TiltSeries;  // reconstruction.h

struct SimulatedTomogram {
    Volume<float> tomogram;
    ClassVolume classes;
    InstanceVolume instances;
    Truth truth;
};

/// Makes the cell. Time and memory linear in voxels. Throws UsageError from check().
SimulatedCell make_cell(const SimulationOptions& options, const Progress& progress = {});

/// Memory that simulate_tomogram needs, bytes, to first order.
double simulation_bytes(const SimulationOptions& options);

/// How far beside the view, across the tilt axis, the sample is made: about as far as rays through the view
/// pass it, µm.
double reach_of_tilted_rays(const SimulationOptions& options);

/// Takes tilt images of `lac` (1/µm; matter all around what is wanted), reconstructs, and returns
/// the part on `wanted` (voxel-aligned with lac; values in 1/µm before export changes). `on_images` is
/// shown the tilt images first; with a turned axis they are turned with it.
Volume<float> acquire_and_reconstruct(const Volume<float>& lac, const Grid& wanted,
                                      const SimulationOptions& options, const Progress& progress = {},
                                      const std::function<void(const TiltSeries&)>& on_images = {});
/// The same with nothing around `lac`.
Volume<float> acquire_and_reconstruct(const Volume<float>& lac, const SimulationOptions& options,
                                      const Progress& progress = {});

/// make_cell and acquire_and_reconstruct.
SimulatedTomogram simulate_tomogram(const SimulationOptions& options, const Progress& progress = {});

}  // namespace cytomo
