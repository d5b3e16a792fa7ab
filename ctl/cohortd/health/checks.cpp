// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/health/checks.hpp"

#include "ctl/cohortd/shell/log.hpp"

#include <array>
#include <utility>

namespace cohort::health {
namespace {

using shell::Level;

std::string_view in_words(DeviceState state) {
    static constexpr std::array<std::string_view, 3> kWords{"does not exist", "has no link",
                                                            "has its link"};
    return kWords[static_cast<std::size_t>(state)];
}

}  // namespace

Checks::Checks(const LinkWatch& links, std::vector<config::Check> checks, Changed changed)
    : links_(links), checks_(std::move(checks)), changed_(std::move(changed)) {
    judge();
}

void Checks::configure(std::vector<config::Check> checks) {
    checks_ = std::move(checks);
    last_.clear();
    judge();
}

void Checks::judge() {
    bool healthy = true;
    for (const config::Check& check : checks_) {
        const DeviceState state = links_.state_of(check.dev);
        healthy = healthy && state == DeviceState::up;
        const auto [last, first] = last_.try_emplace(check.name, DeviceState::up);
        if (last->second != state)
            log(state == DeviceState::up ? Level::notice : Level::warning, "check {}: {} {}",
                check.name, check.dev, in_words(state));
        last->second = state;
    }
    if (std::exchange(healthy_, healthy) != healthy)
        changed_(healthy);
}

}  // namespace cohort::health
