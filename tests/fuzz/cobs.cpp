// SPDX-License-Identifier: GPL-2.0-or-later
//
// The COBS decoder on any stream, in pieces of any size. After a zero byte it finds
// the next intact frame, whatever came before.
#include "ctl/cohortd/wire/cobs.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>
#include <vector>

using namespace cohort;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::as_bytes(data, size);
    const std::size_t piece = size > 0 ? data[0] % 64 + 1U : 1;
    wire::CobsDecoder decoder;
    std::vector<std::byte> last;
    auto feed = [&](std::span<const std::byte> part) {
        decoder.feed(
            part,
            [&](std::span<const std::byte> frame) {
                fuzz::require(!frame.empty() || !part.empty(), "a frame comes from bytes");
                fuzz::require(frame.size() <= wire::kMaxPacket, "no frame is too long");
                last.assign(frame.begin(), frame.end());
            },
            [](wire::Drop why) {
                fuzz::require(why == wire::Drop::noise || why == wire::Drop::too_long,
                              "only the stream's own reasons are given");
            });
    };
    for (std::size_t at = 0; at < size; at += piece)
        feed(bytes.subspan(at, std::min(piece, size - at)));

    const auto frame = bytes.first(std::min(size, wire::kMaxFrame));
    if (frame.empty())
        return 0;
    const std::byte zero{0};
    feed(std::span(&zero, 1));
    feed(wire::cobs_encode(frame));
    fuzz::require(std::ranges::equal(last, frame), "the frame after the noise is found");
    return 0;
}
