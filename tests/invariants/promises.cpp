// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/invariants/promises.hpp"

#include <algorithm>
#include <utility>

namespace cohort::invariants {

using namespace cohort::core;

namespace {

constexpr std::size_t kReadsMost = 64;

}  // namespace

Promises::Promises(const std::vector<MachineConfig>& configs, const Clocks& clocks)
    : configs_(configs),
      clocks_(clocks),
      promises_(configs.size() * configs.size()),
      hold_until_(configs.size()),
      carried_(configs.size()) {}

std::optional<std::size_t> Promises::index_of(NodeId id) const {
    for (std::size_t i = 0; i < configs_.size(); ++i) {
        if (configs_[i].self == id) {
            return i;
        }
    }
    return std::nullopt;
}

/// What it promised before is not forgotten by those who count on it: the hold
/// that begins now lasts longer.
void Promises::starts(std::size_t node, Time deadline, Time now) {
    hold_until_[node] = now + configs_[node].timers.promise;
    carried_[node] = {Duration::min(), deadline};
    for (std::size_t i = 0; i < configs_.size(); ++i) {
        Promise& made = promise(node, i);
        made.reads.clear();
        made.epoch = {};
        made.current = made.old = Time{};
    }
}

void Promises::reads(std::size_t node, const Heartbeat& heartbeat, Time now) {
    const Header& header = heartbeat.header;
    const auto from = index_of(header.sender);
    if (!from || !header.flags.want_lease) {
        return;
    }
    std::deque<Read>& reads = promise(node, *from).reads;
    // A late copy may come when what it is a copy of is forgotten.
    const bool forgotten = reads.size() == kReadsMost && reads.front().session == header.session &&
                           header.seq < reads.front().seq;
    const bool copy = forgotten || std::any_of(reads.rbegin(), reads.rend(), [&](const Read& one) {
                          return one.session == header.session && one.seq == header.seq;
                      });
    if (!copy) {
        reads.push_back({header.session, header.seq, header.epoch, now});
        if (reads.size() > kReadsMost) {
            reads.pop_front();
        }
    }
}

void Promises::sends(std::size_t node, const Heartbeat& heartbeat) {
    for (const HeartbeatEntry& entry : heartbeat.entries) {
        const auto contender = index_of(entry.peer);
        if (!contender || entry.seq == 0) {
            continue;
        }
        const Promise& to = promise(node, *contender);
        const auto read = std::find_if(to.reads.rbegin(), to.reads.rend(), [&](const Read& one) {
            return static_cast<std::uint32_t>(one.seq) == entry.seq &&
                   static_cast<std::uint16_t>(one.session) == entry.session_tag &&
                   one.epoch == heartbeat.header.epoch;
        });
        if (read != to.reads.rend()) {
            make(node, *contender, heartbeat.header.epoch, read->at);
        }
    }
}

void Promises::make(std::size_t voter, std::size_t contender, const EpochId& epoch, Time read) {
    Promise& made = promise(voter, contender);
    if (made.epoch != epoch) {
        made.old = std::max(made.old, made.current);
        made.epoch = epoch;
        made.current = Time{};
    }
    const Time until = read + configs_[voter].timers.promise;
    if (until <= made.current) {
        return;
    }
    made.current = until;
    auto support = std::find_if(made.supports.begin(), made.supports.end(),
                                [&](const Support& one) { return one.epoch == epoch; });
    if (support == made.supports.end()) {
        support = made.supports.begin() + static_cast<std::ptrdiff_t>(made.oldest);
        made.oldest = (made.oldest + 1) % made.supports.size();
        support->until = Duration::min();
        support->epoch = epoch;
    }
    support->until = std::max(support->until, clocks_.shared(voter, until));
}

void Promises::accepts(std::size_t node, const EpochId& epoch, std::optional<Time> granted) {
    Carried& carried = carried_[node];
    carried.promised = std::max(carried.promised, promised(node, epoch));
    carried.lent = std::max(carried.lent, granted);
}

Duration Promises::promised(std::size_t node, const EpochId& epoch) const {
    std::vector<std::pair<Duration, unsigned>> parts;
    unsigned total = 0;
    for (const Member& member : configs_[node].members) {
        total += member.votes;
        const auto voter = index_of(member.id);
        if (!voter || *voter == node) {
            // Nobody else counts on the own vote; a node that is not observed is believed.
            parts.emplace_back(Duration::max(), member.votes);
            continue;
        }
        Duration until = Duration::min();
        for (const Support& support : promise(*voter, node).supports) {
            until = support.epoch == epoch ? std::max(until, support.until) : until;
        }
        parts.emplace_back(until, member.votes);
    }
    std::sort(parts.rbegin(), parts.rend());
    unsigned votes = 0;
    for (const auto& [until, worth] : parts) {
        votes += worth;
        if (2 * votes > total) {
            return until;
        }
    }
    return Duration::min();
}

Duration Promises::supported(std::size_t node, const EpochId& epoch,
                             std::optional<Time> granted) const {
    const Carried& carried = carried_[node];
    const Duration by_voters = std::max(carried.promised, promised(node, epoch));
    const std::optional<Time> lent = std::max(carried.lent, granted);
    return lent ? std::max(by_voters, clocks_.shared(node, *lent)) : by_voters;
}

Time Promises::not_clear_until(std::size_t voter, std::size_t contender,
                               const EpochId& epoch) const {
    const Promise& made = promise(voter, contender);
    const Time old = made.epoch < epoch ? std::max(made.old, made.current) : made.old;
    return std::max(hold_until_[voter], old);
}

}  // namespace cohort::invariants
