// SPDX-License-Identifier: GPL-2.0-or-later
//
// Frames that ask a LAN who has an address, and answers to them. Neither kind of
// question names an address of ours, so that no neighbour learns anything.
#pragma once

#include "ctl/cohortctl/doctor/facts.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace cohort::ctl {

using Bytes = std::vector<std::uint8_t>;

/// An ARP probe (RFC 5227, 1.1) or, for IPv6, the neighbour solicitation of duplicate
/// address detection (RFC 4862, 5.4.2), with the Ethernet header.
Bytes owner_question(const Mac& source, const IpAddress& address);

/// Who says in this frame that an address is his: the sender of an ARP packet, or of
/// a neighbour advertisement. Nothing for any other frame, however malformed.
std::optional<Claim> read_claim(std::span<const std::uint8_t> frame);

}  // namespace cohort::ctl
