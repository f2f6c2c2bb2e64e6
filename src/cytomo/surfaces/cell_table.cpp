// Marching cubes (Lorensen and Cline 1987) with a table that is derived, not listed.
//
// Each face of a cell is looked at alone. Going round its four corners counter-clockwise (seen from
// outside the cell), every run of inside corners is cut off by one segment from the edge where the
// run begins to the edge where it ends. A face with two inside corners on a diagonal thus gets two
// segments that separate the inside corners: one fixed rule for ambiguous faces (Nielson and Hamann
// 1991 describe the ambiguity; Montani, Scateni and Scopigno 1994 the fixed rule). The segments
// depend on the four corners of the face alone, so that the two cells which share the face draw the
// same segments, in opposite directions.
//
// Why the surface is a closed, oriented 2-manifold:
// - A crossing edge lies in two faces of its cell. It ends a run in one and begins one in the other,
//   so it is the start of exactly one segment and the end of exactly one: the segments form loops.
// - Each loop is filled with a disk of triangles. A segment is a side of one disk in each of the two
//   cells that share its face, in opposite directions.
// - A diagonal of a disk is never drawn between two edges that lie in a common face. Only cells that
//   share a face can share two edges, so no other cell, and no segment, joins the same two vertices,
//   and the diagonal has exactly the two triangles of its own disk.
// - The vertex on a lattice edge is met by one loop in each of the four cells around that edge, and
//   these are joined through the four faces around it: one fan.
// Such diagonals exist for every loop (checked by the tests), so no extra vertices are needed.
#include "cytomo/surfaces/cell_table.h"

#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

namespace cytomo {

namespace {

/// Number of the edge between two corners that differ in one coordinate.
int edge_between(int a, int b) {
    const int low = a & b;
    switch (a ^ b) {
        case 1:
            return low >> 1;
        case 2:
            return 4 + ((low & 1) | (low >> 1 & 2));
        default:
            return 8 + low;
    }
}

/// Coordinates of an edge's middle, doubled: 0, 1 or 2.
std::array<int, 3> middle_of(int edge) {
    const int first = 2 * (edge & 1), second = edge & 2;
    switch (edge / 4) {
        case 0:
            return {1, first, second};
        case 1:
            return {first, 1, second};
        default:
            return {first, second, 1};
    }
}

bool share_a_face(int a, int b) {
    const auto p = middle_of(a), q = middle_of(b);
    for (std::size_t axis = 0; axis < 3; ++axis)
        if (p[axis] == q[axis] && p[axis] != 1) return true;
    return false;
}

int squared_distance(int a, int b) {
    const auto p = middle_of(a), q = middle_of(b);
    int sum = 0;
    for (std::size_t axis = 0; axis < 3; ++axis) sum += (p[axis] - q[axis]) * (p[axis] - q[axis]);
    return sum;
}

/// Corners of face 2a + side, counter-clockwise seen from outside the cell.
std::array<int, 4> corners_of_face(int face) {
    const int axis = face / 2;
    const int u = 1 << (axis + 1) % 3, v = 1 << (axis + 2) % 3;
    const int base = face % 2 << axis;
    if (face % 2 == 1) return {base, base | u, base | u | v, base | v};
    return {base, base | v, base | u | v, base | u};
}

using Triangles = std::vector<std::array<std::uint8_t, 3>>;
constexpr int impossible = std::numeric_limits<int>::max() / 4;

/// Fills the part of a loop from `first` to `last` with triangles such that the sum of squared
/// lengths of the diagonals is least, and returns that sum.
int fill(const std::vector<int>& loop, std::size_t first, std::size_t last, Triangles& triangles) {
    triangles.clear();
    if (last - first < 2) return 0;
    int best = impossible;
    Triangles left, right;
    for (std::size_t k = first + 1; k < last; ++k) {
        int cost = 0;
        for (const auto& [a, b] : {std::pair{first, k}, std::pair{k, last}}) {
            if (b - a < 2) continue;
            cost += share_a_face(loop[a], loop[b]) ? impossible : squared_distance(loop[a], loop[b]);
        }
        if (cost >= best) continue;
        cost += fill(loop, first, k, left) + fill(loop, k, last, right);
        if (cost >= best) continue;
        best = cost;
        triangles = left;
        triangles.insert(triangles.end(), right.begin(), right.end());
        triangles.push_back({static_cast<std::uint8_t>(loop[first]), static_cast<std::uint8_t>(loop[k]),
                             static_cast<std::uint8_t>(loop[last])});
    }
    return best;
}

CellPattern derive(int pattern) {
    const auto inside = [&](int corner) { return (pattern >> corner & 1) != 0; };
    std::array<int, 12> next;
    next.fill(-1);
    for (int face = 0; face < 6; ++face) {
        const auto corner = corners_of_face(face);
        const auto at = [&](int i) { return corner[static_cast<std::size_t>((i + 8) % 4)]; };
        for (int i = 0; i < 4; ++i) {
            if (!inside(at(i)) || inside(at(i + 1))) continue;
            int begin = i;  // first corner of the run that ends with corner i
            while (inside(at(begin - 1))) --begin;
            next[static_cast<std::size_t>(edge_between(at(begin - 1), at(begin)))] =
                edge_between(at(i), at(i + 1));
        }
    }
    CellPattern result;
    std::array<bool, 12> done{};
    for (int start = 0; start < 12; ++start) {
        if (next[static_cast<std::size_t>(start)] < 0 || done[static_cast<std::size_t>(start)]) continue;
        std::vector<int> loop;
        for (int e = start; !done[static_cast<std::size_t>(e)]; e = next[static_cast<std::size_t>(e)]) {
            done[static_cast<std::size_t>(e)] = true;
            loop.push_back(e);
        }
        Triangles triangles;
        if (fill(loop, 0, loop.size() - 1, triangles) >= impossible)
            throw std::logic_error("cell pattern without a triangulation");
        for (const auto& t : triangles) result.triangles.at(result.triangle_count++) = t;
    }
    return result;
}

}  // namespace

const std::array<CellPattern, 256>& cell_patterns() {
    static const auto patterns = [] {
        std::array<CellPattern, 256> all;
        for (int p = 0; p < 256; ++p) all[static_cast<std::size_t>(p)] = derive(p);
        return all;
    }();
    return patterns;
}

}  // namespace cytomo
