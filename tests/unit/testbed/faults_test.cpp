// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/switch/faults.hpp"

#include <bit>

#include <gtest/gtest.h>

namespace cohort::testbed {
namespace {

using namespace std::chrono_literals;

const Bytes kFrame(100, 0x5a);

std::size_t differing_bits(const Bytes& a, const Bytes& b) {
    std::size_t bits = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        bits += static_cast<std::size_t>(std::popcount(static_cast<unsigned>(a[i] ^ b[i])));
    return bits;
}

TEST(Faults, WithoutFaultsAFramePassesUnchangedAtOnce) {
    Random random(1);
    const auto passages = pass_frame({}, kFrame, random);
    ASSERT_EQ(passages.size(), 1u);
    EXPECT_EQ(passages[0].bytes, kFrame);
    EXPECT_EQ(passages[0].after, Duration::zero());
}

TEST(Faults, NothingPassesACut) {
    Random random(1);
    Faults faults;
    faults.cut = true;
    EXPECT_TRUE(pass_frame(faults, kFrame, random).empty());
    EXPECT_TRUE(pass_stream(faults, kFrame, random).empty());
}

TEST(Faults, AShareOfTheFramesIsDropped) {
    Random random(7);
    Faults faults;
    faults.drop = 0.25;
    int passed = 0;
    for (int i = 0; i < 4000; ++i)
        passed += !pass_frame(faults, kFrame, random).empty();
    EXPECT_NEAR(passed, 3000, 120);
}

TEST(Faults, DuplicatesAreTwoPassages) {
    Random random(1);
    Faults faults;
    faults.duplicate = 1;
    EXPECT_EQ(pass_frame(faults, kFrame, random).size(), 2u);
}

TEST(Faults, OneBitOfACorruptFrameFlips) {
    Random random(3);
    Faults faults;
    faults.corrupt = 1;
    for (int i = 0; i < 50; ++i)
        EXPECT_EQ(differing_bits(pass_frame(faults, kFrame, random).at(0).bytes, kFrame), 1u);
}

TEST(Faults, DelayIsWithinItsJitter) {
    Random random(5);
    Faults faults;
    faults.delay = 10ms;
    faults.jitter = 5ms;
    for (int i = 0; i < 100; ++i) {
        const Duration after = pass_frame(faults, kFrame, random).at(0).after;
        EXPECT_GE(after, 10ms);
        EXPECT_LT(after, 15ms);
    }
}

TEST(Faults, BytesOfAStreamAreLostOneByOne) {
    Random random(9);
    Faults faults;
    faults.drop = 0.5;
    const auto passages = pass_stream(faults, Bytes(10000, 1), random);
    ASSERT_EQ(passages.size(), 1u);
    EXPECT_NEAR(static_cast<double>(passages[0].bytes.size()), 5000, 250);
}

}  // namespace
}  // namespace cohort::testbed
