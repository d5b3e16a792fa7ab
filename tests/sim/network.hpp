// SPDX-License-Identifier: GPL-2.0-or-later
//
// Links that lose, delay, copy and reorder frames, and can be cut one way.
#pragma once

#include "ctl/cohortd/core/messages.hpp"
#include "tests/sim/assumption.hpp"
#include "tests/sim/dice.hpp"
#include "tests/sim/scheduler.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace cohort::sim {

struct Frame {
    std::shared_ptr<const core::Message> message;
    std::uint8_t link = 0;
    TrueTime sent{};
};

struct LinkQuality {
    Duration least{};  ///< one-way delay
    Duration most{};
    double loss = 0;
    double copies = 0;  ///< chance of a second delivery, with a delay of its own
    double late = 0;    ///< chance of a delay of up to `latest`
    Duration latest{};
};

class Network {
public:
    using Deliver = std::function<void(std::size_t to, const Frame& frame)>;

    Network(Scheduler& scheduler, Dice& dice, Assumption& assumption, std::size_t nodes,
            Deliver deliver);

    std::size_t links() const { return links_.size(); }
    LinkQuality& link(std::size_t index) { return links_[index]; }

    /// Cuts or mends one direction of one link.
    void cut(std::size_t link, std::size_t from, std::size_t to, bool is_cut);
    /// One direction of all links.
    void cut_all(std::size_t from, std::size_t to, bool is_cut);
    void mend();

    void send(std::size_t from, std::size_t to, const core::Message& message);

private:
    bool& cut_flag(std::size_t link, std::size_t from, std::size_t to);
    void schedule(std::size_t to, const Frame& frame, Duration delay);

    Scheduler& scheduler_;
    Dice& dice_;
    Assumption& assumption_;
    std::size_t nodes_;
    Deliver deliver_;
    std::vector<LinkQuality> links_;
    std::vector<LinkQuality> good_;
    std::vector<char> cuts_;
};

}  // namespace cohort::sim
