// SPDX-License-Identifier: GPL-2.0-or-later
//
// Why a received frame was dropped. Each reason is counted per link and named
// in the log and in the status.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cohort::wire {

enum class Drop : std::uint8_t {
    too_short,       ///< no room for header and MAC
    too_long,        ///< longer than any frame
    noise,           ///< on a serial line: bytes that COBS never produces
    not_cohort,      ///< another magic number
    version,         ///< a version that this program does not speak
    other_cluster,   ///< another cluster's id
    unknown_key,     ///< a key id that is not accepted here
    bad_mac,         ///< another key, or altered on the way
    malformed,       ///< authentic, but says nothing that this version knows
    own,             ///< this node's own frame, heard back
    impostor,        ///< authentic, in this node's name, but from another session
    unknown_sender,  ///< authentic, from a node that is not configured
};
inline constexpr std::size_t kDropReasons = 12;

/// The reason as a lower_snake key: "bad_mac".
std::string_view key_of(Drop reason);

/// The reason in words that complete "dropped a frame: …", with what would
/// be right.
std::string_view describe(Drop reason);

/// The sender takes itself for one of this cluster: its frame names it, if it is not
/// authentic, too.
bool is_of_this_cluster(Drop reason);
/// It had this cluster's key.
bool is_authentic(Drop reason);

/// Monotonic counts by reason.
class DropCounts {
public:
    void add(Drop reason) { ++counts_[static_cast<std::size_t>(reason)]; }
    std::uint64_t operator[](Drop reason) const {
        return counts_[static_cast<std::size_t>(reason)];
    }
    std::uint64_t total() const;

private:
    std::array<std::uint64_t, kDropReasons> counts_{};
};

}  // namespace cohort::wire
