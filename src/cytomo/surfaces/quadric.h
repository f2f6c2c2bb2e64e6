// Private to surfaces: squared distances from planes as a function of position, for simplify.cpp.
#pragma once

#include <cmath>

#include "cytomo/core/grid.h"

namespace cytomo {

/// weight * mean squared distance from some planes: p·A·p + 2 b·p + c, A symmetric.
struct Quadric {
    double xx = 0, xy = 0, xz = 0, yy = 0, yz = 0, zz = 0;
    Vec3 b;
    double c = 0, weight = 0;

    void add_plane(Vec3 n, double offset, double w) {
        xx += w * n.x * n.x, xy += w * n.x * n.y, xz += w * n.x * n.z;
        yy += w * n.y * n.y, yz += w * n.y * n.z, zz += w * n.z * n.z;
        b = b + n * (w * offset);
        c += w * offset * offset;
        weight += w;
    }
    void add_point(Vec3 p, double w) {
        xx += w, yy += w, zz += w;
        b = b - p * w;
        c += w * dot(p, p);
    }
    Quadric& operator+=(const Quadric& o) {
        xx += o.xx, xy += o.xy, xz += o.xz, yy += o.yy, yz += o.yz, zz += o.zz;
        b = b + o.b;
        c += o.c, weight += o.weight;
        return *this;
    }
    double at(Vec3 p) const {
        const Vec3 ap{xx * p.x + xy * p.y + xz * p.z, xy * p.x + yy * p.y + yz * p.z,
                      xz * p.x + yz * p.y + zz * p.z};
        return dot(p, ap) + 2 * dot(b, p) + c;
    }
    /// Where it is least, by Cramer's rule; `otherwise` if that is not a point.
    Vec3 lowest(Vec3 otherwise) const {
        const Vec3 r0{xx, xy, xz}, r1{xy, yy, yz}, r2{xz, yz, zz};
        const double d = dot(r0, cross(r1, r2));
        const Vec3 p = (cross(r1, r2) * b.x + cross(r2, r0) * b.y + cross(r0, r1) * b.z) * (-1 / d);
        return std::isfinite(p.x) && std::isfinite(p.y) && std::isfinite(p.z) ? p : otherwise;
    }
};

}  // namespace cytomo
