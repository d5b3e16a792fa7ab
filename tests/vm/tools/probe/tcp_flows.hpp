// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "tests/vm/tools/lib/record.hpp"
#include "tests/vm/tools/probe/ledger.hpp"
#include "tests/vm/tools/probe/sources.hpp"

#include <deque>
#include <string>
#include <vector>

namespace cohort::testbed {

/// A connection that was open and is no more.
struct Loss {
    Time at;
    NodeId node;      ///< that it was with; 0: it had had no answer yet
    std::string why;  ///< in the system's words
};

/// An answer on an open connection that let itself be waited for.
struct Stall {
    Time begin;
    Duration length;
    NodeId node;
};

/// TCP connections that stay open and exchange a record again and again. One
/// that is lost is opened anew, so that each event meets all of them.
class TcpFlows {
public:
    TcpFlows(Reactor& reactor, const sockaddr_in6& target, const Sources& sources,
             std::size_t count);

    /// Lets the next connection ask, if it is not waiting for an answer.
    void ask();

    std::size_t size() const { return connections_.size(); }
    std::map<NodeId, std::size_t> open_by_node() const;
    std::uint64_t opened() const { return opened_; }
    std::uint64_t answers() const { return answers_; }
    const std::vector<Loss>& losses() const { return losses_; }
    /// Those that have ended, and those that have not, as of `now`, of at least `least`.
    std::vector<Stall> stalls(Time now, Duration least) const;
    /// Answers of another node than that which the connection is with.
    std::uint64_t misanswered() const { return misanswered_; }

private:
    enum class State { closed, connecting, open };
    struct Connection {
        Descriptor socket;
        State state = State::closed;
        NodeId node = 0;
        std::uint32_t seq = 0;
        std::uint32_t index = 0;
        Time begun;  ///< of the connecting, or of the question that waits
        bool waiting = false;
        std::vector<std::uint8_t> partial;
    };

    void open(Connection& connection);
    void connected(Connection& connection);
    void send_question(Connection& connection);
    void read_answers(Connection& connection);
    void take(Connection& connection, const Record& record);
    void lose(Connection& connection, std::string why);

    Reactor& reactor_;
    sockaddr_in6 target_;
    Sources sources_;
    std::deque<Connection> connections_;
    std::vector<Loss> losses_;
    std::vector<Stall> stalls_;
    std::uint64_t opened_ = 0;
    std::uint64_t answers_ = 0;
    std::uint64_t misanswered_ = 0;
    std::size_t next_ = 0;
};

}  // namespace cohort::testbed
