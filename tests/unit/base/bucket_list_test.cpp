// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/bucket_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace cohort {
namespace {

using testing::HasSubstr;

std::string refusal(std::string_view text, std::uint32_t count = 4096) {
    const auto list = parse_bucket_list(text, count);
    return list ? "accepted: " + format_bucket_list(*list) : list.error().message;
}

TEST(BucketList, ReadsBucketsAndRanges) {
    const BucketList wanted{{0, 127}, {200, 200}};
    EXPECT_EQ(parse_bucket_list("0-127,200", 4096).value(), wanted);
}

TEST(BucketList, EmptyTextIsTheEmptySet) {
    EXPECT_TRUE(parse_bucket_list("", 1).value().empty());
    EXPECT_EQ(format_bucket_list({}), "");
}

TEST(BucketList, EqualSetsAreEqualLists) {
    const BucketList wanted{{0, 4}};
    EXPECT_EQ(parse_bucket_list("3-4,0,1-2", 5).value(), wanted);
    EXPECT_EQ(parse_bucket_list("0-4", 5).value(), wanted);
}

TEST(BucketList, TakesTheLastBucketAndNoFurther) {
    EXPECT_TRUE(parse_bucket_list("65535", 65536));
    EXPECT_THAT(refusal("65536", 65536), HasSubstr("bucket 65536 is out of range"));
    EXPECT_THAT(refusal("0-4096"), HasSubstr("there are 4096 buckets, 0 to 4095"));
    EXPECT_THAT(refusal("18446744073709551616"), HasSubstr("neither a bucket nor a range"));
}

TEST(BucketList, RefusesBackwardRanges) {
    EXPECT_THAT(refusal("7-3"), HasSubstr("'7-3' runs backwards; write 3-7"));
}

TEST(BucketList, RefusesABucketNamedTwice) {
    EXPECT_THAT(refusal("1,1"), HasSubstr("bucket 1 is named twice"));
    EXPECT_THAT(refusal("0-5,5-9"), HasSubstr("bucket 5 is named twice"));
    EXPECT_THAT(refusal("0-9,2-3"), HasSubstr("bucket 2 is named twice"));
}

TEST(BucketList, RefusesWhatIsNoList) {
    for (const char* text : {",", "1,", ",1", "1,,2", "-", "1-", "-1", "1-2-3", "a", "0x10", " 1",
                             "1 ", "1;2", "+1", "1.0", "0-127 200"})
        EXPECT_THAT(refusal(text), HasSubstr("neither a bucket nor a range")) << text;
}

TEST(BucketList, CountsItsBuckets) {
    EXPECT_EQ(bucket_list_size({{0, 127}, {200, 200}}), 129U);
    EXPECT_EQ(bucket_list_size({{0, 65535}}), 65536U);
}

RC_GTEST_PROP(BucketList, SurvivesWritingAndReading, (const std::set<std::uint16_t>& buckets)) {
    const BucketList list = collect_buckets(65536, [&](std::uint32_t bucket) {
        return buckets.contains(static_cast<std::uint16_t>(bucket));
    });
    RC_ASSERT(bucket_list_size(list) == buckets.size());
    RC_ASSERT(parse_bucket_list(format_bucket_list(list), 65536).value() == list);
}

RC_GTEST_PROP(BucketList, AnyTextIsReadOrRefusedInOneLine, (const std::string& text)) {
    const auto list = parse_bucket_list(text, 64);
    if (list) {
        const bool within = list->empty() || list->back().last < 64U;
        RC_ASSERT(within);
    } else {
        RC_ASSERT(list.error().kind == ErrorKind::usage);
    }
}

}  // namespace
}  // namespace cohort
