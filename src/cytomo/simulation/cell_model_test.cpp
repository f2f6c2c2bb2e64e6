#include "cytomo/simulation/cell_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "cytomo/core/error.h"

namespace cytomo {
namespace {

using testing::HasSubstr;

std::pair<double, double> mean_and_deviation(const Distribution& d) {
    Random random(7);
    constexpr int n = 40000;
    double sum = 0, squares = 0;
    for (int i = 0; i < n; ++i) {
        const double v = d.draw(random);
        sum += v;
        squares += v * v;
    }
    return {sum / n, std::sqrt(squares / n - sum * sum / n / n)};
}

TEST(CellModel, DrawsHaveTheMomentsOfTheirDistribution) {
    using Kind = Distribution::Kind;
    struct Case {
        Distribution d;
        double mean, deviation;
    };
    const double s = 0.4;
    for (const Case& c :
         {Case{{Kind::fixed, 3, 0}, 3, 0}, Case{{Kind::uniform, 1, 4}, 2.5, 3 / std::sqrt(12)},
          Case{{Kind::integer, 2, 6}, 4, std::sqrt(2)}, Case{{Kind::normal, -1, 0.5}, -1, 0.5},
          Case{{Kind::chance, 0.3}, 0.3, std::sqrt(0.21)},
          Case{{Kind::log_normal, 2, s},
               2 * std::exp(s * s / 2),
               2 * std::exp(s * s / 2) * std::sqrt(std::exp(s * s) - 1)}}) {
        const auto [mean, deviation] = mean_and_deviation(c.d);
        const double error = 5 * c.deviation / 200 + 1e-9;
        EXPECT_NEAR(mean, c.mean, error);
        EXPECT_NEAR(deviation, c.deviation, 2 * error);
    }
    const Distribution clipped{Kind::normal, 0, 10, -1, 2};
    Random random(1);
    for (int i = 0; i < 100; ++i) {
        const double v = clipped.draw(random);
        EXPECT_GE(v, -1);
        EXPECT_LE(v, 2);
    }
}

TEST(CellModel, ChangesReplaceOnlyWhatTheyName) {
    CellModel model("cell-edge");
    Random random(1);
    const double before = model["vesicle.wall_um"].a;
    model.change(R"({"lipid_droplet": {"absorption_per_um": {"fixed": 0.66}}})", "mine.json");
    EXPECT_EQ(model.draw("lipid_droplet.absorption_per_um", random), 0.66);
    EXPECT_EQ(model["vesicle.wall_um"].a, before);
    // For another preset only.
    model.change(R"({"presets": {"perinuclear": {"lipid_droplet": {"absorption_per_um": {"fixed": 0.5}}}}})",
                 "mine.json");
    EXPECT_EQ(model.draw("lipid_droplet.absorption_per_um", random), 0.66);
    model.change(R"({"presets": {"cell-edge": {"lipid_droplet": {"absorption_per_um": {"fixed": 0.5}}}}})",
                 "mine.json");
    EXPECT_EQ(model.draw("lipid_droplet.absorption_per_um", random), 0.5);
}

TEST(CellModel, WhatIsWrittenReadsBackTheSame) {
    for (const std::string& preset : cell_presets()) {
        const CellModel model(preset);
        CellModel other(cell_presets().front());
        other.change(model.json(), "written");
        EXPECT_EQ(other.json(), model.json());
        EXPECT_THAT(model.json(), HasSubstr("\"source\""));
    }
}

TEST(CellModel, EveryStandardQuantityHasASource) {
    const std::string text(standard_cell_model());
    std::size_t quantities = 0, sources = 0;
    for (std::size_t at = 0; (at = text.find("{\"", at)) != std::string::npos; ++at) ++quantities;
    for (std::size_t at = 0; (at = text.find("\"source\": \"", at)) != std::string::npos; ++at) ++sources;
    EXPECT_GT(quantities, 150U);
    EXPECT_EQ(sources, quantities);
}

TEST(CellModel, MistakesAreNamed) {
    const auto message = [](const std::string& json) -> std::string {
        CellModel model("cell-edge");
        try {
            model.change(json, "mine.json");
        } catch (const InputError& e) {
            return e.what();
        }
        return "";
    };
    EXPECT_THAT(message("{"), HasSubstr("mine.json: expected JSON"));
    EXPECT_THAT(message("[1]"), HasSubstr("an object of sections"));
    EXPECT_THAT(message(R"({"vesicle": 3})"), HasSubstr("mine.json, vesicle"));
    EXPECT_THAT(message(R"({"vesicle": {"size": {"fixed": 1}}})"), HasSubstr("\"vesicle.size\""));
    EXPECT_THAT(message(R"({"vesicle": {"wall_um": 0.3}})"), HasSubstr("{\"KIND\": …}"));
    EXPECT_THAT(message(R"({"vesicle": {"wall_um": {"uniform": [3, 1]}}})"), HasSubstr("low <= high"));
    EXPECT_THAT(message(R"({"vesicle": {"wall_um": {"uniform": [0, 1e9]}}})"),
                HasSubstr("from -1000 to 1000"));
    EXPECT_THAT(message(R"({"vesicle": {"wall_um": {"log_normal": [0, 1]}}})"), HasSubstr("median above 0"));
    EXPECT_THAT(message(R"({"vesicle": {"wall_um": {"chance": 1.5}}})"), HasSubstr("from 0 to 1"));
    EXPECT_THAT(message(R"({"vesicle": {"wall_um": {"integer": [0.5, 1]}}})"), HasSubstr("whole numbers"));
    EXPECT_THAT(message(R"({"vesicle": {"wall_um": {"fixed": 1, "chance": 1}}})"), HasSubstr("one kind"));
    EXPECT_THAT(message(R"({"vesicle": {"wall_um": {"fixed": 1, "unit": 1}}})"), HasSubstr("\"unit\""));
    EXPECT_THAT(message(R"({"vesicle": {"wall_um": {"fixed": 1, "within": [2, 1]}}})"), HasSubstr("within"));
    EXPECT_THAT(message(R"({"vesicle": {"wall_um": {"fixed": 1, "source": 3}}})"), HasSubstr("a text"));
    EXPECT_THAT(message(R"({"vesicle": {"is_flattened": {"fixed": 0.6}}})"), HasSubstr("a chance"));
    EXPECT_EQ(message(R"({"vesicle": {"is_flattened": {"fixed": 1}}})"), "");
    EXPECT_THAT(message(R"({"nucleus": {"length_um": {"fixed": 0}}})"), HasSubstr("values above 0"));
    EXPECT_THAT(message(R"({"nucleus": {"length_um": {"normal": [3, 1]}}})"), HasSubstr("values above 0"));
    EXPECT_EQ(message(R"({"nucleus": {"length_um": {"normal": [3, 1], "within": [1, 5]}}})"), "");
    EXPECT_THAT(message(R"({"presets": {"yaest": {}}})"), HasSubstr("\"yaest\""));
    EXPECT_THAT(message(R"({"vesicle": {"wall_um": {"uniform": [[1], [2]]}}})"), HasSubstr("a nested array"));
    EXPECT_THROW(CellModel("nothing"), UsageError);
}

}  // namespace
}  // namespace cytomo
