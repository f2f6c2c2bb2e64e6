#include <cstdio>

#include "cytomo/core/parallel.h"
#include "cytomo/core/random.h"
#include "cytomo/network/engine.h"
#include "measure.h"
#include "training_path.h"

namespace cytomo::bench {

namespace {

/// Balls of all classes in noise: every class occurs, and nothing is learnt while time is taken.
Patch make_patch(Size3 size, std::uint64_t seed) {
    Patch patch{size, std::vector<float>(static_cast<std::size_t>(size.count())), {}};
    patch.labels.assign(patch.values.size(), 0);
    Random random(seed);
    for (int ball = 0; ball < 40; ++ball) {
        const Vec3 centre{random.uniform(0, static_cast<double>(size.x)),
                          random.uniform(0, static_cast<double>(size.y)),
                          random.uniform(0, static_cast<double>(size.z))};
        const double radius = random.uniform(3, 9);
        std::size_t i = 0;
        for (std::int64_t z = 0; z < size.z; ++z)
            for (std::int64_t y = 0; y < size.y; ++y)
                for (std::int64_t x = 0; x < size.x; ++x, ++i)
                    if (length(Vec3{static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)} -
                               centre) < radius)
                        patch.labels[i] = static_cast<std::uint8_t>(ball % default_class_count);
    }
    for (std::size_t i = 0; i < patch.values.size(); ++i)
        patch.values[i] = static_cast<float>(random.normal(0.3 * patch.labels[i], 0.5));
    return patch;
}

Row measure_step(const std::string& network, const Model& model, Path path, torch::ScalarType type,
                 const Batch& batch) {
    TrainingPath training(model, path, type);
    Row row = measure(std::string(network) + " multiply-adds" + (path == Path::plain ? ", libtorch" : ""),
                      batch.labels.numel(), [&] { training.learn(batch); });
    row.precision = type == torch::kFloat32 ? "f32" : "bf16";
    // Backward costs twice the forward's multiply-adds: for the input and for the weights.
    row.operations = 6 * model.architecture.multiply_adds_per_voxel() * static_cast<double>(row.voxels);
    return row;
}

}  // namespace

std::vector<Row> measure_training(Size3 size) {
    torch::set_num_threads(thread_count());
    const Batch batch = make_batch({make_patch(size, 1), make_patch(size, 2)});
    Architecture wanted;  // 16 filters at full resolution, 57,244 multiply-adds a voxel
    wanted.refine = {1, 1, 1, 1, 1, 0, 1};
    std::vector<Row> rows;
    for (const Architecture& architecture : {Architecture{}, wanted}) {
        const Model model = make_model(architecture, 1);
        char network[24];
        std::snprintf(network, sizeof network, "%.0fk", architecture.multiply_adds_per_voxel() / 1000);
        std::vector<Row> fast;
        fast.push_back(measure_step(network, model, Path::blocked, torch::kFloat32, batch));
        if (can_compute(Precision::bf16))
            fast.push_back(measure_step(network, model, Path::blocked, torch::kBFloat16, batch));
        const Row plain = measure_step(network, model, Path::plain, torch::kFloat32, batch);
        for (Row& row : fast) {
            char text[40];
            std::snprintf(text, sizeof text, "%.1f x libtorch f32", plain.seconds / row.seconds);
            row.remark = text;
            rows.push_back(row);
        }
        rows.push_back(plain);
        if (!can_compute(Precision::bf16)) continue;
        try {
            rows.push_back(measure_step(network, model, Path::plain, torch::kBFloat16, batch));
        } catch (const c10::Error&) {
            // Some versions of libtorch lack some of the operators in bf16.
        }
    }
    return rows;
}

}  // namespace cytomo::bench
