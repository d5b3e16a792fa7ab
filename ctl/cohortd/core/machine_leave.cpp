// SPDX-License-Identifier: GPL-2.0-or-later
//
// Leaving in good order, and always within a bound (R21); and ending for a successor,
// which takes over what the kernel serves (R14).
#include "ctl/cohortd/core/machine_state.hpp"

namespace cohort::core {

void Machine::State::on_leave(Time now) {
    if (leaving != Leaving::no) {
        return;
    }
    leaving = Leaving::handing_over;
    yields_at.reset();
    leave_until = now + 2 * config.timers.promise;
    note(Note::Level::notice, "leaving");
    trigger(Trigger::change, now);
}

/// Goes on until the peers were told twice, in case a frame is lost. Not while another
/// set of members is staged: the successor goes by that, and so by no plan yet (R22),
/// and would drop what it finds in the kernel.
void Machine::State::on_yield(Time now) {
    if (leaving != Leaving::no || yields_at) {
        return;
    }
    if (staged) {
        note(Note::Level::warning,
             "the new set of nodes does not hold yet, so a successor could not go on");
        on_leave(now);
        return;
    }
    yields_at = now + 2 * config.timers.heartbeat;
    note(Note::Level::notice, "ending for a successor");
    trigger(Trigger::change, now);
}

bool Machine::State::somebody_can_take_over() const {
    for (std::size_t i = 0; i < peers.size(); ++i) {
        if (peers[i] && is_candidate(i)) {
            return hears_quorum();
        }
    }
    return false;
}

void Machine::State::advance_leave(Time now) {
    if (leaving == Leaving::handing_over) {
        const bool gone = holdings.empty() && !holdings.lacks();
        if (gone && released() && release_sent) {
            leaving = Leaving::quiet;
            leave_until = now + config.timers.promise;
            note(Note::Level::info, "everything is handed over; promises run out");
        } else if (now >= leave_until || (!gone && !somebody_can_take_over())) {
            leaving = Leaving::clearing;
            leave_until = now + config.timers.promise;
            holdings.drop_all(plan);
            set_kernel(now);
            note(Note::Level::warning, "nobody takes over: serving ends now");
        }
    } else if (leaving == Leaving::quiet) {
        if (now >= leave_until) {
            stop(false);
        }
    } else if (leaving == Leaving::clearing) {
        // If the kernel does not answer either, its deadline does the rest.
        if (confirmed_ticket == last_ticket || now >= leave_until) {
            stop(false);
        }
    } else if (yields_at && now >= *yields_at) {
        stop(true);
    }
}

void Machine::State::stop(bool succeeded) {
    leaving = Leaving::stopped;
    note(Note::Level::notice,
         succeeded ? "ended; the kernel serves on until its lease runs out" : "left the cluster");
    act(Stopped{succeeded});
}

}  // namespace cohort::core
