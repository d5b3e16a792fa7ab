// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/probe/ledger.hpp"

#include <algorithm>

namespace cohort::testbed {

std::uint32_t Ledger::ask(std::uint32_t flow, Time now) {
    Question question;
    question.sent = now;
    question.flow = flow;
    questions_.push_back(question);
    if (!flows_[flow].waiting_since)
        flows_[flow].waiting_since = now;
    return static_cast<std::uint32_t>(questions_.size() - 1);
}

void Ledger::answer(std::uint32_t flow, std::uint32_t seq, NodeId node, Time now) {
    if (seq >= questions_.size() || questions_[seq].flow != flow) {
        ++stray_;
        return;
    }
    Question& question = questions_[seq];
    const std::uint64_t bit = std::uint64_t{1} << (node - 1);
    if (question.nodes & bit) {
        ++question.repeats;
        return;
    }
    if (!question.nodes) {
        question.answered = now;
        ++answered_;
    } else if (!question.is_twice()) {
        ++twice_;
    }
    question.nodes |= bit;
    ++by_node_[node];
    flows_[flow].owner = node;
    flows_[flow].waiting_since.reset();
}

std::uint64_t Ledger::answers_of(NodeId node) const {
    const auto found = by_node_.find(node);
    return found == by_node_.end() ? 0 : found->second;
}

std::map<NodeId, std::size_t> Ledger::flows_by_owner() const {
    std::map<NodeId, std::size_t> owners;
    for (const Flow& flow : flows_)
        ++owners[flow.owner];
    return owners;
}

std::size_t Ledger::dark_flows(Time now, Duration patience) const {
    return static_cast<std::size_t>(std::ranges::count_if(flows_, [&](const Flow& flow) {
        return flow.waiting_since && now - *flow.waiting_since > patience;
    }));
}

}  // namespace cohort::testbed
