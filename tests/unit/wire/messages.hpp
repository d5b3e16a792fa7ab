// SPDX-License-Identifier: GPL-2.0-or-later
//
// One message of each type, every field set to a value of its own.
#pragma once

#include "ctl/cohortd/core/messages.hpp"

#include <vector>

namespace cohort::wire::test {

inline core::Header header() {
    core::Header h;
    h.sender = 2;
    h.flags = {.released = true, .want_lease = false, .leaving = true, .clear_valid = false};
    h.weight = 3;
    h.health = 255;
    h.session = 0x1122334455667788;
    h.seq = 0x99AABBCC;
    h.config_digest = 0x0F1E2D3C4B5A6978;
    h.epoch = {0x0102030405060708, 1, 0x8877665544332211};
    h.clear = 0x8000000000000001;
    return h;
}

inline std::vector<core::Message> one_of_each() {
    std::vector<core::Message> all;
    all.push_back(core::Heartbeat{
        header(), {{1, true, false, 0xBEEF, 0xDEADBEEF}, {64, false, true, 1, 0, true, 15}}});
    all.push_back(core::PlanFragment{header(), 2, 5, {std::byte{0}, std::byte{7}}});
    all.push_back(core::PlanRequest{header(), 1, {77, 2, 99}});
    all.push_back(core::Prevote{header(), 1234567890123});
    all.push_back(core::PrevoteOk{header(), 1, 42});
    all.push_back(core::Hello{header(), 1, 0xABCDEF, 0x123456});
    all.push_back(core::Keys{header(), 1, 15, {{1, false, 0xDEADBEEF}, {255, true, 7}}});
    all.push_back(core::SettingsRequest{header(), 64, 1023});
    all.push_back(core::SettingsFragment{header(), 1, 2, 5, {std::byte{'a'}, std::byte{'\t'}}});
    return all;
}

}  // namespace cohort::wire::test
