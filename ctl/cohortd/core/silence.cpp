// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/core/silence.hpp"

#include "ctl/cohortd/core/mutate.hpp"

namespace cohort::core {

void Silence::heard(Time now, bool fresh) {
    if (mutated(Mutation::frame_is_not_sound)) {
        return;
    }
    since_ = now;
    fresh_ = fresh;
}

Duration Silence::take_after(const Timers& timers) const {
    // A peer that heard us lately serves by real acks only, and those run out
    // within L_v. One that may have been deaf can have granted itself more.
    if (fresh_ || mutated(Mutation::take_without_fresh)) {
        return mutated(Mutation::take_too_early) ? timers.silence_take / 2 : timers.silence_take;
    }
    return mutated(Mutation::long_too_short) ? timers.silence_take : timers.silence_long;
}

Grade Silence::grade(const Timers& timers, Time reading) const {
    const Duration silent = reading - since_;
    if (silent >= take_after(timers)) {
        return Grade::take;
    }
    const Duration keep_after =
        mutated(Mutation::keep_too_early) ? timers.heartbeat : timers.silence_keep;
    return silent >= keep_after ? Grade::keep : Grade::none;
}

std::optional<Time> Silence::next_change(const Timers& timers, Duration limit, Time now) const {
    std::optional<Time> next;
    const Duration least{1};
    for (const Duration length :
         {limit + least, timers.silence_keep, take_after(timers), timers.silence_long}) {
        const Time at = since_ + length;
        if (at > now && (!next || at < *next)) {
            next = at;
        }
    }
    return next;
}

}  // namespace cohort::core
