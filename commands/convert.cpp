// cytomo convert: from one format or type to another, slab by slab.
#include <memory>

#include "command.h"
#include "cytomo/core/error.h"
#include "cytomo/io/value_conversion.h"
#include "cytomo/io/volume_io.h"
#include "cytomo/io/voxel_size.h"

namespace cytomo::commands {

Command convert_command() {
    return {"convert", "Convert between MRC, TIFF, HDF5 and .npy; voxel size, origin and order stay",
            [](CLI::App& app) -> Run {
                struct Options {
                    std::string in, out, voxel_nm, dataset, type;
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
                               "or channel of a TIFF "
                               "file (c0, c1, ...)");
                app.add_option("--type", o->type,
                               "Type of the values: int8, uint8, int16, uint16, int32, uint32 or float32");
                app.add_flag("--scale-to-type", o->convert.scale_to_type,
                             "Stretch grey values over the range of the integer --type");
                return [o](const Common& common) {
                    ConvertOptions options = o->convert;
                    options.overwrite = common.overwrite;
                    options.type = scalar_type_from(o->type);
                    if (!o->type.empty() && !options.type)
                        throw UsageError(
                            "--type: expected int8, uint8, int16, uint16, int32, uint32 or float32, found '" +
                            o->type + "'");
                    options.check();
                    const StoredVolume volume = open_volume(o->in, {parse_voxel_nm(o->voxel_nm), o->dataset});
                    std::vector<std::string> remarks = volume.remarks;
                    const std::string doubt = voxel_size_doubt(volume.grid.voxel_um);
                    if (volume.voxel_size_known && !doubt.empty()) remarks.push_back(doubt);
                    convert_volume(volume, o->out, options, &remarks, common.progress().stage("converting"));
                    for (const std::string& remark : remarks) common.say(remark);
                };
            }};
}

}  // namespace cytomo::commands
