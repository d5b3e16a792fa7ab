// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/tuples/frame.hpp"

#include <netinet/in.h>

namespace cohort::testbed {

namespace {

/// Appends numbers in network order.
class Writer {
public:
    void u8(std::uint8_t value) { bytes_.push_back(value); }
    void u16(std::uint16_t value) {
        u8(static_cast<std::uint8_t>(value >> 8));
        u8(static_cast<std::uint8_t>(value & 0xff));
    }
    void u32(std::uint32_t value) {
        u16(static_cast<std::uint16_t>(value >> 16));
        u16(static_cast<std::uint16_t>(value & 0xffff));
    }
    void mac(const MacBytes& mac) { bytes_.insert(bytes_.end(), mac.begin(), mac.end()); }

    std::size_t size() const { return bytes_.size(); }

    /// The Internet checksum (RFC 1071) of what was written from `from` on, into `at`.
    void checksum(std::size_t at, std::size_t from, std::uint32_t sum = 0) {
        for (std::size_t i = from; i < bytes_.size(); ++i)
            sum += (i - from) % 2 == 0 ? bytes_[i] * 256U : bytes_[i];
        while (sum > 0xffff)
            sum = (sum & 0xffff) + (sum >> 16);
        bytes_[at] = static_cast<std::uint8_t>(~sum >> 8 & 0xff);
        bytes_[at + 1] = static_cast<std::uint8_t>(~sum & 0xff);
    }

    std::vector<std::uint8_t> take() { return std::move(bytes_); }

private:
    std::vector<std::uint8_t> bytes_;
};

constexpr std::size_t kEthernetLength = 14;
constexpr std::uint16_t kIpLength = 20;

std::uint16_t transport_length(std::uint8_t protocol) {
    return protocol == IPPROTO_TCP ? 20 : 8;
}

void put_transport(Writer& out, const Tuple& tuple, std::uint32_t dst) {
    const std::size_t start = out.size();
    const std::uint16_t length = transport_length(tuple.protocol);
    // The pseudo-header counts in UDP's and TCP's checksums.
    const std::uint32_t pseudo = (tuple.src >> 16) + (tuple.src & 0xffff) + (dst >> 16) +
                                 (dst & 0xffff) + tuple.protocol + length;
    switch (tuple.protocol) {
        case IPPROTO_TCP:
            out.u16(tuple.sport);
            out.u16(tuple.dport);
            out.u32(1);       // sequence number
            out.u32(0);       // acknowledges nothing
            out.u16(0x5002);  // 20 bytes of header, SYN
            out.u16(1024);    // window
            out.u32(0);       // checksum, urgent pointer
            out.checksum(start + 16, start, pseudo);
            break;
        case IPPROTO_UDP:
            out.u16(tuple.sport);
            out.u16(tuple.dport);
            out.u16(length);
            out.u16(0);
            out.checksum(start + 6, start, pseudo);
            break;
        default:
            out.u16(0x0800);  // echo request
            out.u16(0);
            out.u16(tuple.sport);
            out.u16(1);
            out.checksum(start + 2, start);
    }
}

}  // namespace

std::vector<std::uint8_t> make_frame(const Tuple& tuple, std::uint32_t dst, const MacBytes& to,
                                     const MacBytes& from) {
    Writer out;
    out.mac(to);
    out.mac(from);
    out.u16(0x0800);
    out.u16(0x4500);
    out.u16(static_cast<std::uint16_t>(kIpLength + transport_length(tuple.protocol)));
    out.u32(0);  // identification, no fragment
    out.u8(64);  // time to live
    out.u8(tuple.protocol);
    out.u16(0);
    out.u32(tuple.src);
    out.u32(dst);
    out.checksum(kEthernetLength + 10, kEthernetLength);
    put_transport(out, tuple, dst);
    return out.take();
}

}  // namespace cohort::testbed
