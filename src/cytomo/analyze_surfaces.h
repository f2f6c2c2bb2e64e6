// Private to analyze: the surfaces that pictures and page show.
#pragma once

#include <cstdint>
#include <vector>

#include "cytomo/analyze.h"
#include "cytomo/report/rendering.h"

namespace cytomo {

/// Part of the surface of a class: some of its objects.
struct SurfacePiece {
    std::uint8_t class_id = 0;
    Mesh mesh;
    /// The object of each connected component of the mesh, in order of their first triangles.
    std::vector<std::uint32_t> objects;
};

/// All that is shown. The body's outline stands for the cytoplasm, whose own surface also has a hole for each
/// organelle. Objects are joined to pieces large enough to share out a number of triangles, small enough to
/// work on side by side.
std::vector<SurfacePiece> surface_pieces(const Analysis& analysis);

/// At most `most` triangles in all; every piece keeps its share, but small classes are not ground down to
/// nothing. Components stay, and their order.
void simplify_pieces(std::vector<SurfacePiece>& pieces, std::int64_t most, const Grid& border,
                     const Progress& progress);

/// One surface a class, in its colour, with the triangles of each object.
std::vector<ColouredMesh> coloured_classes(const std::vector<SurfacePiece>& pieces, const Legend& legend);

}  // namespace cytomo
