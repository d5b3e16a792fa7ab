// SPDX-License-Identifier: GPL-2.0-or-later
//
// Who answered which question, and when.
#pragma once

#include "tests/vm/tools/lib/reactor.hpp"

#include <bit>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace cohort::testbed {

using NodeId = std::uint32_t;  ///< 1..64; 0: nobody

struct Question {
    Time sent;
    Time answered;            ///< the first time; meaningless while nodes == 0
    std::uint64_t nodes = 0;  ///< bit id - 1: this node answered
    std::uint32_t flow = 0;
    std::uint32_t repeats = 0;  ///< further answers of a node that had answered

    bool is_twice() const { return std::popcount(nodes) > 1; }
    /// An answer that came too late is none to a client.
    bool is_answered(Duration timeout) const { return nodes && answered - sent <= timeout; }
    NodeId first_node() const {
        return nodes ? static_cast<NodeId>(std::countr_zero(nodes)) + 1 : 0;
    }
};

class Ledger {
public:
    explicit Ledger(std::size_t flows) : flows_(flows) {}

    /// Notes a question that is about to be sent; returns its sequence number.
    std::uint32_t ask(std::uint32_t flow, Time now);

    /// Notes an answer. One that fits no question counts as stray.
    void answer(std::uint32_t flow, std::uint32_t seq, NodeId node, Time now);

    /// Ascending in time of sending.
    const std::vector<Question>& questions() const { return questions_; }
    std::uint64_t answers_of(NodeId node) const;
    std::uint64_t answered() const { return answered_; }
    std::uint64_t twice() const { return twice_; }
    std::uint64_t stray() const { return stray_; }
    std::size_t flows() const { return flows_.size(); }

    /// Flows by the node that answered them last; 0: none ever did.
    std::map<NodeId, std::size_t> flows_by_owner() const;
    /// Flows of which a question older than `patience`, and all after it, have no answer.
    std::size_t dark_flows(Time now, Duration patience) const;

private:
    struct Flow {
        NodeId owner = 0;
        std::optional<Time> waiting_since;
    };

    std::vector<Question> questions_;
    std::vector<Flow> flows_;
    std::map<NodeId, std::uint64_t> by_node_;
    std::uint64_t answered_ = 0;
    std::uint64_t twice_ = 0;
    std::uint64_t stray_ = 0;
};

}  // namespace cohort::testbed
