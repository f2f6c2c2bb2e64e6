#include "double_decoder_predict.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "cytomo/core/clock.h"
#include "cytomo/core/mirrored.h"
#include "cytomo/core/parallel.h"
#include "double_decoder.h"
#include "runner.h"

namespace cytomo {

namespace {

constexpr std::int64_t largest_chunk = 592, stride = 400, multiple = 16;

/// Where chunks begin along an axis of n pixels, and how long they are.
struct Chunks {
    std::int64_t length = 0;
    std::vector<std::int64_t> starts;

    explicit Chunks(std::int64_t n) {
        length = std::min((n + multiple - 1) / multiple * multiple, largest_chunk);
        const auto more = n > length ? (n - length + stride - 1) / stride : 0;
        for (std::int64_t i = 0; i <= more; ++i) starts.push_back(more > 0 ? i * (n - length) / more : 0);
    }
};

/// View v of a plane [..., y, x]: v % 4 quarter turns, then mirrored if v >= 4.
torch::Tensor turned(const torch::Tensor& x, int view) {
    const auto y = view % 4 == 0 ? x : torch::rot90(x, view % 4, {-2, -1});
    return view >= 4 ? y.flip(-1) : y;
}

torch::Tensor turned_back(const torch::Tensor& x, int view) {
    const auto y = view >= 4 ? x.flip(-1) : x;
    return view % 4 == 0 ? y : torch::rot90(y, -(view % 4), {-2, -1});
}

/// The last five slices of probabilities, and how they leave.
class SliceSmoother {
public:
    SliceSmoother(std::int64_t depth, Probabilities& out) : depth_(depth), out_(out) {
        for (int k = -2; k <= 2; ++k) weights_[static_cast<std::size_t>(k + 2)] = std::exp(-0.5F * k * k);
        float sum = 0;
        for (const float w : weights_) sum += w;
        for (float& w : weights_) w /= sum;
    }
    void add(std::int64_t z, std::vector<float> slice) {
        at(z) = std::move(slice);
        if (z < 2) write(z, at(z));
        if (z >= 4) smooth(z - 2);
        if (z == depth_ - 1)
            for (auto last = std::max<std::int64_t>(2, depth_ - 2); last < depth_; ++last)
                write(last, at(last));
    }

private:
    std::vector<float>& at(std::int64_t z) { return ring_[static_cast<std::size_t>(z % 5)]; }
    void smooth(std::int64_t z) {
        std::vector<float> sum(at(z).size());
        for (int k = -2; k <= 2; ++k) {
            const float w = weights_[static_cast<std::size_t>(k + 2)];
            const auto& from = at(z + k);
            for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += w * from[i];
        }
        write(z, sum);
    }
    void write(std::int64_t z, const std::vector<float>& slice) {
        const auto n = out_.grid.size.x * out_.grid.size.y;
        for (std::int64_t c = 0; c < out_.classes; ++c) {
            const float* from = slice.data() + c * n;
            std::uint8_t* to = out_.values.data() + c * out_.grid.count() + z * n;
            for (std::int64_t i = 0; i < n; ++i)
                to[i] = static_cast<std::uint8_t>(std::clamp(from[i], 0.F, 1.F) * 255 + 0.5F);
        }
    }

    std::int64_t depth_;
    Probabilities& out_;
    std::array<float, 5> weights_{};
    std::array<std::vector<float>, 5> ring_;
};

}  // namespace

std::vector<float> normalised_slice(const Tomogram& tomogram, std::int64_t z) {
    std::vector<float> values(static_cast<std::size_t>(tomogram.grid.size.x * tomogram.grid.size.y));
    tomogram.read_slices(z, 1, values);
    double sum = 0, squares = 0, count = 0;
    for (const float v : values)
        if (std::isfinite(v)) {
            sum += v;
            ++count;
        }
    const double mean = count > 0 ? sum / count : 0;
    for (const float v : values)
        if (std::isfinite(v)) squares += (v - mean) * (v - mean);
    const double deviation = count > 0 ? std::sqrt(squares / count) : 0;
    const double factor = deviation > 0 ? 1 / deviation : 0;
    for (float& v : values) v = std::isfinite(v) ? static_cast<float>((v - mean) * factor) : 0.F;
    return values;
}

struct PlanePredictor::Implementation {
    torch::Device device;
    DoubleDecoder net;
    int views, classes;
    std::vector<std::uint8_t> class_of_output;

