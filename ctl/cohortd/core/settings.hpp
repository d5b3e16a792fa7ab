// SPDX-License-Identifier: GPL-2.0-or-later
//
// What nodes must agree on, as names and values for people: exchanged only
// between nodes whose digests differ, to say in what (R22).
#pragma once

#include "ctl/cohortd/core/messages.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cohort::core {

/// A fact in the words of the configuration file: "[timing] lease", "1s".
struct Setting {
    std::string name;
    std::string value;
    bool operator==(const Setting&) const = default;
};

/// A setting that is not the same on two nodes; without a value where it is
/// not there at all.
struct Difference {
    std::string name;
    std::optional<std::string> here;
    std::optional<std::string> there;
    bool operator==(const Difference&) const = default;
};

/// What any node's settings take at most, encoded.
inline constexpr std::size_t kMaxSettingsBytes = std::size_t{128} << 10;

/// A line each, name and value parted by a tab; what does not fit into
/// kMaxSettingsBytes is left out.
std::vector<std::byte> encode_settings(const std::vector<Setting>& settings);

/// Lines that are none are skipped, and what is not printable is blanked: the
/// peer is authentic, but its program may be of any version.
std::vector<Setting> decode_settings(std::span<const std::byte> bytes);

/// In the order of `here`; then what is only there.
std::vector<Difference> compare_settings(const std::vector<Setting>& here,
                                         const std::vector<Setting>& there);

/// "[timing] lease (2s there, 1s here), …"; of many, the first few.
std::string text(const std::vector<Difference>& differences);

/// A peer's settings, put together piece by piece. It asks for one after the
/// other, so that a slow line carries no more than one at a time.
class SettingsAssembly {
public:
    /// Starts anew, and tells so, if this is not the digest in hand.
    bool expect(std::uint64_t config_digest);
    /// Forgets everything.
    void clear() { *this = SettingsAssembly(); }

    /// The piece to ask for next; nothing once all are there.
    std::optional<std::uint16_t> missing() const;

    /// Takes a piece of the digest in hand; true if it was the last missing one.
    bool add(const SettingsFragment& fragment);

    /// All that came so far.
    std::span<const std::byte> bytes() const { return bytes_; }

private:
    std::optional<std::uint64_t> digest_;
    std::vector<std::byte> bytes_;
    std::uint16_t next_ = 0;
    std::uint16_t count_ = 0;  ///< 0: not known yet
};

}  // namespace cohort::core
