// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/invariants/chain.hpp"

#include <algorithm>
#include <utility>

namespace cohort::invariants {

namespace {

/// What is older than so many others is not at stake any more.
constexpr std::size_t kRemembered = 8;

template <class T>
void remember(std::vector<T>& all, T one) {
    all.push_back(std::move(one));
    if (all.size() > kRemembered) {
        all.erase(all.begin());
    }
}

}  // namespace

Chain::Span* Chain::current(std::size_t node) {
    const auto span = std::find_if(spans_.rbegin(), spans_.rend(),
                                   [node](const Span& s) { return s.node == node && !s.ended; });
    return span == spans_.rend() ? nullptr : &*span;
}

std::optional<Chain::Span> Chain::opens(std::size_t node, std::uint64_t epoch) {
    if (epoch >= highest_.epoch) {
        highest_ = {epoch, node};
    }
    const auto within = std::find_if(spans_.begin(), spans_.end(), [&](const Span& s) {
        return s.node != node && s.first < epoch && epoch < s.last;
    });
    const auto found = within == spans_.end() ? std::nullopt : std::optional(*within);
    drops(node);
    remember(opened_, {epoch, node});
    remember(spans_, {node, epoch, epoch, false});
    return found;
}

std::optional<Chain::Opened> Chain::keeps(std::size_t node, std::uint64_t epoch) {
    Span* span = current(node);
    if (span == nullptr || epoch <= span->last) {
        return std::nullopt;
    }
    const std::uint64_t before = std::exchange(span->last, epoch);
    const auto between = std::find_if(opened_.begin(), opened_.end(), [&](const Opened& o) {
        return o.node != node && before < o.epoch && o.epoch < epoch;
    });
    return between == opened_.end() ? std::nullopt : std::optional(*between);
}

void Chain::drops(std::size_t node) {
    if (Span* span = current(node)) {
        span->ended = true;
    }
}

}  // namespace cohort::invariants
