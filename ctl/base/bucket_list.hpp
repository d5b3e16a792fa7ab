// SPDX-License-Identifier: GPL-2.0-or-later
//
// Sets of buckets in writing: "0-127,200".
#pragma once

#include "ctl/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cohort {

/// first..last, both included.
struct BucketRange {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    bool operator==(const BucketRange&) const = default;
};

/// Ascending, apart from each other by at least one bucket, so that equal
/// sets are equal lists.
using BucketList = std::vector<BucketRange>;

/// Buckets 0..count-1. The parts may stand in any order; a range that runs
/// backwards, a bucket named twice and one beyond the count are refused. The
/// empty text is the empty set.
Result<BucketList> parse_bucket_list(std::string_view text, std::uint32_t count);

/// The shortest text for the set; "" for the empty one.
std::string format_bucket_list(const BucketList& list);

/// How many buckets it names.
std::uint32_t bucket_list_size(const BucketList& list);

/// The set of indices below `count` for which `holds(index)` is true.
template <class Predicate>
BucketList collect_buckets(std::uint32_t count, Predicate holds) {
    BucketList list;
    for (std::uint32_t bucket = 0; bucket < count; ++bucket) {
        if (!holds(bucket))
            continue;
        if (!list.empty() && list.back().last + 1 == bucket)
            list.back().last = bucket;
        else
            list.push_back({bucket, bucket});
    }
    return list;
}

}  // namespace cohort
