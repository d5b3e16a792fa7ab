// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/wire/cobs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace cohort::wire {
namespace {

using Bytes = std::vector<std::byte>;
using Frames = std::vector<Bytes>;

Bytes bytes(std::initializer_list<int> values) {
    Bytes out;
    for (int v : values)
        out.push_back(static_cast<std::byte>(v));
    return out;
}

/// 1, 2, … n, wrapped so that no byte is 0.
Bytes counting(std::size_t n) {
    Bytes out;
    for (std::size_t i = 0; i < n; ++i)
        out.push_back(static_cast<std::byte>(i % 255 + 1));
    return out;
}

struct Heard {
    Frames frames;
    std::vector<Drop> drops;
};

Heard decode_all(CobsDecoder& decoder, const Bytes& stream, std::size_t chunk = 1) {
    Heard heard;
    for (std::size_t at = 0; at < stream.size(); at += chunk) {
        const auto part = std::span(stream).subspan(at, std::min(chunk, stream.size() - at));
        decoder.feed(
            part,
            [&](std::span<const std::byte> f) { heard.frames.emplace_back(f.begin(), f.end()); },
            [&](Drop why) { heard.drops.push_back(why); });
    }
    return heard;
}

Heard decode_all(const Bytes& stream, std::size_t chunk = 1) {
    CobsDecoder decoder;
    return decode_all(decoder, stream, chunk);
}

TEST(Cobs, EncodesThePapersExamples) {
    EXPECT_EQ(cobs_encode(bytes({0})), bytes({1, 1, 0}));
    EXPECT_EQ(cobs_encode(bytes({0, 0})), bytes({1, 1, 1, 0}));
    EXPECT_EQ(cobs_encode(bytes({0x11, 0x22, 0x00, 0x33})),
              bytes({0x03, 0x11, 0x22, 0x02, 0x33, 0x00}));
    EXPECT_EQ(cobs_encode(bytes({0x11, 0, 0, 0})), bytes({2, 0x11, 1, 1, 1, 0}));
}

TEST(Cobs, CostsTwoBytesUpToAFullBlock) {
    EXPECT_EQ(cobs_encode(counting(88)).size(), 90u);
    EXPECT_EQ(cobs_encode(counting(254)).size(), 256u);
    EXPECT_EQ(cobs_encode(counting(255)).size(), 258u);
}

TEST(Cobs, EveryLengthAndChunkComesBack) {
    for (std::size_t size = 1; size <= kMaxFrame; ++size) {
        for (const Bytes& frame : {counting(size), Bytes(size)}) {
            const Heard heard = decode_all(cobs_encode(frame), size % 7 + 1);
            ASSERT_EQ(heard.frames, Frames{frame}) << "size " << size;
            ASSERT_TRUE(heard.drops.empty());
        }
    }
}

TEST(Cobs, ZeroAfterAFullBlockIsKept) {
    Bytes frame = counting(254);
    frame.push_back(std::byte{0});
    frame.push_back(std::byte{9});
    EXPECT_EQ(decode_all(cobs_encode(frame)).frames, Frames{frame});
}

TEST(Cobs, EncodedBytesHoldNoZeroButTheLast) {
    std::mt19937 random(1);
    for (int round = 0; round < 1000; ++round) {
        Bytes frame(random() % kMaxFrame + 1);
        for (std::byte& b : frame)
            b = static_cast<std::byte>(random() % 4);
        const Bytes coded = cobs_encode(frame);
        ASSERT_EQ(std::find(coded.begin(), coded.end(), std::byte{0}), coded.end() - 1);
        ASSERT_EQ(decode_all(coded, 64).frames, Frames{frame});
    }
}

TEST(Cobs, ZerosBetweenFramesAreSilent) {
    Bytes stream = bytes({0, 0, 0});
    const Bytes coded = cobs_encode(counting(5));
    stream.insert(stream.end(), coded.begin(), coded.end());
    stream.push_back(std::byte{0});
    const Heard heard = decode_all(stream);
    EXPECT_EQ(heard.frames, Frames{counting(5)});
    EXPECT_TRUE(heard.drops.empty());
}

TEST(Cobs, ABlockCutShortIsNoise) {
    const Heard heard = decode_all(bytes({5, 1, 2, 0}));
    EXPECT_TRUE(heard.frames.empty());
    EXPECT_EQ(heard.drops, std::vector{Drop::noise});
}

TEST(Cobs, FindsTheNextFrameAfterNoiseOfAnyKind) {
    std::mt19937 random(2);
    const Bytes frame = counting(88);
    const Bytes coded = cobs_encode(frame);
    CobsDecoder decoder;
    for (int round = 0; round < 1000; ++round) {
        Bytes stream(random() % 3000);
        for (std::byte& b : stream)
            b = static_cast<std::byte>(random());
        stream.push_back(std::byte{0});  // what the noise began ends here
        stream.insert(stream.end(), coded.begin(), coded.end());
        const Heard heard = decode_all(decoder, stream, 512);
        ASSERT_FALSE(heard.frames.empty());
        ASSERT_EQ(heard.frames.back(), frame) << "round " << round;
    }
}

TEST(Cobs, AnEndlessFrameIsCountedOnceAndForgotten) {
    Bytes stream(100'000, std::byte{0xFF});
    stream.push_back(std::byte{0});
    const Bytes coded = cobs_encode(counting(3));
    stream.insert(stream.end(), coded.begin(), coded.end());
    const Heard heard = decode_all(stream, 4096);
    EXPECT_EQ(heard.drops, std::vector{Drop::too_long});
    EXPECT_EQ(heard.frames, Frames{counting(3)});
}

TEST(Cobs, ResetForgetsWhatWasBegun) {
    CobsDecoder decoder;
    decode_all(decoder, bytes({9, 1, 2}));
    decoder.reset();
    const Heard heard = decode_all(decoder, cobs_encode(counting(4)));
    EXPECT_EQ(heard.frames, Frames{counting(4)});
    EXPECT_TRUE(heard.drops.empty());
}

}  // namespace
}  // namespace cohort::wire
