// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the kernel is told (R4, R8, R14, invariant I7).
#include "ctl/cohortd/core/machine_state.hpp"
#include "ctl/cohortd/core/mutate.hpp"
#include "ctl/cohortd/core/text.hpp"
#include "ctl/cohortd/core/timers.hpp"

#include <algorithm>

namespace cohort::core {

/// R13, R14. What the accepted plan does not give us goes at once, also if the
/// daemon died between accepting it and telling the kernel.
void Machine::State::resume_kernel(const KernelHeld& kernel, Time now) {
    kernel_floor = kernel.epoch_counter;
    if (has_vote && kernel.states.size() == config.buckets && now < kernel.deadline) {
        lease.resume(std::min(kernel.deadline, now + config.timers.lease));
        holdings.resume(kernel.states, plan);
        if (!holdings.empty()) {
            note(Note::Level::notice, "the kernel still serves " +
                                          buckets_text(holdings.fresh_count()) + ", for " +
                                          text(*lease.carry() - now));
        }
    } else if (mutated(Mutation::hold_after_reboot) && kernel.states.size() == config.buckets) {
        holdings.resume(kernel.states, plan);
        holdings.open_carried();
    } else {
        holdings.drop_all(plan);
    }
    set_kernel(now);
    release_ticket = last_ticket;
}

/// max(lease_end, carry), rounded down. While there is none nothing is served,
/// and the deadline may as well be now.
Time Machine::State::kernel_deadline(Time now) const {
    const Time until = lease.until().value_or(now);
    return Time{until.time_since_epoch() / kKernelGranularity * kKernelGranularity};
}

void Machine::State::set_kernel(Time now) {
    kernel_stale = false;
    set_again_at.reset();
    kernel_owes.since = kernel_owes.since.value_or(now);
    commanded_deadline = kernel_deadline(now);
    act(KernelSet{++last_ticket, std::max(plan.id.counter, has_vote ? 0 : kernel_floor),
                  holdings.held(), commanded_deadline});
}

/// Never over an update that was not confirmed: what it was to take away would
/// be served for longer if it failed.
void Machine::State::push_deadline(Time now) {
    const Time deadline = kernel_deadline(now);
    const bool useful =
        deadline - commanded_deadline >= config.timers.heartbeat / 4 || commanded_deadline <= now;
    if (confirmed_ticket == last_ticket && !kernel_stale && deadline > commanded_deadline &&
        deadline > now && useful) {
        commanded_deadline = deadline;
        act(KernelRenew{plan.id.counter, deadline});
    }
}

void Machine::State::on_kernel_done(const KernelDone& done, Time now) {
    if (done.ticket > last_ticket) {
        return;
    }
    if (done.ok) {
        const bool was_released = released();
        confirmed_ticket = std::max(confirmed_ticket, done.ticket);
        if (confirmed_ticket == last_ticket) {
            kernel_owes.since.reset();
        }
        if (!was_released && released()) {
            trigger(Trigger::change, now);
        }
    } else if (done.ticket == last_ticket) {
        if (done.ticket == confirmed_ticket + 1) {
            note(Note::Level::alert,
                 "the kernel refused the states of epoch " + text(plan.id) + "; trying again");
        }
        kernel_stale = true;
        set_again_at = now + config.timers.heartbeat;
    }
}

/// RELEASED(self, acc). Every later update leaves no more than its epoch allows,
/// so any confirmed one from the accept on will do.
bool Machine::State::released() const {
    return (release_ticket > 0 && confirmed_ticket >= release_ticket) ||
           mutated(Mutation::release_before_kernel);
}

}  // namespace cohort::core
