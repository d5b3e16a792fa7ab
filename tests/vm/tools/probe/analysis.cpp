// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/probe/analysis.hpp"

#include <algorithm>

namespace cohort::testbed {
namespace {

/// Walks the questions once, in the order in which they were sent.
class Walk {
public:
    Walk(std::size_t flows, const std::vector<Mark>& marks, Time end, Duration timeout)
        : timeout_(timeout), owner_(flows, 0), dark_(flows) {
        for (std::size_t i = 0; i < marks.size(); ++i) {
            EventView event;
            event.name = marks[i].name;
            event.at = marks[i].at;
            event.until = i + 1 < marks.size() ? marks[i + 1].at : end;
            events_.push_back(event);
        }
    }

    void see(const Question& question) {
        while (current_ + 1 < events_.size() && question.sent >= events_[current_ + 1].at)
            begin(current_ + 1);
        if (!begun_)
            begin(0);
        EventView& event = events_[current_];
        OwnerView& owner = event.by_owner[owner_before_[question.flow]];
        ++event.asked;
        ++owner.asked;
        if (question.is_twice()) {
            ++event.twice;
            event.last_twice = question.sent - event.at;
            event.first_twice = event.first_twice.value_or(*event.last_twice);
        }
        if (question.is_answered(timeout_)) {
            light_up(question.flow, question.sent);
            owner_[question.flow] = question.first_node();
            event.last_answered[question.first_node()] = question.sent - event.at;
            return;
        }
        ++event.unanswered;
        ++owner.unanswered;
        event.last_unanswered = question.sent - event.at;
        if (!dark_[question.flow])
            dark_[question.flow] = Dark{question.sent, current_, owner_before_[question.flow]};
    }

    std::vector<EventView> finish(Time end) {
        for (std::size_t flow = 0; flow < dark_.size(); ++flow) {
            if (!dark_[flow])
                continue;
            ++events_[dark_[flow]->event].still_dark;
            light_up(static_cast<std::uint32_t>(flow), end);
        }
        for (std::size_t i = 0; i < events_.size(); ++i) {
            for (const auto& [flow, longest] : longest_[i]) {
                events_[i].blackouts.push_back(longest.length);
                OwnerView& owner = events_[i].by_owner[longest.owner];
                ++owner.dark_flows;
                owner.longest = std::max(owner.longest, longest.length);
            }
            std::ranges::sort(events_[i].blackouts);
        }
        if (begun_)
            close_current();
        return std::move(events_);
    }

private:
    struct Dark {
        Time since;
        std::size_t event;
        NodeId owner;
    };
    struct Longest {
        Duration length;
        NodeId owner;
    };

    void begin(std::size_t event) {
        if (begun_)
            close_current();
        begun_ = true;
        current_ = event;
        owner_before_ = owner_;
        for (NodeId owner : owner_before_)
            ++events_[event].by_owner[owner].flows;
    }

    void close_current() {
        for (std::size_t flow = 0; flow < owner_.size(); ++flow)
            events_[current_].moved += owner_before_[flow] && owner_[flow] != owner_before_[flow];
    }

    void light_up(std::uint32_t flow, Time now) {
        if (!dark_[flow])
            return;
        const Dark dark = *dark_[flow];
        dark_[flow].reset();
        Longest& longest = longest_[dark.event][flow];
        longest.length = std::max(longest.length, now - dark.since);
        longest.owner = dark.owner;
    }

    Duration timeout_;
    std::vector<EventView> events_;
    std::vector<NodeId> owner_;
    std::vector<NodeId> owner_before_;
    std::vector<std::optional<Dark>> dark_;
    std::map<std::size_t, std::map<std::uint32_t, Longest>> longest_;
    std::size_t current_ = 0;
    bool begun_ = false;
};

}  // namespace

std::vector<EventView> analyse(const std::vector<Question>& questions, std::size_t flows,
                               const std::vector<Mark>& marks, Time end, Duration timeout) {
    Walk walk(flows, marks, end, timeout);
    for (const Question& question : questions)
        walk.see(question);
    return walk.finish(end);
}

}  // namespace cohort::testbed
