// cytomo convert: from one format, type or voxel size to another.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

#include "calls.h"
#include "class_files.h"
#include "command.h"
#include "cytomo/core/error.h"
#include "cytomo/image/resample.h"
#include "cytomo/io/passport.h"
#include "cytomo/io/value_conversion.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/io/voxel_size.h"
#include "like_grid.h"
#include "result_names.h"

namespace cytomo::commands {

namespace {

/// Values stay as they are, so they must be ids.
LabelMeaning written_legend(const std::string& text) {
    const auto named = named_values(text, "--legend");
    LabelMeaning meaning = meaning_of(named, largest_class_id, "--legend");
    for (const NamedValue& n : named)
        if (meaning.id_of.at(n.value) != n.value)
            throw UsageError("--legend: expected for each class a value of its own from 1 to 254, found " +
                             std::to_string(n.value) + "=" + n.name + ". convert does not change values");
    return meaning;
}

struct Options {
    std::string in, out, voxel_nm, dataset, type, legend, resample_nm, like, crop;
    bool labels = false, grey = false;
    ConvertOptions convert;
};

void check(const Options& o) {
    if (!o.resample_nm.empty() && !o.like.empty())
        throw UsageError("--like: expected it or --resample-nm, found both");
    if (!o.crop.empty() && (!o.resample_nm.empty() || !o.like.empty()))
        throw UsageError(
            "--crop: expected it without --resample-nm and --like, found both. Its numbers are those of the "
            "voxels of IN: crop first, then convert the piece");
    if (o.labels && o.grey) throw UsageError("--labels: expected it or --grey, found both");
    if ((o.labels || o.grey) && o.resample_nm.empty() && o.like.empty())
        throw UsageError(std::string(o.labels ? "--labels" : "--grey") +
                         ": expected --resample-nm or --like beside it, found neither");
}

ScalarType written_type(ScalarType stored) {
    if (stored == ScalarType::int64) return ScalarType::int32;
    if (stored == ScalarType::uint64) return ScalarType::uint32;
    return stored == ScalarType::float16 || stored == ScalarType::float64 ? ScalarType::float32 : stored;
}

bool is_integer(ScalarType type) {
    return type != ScalarType::float16 && type != ScalarType::float32 && type != ScalarType::float64;
}

/// Values in memory or made on demand, as the source of convert_volume.
template <class T, class Slices>
StoredVolume::ReadBytes bytes_of(const Grid& grid, Slices slices) {
    return [slice = grid.size.x * grid.size.y, slices](std::int64_t first, std::int64_t count,
                                                       std::span<std::byte> out) {
        const std::vector<T> values = slices(first, count);
        std::memcpy(out.data(), values.data(), static_cast<std::size_t>(slice * count) * sizeof(T));
    };
}

/// The volume on another grid. Labels are few different whole numbers: they keep their values.
StoredVolume resampled(const Options& o, const StoredVolume& volume, const ReadOptions& reading,
                       ConvertOptions& convert, std::vector<std::string>& remarks) {
    require_voxel_size(volume.source, volume.grid, volume.voxel_size_known, reading);
    const Grid grid = o.like.empty() ? volume.grid.resampled(*parse_nm("--resample-nm", o.resample_nm))
                                     : grid_like(open_volume(o.like), volume, remarks);
    const bool labels = o.labels || (!o.grey && (volume.legend || some_slices_look_like_labels(volume)));
    if (!labels && !o.grey && !some_slices_look_grey(volume))
        throw UsageError(
            o.in +
            ": expected to know whether these are labels or grey values, found values that could be "
            "either. Add --labels to keep values as they are, or --grey to take means");
    StoredVolume out = volume;
    out.grid = grid;
    if (!convert.type) convert.type = written_type(volume.type);
    if (labels) {
        remarks.push_back(
            o.in +
            ": taken as labels: larger voxels get the label that most of them has, smaller ones that "
            "at their centre" +
            (o.labels ? "." : ". --grey takes the mean of grey values instead."));
        check_memory(o.in, 4.0 * static_cast<double>(volume.grid.count() + grid.count()), grid.size,
                     "Crop it, or give a larger --resample-nm");
        auto values =
            std::make_shared<const InstanceVolume>(resample_labels(read_instances(o.in, reading), grid));
        out.type = ScalarType::uint32;
        out.read_bytes = bytes_of<std::uint32_t>(grid, [values](std::int64_t first, std::int64_t count) {
            const std::int64_t slice = values->grid().size.x * values->grid().size.y;
            const auto from = values->values().begin() + first * slice;
            return std::vector<std::uint32_t>(from, from + count * slice);
        });
        return out;
    }
    remarks.push_back(
        o.in +
        ": taken as grey values: larger voxels get the mean of what they cover, smaller ones are "
        "interpolated" +
        (o.grey ? "." : ". --labels keeps values as they are instead."));
    const bool whole = is_integer(*convert.type) && !convert.scale_to_type;
    const auto resampler = std::make_shared<Resampler>(open_tomogram(o.in, reading), grid);
    out.type = ScalarType::float32;
    out.legend.reset();
    out.read_bytes = bytes_of<float>(grid, [resampler, whole](std::int64_t first, std::int64_t count) {
        std::vector<float> values = resampler->slices(first, count);
        if (whole)
            for (float& v : values) v = std::round(v);
        return values;
    });
    return out;
}

/// Voxels `first` to `end` - 1 along an axis.
struct VoxelRange {
    std::int64_t first = 0, end = 0;
};
using Box = std::array<VoxelRange, 3>;  ///< along x, y, z

std::string ranges_text(const Size3& size) {
    return "0:" + std::to_string(size.x) + ",0:" + std::to_string(size.y) + ",0:" + std::to_string(size.z);
}

/// "0:64", "0:", ":64" or ":" of `count` voxels; none for other texts. The range may reach beyond them.
std::optional<VoxelRange> range_in(std::string_view text, std::int64_t count) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto number = [](std::string_view digits, std::int64_t otherwise) -> std::optional<std::int64_t> {
        if (digits.empty()) return otherwise;
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
        return value;
    };
    const auto first = number(text.substr(0, colon), 0), end = number(text.substr(colon + 1), count);
    if (!first || !end) return std::nullopt;
    return VoxelRange{*first, *end};
}

/// What --crop says of a volume of this size. Throws UsageError.
Box parse_crop(const std::string& text, const StoredVolume& volume) {
    const std::array<std::int64_t, 3> counts{volume.grid.size.x, volume.grid.size.y, volume.grid.size.z};
    const std::string all = ranges_text(volume.grid.size);
    Box box;
    std::string_view rest = text;
    for (std::size_t axis = 0; axis < 3; ++axis) {
        const auto comma = rest.find(',');
        const auto range = range_in(rest.substr(0, comma), counts[axis]);
        if (!range || (comma == std::string_view::npos) != (axis == 2))
            throw UsageError("--crop: expected three ranges of voxels, X0:X1,Y0:Y1,Z0:Z1, found '" + text +
                             "'. All of " + volume.source + " is " + all);
        if (range->first < 0 || range->end > counts[axis] || range->first >= range->end)
            throw UsageError("--crop: expected ranges within " + all + ", the size of " + volume.source +
                             ", each with its smaller number first, found '" + text + "'");
        box[axis] = *range;
        if (axis < 2) rest.remove_prefix(comma + 1);
    }
    return box;
}

/// The voxels in the box, where they lie. Reads some whole slices of `whole` at a time (16 MiB).
StoredVolume cropped(const StoredVolume& whole, const Box& box) {
    const auto& [x, y, z] = box;
    StoredVolume out = whole;
    out.grid.size = {x.end - x.first, y.end - y.first, z.end - z.first};
    out.grid.origin_um = whole.grid.world_from_voxel(
        {static_cast<double>(x.first), static_cast<double>(y.first), static_cast<double>(z.first)});
    out.read_bytes = [whole, box](std::int64_t first, std::int64_t count, std::span<std::byte> values) {
        const std::int64_t voxel = bytes(whole.type), row = whole.grid.size.x * voxel,
                           slice = row * whole.grid.size.y, part = (box[0].end - box[0].first) * voxel,
                           slab = slices_per_slab(whole.grid, voxel);
        std::vector<std::byte> read(static_cast<std::size_t>(std::min(slab, count) * slice));
        std::byte* to = values.data();
        for (std::int64_t done = 0; done < count; done += slab) {
            const std::int64_t n = std::min(slab, count - done);
            whole.read_bytes(box[2].first + first + done, n,
                             std::span(read).first(static_cast<std::size_t>(n * slice)));
            for (std::int64_t k = 0; k < n; ++k)
                for (std::int64_t j = box[1].first; j < box[1].end; ++j, to += part)
                    std::memcpy(to, read.data() + k * slice + j * row + box[0].first * voxel,
                                static_cast<std::size_t>(part));
        }
    };
    return out;
}

void run(const Options& o, const Common& common) {
    refuse_exchanged({{"the volume to read", o.in}, {"the result", o.out}});
    check(o);
    check_apart({{"the result", o.out}}, {o.in, o.like});
    ConvertOptions options = o.convert;
    options.overwrite = common.overwrite;
    options.type = scalar_type_from(o.type);
    options.check();
    std::optional<LabelMeaning> legend;
    if (!o.legend.empty()) legend = written_legend(o.legend);
    if (legend && options.scale_to_type)
        throw UsageError("--legend: expected classes, found --scale-to-type beside it");
    const ReadOptions reading{parse_voxel_nm(o.voxel_nm), o.dataset};
    StoredVolume volume = open_volume(o.in, reading);
    std::optional<Box> box;
    if (!o.crop.empty()) box = parse_crop(o.crop, volume);
    if (legend) {
        if (const auto text = doubtful_names(legend->legend); !text.empty()) common.say("--legend: " + text);
        class_ids(read_coded_labels(o.in, reading), o.in, *legend);  // throws where a value has no name
        volume.legend = legend->legend;
    }
    std::vector<std::string> remarks = volume.remarks;
    const std::string doubt = voxel_size_doubt(volume.grid.voxel_um);
    if (volume.voxel_size_known && !doubt.empty()) remarks.push_back(doubt);
    check_volume_name(o.out, common.overwrite, volume.legend);  // before long work
    if (!o.resample_nm.empty() || !o.like.empty()) volume = resampled(o, volume, reading, options, remarks);
    if (box) volume = cropped(volume, *box);
    convert_volume(volume, o.out, options, &remarks, common.progress().stage("converting"));
    for (const std::string& remark : remarks) common.say(remark);
}

}  // namespace

