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

    // Link 0 and 1 are LANs, the last one is serial lines.
    std::size_t links() const { return links_.size(); }
    std::size_t serial() const { return links_.size() - 1; }
    LinkQuality& link(std::size_t index) { return links_[index]; }

    /// Leaves each pair of nodes some links only, so that the mesh is partial:
    /// one pair meets on a serial line alone, the next on a LAN alone.
    void thin_out();

    /// Cuts or mends one direction of one link.
    void cut(std::size_t link, std::size_t from, std::size_t to, bool is_cut);
    /// One direction of all links.
    void cut_all(std::size_t from, std::size_t to, bool is_cut);
    /// Links lose and delay as little as they can; what is cut stays cut.
    void clear_up() { links_ = good_; }
    void mend();

    /// The longest time that a frame takes on a good link.
    Duration delay_most() const { return good_.back().most; }

    void send(std::size_t from, std::size_t to, const core::Message& message);

private:
    std::size_t lane(std::size_t link, std::size_t from, std::size_t to) const {
        return (link * nodes_ + from) * nodes_ + to;
    }
    std::size_t any_link(std::size_t from, std::size_t to);
    void schedule(std::size_t to, const Frame& frame, Duration delay);

    Scheduler& scheduler_;
    Dice& dice_;
    Assumption& assumption_;
    std::size_t nodes_;
    Deliver deliver_;
    std::vector<LinkQuality> links_;
    std::vector<LinkQuality> good_;
    // By link, sender and receiver:
    std::vector<char> laid_;
    std::vector<char> cuts_;
};

}  // namespace cohort::sim
