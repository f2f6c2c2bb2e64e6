// What a trained model is: architecture, weights, and everything needed to use it properly.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cytomo/core/grid.h"
#include "cytomo/core/legend.h"

namespace cytomo {

/// Numbers with a shape, last axis fastest.
struct Tensor {
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};

/// One convolution of the network, with batch normalisation and ReLU unless said otherwise.
struct Layer {
    std::string name;
    int in = 0, out = 0;  ///< channels
    int kernel = 3;       ///< edge of the cubic kernel; padded to keep the size unless stride > 1
    int stride = 1;
    bool relu = true;
    bool norm = true;       ///< false: a bias instead (the head)
    bool residual = false;  ///< adds its input before the ReLU

    /// Whether it is the first layer, whose inputs are the network's own: grey values and, with an object
    /// head, clicks.
    bool sees_input() const { return name == "encoder.0.a"; }
    /// Input channels while nobody points at anything. The channels of clicks and of the mask so far are zero
    /// then and left out, so the first layer has one, of grey values, with or without an object head; all
    /// others have `in`.
    int inputs_without_clicks() const { return sees_input() ? 1 : in; }
    /// The level of the network at which it runs, that is at 1/2^level of the resolution: the number in its
    /// name; for "up" layers one more, since they come before the upsampling; 0 for the head.
    int level() const;
};

/// What a network with an object head says of each voxel beside its class, 0 to 1. They stand in the last
/// outputs of the head, in this order.
enum class ObjectMap {
    depth,       ///< how deep within its object: distance to the object's edge over the local half thickness
    separation,  ///< whether another object of the same class lies within a voxel
    selection,   ///< whether it belongs to the object that clicks point at; means nothing without clicks
    negative     ///< whether the grey values are upside down: what is dense was given as what is not
};
constexpr int object_map_count = 4;

/// Input channels of a network with an object head: grey values; clicks, 1 on the object and -1 beside it;
/// the mask so far. The last two are zero unless somebody points at something, and cost nothing then. Three,
/// since oneDNN has fast first layers for up to three channels.
constexpr int object_inputs = 3;

/// What speaks for bright dense matter (> 0) or dark (< 0), or how much each of it counts: the log odds of
/// bright are the sum of evidence times weight.
struct PolarityEvidence {
    double tail = 0;      ///< skewness of the grey values: strong absorbers are few
    double surprise = 0;  ///< the network's mean entropy if dense is dark, less that if it is bright, nats
    double turned = 0;    ///< the same of its log odds of seeing a negative; 0 without an object head
    friend bool operator==(const PolarityEvidence&, const PolarityEvidence&) = default;
};

enum class NetworkKind {
    unet,
    double_decoder  ///< the published two-dimensional network with two decoders, see train_double_decoder.h
};

/// Ids of classes that a model may tell apart: 0 to 15.
inline constexpr int most_classes = 16;

/// A 3D U-Net whose cost lies in few, well-shaped convolutions (all channels multiples of 16).
/// Level l has `widths[l]` channels at 1/2^l of the resolution. Encoder: two 3×3×3 convolutions a
/// level, 2×2×2 strided convolutions in between. Decoder: 1×1×1 convolution at the coarse level,
/// nearest-neighbour upsampling, addition to the encoder's features, one 3×3×3 convolution. `refine`
/// adds residual 3×3×3 convolutions, relu(x + norm(conv(x))): with a scale of zero they change nothing,
/// so a trained network can grow.
/// After Çiçek et al. 2016 (3D U-Net), with sums instead of concatenations (as in LinkNet,
/// Chaurasia and Culurciello 2017), which halves the decoder.
/// Of kind double_decoder, it is the network of Dyhr, Sadeghi et al. 2023 with widths[0] filters (published:
/// 64), the only entry of `widths`; it sees slices, one by one.
struct Architecture {
    std::vector<int> widths{16, 32, 64, 128, 128};
    int outputs =
        default_class_count;  ///< of the head, 2 to most_outputs(); Model says which class each stands for
    /// Residual convolutions of level l: refine[2l] in the encoder, refine[2l + 1] in the decoder. May be
    /// shorter; what is missing is 0.
    std::vector<int> refine{};
    NetworkKind kind = NetworkKind::unet;
    /// With an object head (ObjectMap) and input channels for clicks; for U-Nets, at most 12 outputs then.
    bool objects = false;

