// SPDX-License-Identifier: GPL-2.0-or-later
//
// Ethernet addresses.
#pragma once

#include "ctl/base/result.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace cohort {

using Mac = std::array<std::uint8_t, 6>;

/// Six pairs of hexadecimal digits parted by ':' throughout or by '-'
/// throughout. Whether an address fits an L2 mode is the kernel's to say.
Result<Mac> parse_mac(std::string_view text);

/// Lower case, parted by ':'.
std::string format_mac(const Mac& mac);

}  // namespace cohort
