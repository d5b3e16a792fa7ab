// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/wire/frame.hpp"

#include "tests/unit/wire/messages.hpp"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

namespace cohort::wire {
namespace {

using std::chrono::milliseconds;

std::uint8_t at(const Frame& frame, std::size_t offset) {
    return std::to_integer<std::uint8_t>(frame.view()[offset]);
}

TEST(Frame, EveryTypeComesBackAsItWas) {
    for (const core::Message& message : test::one_of_each()) {
        const auto decoded = decode(encode(message, {}).view());
        ASSERT_TRUE(decoded.has_value()) << "type " << message.index();
        EXPECT_EQ(decoded->message, message) << "type " << message.index();
    }
}

TEST(Frame, EachFlagTravelsAlone) {
    for (bool core::HeaderFlags::*flag :
         {&core::HeaderFlags::released, &core::HeaderFlags::want_lease, &core::HeaderFlags::leaving,
          &core::HeaderFlags::clear_valid, &core::HeaderFlags::answer,
          &core::HeaderFlags::returning, &core::HeaderFlags::serving}) {
        core::Prevote message{test::header(), 1};
        message.header.flags = {};
        message.header.flags.*flag = true;
        EXPECT_EQ(decode(encode(message, {}).view())->message, core::Message{message});
    }
}

TEST(Frame, LayoutIsTheProtocols) {
    const core::Heartbeat heartbeat{test::header(),
                                    {{1, true, true, 0xBEEF, 0xDEADBEEF, false, 5}}};
    const Frame frame = encode(heartbeat, {9, 0x04030201, Echo{17, milliseconds{100}}});
    ASSERT_EQ(frame.size(), 64u + 8u);
    EXPECT_EQ(at(frame, 0), 0xC7);
    EXPECT_EQ(at(frame, 1), 1);
    EXPECT_EQ(at(frame, 2), 1);
    EXPECT_EQ(at(frame, 3), 9);
    EXPECT_EQ(at(frame, 4), 0x01);
    EXPECT_EQ(at(frame, 7), 0x04);
    EXPECT_EQ(at(frame, 8), 2);
    EXPECT_EQ(at(frame, 9), 0b0101);
    EXPECT_EQ(at(frame, 10), 3);
    EXPECT_EQ(at(frame, 11), 255);
    EXPECT_EQ(at(frame, 12), 0x88);
    EXPECT_EQ(at(frame, 20), 0xCC);
    EXPECT_EQ(at(frame, 28), 0x78);
    EXPECT_EQ(at(frame, 36), 0x08);
    EXPECT_EQ(at(frame, 44), 1);
    EXPECT_EQ(at(frame, 45), 1);
    EXPECT_EQ(at(frame, 46) | at(frame, 47) << 8, 100 << 5 | 17);
    EXPECT_EQ(at(frame, 48), 0x11);
    EXPECT_EQ(at(frame, 63), 0x80);
    EXPECT_EQ(at(frame, 64), 1);
    EXPECT_EQ(at(frame, 65), 5 << 4 | 0b11);
    EXPECT_EQ(at(frame, 66), 0xEF);
    EXPECT_EQ(at(frame, 71), 0xDE);
}

TEST(Frame, LayoutOfKeysAndSettingsIsTheProtocols) {
    const Frame keys =
        encode(core::Keys{test::header(), 3, 9, {{1, false, 0x44332211}, {2, true, 5}}}, {});
    ASSERT_EQ(keys.size(), 64u + 8u + 2 * 8u);
    EXPECT_EQ(at(keys, 2), 7);
    EXPECT_EQ(at(keys, 64), 3);
    EXPECT_EQ(at(keys, 65), 9);
    EXPECT_EQ(at(keys, 72), 1);
    EXPECT_EQ(at(keys, 73), 0);
    EXPECT_EQ(at(keys, 76), 0x11);
    EXPECT_EQ(at(keys, 79), 0x44);
    EXPECT_EQ(at(keys, 80), 2);
    EXPECT_EQ(at(keys, 81), 1);
    const Frame request = encode(core::SettingsRequest{test::header(), 3, 0x0201}, {});
    ASSERT_EQ(request.size(), 64u + 8u);
    EXPECT_EQ(at(request, 2), 8);
    EXPECT_EQ(at(request, 64), 3);
    EXPECT_EQ(at(request, 66), 1);
    EXPECT_EQ(at(request, 67), 2);
    const Frame settings =
        encode(core::SettingsFragment{test::header(), 3, 1, 0x0201, {std::byte{'x'}}}, {});
    ASSERT_EQ(settings.size(), 64u + 8u + 1u);
    EXPECT_EQ(at(settings, 2), 9);
    EXPECT_EQ(at(settings, 64), 3);
    EXPECT_EQ(at(settings, 66), 1);
    EXPECT_EQ(at(settings, 68), 1);
    EXPECT_EQ(at(settings, 69), 2);
    EXPECT_EQ(at(settings, 72), 'x');
}

TEST(Frame, EchoIsAbsentUnlessGivenAndInRange) {
    const core::Message message = core::Prevote{test::header(), 1};
    EXPECT_EQ(decode(encode(message, {}).view())->echo, std::nullopt);
    const Echo longest{31, Echo::kMaxHeld};
    EXPECT_EQ(decode(encode(message, {0, 0, longest}).view())->echo, longest);
    const Echo too_long{31, Echo::kMaxHeld + milliseconds{1}};
    EXPECT_EQ(decode(encode(message, {0, 0, too_long}).view())->echo, std::nullopt);
    const Echo backwards{1, milliseconds{-1}};
    EXPECT_EQ(decode(encode(message, {0, 0, backwards}).view())->echo, std::nullopt);
}

TEST(Frame, AHeartbeatNamesWhomItsEchoIsFor) {
    const core::Heartbeat heartbeat{test::header(), {{1}, {3}, {64}}};
    for (const core::NodeId to : std::array<core::NodeId, 3>{1, 3, 64}) {
        const Echo echo{17, milliseconds{100}, to};
        const auto decoded = decode(encode(heartbeat, {0, 0, echo}).view());
        EXPECT_EQ(decoded->echo, echo);
        EXPECT_EQ(decoded->message, core::Message{heartbeat}) << "the core knows of no echoes";
    }
}

TEST(Frame, AnyOtherLengthIsMalformed) {
    for (const core::Message& message : test::one_of_each()) {
        const Frame frame = encode(message, {});
        for (std::size_t size = 0; size < frame.size(); ++size) {
            // A plan fragment of fewer bytes is a fragment still.
            if (std::holds_alternative<core::PlanFragment>(message) && size > 64 + 4)
                continue;
            if (std::holds_alternative<core::SettingsFragment>(message) && size > 64 + 8)
                continue;
            const auto cut = decode(frame.view().first(size));
            ASSERT_TRUE(cut.has_error()) << "type " << message.index() << " size " << size;
            EXPECT_EQ(cut.error(), Drop::malformed);
        }
        Frame longer = frame;
        longer.resize(frame.size() + 1);
        if (!std::holds_alternative<core::PlanFragment>(message) &&
            !std::holds_alternative<core::SettingsFragment>(message)) {
            EXPECT_TRUE(decode(longer.view()).has_error()) << "type " << message.index();
        }
    }
}

TEST(Frame, FieldsOutOfRangeAreMalformed) {
    auto altered = [](const core::Message& message, std::size_t offset, std::uint8_t value) {
        Frame frame = encode(message, {});
        frame.buffer()[offset] = static_cast<std::byte>(value);
        return decode(frame.view()).has_error();
    };
    const auto all = test::one_of_each();
    EXPECT_TRUE(altered(all[0], 2, 0)) << "type 0";
    EXPECT_TRUE(altered(all[0], 2, 10)) << "a type of the future";
    EXPECT_TRUE(altered(all[0], 8, 0)) << "sent by nobody";
    EXPECT_TRUE(altered(all[0], 8, 65)) << "sent by node 65";
    EXPECT_TRUE(altered(all[0], 44, 65)) << "planned by node 65";
    EXPECT_TRUE(altered(all[0], 45, 1)) << "fewer entries than stand there";
    EXPECT_TRUE(altered(all[0], 64, 0)) << "an entry for nobody";
    EXPECT_TRUE(altered(all[1], 45, 1)) << "entries outside a heartbeat";
    EXPECT_TRUE(altered(all[1], 64, 5)) << "fragment 5 of 5";
    EXPECT_TRUE(altered(all[2], 64, 0)) << "addressed to nobody";
    EXPECT_TRUE(altered(all[5], 64, 77)) << "addressed to node 77";
    EXPECT_TRUE(altered(all[6], 64, 0)) << "keys for nobody";
    EXPECT_TRUE(altered(all[6], 65, 1)) << "a tag that stands for none";
    EXPECT_TRUE(altered(all[6], 65, 16)) << "a tag that no heartbeat has room for";
    EXPECT_TRUE(altered(all[6], 72, 0)) << "a key without an id";
    EXPECT_TRUE(altered(all[6], 81, 0)) << "no key that sends";
    EXPECT_TRUE(altered(all[6], 73, 1)) << "two keys that send";
    EXPECT_TRUE(altered(all[7], 64, 65)) << "asked of node 65";
    EXPECT_TRUE(altered(all[8], 66, 5)) << "piece 5 of 5";
    EXPECT_TRUE(altered(all[8], 64, 0)) << "settings for nobody";
    core::Heartbeat no_session{test::header(), {}};
    no_session.header.session = 0;
    EXPECT_TRUE(decode(encode(no_session, {}).view()).has_error());
}

TEST(Frame, WhatDoesNotFitIsRefusedAtTheSender) {
    core::Heartbeat crowded{test::header(), std::vector<core::HeartbeatEntry>(64)};
    EXPECT_THROW(encode(crowded, {}), std::length_error);
    crowded.entries.assign(63, {1, true, true, 1, 1});
    EXPECT_EQ(encode(crowded, {}).size(), kMaxFrame - kMacBytes);
    core::PlanFragment fat{test::header(), 0, 1, std::vector<std::byte>(129)};
    EXPECT_THROW(encode(fat, {}), std::length_error);
    const core::SettingsFragment fat_settings{test::header(), 1, 0, 1, std::vector<std::byte>(129)};
    EXPECT_THROW(encode(fat_settings, {}), std::length_error);
    const core::Keys many{test::header(), 1, 2, std::vector<core::KeyUse>(5, {1, false, 0})};
    EXPECT_THROW(encode(many, {}), std::length_error);
}

}  // namespace
}  // namespace cohort::wire
