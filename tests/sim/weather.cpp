// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/sim/weather.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace cohort::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

Weather::Weather(World& world) : world_(world), dice_(world.dice) {
    density_ = dice_.between(milliseconds{150}, milliseconds{1500});
    // Some runs have all kinds, some hardly more than one or two.
    const double common = dice_.chance(0.5) ? 0.6 : 0.15;
    for (double& weight : weights_) {
        weight = dice_.chance(common) ? 1.0 : 0.05;
    }
    // Two planners that both build on what was before: what the barrier's second
    // round and its exact epoch are for, and too rare where other kinds are.
    if (dice_.chance(0.25)) {
        weights_.fill(0);
        density_ = dice_.between(seconds{2}, seconds{3});
        weights_[rift] = 1.0;
    }
    if (dice_.chance(0.3)) {
        trouble_hosts();
    }
}

void Weather::blow(TrueTime end) {
    if (world_.scheduler.now() >= end) {
        return;
    }
    one();
    world_.scheduler.after(dice_.between(milliseconds{1}, 2 * density_),
                           [this, end] { blow(end); });
}

Weather::Kind Weather::draw() {
    const double total = std::accumulate(weights_.begin(), weights_.end(), 0.0);
    double at = total * static_cast<double>(dice_.below(1'000'000)) * 1e-6;
    std::size_t kind = 0;
    while (kind + 1 < kinds && at >= weights_[kind]) {
        at -= weights_[kind++];
    }
    return static_cast<Kind>(kind);
}

void Weather::later(Duration least, Duration most, std::function<void()> what) {
    world_.scheduler.after(dice_.between(least, most), std::move(what));
}

void Weather::say(const std::string& text) {
    world_.trace.say(world_.scheduler.now(), 0, text);
}

void Weather::one() {
    Host& host = any();
    const std::size_t from = any_index();
    const std::size_t to = any_index();
    switch (draw()) {
        case cut_one:
            return world_.network.cut(dice_.below(world_.network.links()), from, to, true);
        case cut_way:
            say(fmt::format("n{} is deaf to n{}", to + 1, from + 1));
            return world_.network.cut_all(from, to, true);
        case mend:
            say("links are mended");
            return world_.network.mend();
        case degrade:
            return degrade_link();
        case stall:
            return stall_for_a_while(host);
        case kill:
            return kill_for_a_while(host);
        case restart:
            host.inject(core::Yield{});
            return later(milliseconds{250}, dice_.chance(0.7) ? milliseconds{900} : seconds{4},
                         [&host] { host.start(); });
        case power:
            return power_off_for_a_while(host);
        case health:
            return host.inject(core::HealthChanged{dice_.chance(0.4)});
        case leave:
            host.inject(core::Leave{});
            return later(seconds{1}, seconds{5}, [&host] { host.start(); });
        case links:
            return host.inject(core::LinksChanged{});
        case slow:
            return trouble_hosts();
        case split:
            return split_nodes();
        case flap:
            return flap_until(world_.scheduler.now() +
                              dice_.between(milliseconds{300}, seconds{4}));
        case rift:
            return rift_between_two();
        case half:
            return hit_half();
        case disk:
            return slow_disk(host, milliseconds{200}, dice_.between(milliseconds{500}, seconds{4}));
        case kinds:
            return;
    }
}

void Weather::degrade_link() {
    LinkQuality& link = world_.network.link(dice_.below(world_.network.links()));
    link.loss = dice_.chance(0.5) ? 0.3 : 0.9;
    link.copies = 0.3;
    link.late = 0.1;
    link.latest = dice_.between(milliseconds{50}, seconds{3});
}

void Weather::stall_for_a_while(Host& host) {
    host.stall(dice_.chance(0.5) ? dice_.between(milliseconds{1}, milliseconds{200})
                                 : dice_.between(milliseconds{200}, seconds{4}));
}

void Weather::kill_for_a_while(Host& host) {
    host.kill();
    later(milliseconds{20}, dice_.chance(0.5) ? milliseconds{400} : seconds{4},
          [&host] { host.start(); });
}

void Weather::power_off_for_a_while(Host& host) {
    host.power_off();
    later(milliseconds{300}, seconds{4}, [&host] { host.boot(); });
}

/// The disk hardly gets anything done: an epoch that was issued long ago is
/// accepted when others have moved on.
void Weather::slow_disk(Host& host, Duration least, Duration length) {
    say(fmt::format("the disk of n{} is slow", host.config().self));
    host.faults().disk_least = least;
    host.faults().disk_most = seconds{2};
    world_.scheduler.after(length, [&host] {
        host.faults().disk_least = HostFaults{}.disk_least;
        host.faults().disk_most = HostFaults{}.disk_most;
    });
}

