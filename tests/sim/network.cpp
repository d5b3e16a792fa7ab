// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/sim/network.hpp"

#include <algorithm>
#include <utility>

namespace cohort::sim {

using std::chrono::microseconds;
using std::chrono::milliseconds;

Network::Network(Scheduler& scheduler, Dice& dice, Assumption& assumption, std::size_t nodes,
                 Deliver deliver)
    : scheduler_(scheduler),
      dice_(dice),
      assumption_(assumption),
      nodes_(nodes),
      deliver_(std::move(deliver)) {
    const LinkQuality lan{microseconds{200}, milliseconds{2}, 0, 0, 0, {}};
    const LinkQuality serial{milliseconds{8}, milliseconds{25}, 0, 0, 0, {}};
    good_ = {lan, lan, serial};
    links_ = good_;
    laid_.assign(links_.size() * nodes_ * nodes_, 1);
    cuts_.assign(laid_.size(), 0);
}

void Network::thin_out() {
    for (std::size_t a = 0; a < nodes_; ++a) {
        for (std::size_t b = a + 1; b < nodes_; ++b) {
            const std::size_t stays = dice_.below(links_.size());
            for (std::size_t link = 0; link < links_.size(); ++link) {
                const bool laid = link == stays || dice_.chance(0.2);
                laid_[lane(link, a, b)] = laid_[lane(link, b, a)] = laid ? 1 : 0;
            }
        }
    }
}

void Network::cut(std::size_t link, std::size_t from, std::size_t to, bool is_cut) {
    cuts_[lane(link, from, to)] = is_cut ? 1 : 0;
}

void Network::cut_all(std::size_t from, std::size_t to, bool is_cut) {
    for (std::size_t link = 0; link < links_.size(); ++link) {
        cut(link, from, to, is_cut);
    }
}

void Network::mend() {
    clear_up();
    std::fill(cuts_.begin(), cuts_.end(), 0);
}

void Network::schedule(std::size_t to, const Frame& frame, Duration delay) {
    scheduler_.after(delay, [this, to, frame] { deliver_(to, frame); });
}

/// One that joins the two.
std::size_t Network::any_link(std::size_t from, std::size_t to) {
    std::size_t link = dice_.below(links_.size());
    while (laid_[lane(link, from, to)] == 0) {
        link = (link + 1) % links_.size();
    }
    return link;
}

void Network::send(std::size_t from, std::size_t to, const core::Message& message) {
    Frame frame{std::make_shared<const core::Message>(message), 0, scheduler_.now()};
    const std::size_t chosen = any_link(from, to);
    const bool must = assumption_.must_pass(scheduler_.now());
    for (std::size_t i = 0; i < links_.size(); ++i) {
        const LinkQuality& link = links_[i];
        frame.link = static_cast<std::uint8_t>(i);
        if (must && i == chosen) {
            schedule(to, frame, dice_.between(good_[i].least, good_[i].most));
            continue;
        }
        const std::size_t way = lane(i, from, to);
        if (laid_[way] == 0 || cuts_[way] != 0 || dice_.chance(link.loss)) {
            continue;
        }
        const bool late = dice_.chance(link.late);
        schedule(to, frame, dice_.between(link.least, late ? link.latest : link.most));
        if (dice_.chance(link.copies)) {
            schedule(to, frame, dice_.between(link.least, late ? link.latest : link.most));
        }
    }
}

}  // namespace cohort::sim