Command convert_command() {
    return {
        "convert",
        "Convert between MRC, TIFF, HDF5 and .npy, and to other voxels; origin, order and legend stay",
        [](CLI::App& app) -> Run {
            auto o = std::make_shared<Options>();
            app.add_option("IN", o->in, "Volume: MRC, TIFF, HDF5 or .npy")->required();
            app.add_option(
                   "OUT", o->out,
                   "Result; its ending chooses the format: .mrc .rec .map .st .tif .tiff .npy .h5 .hdf5")
                ->required();
            add_voxel_option(app, o->voxel_nm,
                             "Voxel edges in nm, in place of those of the file; values stay");
            app.add_option(
                   "--resample-nm", o->resample_nm,
                   "Voxel edges of the result in nm: grey values are averaged where voxels become larger and "
                   "interpolated where smaller, labels keep their values (that of most of the voxel)")
                ->type_name("X,Y,Z");
            app.add_option("--like", o->like,
                           "The same onto the voxels of FILE, such as the tomogram that labels belong to; "
                           "placed by the "
                           "origins of the files, or else onto the same box")
                ->type_name("FILE");
            app.add_option(
                   "--crop", o->crop,
                   "A piece: voxels X0 to X1 - 1 and so on, counted from 0 (0:256,0:256,10:60; ':' alone "
                   "is all of an axis). It lies where it did: the origin moves")
                ->type_name("X0:X1,Y0:Y1,Z0:Z1");
            app.add_flag("--labels", o->labels,
                         "IN holds labels, for --resample-nm and --like (default: looks)");
            app.add_flag("--grey", o->grey,
                         "IN holds grey values, for --resample-nm and --like (default: looks)");
            app.add_option("--dataset", o->dataset,
                           "Dataset of an HDF5 file, with :c0 or :t0 behind it a channel or time of it; "
                           "or channel of a TIFF file (c0, c1, ...)");
            app.add_option("--type", o->type, "Type of the values")
                ->check(CLI::IsMember({"int8", "uint8", "int16", "uint16", "int32", "uint32", "float32"}));
            add_legend_option(app, o->legend,
                              "Write into the file what the values of classes are: a file, or a list such as "
                              "1=mitochondrion,2=droplet; values stay (default: as IN says)");
            app.add_flag("--scale-to-type", o->convert.scale_to_type,
                         "Stretch grey values over the range of the integer --type");
            return [o](const Common& common) { run(*o, common); };
        }};
}

}  // namespace cytomo::commands