    /// [outputs, y, x]: tanh or probabilities, on the CPU.
    torch::Tensor mean_over_views(const torch::Tensor& plane) {
        torch::Tensor sum;
        for (int v = 0; v < views; ++v) {
            const int view = views == 2 ? 2 * v : v;
            auto y = net.decode_label(net.encode(turned(plane, view).contiguous()));
            if (y.size(1) > 1) y = torch::softmax(y, 1);
            y = turned_back(y, view);
            sum = sum.defined() ? sum + y : y;
        }
        return (sum / views).squeeze(0).to(torch::kCPU).contiguous();
    }
};

PlanePredictor::PlanePredictor(const Model& model, const std::string& name, int views) {
    const torch::Device device = find_device(name);
    torch::set_num_threads(thread_count());
    implementation_ = std::make_unique<Implementation>(Implementation{
        device, DoubleDecoder(model, device), views, model.class_count(), model.output_classes()});
}

PlanePredictor::~PlanePredictor() = default;

std::vector<float> PlanePredictor::run(const std::vector<float>& values, std::int64_t nx, std::int64_t ny,
                                       const Progress& progress) {
    const torch::NoGradGuard no_grad;
    auto& im = *implementation_;
    const Chunks x(nx), y(ny);
    const auto n = static_cast<std::size_t>(nx * ny);
    const auto outputs = im.class_of_output.size();
    const bool tanh_only = outputs == 2;
    std::vector<float> out(n * static_cast<std::size_t>(im.classes)), times(n);
    auto plane = torch::empty({1, 1, y.length, x.length});
    for (const auto y0 : y.starts)
        for (const auto x0 : x.starts) {
            progress.check();
            float* to = plane.data_ptr<float>();
            for (std::int64_t j = 0; j < y.length; ++j)
                for (std::int64_t i = 0; i < x.length; ++i)
                    *to++ =
                        values[static_cast<std::size_t>(mirrored(y0 + j, ny) * nx + mirrored(x0 + i, nx))];
            const auto p = im.mean_over_views(plane.to(im.device));
            const float* from = p.data_ptr<float>();
            for (std::int64_t j = 0; j < std::min(y.length, ny - y0); ++j)
                for (std::int64_t i = 0; i < std::min(x.length, nx - x0); ++i) {
                    const auto at = static_cast<std::size_t>((y0 + j) * nx + x0 + i);
                    const float* here = from + j * x.length + i;
                    times[at] += 1;
                    if (tanh_only) {
                        const float foreground = 0.5F * *here + 0.5F;
                        out[im.class_of_output[0] * n + at] += 1 - foreground;
                        out[im.class_of_output[1] * n + at] += foreground;
                    } else {
                        for (std::size_t o = 0; o < outputs; ++o)
                            out[im.class_of_output[o] * n + at] +=
                                here[static_cast<std::int64_t>(o) * x.length * y.length];
                    }
                }
        }
    for (std::size_t c = 0; c < static_cast<std::size_t>(im.classes); ++c)
        for (std::size_t i = 0; i < n; ++i) out[c * n + i] /= times[i];
    return out;
}

Probabilities predict_double_decoder(const Tomogram& tomogram, const Model& model,
                                     const PredictOptions& options, PredictRecord* record_out,
                                     const Progress& progress) {
    options.check();
    const auto start = Clock::now();
    const auto seconds = [&] { return seconds_since(start); };
    PredictRecord record;
    record.device = device_for(options, &record.device_reason);
    record.precision = "f32";
    record.polarity = options.polarity;
    const auto stage = progress.stage("segmenting");
    stage(0);
    record.views = options.views > 0 ? options.views : 4;
    PlanePredictor predictor(model, record.device, record.views);
    Probabilities out;
    out.grid = tomogram.grid;
    out.classes = model.class_count();
    out.values.resize(static_cast<std::size_t>(out.classes) * static_cast<std::size_t>(out.grid.count()));
    const Size3 size = out.grid.size;
    SliceSmoother smoother(size.z, out);
    for (std::int64_t z = 0; z < size.z; ++z) {
        smoother.add(z, predictor.run(normalised_slice(tomogram, z), size.x, size.y, progress));
        const auto done = static_cast<double>(z + 1);
        char note[64];
        std::snprintf(note, sizeof note, "%.3f M voxels/s",
                      done * static_cast<double>(size.x * size.y) / 1e6 / seconds());
        stage(done / static_cast<double>(size.z), note);
    }
    double winners = 0;
    for (std::int64_t i = 0; i < out.grid.count(); i += 97) {
        std::uint8_t top = 0;
        for (int c = 0; c < out.classes; ++c)
            top = std::max(top, out.of_class(c)[static_cast<std::size_t>(i)]);
        winners += top / 255.0;
    }
    record.mean_confidence = winners / static_cast<double>((out.grid.count() + 96) / 97);
    record.seconds = seconds();
    if (record_out != nullptr) *record_out = record;
    return out;
}

}  // namespace cytomo
