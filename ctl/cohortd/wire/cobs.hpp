// SPDX-License-Identifier: GPL-2.0-or-later
//
// Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999): frames on a
// byte stream, parted by zero bytes. Frames of up to 254 bytes cost 2 bytes.
#pragma once

#include "ctl/cohortd/wire/drop.hpp"
#include "ctl/cohortd/wire/frame.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace cohort::wire {

/// The frame's bytes without zeros, and the closing zero.
std::vector<std::byte> cobs_encode(std::span<const std::byte> frame);

/// Takes a byte stream apart. Whatever comes in, memory stays bounded, and the
/// first intact frame that follows a zero byte is found again.
class CobsDecoder {
public:
    /// Calls on_frame(std::span<const std::byte>) for each frame completed by
    /// these bytes, and on_drop(Drop::noise or Drop::too_long) for each
    /// stretch between zeros that is none. A frame is valid during the call.
    template <class OnFrame, class OnDrop>
    void feed(std::span<const std::byte> bytes, OnFrame on_frame, OnDrop on_drop) {
        for (std::byte b : bytes) {
            switch (take(std::to_integer<std::uint8_t>(b))) {
                case Step::more:
                    break;
                case Step::frame:
                    on_frame(std::span<const std::byte>(frame_).first(size_));
                    reset();
                    break;
                case Step::noise:
                    on_drop(Drop::noise);
                    reset();
                    break;
                case Step::too_long:
                    on_drop(Drop::too_long);
                    reset();
                    break;
            }
        }
    }

    /// Forgets what was begun: the stream starts anew.
    void reset();

private:
    enum class Step : std::uint8_t { more, frame, noise, too_long };
    Step take(std::uint8_t byte);

    std::array<std::byte, kMaxPacket> frame_;
    std::size_t size_ = 0;
    std::uint8_t left_ = 0;     ///< of the current block, without its code
    std::uint8_t code_ = 0xFF;  ///< of the current block; 0xFF: no zero follows it
    bool begun_ = false;
    bool overrun_ = false;  ///< longer than any frame: ignored up to the next zero
};

}  // namespace cohort::wire
