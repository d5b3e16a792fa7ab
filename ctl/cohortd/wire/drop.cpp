// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/wire/drop.hpp"

#include <numeric>

namespace cohort::wire {
namespace {

struct Words {
    std::string_view key;
    std::string_view text;
};

// In the order of the enumeration.
constexpr std::array<Words, kDropReasons> kWords{{
    {"too_short", "too short to be one"},
    {"too_long", "too long to be one"},
    {"noise", "noise on the line (check cable, baud rate and 8N1 at both ends)"},
    {"not_cohort", "not a cohort frame (does something else send to this link?)"},
    {"version", "another protocol version (run the same cohort version on all nodes)"},
    {"other_cluster", "from another cluster ([cluster] name must be the same on all nodes)"},
    {"unknown_key",
     "signed with a key id that is not accepted here ([[key]] on both nodes; see cohortd(8), "
     "KEYS)"},
    {"bad_mac",
     "its MAC is wrong (key_file, and each [[key]] of one id, must be the same on all nodes)"},
    {"malformed", "authentic but malformed (run the same cohort version on all nodes)"},
    {"own", "this node's own, heard back (a loop in the link?)"},
    {"impostor", "another cohortd speaks as this node ([cluster] node must differ on each host)"},
    {"unknown_sender", "from a node without a [[node]] here"},
}};

}  // namespace

std::string_view key_of(Drop reason) {
    return kWords[static_cast<std::size_t>(reason)].key;
}

std::string_view describe(Drop reason) {
    return kWords[static_cast<std::size_t>(reason)].text;
}

bool is_of_this_cluster(Drop reason) {
    return reason == Drop::unknown_key || reason == Drop::bad_mac || is_authentic(reason);
}

bool is_authentic(Drop reason) {
    return reason >= Drop::malformed;
}

std::uint64_t DropCounts::total() const {
    return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

}  // namespace cohort::wire
