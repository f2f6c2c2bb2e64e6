// cytomo info: a geometry passport of a volume file.
#include <cstdio>
#include <memory>

#include "command.h"
#include "cytomo/io/passport.h"
#include "cytomo/io/volume_io.h"

namespace cytomo::commands {

Command info_command() {
    return {
        "info", "Size, voxel size, type, range, orientation and oddities of a volume file",
        [](CLI::App& app) -> Run {
            struct Options {
                std::string file, voxel_nm, dataset;
                bool json = false;
            };
            auto o = std::make_shared<Options>();
            app.add_option("FILE", o->file, "Volume: MRC, TIFF, HDF5 or .npy")->required();
            app.add_flag("--json", o->json, "Write JSON, with the same content");
            add_voxel_option(app, o->voxel_nm, "Voxel edges in nm, in place of those of the file");
            app.add_option("--dataset", o->dataset,
                           "Dataset of an HDF5 file, with :c0 or :t0 behind it a channel or time of it; or "
                           "channel of a TIFF file (c0, c1, ...)");
            return [o](const Common& common) {
                const StoredVolume volume = open_volume(o->file, {parse_voxel_nm(o->voxel_nm), o->dataset});
                const Passport passport = measure_passport(volume, common.progress().stage("reading"));
                const std::string text = o->json ? passport_json(passport) : passport_text(passport);
                std::fwrite(text.data(), 1, text.size(), stdout);
            };
        }};
}

}  // namespace cytomo::commands
