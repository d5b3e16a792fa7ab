// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/bucket_list.hpp"

#include "ctl/base/number.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cohort {
namespace {

Result<BucketRange> parse_range(std::string_view part, std::uint32_t count) {
    const std::size_t dash = part.find('-');
    const auto first = parse_decimal(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_decimal(part.substr(dash + 1));
    if (!first || !last)
        return usage_error(fmt::format(
            "bucket list: '{}' is neither a bucket nor a range; write 0-127,200", part));
    if (*first > *last)
        return usage_error(fmt::format("bucket list: range '{}' runs backwards; write {}-{}", part,
                                       *last, *first));
    if (*last >= count)
        return usage_error(
            fmt::format("bucket list: bucket {} is out of range; there are {} buckets, 0 to {}",
                        *last, count, count - 1));
    return BucketRange{static_cast<std::uint32_t>(*first), static_cast<std::uint32_t>(*last)};
}

/// Joins ranges that touch; refuses ranges that share a bucket.
Result<BucketList> merge(BucketList parts) {
    std::ranges::sort(parts, {}, &BucketRange::first);
    BucketList list;
    for (const BucketRange& part : parts) {
        if (list.empty() || part.first > list.back().last + 1) {
            list.push_back(part);
        } else if (part.first == list.back().last + 1) {
            list.back().last = part.last;
        } else {
            return usage_error(
                fmt::format("bucket list: bucket {} is named twice; name each once", part.first));
        }
    }
    return list;
}

}  // namespace

Result<BucketList> parse_bucket_list(std::string_view text, std::uint32_t count) {
    BucketList parts;
    if (text.empty())
        return parts;
    while (true) {
        const std::size_t comma = text.find(',');
        const auto range = parse_range(text.substr(0, comma), count);
        if (!range)
            return range.error();
        parts.push_back(*range);
        if (comma == std::string_view::npos)
            return merge(std::move(parts));
        text.remove_prefix(comma + 1);
    }
}

std::string format_bucket_list(const BucketList& list) {
    std::string text;
    for (const auto& [first, last] : list) {
        if (!text.empty())
            text += ',';
        text += first == last ? fmt::format("{}", first) : fmt::format("{}-{}", first, last);
    }
    return text;
}

std::uint32_t bucket_list_size(const BucketList& list) {
    std::uint32_t size = 0;
    for (const auto& [first, last] : list)
        size += last - first + 1;
    return size;
}

}  // namespace cohort
