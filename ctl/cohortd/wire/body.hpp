// SPDX-License-Identifier: GPL-2.0-or-later
//
// The bodies of frames, by type: what follows the header. Private to wire/.
#pragma once

#include "ctl/cohortd/core/messages.hpp"
#include "ctl/cohortd/wire/bytes.hpp"

#include <cstddef>
#include <cstdint>

namespace cohort::wire {

constexpr std::uint8_t bit(bool on, std::uint8_t mask) {
    return on ? mask : 0;
}

constexpr bool is_node(core::NodeId id) {
    return id >= 1 && id <= core::kMaxNodeId;
}

/// Writes the body alone. What the core may not make does not come here: see
/// encode(). `echoed`: whose entry is marked, since the header's echo is for it.
void put_body(ByteWriter& out, const core::Heartbeat& body, core::NodeId echoed);
void put_body(ByteWriter& out, const core::PlanFragment& body);
void put_body(ByteWriter& out, const core::PlanRequest& body);
void put_body(ByteWriter& out, const core::Prevote& body);
void put_body(ByteWriter& out, const core::PrevoteOk& body);
void put_body(ByteWriter& out, const core::Hello& body);
void put_body(ByteWriter& out, const core::Keys& body);
void put_body(ByteWriter& out, const core::SettingsRequest& body);
void put_body(ByteWriter& out, const core::SettingsFragment& body);

/// Reads the body; false if its fields are out of range. Whether anything is
/// missing or left over is for the reader to tell. `entries` is the header's
/// count of entries; `echoed` is left alone if none is marked.
bool get_body(ByteReader& in, core::Heartbeat& body, std::size_t entries, core::NodeId& echoed);
bool get_body(ByteReader& in, core::PlanFragment& body);
bool get_body(ByteReader& in, core::PlanRequest& body);
bool get_body(ByteReader& in, core::Prevote& body);
bool get_body(ByteReader& in, core::PrevoteOk& body);
bool get_body(ByteReader& in, core::Hello& body);
bool get_body(ByteReader& in, core::Keys& body);
bool get_body(ByteReader& in, core::SettingsRequest& body);
bool get_body(ByteReader& in, core::SettingsFragment& body);

}  // namespace cohort::wire
