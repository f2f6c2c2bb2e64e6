// Private to io: what tells labels from grey values by the values alone.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "cytomo/io/volume_io.h"

namespace cytomo::io {

/// Labels are whole numbers that neighbours mostly share, beside the most frequent one (background, what
/// nobody labelled, or the rim around a reconstruction). Grey values are, too, where they were smoothed or
/// clipped and stored in 8 bits. But labels are either few (classes), or each of them lies in one place
/// (objects), while a grey value comes back all over the slice, and from one to the next the values of a
/// smooth picture climb step by step.
class LabelSigns {
public:
    /// x fastest, rows of `nx`. Values that are not finite belong to nothing. Cost: one pass, and for what
    /// may be labels one over runs of equal values.
    void add_slice(std::span<const double> values, std::int64_t nx);
    /// Of the slices so far.
    bool are_labels() const;
    /// Surely no labels: fractions, or many values of which neighbours share few, or which come back all over
    /// a slice. What is neither can be either: few values without order, objects in many pieces (networks),
    /// objects side by side that are numbered in order (a ramp).
    bool are_grey() const;

private:
    void note_values(std::span<const double> values);
    /// From place to place mostly to the next value, as in a smooth picture.
    bool climb() const;

    bool fractions_ = false;
    bool possible_ = true;  ///< whole numbers, -1 or larger, and no slice mostly of unequal neighbours
    std::int64_t pairs_ = 0,
                 equal_pairs_ = 0;  ///< neighbours along x, without those within the most frequent
    std::int64_t borders_ = 0;      ///< pixels along borders of unequal values
    /// Of these, in slices of many values and not along the most frequent; from one value to the next.
    std::int64_t steps_ = 0, small_steps_ = 0;
    std::int64_t values_ = 0, regions_ = 0;  ///< other than the most frequent, of all slices
    std::set<double> distinct_;              ///< no more than are few
};

/// Of at most nine of these slices, in regular distances. Throws InputError if the file is damaged.
LabelSigns label_signs(const StoredVolume& volume, std::span<const std::int64_t> slices);

}  // namespace cytomo::io
