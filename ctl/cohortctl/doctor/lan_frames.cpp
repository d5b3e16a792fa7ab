// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/doctor/lan_frames.hpp"

#include <algorithm>
#include <array>

namespace cohort::ctl {
namespace {

constexpr std::size_t kEthernet = 14;
constexpr std::size_t kLeastFrame = 60;  // without the checksum
constexpr std::size_t kIpv6 = 40;
constexpr std::uint8_t kIcmpv6 = 58;
constexpr std::uint8_t kSolicitation = 135;
constexpr std::uint8_t kAdvertisement = 136;
constexpr std::uint8_t kTargetLinkLayer = 2;
constexpr std::array<std::uint8_t, 2> kArpType{0x08, 0x06};
constexpr std::array<std::uint8_t, 2> kIpv6Type{0x86, 0xDD};
/// Ethernet, IPv4, their lengths.
constexpr std::array<std::uint8_t, 6> kArpKind{0, 1, 8, 0, 6, 4};

void append(Bytes& frame, std::span<const std::uint8_t> bytes) {
    frame.insert(frame.end(), bytes.begin(), bytes.end());
}

std::uint32_t word_at(std::span<const std::uint8_t> bytes, std::size_t at) {
    const std::uint32_t low = at + 1 < bytes.size() ? bytes[at + 1] : 0;
    return static_cast<std::uint32_t>(bytes[at]) << 8 | low;
}

std::uint32_t sum_of(std::span<const std::uint8_t> bytes) {
    std::uint32_t sum = 0;
    for (std::size_t at = 0; at < bytes.size(); at += 2)
        sum += word_at(bytes, at);
    return sum;
}

/// RFC 4443, 2.3; of an IPv6 packet without extension headers.
std::uint16_t checksum(std::span<const std::uint8_t> ip) {
    const auto body = ip.subspan(kIpv6);
    std::uint32_t sum = sum_of(ip.subspan(8, 32)) + static_cast<std::uint32_t>(body.size()) +
                        kIcmpv6 + sum_of(body);
    while (sum > 0xFFFF)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

Bytes arp_probe(const Mac& source, const IpAddress& address) {
    Bytes frame(6, 0xFF);
    append(frame, source);
    append(frame, kArpType);
    append(frame, kArpKind);
    append(frame, std::array<std::uint8_t, 2>{0, 1});  // a request
    append(frame, source);
    frame.resize(frame.size() + 4 + 6);  // of no address, for any hardware
    append(frame, address.span());
    frame.resize(kLeastFrame);
    return frame;
}

Bytes solicitation(const Mac& source, const IpAddress& address) {
    const auto last = address.span().last(3);
    Bytes frame{0x33, 0x33, 0xFF, last[0], last[1], last[2]};
    append(frame, source);
    append(frame, kIpv6Type);
    // Version 6, 24 bytes of ICMPv6, hop limit 255, from ::.
    append(frame, std::array<std::uint8_t, 8>{0x60, 0, 0, 0, 0, 24, kIcmpv6, 255});
    frame.resize(frame.size() + 16);
    // To the address's solicited-node group, ff02::1:ffXX:XXXX.
    append(frame, std::array<std::uint8_t, 13>{0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xFF});
    append(frame, last);
    append(frame, std::array<std::uint8_t, 8>{kSolicitation, 0, 0, 0, 0, 0, 0, 0});
    append(frame, address.span());
    const std::uint16_t sum = checksum(std::span(frame).subspan(kEthernet));
    frame[kEthernet + kIpv6 + 2] = static_cast<std::uint8_t>(sum >> 8);
    frame[kEthernet + kIpv6 + 3] = static_cast<std::uint8_t>(sum & 0xFF);
    return frame;
}

bool starts_with(std::span<const std::uint8_t> bytes, std::span<const std::uint8_t> start) {
    return bytes.size() >= start.size() && std::ranges::equal(bytes.first(start.size()), start);
}

Mac mac_at(std::span<const std::uint8_t> bytes) {
    Mac mac{};
    std::ranges::copy(bytes.first(mac.size()), mac.begin());
    return mac;
}

/// A request or a reply says who its sender is; a probe, whose sender is 0.0.0.0, not.
std::optional<Claim> read_arp(std::span<const std::uint8_t> packet) {
    if (packet.size() < 28 || !starts_with(packet, kArpKind))
        return std::nullopt;
    const auto address = address_from_bytes(packet.subspan(14, 4));
    if (!address || *address == IpAddress{})
        return std::nullopt;
    return Claim{*address, mac_at(packet.subspan(8))};
}

std::optional<Claim> read_advertisement(std::span<const std::uint8_t> packet, const Mac& sender) {
    constexpr std::size_t kFixed = 24;  // up to the options
    if (packet.size() < kIpv6 + kFixed || packet[6] != kIcmpv6 || packet[7] != 255)
        return std::nullopt;
    auto body =
        packet.subspan(kIpv6, std::min<std::size_t>(word_at(packet, 4), packet.size() - kIpv6));
    if (body.size() < kFixed || body[0] != kAdvertisement)
        return std::nullopt;
    const auto address = address_from_bytes(body.subspan(8, 16));
    if (!address)
        return std::nullopt;
    Claim claim{*address, sender};
    for (body = body.subspan(kFixed); body.size() >= 8; body = body.subspan(body[1] * 8U)) {
        if (body[1] == 0 || body[1] * 8U > body.size())
            return std::nullopt;
        if (body[0] == kTargetLinkLayer)
            claim.mac = mac_at(body.subspan(2));
    }
    return claim;
}

}  // namespace

Bytes owner_question(const Mac& source, const IpAddress& address) {
    return address.family == Family::ipv4 ? arp_probe(source, address)
                                          : solicitation(source, address);
}

std::optional<Claim> read_claim(std::span<const std::uint8_t> frame) {
    if (frame.size() < kEthernet)
        return std::nullopt;
    const auto type = frame.subspan(12);
    if (starts_with(type, kArpType))
        return read_arp(frame.subspan(kEthernet));
    if (starts_with(type, kIpv6Type))
        return read_advertisement(frame.subspan(kEthernet), mac_at(frame.subspan(6)));
    return std::nullopt;
}

}  // namespace cohort::ctl
