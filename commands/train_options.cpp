#include "train_options.h"

#include "grey_files.h"

namespace cytomo::commands {

bool starts_from_nothing(const TrainArguments& a) {
    return a.init == "none" || (a.method == "double-decoder" && a.init.empty());
}

std::string start_text(const TrainArguments& a) {
    return starts_from_nothing(a) ? "nothing" : a.init.empty() ? "the default model" : a.init;
}

namespace {

void declare_data(CLI::App& app, const std::shared_ptr<TrainArguments>& a) {
    app.add_option("--images", a->images, "Tomograms");
    app.add_option("--labels", a->labels, "Label volumes in the order of --images; 255 means unlabelled");
    app.add_option(
           "--folder", a->folder,
           "Learn from FOLDER/images/NAME.* with FOLDER/labels/NAME.*; images without labels are unlabelled")
        ->type_name("FOLDER");
    app.add_option("--manifest", a->manifest,
                   "Learn from the files that a table names: image,labels[,voxel_nm][,polarity]")
        ->type_name("FILE.csv");
    app.add_option("--unlabelled", a->unlabelled, "Tomograms to learn from without labels");
    app.add_option("--classes,--legend", a->classes,
                   "What the values in label files are, e.g. 120=mitochondrion,7=lipid droplet, or a file "
                   "that says so; 'background' and 'unlabelled' are names too (default: what the label files "
                   "say, or else the starting model's class ids)")
        ->type_name("FILE|VALUE=NAME,...");
    app.add_option("--ignore-value", a->ignore_value,
                   "The value of unlabelled voxels, -1: there is none (default: 255)");
    app.add_flag("--empty-slices-unlabelled", a->empty_slices_unlabelled,
                 "xy slices that hold nothing but background count as unlabelled");
    app.add_option("--polarity", a->polarity, "Whether dense matter is dark or bright")
        ->check(CLI::IsMember({"auto", "dark", "bright"}))
        ->capture_default_str();
    add_grey_option(app, a->grey);
    add_voxel_option(app, a->voxel, "Voxel size in nm, for files that carry none or a wrong one");
    app.add_option("--dataset", a->dataset, "Dataset within HDF5 files");
    app.add_option("--label-dataset", a->label_dataset, "Dataset of labels within HDF5 files, if another");
    app.add_option(
           "--simulated", a->simulated,
           "Add N simulated tomograms with random cells and microscopes (default: the method semi adds up to "
           "8, if simulated cells have all classes, and none to --init none; others add none)")
        ->check(CLI::Range(0, 100000))
        ->type_name("N");
    app.add_option(
           "--world", a->world,
           "What simulated tomograms are drawn from: the standard cells and microscopes, or mostly (65 %) "
           "the wide world of cells, instruments and exports of many laboratories")
        ->check(CLI::IsMember({"standard", "wide"}))
        ->capture_default_str();
    app.add_option("--simulated-size", a->size, "Their size in voxels")
        ->type_name("NX,NY,NZ")
        ->capture_default_str();
}

void declare_training(CLI::App& app, const std::shared_ptr<TrainArguments>& a) {
    app.add_option(
        "--init", a->init,
        "Model to start from, or 'none' (default: the model that comes with cytomo; double-decoder: none)");
    app.add_option("--widths", a->widths,
                   "Channels of each level of a new network (--init none), finest first: multiples of 16 "
                   "(default: 16,32,64,128,128)")
        ->delimiter(',')
        ->type_name("A,B,...");
    app.add_option("--refine", a->refine,
                   "Residual convolutions to add to the starting model: encoder and decoder of the "
                   "finest level, then of the next, and so on")
        ->delimiter(',');
    app.add_option("--coarsest-nm", a->coarsest_nm,
                   "Tomograms of voxels between the model's edge and this are seen as they are, not "
                   "interpolated, so that more of a large cell is in view; 0: none (default: as the starting "
                   "model does)")
        ->check(CLI::Range(0.0, 200.0));
    app.add_flag(
        "--object-head", a->object_head,
        "Add outputs that tell one object from the next, and inputs for clicks; they learn from simulated "
        "cells only");
    app.add_option("--method", a->method,
                   "Way of learning: semi also learns where nothing is labelled; supervised does not; "
                   "double-decoder is the published two-dimensional method")
        ->check(CLI::IsMember({"semi", "supervised", "double-decoder"}))
        ->capture_default_str();
    app.add_option("--width", a->width, "Filters of a double-decoder network; 64 as published")
        ->check(CLI::Range(2, 256))
        ->capture_default_str();
    auto* minutes = app.add_option("--minutes", a->options.minutes, "Train for this time")
                        ->check(CLI::Range(0.0, 100000.0));
    app.add_option("--steps", a->options.steps, "Train for this number of steps")
        ->capture_default_str()
        ->excludes(minutes);
    app.add_option("--seed", a->options.seed, "Seed of everything random")->capture_default_str();
    app.add_option(
        "--learning-rate", a->learning_rate,
        "Highest learning rate (default: 0.002; with --init none and labels drawn by hand 0.0006)");
    app.add_option("--unlabelled-weight", a->unlabelled_weight,
                   "What agreement where nothing is labelled counts beside labels, method semi (default: 4, "
                   "with --init none 0); 0: nothing")
        ->check(CLI::Range(0.0, 1000.0));
    app.add_option("--device", a->options.device, "cpu or cuda:N")->capture_default_str();
    app.add_option("--precision", a->options.precision,
                   "Arithmetic on the CPU; auto takes f32 or bf16, whichever this machine learns faster in "
                   "(measured at the first training)")
        ->check(CLI::IsMember({"auto", "f32", "bf16"}))
        ->capture_default_str();
}

void declare_results(CLI::App& app, const std::shared_ptr<TrainArguments>& a) {
    app.add_option("--checkpoint", a->options.checkpoint,
                   "Keep the state here every two minutes, and continue from it");
    app.add_option("--weights-of", a->weights_of,
                   "Learn nothing: write the model that a checkpoint holds, as far as its training came")
        ->type_name("CHECKPOINT");
    app.add_option("--curve", a->curve, "Write the learning curve as NAME.csv and as picture, NAME.svg")
        ->type_name("NAME.csv");
    auto* report =
        app.add_option("--report", a->report, "The training report (default: beside the model, MODEL.html)")
            ->type_name("FILE.html");
    app.add_flag("--no-report", a->no_report, "Write no report")->excludes(report);
    app.add_option("--suggest", a->suggest, "Then name the N slices of each tomogram to label next")
        ->check(CLI::Range(0, 1000))
        ->type_name("N");
    app.add_option("-o,--output", a->out, "The model to write (.safetensors)")->required();
}

}  // namespace

std::shared_ptr<TrainArguments> declare_train_options(CLI::App& app) {
    auto a = std::make_shared<TrainArguments>();
    declare_data(app, a);
    declare_training(app, a);
    declare_results(app, a);
    return a;
}

}  // namespace cytomo::commands
