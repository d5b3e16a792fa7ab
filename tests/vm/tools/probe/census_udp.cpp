// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/probe/census.hpp"
#include "tests/vm/tools/probe/udp_flows.hpp"

namespace cohort::testbed {

nlohmann::json census_of(const Ledger& ledger) {
    std::size_t once = 0, unanswered = 0, repeats = 0;
    nlohmann::json answers = nlohmann::json::object();
    for (const Question& question : ledger.questions()) {
        once += question.nodes && !question.is_twice() && question.repeats == 0;
        unanswered += question.nodes == 0;
        repeats += question.repeats;
    }
    for (NodeId node = 1; node <= 64; ++node)
        if (const auto count = ledger.answers_of(node))
            answers[std::to_string(node)] = count;
    return {{"flows", ledger.questions().size()},
            {"once", once},
            {"unanswered", unanswered},
            {"twice", ledger.twice()},
            {"repeats", repeats},
            {"stray", ledger.stray()},
            {"answers", answers}};
}

nlohmann::json census_udp(const CensusOptions& options) {
    Reactor reactor;
    UdpFlows flows(reactor, options.target, options.sources, options.flows, options.first_port,
                   options.bytes);
    std::size_t asked = 0;
    reactor.every(options.period, [&] {
        if (asked == options.flows)
            return;
        flows.ask();
        // Answers that are too many are seen only by whoever stays to the end.
        if (++asked == options.flows)
            reactor.at(Clock::now() + options.timeout, [&] { reactor.stop(); });
    });
    reactor.run();
    return census_of(flows.ledger());
}

}  // namespace cohort::testbed
