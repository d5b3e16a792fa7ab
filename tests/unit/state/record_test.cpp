// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/state/record.hpp"

#include "tests/unit/state/plans.hpp"

#include <gmock/gmock.h>

namespace cohort::state {
namespace {

using testing::HasSubstr;

TEST(Record, ComesBackWhole) {
    const auto decoded =
        decode_record(encode_record(test::kOwner, {test::plan(9), {}}), test::kOwner);
    ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
    EXPECT_EQ(decoded->plan, test::plan(9));
    EXPECT_EQ(decoded->promise, core::Duration{});
    EXPECT_TRUE(core::is_sealed(decoded->plan));
}

TEST(Record, KeepsThePromiseNoShorterThanItWasAndHardlyLonger) {
    using namespace std::chrono_literals;
    const auto kept = [](core::Duration promise) {
        const auto record = encode_record(test::kOwner, {test::plan(9), promise});
        return decode_record(record, test::kOwner)->promise;
    };
    EXPECT_EQ(kept(1s), 1s);
    EXPECT_EQ(kept(1100ms), 1109375us);
    EXPECT_EQ(kept(660s), 660s);
    EXPECT_EQ(kept(24h), 1024s - 15625us) << "longer than any lease";
}

TEST(Record, EveryAlteredByteIsNoticed) {
    const auto record = encode_record(test::kOwner, {test::plan(9), {}});
    for (std::size_t i = 0; i < record.size(); ++i) {
        auto altered = record;
        altered[i] ^= std::byte{0x10};
        EXPECT_TRUE(decode_record(altered, test::kOwner).has_error()) << "byte " << i;
    }
}

TEST(Record, EveryCutIsNoticed) {
    const auto record = encode_record(test::kOwner, {test::plan(9), {}});
    for (std::size_t size = 0; size < record.size(); ++size) {
        const auto decoded = decode_record(std::span(record).first(size), test::kOwner);
        ASSERT_TRUE(decoded.has_error()) << "size " << size;
        EXPECT_THAT(decoded.error().message, HasSubstr("damaged"));
    }
}

TEST(Record, AnothersIsRefusedByName) {
    const auto record = encode_record(test::kOwner, {test::plan(9), {}});
    const auto other_node = decode_record(record, {test::kOwner.cluster, 1});
    ASSERT_TRUE(other_node.has_error());
    EXPECT_THAT(other_node.error().message, HasSubstr("belongs to node 2 of this cluster"));
    const auto other_cluster = decode_record(record, {1, 2});
    ASSERT_TRUE(other_cluster.has_error());
    EXPECT_THAT(other_cluster.error().message, HasSubstr("another cluster"));
}

}  // namespace
}  // namespace cohort::state