void Weather::trouble_hosts() {
    world_.power.fails = dice_.chance(0.5) ? 0 : 0.5;
    world_.power.longest = dice_.chance(0.5) ? milliseconds{300} : seconds{6};
    for (auto& host : world_.hosts) {
        HostFaults& faults = host->faults();
        faults.disk_least = HostFaults{}.disk_least;
        faults.disk_most = dice_.chance(0.5) ? milliseconds{10} : milliseconds{900};
        faults.disk_fails = dice_.chance(0.8) ? 0 : 0.3;
        faults.kernel_most = dice_.chance(0.5) ? milliseconds{1} : milliseconds{150};
        faults.timer_lag_most = dice_.chance(0.5) ? milliseconds{1} : milliseconds{120};
        faults.dies_at_action = dice_.chance(0.5) ? 0 : 0.002;
        faults.stalls_at_action = dice_.chance(0.5) ? 0 : 0.003;
        faults.stalls_at_wake = dice_.chance(0.5) ? 0 : 0.02;
        faults.stall_most = dice_.chance(0.5) ? milliseconds{190} : seconds{2};
    }
}

/// Two groups hear nothing of each other, or only one hears nothing of the
/// other; or they still meet on serial lines alone, or on LANs alone.
void Weather::split_nodes() {
    std::vector<bool> side(world_.hosts.size());
    for (std::size_t i = 0; i < side.size(); ++i) {
        side[i] = dice_.chance(0.5);
    }
    const bool one_way = dice_.chance(0.4);
    const bool serial_stays = dice_.chance(0.2);
    const bool lan_stays = !serial_stays && dice_.chance(0.2);
    std::string names[2];
    for (std::size_t i = 0; i < side.size(); ++i) {
        names[side[i]] += fmt::format(" n{}", i + 1);
    }
    say(fmt::format("{}{}:{} |{}", one_way ? "the latter are deaf to the former" : "split",
                    serial_stays ? " but for serial lines"
                    : lan_stays  ? " but for LANs"
                                 : "",
                    names[0], names[1]));
    for (std::size_t a = 0; a < side.size(); ++a) {
        for (std::size_t b = 0; b < side.size(); ++b) {
            for (std::size_t link = 0; link < world_.network.links(); ++link) {
                const bool serial = link == world_.network.serial();
                const bool stays = serial ? serial_stays : lan_stays;
                if (side[a] != side[b] && !stays && !(one_way && side[a])) {
                    world_.network.cut(link, a, b, true);
                }
            }
        }
    }
}

/// Who hears whom, and who is healthy, changes faster than anybody can agree on
/// it: several nodes believe that they lead.
void Weather::flap_until(TrueTime end) {
    if (world_.scheduler.now() >= end) {
        return;
    }
    for (std::size_t from = 0; from < world_.hosts.size(); ++from) {
        for (std::size_t to = 0; to < world_.hosts.size(); ++to) {
            if (dice_.chance(0.3)) {
                world_.network.cut_all(from, to, dice_.chance(0.5));
            }
        }
    }
    for (auto& host : world_.hosts) {
        if (dice_.chance(0.2)) {
            host->inject(core::HealthChanged{dice_.chance(0.6)});
        }
    }
    later(milliseconds{50}, milliseconds{500}, [this, end] { flap_until(end); });
}

/// Two nodes lose each other and both still hear the rest. The one that plans
/// then turns sick, so that the other plans too, of what it knew before; and a
/// third may still be at work on the first plan, or on both.
void Weather::rift_between_two() {
    const std::size_t nodes = world_.hosts.size();
    const std::size_t a = any_index();
    const std::size_t b = (a + 1 + dice_.below(nodes - 1)) % nodes;
    say(fmt::format("a rift between n{} and n{}", a + 1, b + 1));
    world_.network.cut_all(a, b, true);
    world_.network.cut_all(b, a, true);
    if (dice_.chance(0.7)) {
        std::size_t third = any_index();
        while (nodes > 2 && (third == a || third == b)) {
            third = any_index();
        }
        slow_disk(world_.host(third), milliseconds{700}, seconds{4});
    }
    Host& plans = world_.host(std::min(a, b));
    later(milliseconds{400}, milliseconds{1300}, [this, &plans] {
        plans.inject(core::HealthChanged{false});
        later(seconds{1}, seconds{2}, [&plans] { plans.inject(core::HealthChanged{true}); });
    });
    later(milliseconds{1100}, milliseconds{3300}, [this, a, b] {
        world_.network.cut_all(a, b, false);
        world_.network.cut_all(b, a, false);
    });
}

/// Half of the nodes at one moment, rounded up or down.
void Weather::hit_half() {
    std::vector<std::size_t> order(world_.hosts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t i = order.size(); i > 1; --i) {
        std::swap(order[i - 1], order[dice_.below(i)]);
    }
    order.resize((order.size() + dice_.below(2)) / 2);
    const std::uint64_t how = dice_.below(3);
    for (const std::size_t i : order) {
        Host& host = world_.host(i);
        switch (how) {
            case 0:
                power_off_for_a_while(host);
                break;
            case 1:
                kill_for_a_while(host);
                break;
            default:
                stall_for_a_while(host);
        }
    }
}

}  // namespace cohort::sim
