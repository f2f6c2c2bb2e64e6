// Whether the voxel size that a file gives can be meant.
#pragma once

#include <filesystem>
#include <string>

#include "cytomo/core/volume.h"
#include "cytomo/io/volume_io.h"

namespace cytomo {

/// What is impossible about voxels of these edges in a tomogram of a cell, or nothing: edges below 1 nm or
/// above 200 nm, or that differ by more than 20 times. Units mistaken by powers of ten are found so.
std::string voxel_size_doubt(Vec3 voxel_um);

/// For whatever measures: throws InputError that says what the file gives, if that is nothing or impossible.
/// `options.voxel_um`, which the user gave, is believed. `remedy`: what the user may do.
void require_voxel_size(const std::filesystem::path& file, const Grid& grid, bool known,
                        const ReadOptions& options,
                        const std::string& remedy = "Give it with --voxel-nm X,Y,Z");
/// The same for a tomogram just opened with these options.
void require_voxel_size(const Tomogram& tomogram, const ReadOptions& options,
                        const std::string& remedy = "Give it with --voxel-nm X,Y,Z");
/// The same for a file of which nothing but the header is read.
void require_voxel_size(const std::filesystem::path& file, const ReadOptions& options);

/// As require_voxel_size, for what can be done without a voxel size: an unknown one passes.
void refuse_impossible_voxel_size(const std::filesystem::path& file, const Grid& grid, bool known,
                                  const ReadOptions& options);

}  // namespace cytomo
