// The walk on a tomogram whose objects are known, with a network that is known too: one that answers by
// grey value alone, so that every error would come from the walk itself.
#include "cytomo/analyze.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "cytomo/core/error.h"
#include "cytomo/core/test_progress.h"
#include "cytomo/image/grey_scale.h"
#include "cytomo/labels/instance_options.h"
#include "cytomo/report/slices.h"

namespace cytomo {
namespace {

/// Two classes: logit of class 1 rises with the (normalised) grey value, all filters pass the centre.
Model threshold_model() {
    Model m = make_model({{16}, 2}, 1);
    for (auto& [name, t] : m.weights) {
        const bool variance = name.ends_with(".variance") || name.ends_with(".gamma");
        std::fill(t.values.begin(), t.values.end(), variance ? 1.F : 0.F);
    }
    const auto centre = [](Tensor& t, std::int64_t in) {
        t.values[static_cast<std::size_t>(in * 27 + 13)] = 1;
    };
    centre(m.weights["encoder.0.a.weight"], 0);
    centre(m.weights["encoder.0.b.weight"], 0);
    m.weights["encoder.0.a.beta"].values[0] = 0.5F;  // ReLU passes values above -0.5
    m.weights["head.weight"].values[16] = 6;         // class 1 reads channel 0
    m.weights["head.bias"].values[1] = -9;           // equal at a normalised grey of 1
    m.legend.entries = {{0, "background", {0, 0, 0}}, {1, "ball", {200, 100, 50}}};
    m.voxel_um = 0.02;
    return m;
}

constexpr double radius_um = 0.2;
const Vec3 centres[2] = {{0.5, 0.52, 0.45}, {1.21, 1.13, 0.52}};

Tomogram two_balls(Vec3 voxel_um) {
    const Vec3 extent{1.7, 1.7, 0.96};
    Grid g{{std::llround(extent.x / voxel_um.x), std::llround(extent.y / voxel_um.y),
            std::llround(extent.z / voxel_um.z)},
           voxel_um};
    auto v = std::make_shared<Volume<float>>(g);
    for (std::int64_t z = 0; z < g.size.z; ++z)
        for (std::int64_t y = 0; y < g.size.y; ++y)
            for (std::int64_t x = 0; x < g.size.x; ++x) {
                const Vec3 p = g.world_from_voxel(
                    {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
                double inside = -1e9;
                for (const Vec3 c : centres) inside = std::max(inside, radius_um - length(p - c));
                // A blurred edge, as optics make it.
                (*v)(x, y, z) = static_cast<float>(1 / (1 + std::exp(-inside / 0.012)));
            }
    Tomogram t = tomogram_from(v);
    t.source = "two <balls>";
    return t;
}

TEST(Analyze, FindsTwoBallsWithTheirVolumeAndPlace) {
    for (const Vec3 voxel : {Vec3{0.02, 0.02, 0.02}, Vec3{0.01, 0.01, 0.02}, Vec3{0.02, 0.025, 0.012}}) {
        AnalyzeOptions options;
        options.predict.polarity = Polarity::dense_is_bright;
        options.predict.precision = "f32";
        options.record = {{"program", "test"}};
        options.instances = instance_options_for(threshold_model().legend);
        const bool first_voxel = voxel.y == voxel.z;
        options.pictures = first_voxel ? Pictures::full : Pictures::none;  // which take most of the time
        const Tomogram t = two_balls(voxel);
        const Analysis a = analyze(t, threshold_model(), options);
        // The toy network cuts one deviation above the mean grey; the blurred edge passes that value here.
        const auto grey = measure_grey_statistics(t, 0.02);
        const double cut = grey.mean + grey.deviation;
        const double threshold_radius_um = radius_um + 0.012 * std::log((1 - cut) / cut);
        EXPECT_EQ(a.classes->grid(), t.grid);
        EXPECT_EQ(a.instances.grid, t.grid);
        ASSERT_EQ(a.measures.objects.size(), 2U);
        ASSERT_EQ(a.surfaces.size(), 1U);
        for (const auto& object : a.measures.objects) {
            const bool first =
                length(object.centroid_um - centres[0]) < length(object.centroid_um - centres[1]);
            EXPECT_LT(length(object.centroid_um - centres[first ? 0 : 1]), 0.012);
            const double radius = std::cbrt(object.volume_um3 * 3 / (4 * M_PI));
            EXPECT_NEAR(radius, threshold_radius_um, 0.004);
            EXPECT_NEAR(volume_um3(a.measures.object_surfaces[object.instance]) / object.volume_um3, 1, 0.06);
            EXPECT_NEAR(object.surface_um2 / (4 * M_PI * radius * radius), 1, 0.05);
        }
        EXPECT_NE(a.page.find("two &lt;balls&gt;"), std::string::npos);
        EXPECT_EQ(a.page.find("two <balls>"), std::string::npos);
        if (first_voxel) {
            EXPECT_EQ(a.pictures.size(), 5U);
        }
    }
}

TEST(Analyze, PicturesShowTheSlicesOfThePage) {
    // One large ball below, two small ones above: most area and most objects are in different slices.
    Grid g{{80, 80, 50}, {0.02, 0.02, 0.02}};
    auto v = std::make_shared<Volume<float>>(g);
    const std::pair<Vec3, double> balls[] = {
        {{0.8, 0.8, 0.28}, 0.25}, {{0.3, 0.4, 0.8}, 0.1}, {{1.2, 1.1, 0.8}, 0.1}};
    for (std::int64_t z = 0; z < g.size.z; ++z)
        for (std::int64_t y = 0; y < g.size.y; ++y)
            for (std::int64_t x = 0; x < g.size.x; ++x) {
                const Vec3 p = g.world_from_voxel(
                    {static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
                double inside = -1e9;
                for (const auto& [centre, radius] : balls)
                    inside = std::max(inside, radius - length(p - centre));
                (*v)(x, y, z) = static_cast<float>(1 / (1 + std::exp(-inside / 0.012)));
            }
    Tomogram t = tomogram_from(v);
    t.source = "balls";
    AnalyzeOptions options;
    options.predict.polarity = Polarity::dense_is_bright;
    options.predict.precision = "f32";
    options.instances = instance_options_for(threshold_model().legend);
    options.pictures = Pictures::quick;
    const Analysis a = analyze(t, threshold_model(), options);
    ASSERT_EQ(a.measures.objects.size(), 3U);
    const std::string shown = "class=\"slice\"><div", caption = "<figcaption>xy slice ", index = "(index ";
    const auto slice = a.page.find(shown);
    ASSERT_NE(slice, std::string::npos);
    const auto said = a.page.find(caption, slice);
    ASSERT_NE(said, std::string::npos);
    const std::int64_t z = std::stoll(a.page.substr(a.page.find(index, said) + index.size()));
    const auto picture = std::find_if(a.pictures.begin(), a.pictures.end(),
                                      [](const NamedPicture& p) { return p.name == "slice-xy"; });
    ASSERT_NE(picture, a.pictures.end());
    const auto drawn = [&](std::int64_t at) {
        return slice_picture(t, a.classes.get(), threshold_model().legend, {Plane::xy, at}).rgb;
    };
    EXPECT_EQ(picture->image.rgb, drawn(z));
    EXPECT_NE(picture->image.rgb, drawn(14));  // through the middle of the large ball
}

TEST(Analyze, ProgressNeverFallsWithinAStage) {
    AnalyzeOptions options;
    options.instances = instance_options_for(threshold_model().legend);
    options.instances.split_crossings.fill(true);
    options.picture_triangles = options.page_triangles = 2000;
    test::ForwardOnly listener;
    analyze(two_balls({0.02, 0.02, 0.02}), threshold_model(), options, listener.progress());
    EXPECT_GT(listener.reports, 30);
}

TEST(Analyze, ClassesAreTakenByTheirNames) {
    AnalyzeOptions options;
    options.pictures = Pictures::none;
    options.predict.polarity = Polarity::dense_is_bright;
    const Tomogram t = two_balls({0.02, 0.02, 0.02});
    const auto analyzed_as = [&](const char* name) {
        Model model = threshold_model();
        model.legend.entries[1].name = name;
        options.instances = instance_options_for(model.legend);
        return analyze(t, model, options);
    };
    const auto has_sizes = [](const Analysis& a) {
        return std::any_of(a.figures.begin(), a.figures.end(),
                           [](const Figure& f) { return f.title == "Volumes of objects"; });
    };
    // Class 1 is an organelle, whatever class 1 of the default model is.
    const Analysis balls = analyzed_as("ball");
    EXPECT_TRUE(has_sizes(balls));
    EXPECT_TRUE(balls.body.empty());
    EXPECT_EQ(balls.body_class, 0);
    const Analysis cells = analyzed_as("Cell");
    EXPECT_FALSE(has_sizes(cells));
    EXPECT_FALSE(cells.body.empty());
    EXPECT_EQ(cells.body_class, 1);
}

/// How often a text occurs.
int count_of(const std::string& all, const std::string& part) {
    int n = 0;
    for (auto at = all.find(part); at != std::string::npos; at = all.find(part, at + 1)) ++n;
    return n;
}

TEST(Analyze, IntervalsAreThoseOfTheModelOrAbsent) {
    AnalyzeOptions options;
    options.pictures = Pictures::none;
    options.predict.polarity = Polarity::dense_is_bright;
    options.predict.precision = "f32";
    Model model = threshold_model();
    model.legend.entries[1].name = "vesicle";
    options.instances = instance_options_for(model.legend);
    const Tomogram tomogram = two_balls({0.02, 0.02, 0.02});

    // A model of which nobody has learnt how far it errs: whatever its classes are called.
    const Analysis none = analyze(tomogram, model, options);
    ASSERT_EQ(none.measures.objects.size(), 2U);
    EXPECT_TRUE(std::isnan(none.measures.object_intervals[0].volume_um3.low));
    EXPECT_TRUE(std::isnan(none.measures.object_intervals[0].chance_real));
    EXPECT_FALSE(std::isnan(none.measures.object_intervals[0].certainty.mean_probability));
    EXPECT_TRUE(std::isnan(none.measures.summary.classes[0].expected_objects));
    EXPECT_GE(count_of(none.page, "nobody has learnt how far this model errs"), 1);
    EXPECT_EQ(count_of(none.page, "chance_real"), 0);  // no empty columns
    const std::string summary = summary_json(none.measures.summary);
    EXPECT_NE(summary.find("\"expected_objects\": null"), std::string::npos);
    EXPECT_NE(summary.find("nobody has learnt how far this model errs"), std::string::npos);
    int explained = 0;
    for (const auto& row : dictionary_table(cell_tables(none.measures, model.legend)).rows)
        explained += count_of(std::get<std::string>(row[3]), "cytomo bias") > 0 ? 1 : 0;
    EXPECT_EQ(explained, 4 * 2 + 1 + 3 * 2 + 1 + 3);  // of objects, filopodia and classes

    // The same model with errors: surfaces lie 10 nm too far in, exactly.
    LearntErrors learnt;
    learnt.model = model.checksum();
    learnt.program = "a test";
    learnt.cells = 9;
    learnt.classes = {{"vesicle", 20, {}}};
    learnt.classes[0].errors.mean_um = 0.01;
    model.error_model = error_model_json(learnt);
    options.measures.intervals.voxel_size_deviation = 0;
    const Analysis known = analyze(tomogram, model, options);
    const Object& ball = known.measures.objects[0];
    const double h = 3 * ball.volume_um3 / ball.surface_um2;
    EXPECT_NEAR(known.measures.object_intervals[0].volume_um3.high,
                ball.volume_um3 * std::pow(1 + 0.01 / h, 3), 1e-9);
    EXPECT_EQ(known.measures.no_intervals, "");
    EXPECT_EQ(count_of(known.page, "cytomo bias"), 0);
    EXPECT_GT(count_of(known.page, "chance_real"), 0);
    EXPECT_GE(count_of(known.page, "learnt by a test on 9 simulated cells"), 1);

    // Other weights: the errors are no longer theirs.
    model.weights["head.bias"].values[1] = -9.01F;
    EXPECT_NE(analyze(tomogram, model, options).measures.no_intervals.find("other weights"),
              std::string::npos);
}

TEST(Analyze, TheDefaultModelCarriesItsErrors) {
    // What model cards and docs/validation.md rest on; learnt once, written in the model file and nowhere
    // else.
    const Model model = read_model(std::string(CYTOMO_SOURCE_DIR) + "/models/default.safetensors");
    const KnownErrors known = known_errors(model.error_model, model.checksum(), "default");
    EXPECT_EQ(why_no_intervals(known, model.legend), "");
    const ErrorModel errors = errors_for(known, model.legend);
    EXPECT_EQ(errors.classes[mitochondrion]->shared_um, 0.0038);
    EXPECT_EQ(errors.classes[lipid_droplet]->real_volume_slope, -0.87);
    EXPECT_EQ(errors.classes[filopodium]->volume_deviation, 0.590);
    EXPECT_EQ(errors.filopodia->length_deviation_um, 0.12);
    for (std::size_t id = 1; id < default_class_count; ++id) {
        const ClassErrors& e = *errors.classes[id];
        EXPECT_GT(e.shared_um + e.own_um + e.blur_share * e.usual_blur_um, 0) << id;
        EXPECT_GT(e.usual_probability, 0.5) << id;
    }
}

TEST(Analyze, StopsInEveryStage) {
    const Tomogram tomogram = two_balls({0.02, 0.02, 0.02});
    AnalyzeOptions options;
    options.instances = instance_options_for(threshold_model().legend);
    options.picture_triangles = options.page_triangles = 2000;  // so that these stages have work
    options.pictures = Pictures::quick;
    StageTimes all;
    analyze(tomogram, threshold_model(), options, all.watch({}));
    const auto stages = all.seconds();
    ASSERT_GT(stages.size(), 8U);
    for (const auto& [name, seconds] : stages) {
        bool reached = false;
        const Progress progress([&, wanted = name](std::string_view stage, double,
                                                   std::string_view) { reached |= stage == wanted; },
                                [&] { return reached; });
        if (name == stages.back().first) {  // may have nothing left to ask after
            try {
                analyze(tomogram, threshold_model(), options, progress);
            } catch (const Cancelled&) {
            }
        } else {
            EXPECT_THROW(analyze(tomogram, threshold_model(), options, progress), Cancelled) << name;
        }
        EXPECT_TRUE(reached) << name;
    }
}

TEST(Analyze, StopsWhenAsked) {
    const Progress progress({}, [] { return true; });
    EXPECT_THROW(analyze(two_balls({0.02, 0.02, 0.02}), threshold_model(), {}, progress), Cancelled);
}

}  // namespace
}  // namespace cytomo
