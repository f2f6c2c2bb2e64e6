// Triangle meshes in files that Blender, ChimeraX, MeshLab, ParaView and Amira open: PLY, STL, OBJ, glTF,
// VTP.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cytomo/core/mesh.h"

namespace cytomo {

/// Red, green, blue; 0 … 255.
using Colour = std::array<std::uint8_t, 3>;

/// A number at each vertex, such as its curvature.
struct VertexScalar {
    std::string name;           ///< one word with the unit as suffix: mean_curvature_per_um
    std::vector<float> values;  ///< one a vertex; NaN: not defined
};

/// How a mesh appears in a file.
struct MeshLook {
    std::string name;                            ///< of the object; empty: none
    std::optional<Colour> colour;                ///< of the whole mesh; kept by all but STL
    std::vector<Colour> vertex_colours;          ///< one a vertex, or empty; goes before `colour`
    std::string comment;                         ///< further lines for the header
    std::vector<VertexScalar> vertex_scalars{};  ///< kept by PLY, VTP and glTF
};

/// A mesh to be written as a part of a file, or a part that was read.
struct MeshPart {
    Mesh mesh;
    MeshLook look;
};

/// Writes one mesh; the extension chooses the format. Coordinates are in µm, and the header says so.
/// .ply: binary, little-endian, colours as vertex properties. .stl: binary; each triangle carries its
/// corners and its normal, no colour. .obj: text, the shortest digits that give the same number
/// back; colours after the coordinates of each vertex. .glb: binary glTF 2.0, one named and coloured mesh a
/// part; one unit, which programs take for a metre, is a µm. .vtp: VTK's PolyData, colours at the points,
/// number of the part at each triangle. Vertex scalars are float properties of the vertices in .ply, arrays
/// of the points in .vtp, and attributes like _MEAN_CURVATURE_PER_UM in .glb, which programs ignore that do
/// not know them, and where NaN, forbidden there, becomes 0; parts of a file that lack a scalar of others
/// have NaN. The file appears whole or not at all. Throws InputError if it exists and may not be overwritten,
/// for unknown extensions, and when the disk is full; std::invalid_argument if vertex_colours or a scalar has
/// not one entry a vertex or an index has no vertex.
void write_mesh(const std::filesystem::path& path, const Mesh& mesh, bool overwrite,
                const MeshLook& look = {});

/// Writes several meshes into one file, in .obj and .glb as one named object each; .ply, .stl and .vtp have
/// no objects and hold all triangles together. `comment`: further header lines.
void write_meshes(const std::filesystem::path& path, std::span<const MeshPart> parts, bool overwrite,
                  const std::string& comment = {});

/// Reads a mesh; several objects become one. PLY: text or little-endian binary; STL: binary, where
/// corners at exactly the same place become one vertex; OBJ. Polygons are cut into fans. Coordinates
/// are taken as µm. Throws InputError for missing, damaged or foreign files.
Mesh read_mesh(const std::filesystem::path& path);

/// The same with names and colours; OBJ files give one part an object, the others one part.
std::vector<MeshPart> read_mesh_parts(const std::filesystem::path& path);

/// Whether write_mesh knows the extension (in small or capital letters).
bool is_mesh_format(const std::filesystem::path& path);

}  // namespace cytomo
