// The share of known shapes that the missing wedge hides.
#include "cytomo/surfaces/missing_wedge.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "cytomo/core/error.h"
#include "cytomo/surfaces/border.h"
#include "cytomo/surfaces/test_meshes.h"

namespace cytomo {
namespace {

using test_meshes::ellipsoid_mesh;

double unsupported_share(const Mesh& mesh, const WedgeOptions& options) {
    const auto marks = mark_unsupported(mesh, options);
    double all = 0, marked = 0;
    for (std::size_t t = 0; t < marks.size(); ++t) {
        const double area = length(area_vector(mesh, mesh.triangles[t]));
        all += area;
        if (marks[t] != 0) marked += area;
    }
    return marked / all;
}

TEST(MissingWedge, ASphereLosesTheMissingAngle) {
    const Mesh sphere = ellipsoid_mesh({1, 1, 1}, 300);
    // Normals of a sphere are evenly spread around any axis: the share is the missing angle / 180°.
    struct Case {
        double low, high, axis, share;
    };
    for (const Case& c : {Case{-65, 65, 0, 50.0 / 180},
                          {-60, 60, 30, 60.0 / 180},
                          {-70, 50, -80, 60.0 / 180},
                          {-90, 90, 0, 0},
                          {-90, 80, 12, 10.0 / 180},
                          {0, 180, 0, 0},
                          {-100, 100, 5, 0},
                          {10, 20, 0, 170.0 / 180},
                          {100, 200, 45, 80.0 / 180}})
        EXPECT_NEAR(unsupported_share(sphere, {c.low, c.high, c.axis}), c.share, 0.003)
            << c.low << " " << c.high;
}

TEST(MissingWedge, AnEllipsoidAsByNumericalIntegration) {
    // Half axes a, b, c. With p = (a sin u cos v, b sin u sin v, c cos u) the vector of the element of area
    // is (b c sin²u cos v, a c sin²u sin v, a b sin u cos u); the tilt axis is y, and the wedge |nz| > |nx|
    // tan 65°.
    const double a = 1, b = 1.7, c = 0.5, steep = std::tan(65 * std::numbers::pi / 180);
    double all = 0, marked = 0;
    const int n = 1200;
    for (int i = 0; i < n; ++i)
        for (int j = 0; j < n; ++j) {
            const double u = std::numbers::pi * (i + 0.5) / n, v = 2 * std::numbers::pi * (j + 0.5) / n;
            const double s = std::sin(u), x = b * c * s * s * std::cos(v), y = a * c * s * s * std::sin(v),
                         z = a * b * s * std::cos(u);
            const double area = std::sqrt(x * x + y * y + z * z);
            all += area;
            if (std::fabs(z) > steep * std::fabs(x)) marked += area;
        }
    EXPECT_NEAR(unsupported_share(ellipsoid_mesh({a, b, c}, 300), {}), marked / all, 0.003);
    // The same ellipsoid and axis, both turned.
    const double turn = 37 * std::numbers::pi / 180;
    Mesh turned = ellipsoid_mesh({a, b, c}, 300);
    for (auto& p : turned.vertices)
        p = {static_cast<float>(std::cos(turn) * p[0] + std::sin(turn) * p[1]),
             static_cast<float>(-std::sin(turn) * p[0] + std::cos(turn) * p[1]), p[2]};
    EXPECT_NEAR(unsupported_share(turned, {-65, 65, 37}), marked / all, 0.003);
}

TEST(MissingWedge, SingleDirections) {
    const auto at = [](double deg) {
        return Vec3{std::cos(deg * std::numbers::pi / 180), 0, std::sin(deg * std::numbers::pi / 180)};
    };
    EXPECT_TRUE(is_unsupported({0, 0, 1}, {}));
    EXPECT_TRUE(is_unsupported({0, 0, -3}, {}));
    EXPECT_FALSE(is_unsupported({1, 0, 0}, {}));
    EXPECT_FALSE(is_unsupported({0, 1, 0}, {}));
    EXPECT_FALSE(is_unsupported({0, 0, 0}, {}));
    EXPECT_TRUE(is_unsupported({0, 100, 0.1}, {}));  // what counts is the part across the axis
    EXPECT_FALSE(is_unsupported(at(64.9), {}));
    EXPECT_TRUE(is_unsupported(at(65.1), {}));
    EXPECT_FALSE(is_unsupported(at(-64.9), {}));
    EXPECT_TRUE(is_unsupported(at(-65.1), {}));
    // One side farther than the other: the image at +70° sees x cos 70° + z sin 70°.
    const WedgeOptions uneven{-40, 70, 0};
    EXPECT_FALSE(is_unsupported(at(69.9), uneven));
    EXPECT_TRUE(is_unsupported(at(-41), uneven));
    EXPECT_TRUE(is_unsupported(at(180 - 41), uneven));
    EXPECT_FALSE(is_unsupported(at(180 + 69), uneven));
    EXPECT_FALSE(is_unsupported({0, 0, 1}, WedgeOptions{-90, 90, 0}));
    EXPECT_THROW(mark_unsupported({}, {10, -10, 0}), UsageError);
    EXPECT_THROW(mark_unsupported({}, {-65, NAN, 0}), UsageError);
    EXPECT_TRUE(mark_unsupported({}, {}).empty());
}

}  // namespace
}  // namespace cytomo
