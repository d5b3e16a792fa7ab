// SPDX-License-Identifier: GPL-2.0-or-later
//
// Traces written by hand, a word a line.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

namespace cohort::trace {

inline const std::string kPlan1 = "1.1.00000000000000aa";
inline const std::string kPlan2 = "2.1.00000000000000bb";
inline const std::string kPlan3 = "3.1.00000000000000cc";

/// The trace of one node, two buckets: bucket 0 is node 1's by plan 1, and 1 node 2's.
class Script {
public:
    /// Its clock shows `ahead_ms` more than that of the test.
    Script(int node, bool links, int nodes = 2, int ahead_ms = 0, const std::string& digest = "c0")
        : node_(node), ahead_ms_(ahead_ms) {
        head_ = fmt::format(
            R"("node":{},"session":"{:x}","digest":"{}","facts":"{}","buckets":2,"members":[{}],)"
            R"("timers":{{"heartbeat":100000000,"lease":1000000000,"promise":1100000000,)"
            R"("keep":750000000,"take":1100000000}})",
            node, session(node), digest, links ? "links" : "", members(nodes));
    }

    static unsigned session(int node) { return 0x100U + static_cast<unsigned>(node); }

    /// The node starts, with nothing in its kernel.
    Script& start(int ms, const std::string& id = kPlan1, const std::string& plan = "") {
        return line(ms, fmt::format(R"("start",{},"id":"{}","plan":{{"new":"{}","old":"{}"}},)"
                                    R"("kernel":{{"epoch":0,"deadline":0,"new":"","old":""}})",
                                    head_, id, plan, plan));
    }
    Script& accept(int ms, const std::string& id, const std::string& plan,
                   const std::string& digest = "c0") {
        line(ms, fmt::format(R"("persist","ticket":{},"id":"{}")", ++ticket_, id));
        line(ms, fmt::format(R"("persist_done","ticket":{},"ok":true)", ticket_));
        return line(
            ms, fmt::format(R"("accept","id":"{}","plan":{{"new":"{}","old":"{}"}},"digest":"{}")",
                            id, plan, plan, digest));
    }
    /// It is to have so many members, of that configuration.
    Script& told_of(int ms, int nodes, const std::string& digest) {
        return line(
            ms, fmt::format(R"("members","members":[{}],"digest":"{}")", members(nodes), digest));
    }
    /// A heartbeat, with an ack of the peer's heartbeat `acked`.
    Script& sends(int ms, int seq, const std::string& id, int peer = 0, int acked = 0,
                  const std::string& flags = "W", const std::string& clear = "") {
        const std::string acks =
            acked == 0 ? "" : fmt::format("[{},{},{}]", peer, session(peer), acked);
        return line(ms, fmt::format(R"("sent","frame":"heartbeat","seq":{},"id":"{}","flags":"{}",)"
                                    R"("clear":"{}","acks":[{}])",
                                    seq, id, flags, clear, acks));
    }
    Script& hears(int ms, int peer, int seq, const std::string& id, int acked = 0) {
        const std::string ack =
            acked == 0 ? "" : fmt::format(R"(,"ack":[{},{}])", session(node_), acked);
        return line(ms, fmt::format(R"("heard","from":{},"session":"{:x}","frame":"heartbeat",)"
                                    R"("seq":{},"id":"{}","flags":"W"{})",
                                    peer, session(peer), seq, id, ack));
    }
    Script& tells_kernel(int ms, int epoch, int deadline_ms, const std::string& buckets) {
        return line(ms, fmt::format(R"("kernel_set","ticket":{},"epoch":{},"deadline":{},)"
                                    R"("new":"{}","old":"{}")",
                                    ++ticket_, epoch, ns(deadline_ms), buckets, buckets));
    }
    Script& kernel_is_done(int ms) {
        return line(ms, fmt::format(R"("kernel_done","ticket":{},"ok":true)", ticket_));
    }
    Script& kernel(int ms, int epoch, int deadline_ms, const std::string& buckets) {
        return tells_kernel(ms, epoch, deadline_ms, buckets).kernel_is_done(ms);
    }
    Script& renews(int ms, int epoch, int deadline_ms) {
        return line(
            ms, fmt::format(R"("kernel_renew","epoch":{},"deadline":{})", epoch, ns(deadline_ms)));
    }
    Script& wakes(int ms) { return line(ms, fmt::format(R"("wake","reading":{})", ns(ms))); }
    Script& line(int ms, const std::string& rest) {
        text_ += fmt::format("{{\"t\":{},\"event\":{}}}\n", ns(ms), rest);
        return *this;
    }
    Script& raw(const std::string& text) {
        text_ += text;
        return *this;
    }

    const std::string& text() const { return text_; }

private:
    static std::string members(int nodes) {
        std::string out;
        for (int id = 1; id <= nodes; ++id)
            out += fmt::format("{}[{},1]", id == 1 ? "" : ",", id);
        return out;
    }
    std::int64_t ns(int ms) const { return std::int64_t{1'000'000} * (ms + ahead_ms_); }

    int node_;
    int ahead_ms_;
    int ticket_ = 0;
    std::string head_;
    std::string text_;
};

}  // namespace cohort::trace
