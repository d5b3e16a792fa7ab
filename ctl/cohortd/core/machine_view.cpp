// SPDX-License-Identifier: GPL-2.0-or-later
//
// What status shows.
#include "ctl/cohortd/core/machine_state.hpp"

namespace cohort::core {

namespace {

NodeState state_of(const Peer& peer) {
    if (peer.disagrees) {
        return NodeState::disagrees;
    }
    if (!peer.heard_at) {
        return NodeState::unknown;
    }
    if (peer.alive) {
        return peer.leaving ? NodeState::leaving : peer.deaf ? NodeState::deaf : NodeState::alive;
    }
    return peer.leaving ? NodeState::left : NodeState::silent;
}

}  // namespace

View Machine::view(Time now) const {
    const State& s = *state_;
    View view;
    view.epoch = s.plan.id;
    view.quorate = s.contends() ? s.lease.valid(now) : s.hears_quorum();
    view.serving_until = s.lease.until().value_or(Time{});
    view.leaving = s.leaving != State::Leaving::no;
    view.self = view.leaving ? NodeState::leaving : NodeState::alive;
    view.healthy = s.is_fit();
    view.members_staged = s.staged.has_value();
    view.members_settled = s.members_settled;
    view.serving = view.quorate ? s.holdings.fresh_count() : 0;
    for (std::size_t i = 0; i < s.electorate.size(); ++i) {
        PeerView node;
        node.id = s.electorate[i].id;
        node.owned = s.owned[node.id];
        if (const auto& peer = s.peers[i]) {
            node.state = s.fencing.running && peer->silent ? NodeState::fencing : state_of(*peer);
            node.healthy = peer->health > 0;
            node.weight = peer->weight;
            node.epoch = peer->epoch;
            node.heard_at = peer->heard_at;
            node.live = peer->session.session() != 0 && !peer->silent;
            node.keys = peer->told_keys() ? peer->keys : std::vector<KeyUse>{};
            node.accepts_our_keys = peer->told_keys() && peer->accepts_our_keys;
            node.differences = peer->differences;
        } else {
            node.state = view.self;
            node.healthy = s.is_fit();
            node.weight = s.electorate[i].weight;
            node.epoch = s.plan.id;
            node.heard_at = now;
            node.live = true;
            node.keys = s.config.keys;
            node.accepts_our_keys = !s.config.keys.empty();
        }
        view.nodes.push_back(node);
    }
    return view;
}

}  // namespace cohort::core
