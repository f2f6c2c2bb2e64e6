// cytomo reconstruct: a volume from aligned tilt images.
#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <span>
#include <sstream>

#include "calls.h"
#include "command.h"
#include "cytomo/core/error.h"
#include "cytomo/core/output.h"
#include "cytomo/core/parallel.h"
#include "cytomo/io/text_io.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/simulation/reconstruction.h"
#include "result_names.h"

namespace cytomo::commands {

namespace {

struct Arguments {
    std::string tilts, angles, out, method = "sirt", window = "hann", axis = "y", voxel_nm;
    int iterations = 25;
    std::int64_t thickness = 0;
    std::optional<std::int64_t> beside;
    bool transmission = false, absorption = false;
    std::optional<double> incident, axis_at;
    double memory_gb = 2, tolerance = 0;
};

std::vector<double> read_angles(const std::string& path) {
    std::istringstream file(read_text(path, "a text file of tilt angles", 10'000'000));
    std::vector<double> angles;
    std::string line;
    for (int number = 1; std::getline(file, line); ++number) {
        std::istringstream words(line.substr(0, line.find('#')));
        double angle = 0;
        if (!(words >> std::ws) || words.eof()) continue;
        std::string rest;
        if (!(words >> angle) || words >> rest || std::fabs(angle) > 180)
            throw InputError(path, "one angle in degrees a line",
                             "'" + line + "' in line " + std::to_string(number),
                             "Give the tilt angles as IMOD's .tlt and .rawtlt files do");
        angles.push_back(angle);
    }
    return angles;
}

/// Tilt images, read a few at a time.
class Images {
public:
    Images(const Arguments& a, const Tomogram& file) : file_(file), along_y_(a.axis == "y") {
        logarithm_ = a.transmission;
        incident_ = a.incident.value_or(1);
        if (!a.transmission) return;
        const std::vector<float> middle = image(file_.grid.size.z / 2);
        const auto dark = std::count_if(middle.begin(), middle.end(), [](float v) { return !(v > 0); });
        if (5 * dark > static_cast<std::int64_t>(middle.size()))
            throw InputError(a.tilts, "transmission above 0",
                             std::to_string(100 * dark / static_cast<std::int64_t>(middle.size())) +
                                 " % of the middle image at 0 or below",
                             "Give --absorption if the images hold −ln(I/I0), or mask and crop them");
        if (a.incident) return;
        const std::vector<float> first = image(file_.grid.size.z / 2);
        if (*std::max_element(first.begin(), first.end()) > 2)
            throw InputError(a.tilts, "transmission between 0 and 1", "larger values",
                             "Give the value of the empty beam with --incident, or --absorption if the "
                             "images hold −ln(I/I0)");
    }
    std::int64_t detectors() const { return along_y_ ? file_.grid.size.x : file_.grid.size.y; }
    std::int64_t rows() const { return along_y_ ? file_.grid.size.y : file_.grid.size.x; }
    std::int64_t count() const { return file_.grid.size.z; }
    double pitch_um() const { return along_y_ ? file_.grid.voxel_um.x : file_.grid.voxel_um.y; }
    double row_pitch_um() const { return along_y_ ? file_.grid.voxel_um.y : file_.grid.voxel_um.x; }

    /// Rows first … first+count-1 of all images as absorption, [angle][row][detector].
    std::vector<float> rows_of_all(std::int64_t first, std::int64_t rows_wanted,
                                   const Progress& progress) const {
        std::vector<float> result(static_cast<std::size_t>(count() * rows_wanted * detectors()));
        for (std::int64_t t = 0; t < count(); ++t) {
            const std::vector<float> whole = image(t);
            float* out = result.data() + t * rows_wanted * detectors();
            for (std::int64_t r = 0; r < rows_wanted; ++r)
                for (std::int64_t u = 0; u < detectors(); ++u) {
                    const std::int64_t at = along_y_ ? (first + r) * detectors() + u : u * rows() + first + r;
                    const float v = whole[static_cast<std::size_t>(at)];
                    unusable_ += !std::isfinite(v) || (logarithm_ && v <= 0);
                    out[r * detectors() + u] = absorption(v);
                }
            progress(static_cast<double>(t + 1) / static_cast<double>(count()));
        }
        return result;
    }

