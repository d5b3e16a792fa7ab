// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/wire/packet.hpp"

#include "tests/unit/wire/messages.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace cohort::wire {
namespace {

TEST(Packet, AFrameFromItsOriginIsAPacketAsItIs) {
    for (const core::Message& message : test::one_of_each()) {
        const Frame frame = encode(message, {});
        const Packet packet = unwrap(frame.view());
        EXPECT_EQ(packet.hops, 0u);
        EXPECT_EQ(packet.frame.data(), frame.view().data());
        EXPECT_EQ(packet.frame.size(), frame.size());
    }
}

TEST(Packet, AnEnvelopeCostsOneByteAndComesOffAgain) {
    for (const core::Message& message : test::one_of_each()) {
        const Frame frame = encode(message, {});
        for (unsigned hops = 1; hops <= kMostHops; ++hops) {
            const Frame wrapped = wrap(frame.view(), hops);
            EXPECT_EQ(wrapped.size(), frame.size() + 1);
            const Packet packet = unwrap(wrapped.view());
            EXPECT_EQ(packet.hops, hops);
            EXPECT_TRUE(std::ranges::equal(packet.frame, frame.view()));
        }
    }
}

TEST(Packet, TheLongestFrameFits) {
    const std::vector<std::byte> longest(kMaxFrame, std::byte{kMagic});
    const Frame wrapped = wrap(longest, kMostHops);
    EXPECT_EQ(wrapped.size(), kMaxPacket);
    EXPECT_TRUE(std::ranges::equal(unwrap(wrapped.view()).frame, longest));
}

TEST(Packet, NoOtherFirstByteIsAnEnvelope) {
    EXPECT_EQ(unwrap({}).hops, 0u);
    for (unsigned first = 0; first < 256; ++first) {
        const std::array<std::byte, 2> bytes{static_cast<std::byte>(first), std::byte{1}};
        const bool envelope = first >= 1 && first <= kMostHops;
        EXPECT_EQ(unwrap(bytes).frame.size(), envelope ? 1u : 2u) << first;
    }
}

}  // namespace
}  // namespace cohort::wire
