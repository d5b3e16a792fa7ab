// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/wire/cobs.hpp"

namespace cohort::wire {
namespace {

// A block's code counts itself and the bytes up to the zero that it stands
// for; this one stands for 254 bytes and no zero.
constexpr std::uint8_t kFullBlock = 0xFF;

}  // namespace

std::vector<std::byte> cobs_encode(std::span<const std::byte> frame) {
    std::vector<std::byte> out;
    out.reserve(frame.size() + frame.size() / 254 + 2);
    std::size_t code_at = 0;
    out.push_back(std::byte{0});
    auto close_block = [&] { out[code_at] = static_cast<std::byte>(out.size() - code_at); };
    auto open_block = [&] {
        code_at = out.size();
        out.push_back(std::byte{0});
    };
    for (std::byte b : frame) {
        // Opened late: a frame that ends with a full block needs no block after it.
        if (out.size() - code_at == kFullBlock) {
            close_block();
            open_block();
        }
        if (b != std::byte{0}) {
            out.push_back(b);
        } else {
            close_block();
            open_block();
        }
    }
    close_block();
    out.push_back(std::byte{0});
    return out;
}

void CobsDecoder::reset() {
    size_ = 0;
    left_ = 0;
    code_ = kFullBlock;
    begun_ = false;
    overrun_ = false;
}

CobsDecoder::Step CobsDecoder::take(std::uint8_t byte) {
    if (byte == 0) {
        if (overrun_)
            return Step::too_long;
        if (!begun_)
            return Step::more;  // zeros between frames say nothing
        return left_ == 0 ? Step::frame : Step::noise;
    }
    if (overrun_)
        return Step::more;
    begun_ = true;
    if (left_ > 0) {
        --left_;
    } else {
        // A code begins a block; the one before may owe its zero.
        const bool owes_zero = code_ != kFullBlock;
        code_ = byte;
        left_ = static_cast<std::uint8_t>(byte - 1);
        if (!owes_zero)
            return Step::more;
        byte = 0;
    }
    if (size_ == frame_.size()) {
        overrun_ = true;
        return Step::more;
    }
    frame_[size_++] = static_cast<std::byte>(byte);
    return Step::more;
}

}  // namespace cohort::wire