    friend bool operator==(const Architecture&, const Architecture&) = default;
    /// All convolutions of a U-Net in the order in which they run; of another kind, none.
    std::vector<Layer> layers() const;
    int inputs() const { return objects ? object_inputs : 1; }
    int map_count() const { return objects ? object_map_count : 0; }
    int most_outputs() const { return head_channels - map_count(); }
    static constexpr int head_channels = 16;  ///< classes from the front, object maps at the end
    /// Sizes of tiles must be multiples of this along each axis (double_decoder: along x and y).
    int stride() const { return kind == NetworkKind::double_decoder ? 16 : 1 << (widths.size() - 1); }
    /// Multiply-adds for one voxel of finished output without clicks, halo not counted; for training, if it
    /// has parts that only training uses.
    double multiply_adds_per_voxel() const;
    /// Throws InputError if widths are not 1 to 8 multiples of 16, outputs not 2 to 16, or there are more
    /// than 8 residual convolutions at one place; for double_decoder, if there is not one width of 2 to 256,
    /// or an object head.
    void check(const std::string& file) const;
};

/// A trained network. Weights of a U-Net by name: "<layer>.weight" (out, in, k, k, k) and "<layer>.gamma",
/// ".beta", ".mean", ".variance" (out), or "<layer>.bias" (out) for the head.
struct Model {
    Architecture architecture;
    Legend legend = default_legend();
    /// Class of each output of the head; a class may have several outputs, whose probabilities add up (what
    /// one user calls background has many looks). Empty: output i is class i.
    std::vector<std::uint8_t> class_of_output;
    double voxel_um = 0.02;  ///< isotropic voxel edge of its input
    /// Tomograms of voxels between voxel_um and this are seen at their own edge, not interpolated: a large
    /// cell then fits into what the network sees at once. 0, or less than voxel_um: all are seen at voxel_um.
    double coarsest_voxel_um = 0;
    /// Whether single slices are seen as if many like them lay on either side, by kernels summed along z: it
    /// has learnt from such (TrainOptions::slice_share). Others see a slice as a thin tile.
    bool flat_slices = false;
    /// How much each sign counts where a tomogram's polarity is not told: default_polarity_weights, or fitted
    /// by bench/accuracy/polarity.
    PolarityEvidence polarity_weights{4, 40, 0};
    /// How it was trained, for people and for reports: data, steps, figures. Only "polarity" is acted upon:
    /// "dark" or "bright" if it began from nothing and was taught on such tomograms only (choose_polarity).
    std::map<std::string, std::string> record;
    std::map<std::string, Tensor> weights;
    /// How far measures of what it finds lie from the truth: a JSON text that measures/error_model.h
    /// explains; empty where nobody has learnt it. Holds for these weights only: training, adopt_legend and
    /// grow give it up.
    std::string error_model;

    /// Classes that the model tells apart: ids 0 to class_count() - 1.
    int class_count() const;
    /// The isotropic voxel edge at which it sees a tomogram, µm: that of its slices, within the model's
    /// range.
    double seen_voxel_um(const Grid& tomogram) const;
    /// The grid on which it sees a tomogram (model_grid of image/resample.h).
    Grid grid_of(const Grid& tomogram) const;
    /// What it says of each voxel: a probability for each class, then the object maps.
    int volumes() const { return class_count() + architecture.map_count(); }
    /// class_of_output, written out.
    std::vector<std::uint8_t> output_classes() const;
    /// Short fingerprint of the weights (64-bit FNV-1a, hexadecimal), and of coarsest_voxel_um,
    /// flat_slices and polarity_weights where they are not the usual ones: of what else decides how it
    /// sees a tomogram.
    std::string checksum() const;
};

/// Grey values' tail and surprise (4, 40, 0; docs/notebook/polarity.md); with an object head, which has
/// learnt what negatives look like, what it says of them alone (0, 0, 1).
PolarityEvidence default_polarity_weights(const Architecture& architecture);

/// Random weights (He et al. 2015), reproducible by seed. Classes have the names of the default model's.
Model make_model(const Architecture& architecture, std::uint64_t seed);

/// Gives the model other classes and keeps what it knows: outputs of classes that the new legend has under
/// the same name or a common synonym ("mitochondria", "droplet") stand for them, all others become looks of
/// background, and unknown names get new outputs with small random weights. Throws InputError if that takes
/// more than 16 outputs, or if the model is not a U-Net.
void adopt_legend(Model& model, const Legend& legend, std::uint64_t seed);

/// Adds residual convolutions that do nothing yet (see Architecture::refine); the result predicts the same.
/// Throws InputError if the model has more of them at some place already, or is not a U-Net.
void grow(Model& model, const std::vector<int>& refine, std::uint64_t seed);

/// Gives a model an object head and input channels for clicks, with small random weights; classes stay as
/// they are. Throws InputError if it has one already, is no U-Net or has more than 12 outputs.
void add_object_head(Model& model, std::uint64_t seed);

/// Reads a .safetensors file. Throws InputError if it is not one, was truncated, or does not hold a
/// cytomo model whose weights fit its architecture. Nothing in the file is executed.
Model read_model(const std::filesystem::path& file);
/// Writes a .safetensors file, atomically. Throws InputError if it exists and `overwrite` is false.
void write_model(const std::filesystem::path& file, const Model& model, bool overwrite);

}  // namespace cytomo