    /// Pixels read so far that are no number or, as transmission, not above 0.
    std::int64_t unusable() const { return unusable_; }

private:
    std::vector<float> image(std::int64_t t) const {
        std::vector<float> values(static_cast<std::size_t>(file_.grid.size.x * file_.grid.size.y));
        file_.read_slices(t, 1, values);
        return values;
    }
    float absorption(float v) const {
        if (!std::isfinite(v)) return 0;
        if (!logarithm_) return v;
        return static_cast<float>(-std::log(std::max(1e-4, static_cast<double>(v) / incident_)));
    }
    const Tomogram& file_;
    bool along_y_;
    bool logarithm_ = false;
    double incident_ = 1;
    mutable std::int64_t unusable_ = 0;
};

/// Voxels beside the images that take what lies there: half the thickness times the tangent of the steepest
/// tilt, as far as the beam through the middle of the images goes (bench/beside: more brings little). None
/// where the sample is turned so far that it must be seen whole, and none for back-projection, which treats
/// each voxel on its own.
std::int64_t beside_images(const Arguments& a, const std::vector<double>& angles, std::int64_t detectors,
                           std::int64_t thickness) {
    if (a.beside) return *a.beside;
    double steepest = 0;
    for (const double angle : angles) steepest = std::max(steepest, std::fabs(angle));
    if (a.method != "sirt" || steepest > 75) return 0;
    const double reach = 0.5 * static_cast<double>(thickness) * std::tan(steepest * std::numbers::pi / 180);
    return std::min(detectors, static_cast<std::int64_t>(std::ceil(reach)));
}

bool is_volume(const std::string& path) {
    try {
        open_volume(path);
        return true;
    } catch (const InputError&) {
        return false;
    }
}

/// read_angles; says so where images and angles were exchanged.
std::vector<double> read_angles_of(const Arguments& a) {
    try {
        return read_angles(a.angles);
    } catch (const InputError&) {
        if (!is_volume(a.angles)) throw;
    }
    throw UsageError(
        a.angles + ": expected a text file of tilt angles, found a volume." +
        advice("The images come first", this_call_replacing({{a.tilts, a.angles}, {a.angles, a.tilts}})));
}

void check(const Arguments& a) {
    if (a.transmission && a.absorption) throw UsageError("give --transmission or --absorption, not both");
    if (a.incident && (!a.transmission || !(*a.incident > 0)))
        throw UsageError("--incident: expected a positive number together with --transmission");
    if (a.thickness < 0 || a.thickness > 100000) throw UsageError("--thickness: expected 1 to 100000 voxels");
    if (a.beside && (*a.beside < 0 || *a.beside > 100000))
        throw UsageError("--beside: expected 0 to 100000 voxels");
    if (!(a.memory_gb > 0)) throw UsageError("--memory-gb: expected a positive number");
}

void run(const Arguments& a, const Common& common) {
    check(a);
    check_apart({{"--output", a.out}}, {a.tilts, a.angles});
    ReconstructionOptions options;
    options.method = a.method == "sirt" ? ReconstructionMethod::sirt : ReconstructionMethod::fbp;
    options.iterations = a.iterations;
    options.window = fbp_window_from(a.window);
    options.tolerance = a.tolerance;
    if (a.tolerance > 0 && options.method != ReconstructionMethod::sirt)
        throw UsageError("--tolerance: only SIRT iterates; expected --method sirt with it");
    options.check();
    const std::vector<double> angles = read_angles_of(a);
    ReadOptions read;
    read.voxel_um = parse_voxel_nm(a.voxel_nm);
    std::vector<std::string> remarks;
    const Tomogram file = open_tomogram(a.tilts, read, &remarks);
    for (const auto& remark : remarks) common.say(a.tilts + ": " + remark);
    if (static_cast<std::int64_t>(angles.size()) != file.grid.size.z)
        throw InputError(
            a.angles, std::to_string(file.grid.size.z) + " angles, one for each image of " + a.tilts,
            std::to_string(angles.size()), "Give the angles of the images that are in the stack");
    if (!file.voxel_size_known && a.voxel_nm.empty())
        throw InputError(a.tilts, "a pixel size", "none in the file", "Give it with --voxel-nm");
    if (!std::is_sorted(angles.begin(), angles.end()))
        common.say(a.angles + ": angles are not ascending; taken in the order of the images");
    const Images images(a, file);

    const bool along_y = a.axis == "y";
    const std::int64_t nu = images.detectors(), rows = images.rows();
    const std::int64_t nz = a.thickness > 0 ? a.thickness : std::max<std::int64_t>(1, nu / 2);
    const double pitch = images.pitch_um();
    Grid final_grid{{nu, rows, nz}, {pitch, images.row_pitch_um(), pitch}, {}};
    Grid grid = final_grid;
    const std::int64_t beside = beside_images(a, angles, nu, nz);
    grid.size.x += 2 * beside;
    grid.origin_um.x = -static_cast<double>(beside) * pitch;
    // Beside the result and the images: a group of slices and its images for each thread, twice.
    const double group = 16.0 * 4 * 2 *
                         (static_cast<double>(grid.size.x) * static_cast<double>(nz) +
                          static_cast<double>(nu) * static_cast<double>(images.count()));
    check_memory(a.tilts,
                 4.0 * static_cast<double>(final_grid.count()) + a.memory_gb * 1e9 + group * thread_count(),
                 final_grid.size, "Give a smaller --thickness, --beside or --memory-gb, or bin the images");
    if (!along_y) {
        std::swap(final_grid.size.x, final_grid.size.y);
        std::swap(final_grid.voxel_um.x, final_grid.voxel_um.y);
    }
    VolumeWriter writer(a.out, final_grid, ScalarType::float32, common.overwrite);
    Volume<float> result(final_grid);

    // As many rows at once as the memory allows, in whole groups that the projector takes together.
    const double bytes_a_row = 4.0 * (static_cast<double>(nu) * static_cast<double>(images.count()) +
                                      static_cast<double>(grid.size.x) * static_cast<double>(nz));
    std::int64_t block = static_cast<std::int64_t>(a.memory_gb * 1e9 / bytes_a_row) / 16 * 16;
    block = std::clamp<std::int64_t>(block, 16, std::max<std::int64_t>(16, rows));
    const Progress progress = common.progress();
    const Progress working = progress.stage("reconstructing");
    const auto read_block = [&](std::int64_t first, std::int64_t count, const Progress& reading) {
        TiltSeries series;
        series.angles_deg = angles;
        series.detectors = nu;
        series.rows = count;
        series.pitch_um = pitch;
        series.axis_detector = a.axis_at.value_or((static_cast<double>(nu) - 1) / 2);
        series.absorption = images.rows_of_all(first, count, reading);
        return series;
    };
    const double middle_z_um = (static_cast<double>(nz) - 1) / 2 * pitch;
    if (options.tolerance > 0) {
        const std::int64_t count = std::min<std::int64_t>(16, rows);
        const TiltSeries series = read_block((rows - count) / 2, count, {});
        Grid part = grid;
        part.size.y = count;
        options.iterations =
            find_sirt_iterations(series, part, series.axis_detector * pitch, middle_z_um, options,
                                 progress.stage("finding the number of iterations"));
        options.tolerance = 0;
        common.say("iterations: " + std::to_string(options.iterations));
    }
    for (std::int64_t first = 0; first < rows; first += block) {
        const std::int64_t count = std::min(block, rows - first);
        const double from = static_cast<double>(first) / static_cast<double>(rows);
        const double to = static_cast<double>(first + count) / static_cast<double>(rows);
        const TiltSeries series = read_block(first, count, working.part(from, from + 0.05 * (to - from)));
        Grid part = grid;
        part.size.y = count;
        const Volume<float> made = reconstruct(series, part, series.axis_detector * pitch, middle_z_um,
                                               options, working.part(from + 0.05 * (to - from), to));
        parallel_for(nz, [&](std::int64_t z) {
            for (std::int64_t r = 0; r < count; ++r)
                for (std::int64_t u = 0; u < nu; ++u)
                    (along_y ? result(u, first + r, z) : result(first + r, u, z)) = made(u + beside, r, z);
        });
    }
    if (images.unusable() > 0)
        common.say(a.tilts + ": " + std::to_string(images.unusable()) +
                   " pixels are no number, or no transmission above 0; taken as empty or as the darkest");
    const std::int64_t slice = final_grid.size.x * final_grid.size.y;
    for (std::int64_t z = 0; z < nz; ++z)
        writer.write_slices(
            z, 1, std::span<const float>(result.data() + z * slice, static_cast<std::size_t>(slice)));
    writer.finish();
}

}  // namespace

Command reconstruct_command() {
    return {"reconstruct", "Reconstruct a volume from aligned tilt images", [](CLI::App& app) -> Run {
                auto a = std::make_shared<Arguments>();
                app.add_option("tilts", a->tilts, "Aligned tilt images, one a slice (MRC, TIFF, HDF5)")
                    ->required();
                app.add_option("--angles", a->angles,
                               "Text file with one angle in degrees a line (.tlt, .rawtlt)")
                    ->required();
                app.add_option("-o,--output", a->out,
                               "Volume to write (MRC, TIFF, HDF5, NPY); values in 1/µm")
                    ->required();
                app.add_option("--method", a->method, "Iterative (sirt) or filtered back-projection (fbp)")
                    ->check(CLI::IsMember({"sirt", "fbp"}))
                    ->capture_default_str();
                app.add_option("--iterations", a->iterations, "Iterations of SIRT")->capture_default_str();
                app.add_option("--tolerance", a->tolerance,
                               "End SIRT when an iteration lowers the residual by less than this share of it "
                               "(0: after --iterations)")
                    ->capture_default_str();
                app.add_option("--window", a->window, "Filter window of FBP")
                    ->check(CLI::IsMember({"ramp", "shepp-logan", "hamming", "hann"}))
                    ->capture_default_str();
                app.add_option("--thickness", a->thickness,
                               "Voxels along the beam (default: half the image's width)");
                app.add_option(
                    "--beside", a->beside,
                    "Voxels to reconstruct with SIRT on either side of the images, and to cut off again: "
                    "less rim where the sample goes on (default: half the thickness times the tangent of the "
                    "steepest tilt, none beyond 75 degrees)");
                app.add_option("--axis", a->axis, "Direction of the tilt axis in the images")
                    ->check(CLI::IsMember({"x", "y"}))
                    ->capture_default_str();
                app.add_option("--axis-at", a->axis_at,
                               "Pixel where the axis is seen, from 0 (default: the middle)");
                app.add_flag("--absorption", a->absorption, "The images hold −ln(I/I0) (default)");
                app.add_flag("--transmission", a->transmission,
                             "The images hold I/I0, or intensities with --incident");
                app.add_option("--incident", a->incident, "Intensity of the empty beam, with --transmission");
                app.add_option("--memory-gb", a->memory_gb, "Memory for images at once, beside the result")
                    ->capture_default_str();
                add_voxel_option(app, a->voxel_nm, "Pixel size in nm, for files that carry none");
                return [a](const Common& common) { run(*a, common); };
            }};
}

}  // namespace cytomo::commands
