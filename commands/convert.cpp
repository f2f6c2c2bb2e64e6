// cytomo convert: from one format or type to another, slab by slab.
#include <memory>

#include "class_files.h"
#include "command.h"
#include "cytomo/core/error.h"
#include "cytomo/io/value_conversion.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/io/voxel_size.h"
#include "mistakes.h"

namespace cytomo::commands {

namespace {

/// Values stay as they are, so they must be ids.
Legend written_legend(const std::string& text) {
    const auto named = named_values(text, "--legend");
    const LabelMeaning meaning = meaning_of(named, largest_class_id, "--legend");
    for (const NamedValue& n : named)
        if (meaning.id_of.at(n.value) != n.value)
            throw UsageError("--legend: expected for each class a value of its own from 1 to 254, found " +
                             std::to_string(n.value) + "=" + n.name + ". convert does not change values");
    return meaning.legend;
}

}  // namespace

Command convert_command() {
    return {"convert", "Convert between MRC, TIFF, HDF5 and .npy; voxel size, origin, order and legend stay",
            [](CLI::App& app) -> Run {
                struct Options {
                    std::string in, out, voxel_nm, dataset, type, legend;
                    ConvertOptions convert;
                };
                auto o = std::make_shared<Options>();
                app.add_option("IN", o->in, "Volume: MRC, TIFF, HDF5 or .npy")->required();
                app.add_option(
                       "OUT", o->out,
                       "Result; its ending chooses the format: .mrc .rec .map .st .tif .tiff .npy .h5 .hdf5")
                    ->required();
                add_voxel_option(app, o->voxel_nm, "Voxel edges in nm, in place of those of the file");
                app.add_option("--dataset", o->dataset,
                               "Dataset of an HDF5 file, with :c0 or :t0 behind it a channel or time of it; "
                               "or channel of a TIFF file (c0, c1, ...)");
                app.add_option("--type", o->type,
                               "Type of the values: int8, uint8, int16, uint16, int32, uint32 or float32");
                add_legend_option(
                    app, o->legend,
                    "Write into the file what the values of classes are: a file, or a list such as "
                    "1=mitochondrion,2=droplet; values stay (default: as IN says)");
                app.add_flag("--scale-to-type", o->convert.scale_to_type,
                             "Stretch grey values over the range of the integer --type");
                return [o](const Common& common) {
                    refuse_exchanged({{"the volume to read", o->in}, {"the result", o->out}});
                    ConvertOptions options = o->convert;
                    options.overwrite = common.overwrite;
                    options.type = scalar_type_from(o->type);
                    if (!o->type.empty() && !options.type)
                        throw UsageError(
                            "--type: expected int8, uint8, int16, uint16, int32, uint32 or float32, found '" +
                            o->type + "'");
                    options.check();
                    std::optional<Legend> legend;
                    if (!o->legend.empty()) legend = written_legend(o->legend);
                    if (legend && options.scale_to_type)
                        throw UsageError("--legend: expected classes, found --scale-to-type beside it");
                    StoredVolume volume = open_volume(o->in, {parse_voxel_nm(o->voxel_nm), o->dataset});
                    if (legend) volume.legend = legend;
                    std::vector<std::string> remarks = volume.remarks;
                    const std::string doubt = voxel_size_doubt(volume.grid.voxel_um);
                    if (volume.voxel_size_known && !doubt.empty()) remarks.push_back(doubt);
                    convert_volume(volume, o->out, options, &remarks, common.progress().stage("converting"));
                    for (const std::string& remark : remarks) common.say(remark);
                };
            }};
}

}  // namespace cytomo::commands
