// What a user corrects by hand: objects merged, split, deleted, given another class.
//
// The list is a text file, one operation a line. Blanks, tabs, commas and semicolons part the words, so that
// a table saved as CSV is read too; empty cells, empty lines and what follows a # are skipped:
//
//     merge 12 13 14                                  13 and 14 become part of 12
//     split 7  1.20,0.85,0.40  1.46,0.90,0.40         one place x,y,z (µm) inside each part
//     split 8 voxels  60,42,20  73,45,20              the same in voxels, counted from 0
//     delete 9                                        becomes part of what surrounds it
//     class 5 lipid droplet                           name or id of the class
//
// Numbers are those of the column "object" in objects.csv, places lie in the frame of its columns
// centroid_x_um …. Lines are carried out in their order. Every object that no line names keeps its number and
// its voxels, but for those that surround deleted ones and gain their voxels.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cytomo/core/legend.h"
#include "cytomo/core/progress.h"
#include "cytomo/core/volume.h"
#include "cytomo/labels/instances.h"

namespace cytomo {

/// One operation.
struct Edit {
    enum class Kind { merge, split, remove, set_class };
    Kind kind = Kind::merge;
    std::vector<std::uint32_t> objects;  ///< merge: two or more, the first keeps its number; others: one
    std::vector<Vec3> seeds;             ///< split: one place in each part, two or more
    bool seeds_in_voxels = false;        ///< seeds are voxel coordinates (from 0) instead of µm
    std::uint8_t class_id = 0;           ///< set_class
    std::string where;                   ///< "edits.txt, line 3": for messages
};

/// Reads a list of operations in the form above. `file`: its name, for messages. Throws InputError naming
/// file and line: unknown operation, a number that is none, too few or repeated objects, fewer than two
/// seeds, an unknown class, background or ignore as class.
std::vector<Edit> parse_edits(const std::string& text, const std::string& file, const Legend& legend);

/// Carries out the operations, in their order, and says in words what was done, one entry an edit.
///
/// merge: all take the number of the first. They must be of one class; they need not touch.
///
/// split: each voxel goes to the seed from which it is reached first through the object (26 neighbours),
/// where a way costs its length / (distance to the object's surface)³: narrow places are slow, so parts meet
/// where the object narrows, and half way where it does not (fast marching with a speed, J. A. Sethian 1996;
/// ways by E. W. Dijkstra 1959). The part of the first seed keeps the number and what no seed reaches; the
/// others get new numbers from count() + 1 on, which later lines may name.
///
/// remove: its voxels go to the neighbour (object, or no object) with which it shares most faces, with its
/// class. set_class: class_of and, if given, `classes` change.
///
/// `classes` (may be null): kept in step; must have the size of the instances. Numbers that are gone have no
/// voxels and class_of 0. Numbers no longer ascend with class and size.
/// Throws InputError naming file and line: a number that is not there or was merged or deleted by an earlier
/// line, objects of different classes to be merged, a seed outside of the object, two seeds in one voxel. The
/// volumes are then half edited.
/// Deterministic. Time: the boxes of the objects named (split: n log n); memory: 20 bytes a voxel of the box
/// of an object to be split.
std::vector<std::string> apply_edits(Instances& instances, ClassVolume* classes,
                                     const std::vector<Edit>& edits, const Legend& legend,
                                     const Progress& progress = {});

}  // namespace cytomo
