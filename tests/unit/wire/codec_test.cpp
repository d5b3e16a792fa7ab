// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/wire/codec.hpp"

#include "tests/unit/wire/messages.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace cohort::wire {
namespace {

FrameKey key_of(std::uint8_t fill) {
    std::array<std::uint8_t, 32> bytes;
    bytes.fill(fill);
    return FrameKey(bytes);
}

std::vector<NumberedKey> only(std::uint8_t fill) {
    return {{kFirstKeyId, true, key_of(fill)}};
}

class CodecTest : public testing::Test {
protected:
    Drop why(const Frame& frame) const {
        const auto opened = codec_.open(frame.view());
        return opened ? Drop{kDropReasons} : opened.error();
    }

    Codec codec_{cluster_id("web"), only(7)};
    core::Message message_ = test::one_of_each()[0];
    Frame frame_ = codec_.seal(message_, std::nullopt);
};

TEST_F(CodecTest, OpensWhatItSealed) {
    for (const core::Message& message : test::one_of_each()) {
        const Echo echo{3, std::chrono::milliseconds{40}};
        const auto opened = codec_.open(codec_.seal(message, echo).view());
        ASSERT_TRUE(opened.has_value()) << "type " << message.index();
        EXPECT_EQ(opened->message, message);
        EXPECT_EQ(opened->echo, echo);
    }
}

TEST_F(CodecTest, HeartbeatOfTwoNodesTakes88Bytes) {
    core::Heartbeat heartbeat{test::header(), {{1, true, true, 1, 1}}};
    EXPECT_EQ(codec_.seal(heartbeat, std::nullopt).size(), 88u);
}

TEST_F(CodecTest, EveryAlteredBitIsNoticed) {
    for (std::size_t bit = 0; bit < frame_.size() * 8; ++bit) {
        Frame altered = frame_;
        altered.buffer()[bit / 8] ^= std::byte{1} << (bit % 8);
        EXPECT_TRUE(codec_.open(altered.view()).has_error()) << "bit " << bit;
    }
}

TEST_F(CodecTest, EveryReasonIsNamed) {
    Frame cut = frame_;
    cut.resize(kMinFrame - 1);
    EXPECT_EQ(why(cut), Drop::too_short);

    EXPECT_EQ(codec_.open(std::vector<std::byte>(kMaxFrame + 1)).error(), Drop::too_long);

    Frame foreign = frame_;
    foreign.buffer()[0] = std::byte{0x45};
    EXPECT_EQ(why(foreign), Drop::not_cohort);

    Frame newer = frame_;
    newer.buffer()[1] = std::byte{2};
    EXPECT_EQ(why(newer), Drop::version);

    Frame other_key = frame_;
    other_key.buffer()[3] = std::byte{2};
    EXPECT_EQ(why(other_key), Drop::unknown_key);

    EXPECT_EQ(why(Codec(cluster_id("mail"), only(7)).seal(message_, std::nullopt)),
              Drop::other_cluster);
    EXPECT_EQ(why(Codec(cluster_id("web"), only(8)).seal(message_, std::nullopt)), Drop::bad_mac);

    Frame torn = frame_;
    torn.resize(frame_.size() - 1);
    EXPECT_EQ(why(torn), Drop::bad_mac);

    core::Heartbeat from_nobody{test::header(), {}};
    from_nobody.header.sender = core::kNobody;
    EXPECT_EQ(why(codec_.seal(from_nobody, std::nullopt)), Drop::malformed);
}

TEST_F(CodecTest, AcceptsAllItsKeysAndSignsWithTheOneThatSends) {
    const std::vector<NumberedKey> both{{1, false, key_of(7)}, {2, true, key_of(8)}};
    const Codec rotating(cluster_id("web"), both);
    EXPECT_TRUE(rotating.open(frame_.view()).has_value()) << "of the old key";
    const Frame fresh = rotating.seal(message_, std::nullopt);
    EXPECT_EQ(fresh.view()[3], std::byte{2});
    EXPECT_TRUE(rotating.open(fresh.view()).has_value());
    EXPECT_EQ(why(fresh), Drop::unknown_key) << "where only the old one is known";
    const Codec rotated(cluster_id("web"), {{2, true, key_of(8)}});
    EXPECT_TRUE(rotated.open(fresh.view()).has_value());
    EXPECT_EQ(rotated.open(frame_.view()).error(), Drop::unknown_key) << "the old key is gone";
}

TEST_F(CodecTest, AnIdDoesNotStandForAnotherKey) {
    const Codec swapped(cluster_id("web"), {{1, true, key_of(8)}, {2, false, key_of(7)}});
    EXPECT_EQ(swapped.open(frame_.view()).error(), Drop::bad_mac);
    Frame renamed = frame_;
    renamed.buffer()[3] = std::byte{2};
    EXPECT_EQ(swapped.open(renamed.view()).error(), Drop::bad_mac) << "the id is signed, too";
}

TEST_F(CodecTest, OneKeyFileTwiceUsedTellsClustersApart) {
    const Codec mail(cluster_id("mail"), only(7));
    Frame frame = mail.seal(message_, std::nullopt);
    EXPECT_EQ(why(frame), Drop::other_cluster);
    // The id of the cluster is signed: written over, it fits no more.
    std::ranges::copy(frame_.view().subspan(4, 4), frame.buffer().begin() + 4);
    EXPECT_EQ(why(frame), Drop::bad_mac);
}

TEST_F(CodecTest, NeedsExactlyOneKeyThatSends) {
    EXPECT_THROW(Codec(1, {}), std::logic_error);
    EXPECT_THROW(Codec(1, {{1, false, key_of(7)}}), std::logic_error);
    EXPECT_THROW(Codec(1, {{1, true, key_of(7)}, {2, true, key_of(8)}}), std::logic_error);
}

// The bytes of one frame, so that no later version speaks another dialect by
// accident: BLAKE2b-128 of header and body, keyed with 32 bytes of 7.
TEST_F(CodecTest, MacIsTheProtocols) {
    const Frame frame =
        Codec(0x04030201, only(7)).seal(core::Prevote{test::header(), 1234567890123}, std::nullopt);
    ASSERT_EQ(frame.size(), 64u + 8u + 16u);
    std::string mac;
    for (std::byte b : frame.view().last(kMacBytes)) {
        constexpr char kDigits[] = "0123456789abcdef";
        mac += kDigits[std::to_integer<int>(b) >> 4];
        mac += kDigits[std::to_integer<int>(b) & 15];
    }
    EXPECT_EQ(mac, "d0913f0a3ae6cf3441ea2bec912ba1ad");
}

TEST(ClusterId, IsStableAndTellsNamesApart) {
    EXPECT_EQ(cluster_id("web"), cluster_id("web"));
    EXPECT_NE(cluster_id("web"), cluster_id("web2"));
    EXPECT_NE(cluster_id("web"), cluster_id("Web"));
}

TEST(DropReasons, HaveWordsOfTheirOwn) {
    std::set<std::string_view> keys;
    for (std::size_t i = 0; i < kDropReasons; ++i) {
        EXPECT_FALSE(describe(static_cast<Drop>(i)).empty());
        keys.insert(key_of(static_cast<Drop>(i)));
    }
    EXPECT_EQ(keys.size(), kDropReasons);
}

TEST(DropCounts, CountByReason) {
    DropCounts counts;
    counts.add(Drop::bad_mac);
    counts.add(Drop::bad_mac);
    counts.add(Drop::noise);
    EXPECT_EQ(counts[Drop::bad_mac], 2u);
    EXPECT_EQ(counts[Drop::own], 0u);
    EXPECT_EQ(counts.total(), 3u);
}

}  // namespace
}  // namespace cohort::wire
