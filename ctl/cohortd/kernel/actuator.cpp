// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/kernel/actuator.hpp"

#include "ctl/base/duration.hpp"
#include "ctl/cohortd/kernel/adoption.hpp"
#include "ctl/cohortd/shell/clock.hpp"
#include "ctl/cohortd/shell/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace cohort::kernel {
namespace {

using netlink::BucketState;
using netlink::LeaseState;
using shell::Level;

/// 0 would mean no deadline at all.
netlink::BootInstant instant(core::Time deadline) {
    return std::max(deadline.time_since_epoch(), netlink::BootInstant{1});
}

Error about(const config::Address& address, const Error& error) {
    return {error.kind, fmt::format("address {}: {}", address.name, error.message), error.code};
}

}  // namespace

Actuator::Actuator(netlink::Client client, netlink::AddressClient addresses,
                   const config::Config& config)
    : client_(std::move(client)), addresses_(std::move(addresses)), wanted_(config.addresses) {
    for (const config::Address& address : wanted_)
        specs_.push_back(spec_of(address, *config.key, config.lease));
}

Result<Actuator> Actuator::open(const config::Config& config) {
    auto client = netlink::Client::open();
    if (!client)
        return client.error();
    auto addresses = netlink::AddressClient::open();
    if (!addresses)
        return addresses.error();
    return Actuator(*std::move(client), *std::move(addresses), config);
}

Result<core::KernelHeld> Actuator::take_over() {
    for (const config::Address& address : wanted_) {
        if (const auto device = addresses_.device_index(address.dev); !device)
            return about(address, device.error());
    }
    auto fail = [this](const config::Address& address, const Error& error) {
        // The first error is the one to tell. The VIPs go first, as in remove().
        for (const auto& [dev, vip] : placed_)
            (void)addresses_.remove(dev, vip);
        for (const std::string& name : fresh_)
            (void)client_.cluster_del(name);
        return about(address, error);
    };
    std::vector<netlink::BucketStates> all;
    std::size_t first = 0;
    for (const config::Address& address : wanted_) {
        auto states = obtain(address);
        if (!states)
            return fail(address, states.error());
        auto cluster = client_.cluster_get(address.name);
        if (!cluster)
            return fail(address, cluster.error());
        clusters_.push_back(
            {address.name, states->generation, first, address.buckets, *std::move(cluster)});
        first += address.buckets;
        all.push_back(*std::move(states));
    }
    const core::KernelHeld held = merge(all);
    if (auto level = level_deadlines(all, held); !level)
        return level.error();
    // Only now: the kernel answers for no VIP whose cluster it does not have.
    for (const config::Address& address : wanted_) {
        if (auto placed = place_vips(address); !placed)
            return fail(address, placed.error());
    }
    return held;
}

Result<netlink::BucketStates> Actuator::obtain(const config::Address& address) {
    const netlink::ClusterSpec& wanted = specs_[static_cast<std::size_t>(&address - &wanted_[0])];
    auto added = client_.cluster_add(wanted);
    if (added) {
        fresh_.push_back(wanted.name);
        return client_.control_claim(wanted.name);
    }
    const auto existing = client_.cluster_get(wanted.name);
    if (!existing)
        return added.error();  // it was not the name that the kernel minds
    if (existing->lease.state == LeaseState::fixed)
        return Error{ErrorKind::refused,
                     fmt::format("the cluster exists, and is static: somebody runs it by hand; "
                                 "'cohortctl cluster del {}' frees the name",
                                 wanted.name),
                     EEXIST};
    const std::string differs = difference(*existing, wanted);
    if (!differs.empty())
        return adapt(*existing, wanted, differs);
    log(Level::notice, "address {}: taking over the cluster that the kernel has", wanted.name);
    return client_.control_claim(wanted.name);
}

/// What a daemon with another configuration left behind is changed once it
/// serves nothing any more.
Result<netlink::BucketStates> Actuator::adapt(const netlink::Cluster& existing,
                                              const netlink::ClusterSpec& wanted,
                                              const std::string& differs) {
    const auto held = client_.bucket_get(wanted.name);
    if (!held)
        return held.error();
    if (held->lease.state == LeaseState::valid && holds_anything(*held))
        return Error{ErrorKind::refused,
                     fmt::format("the cluster exists with {}, and serves for another {}; start "
                                 "again after that, or 'cohortctl cluster del {}'",
                                 differs, format_duration(held->lease.remaining), wanted.name),
                     EBUSY};
    log(Level::notice, "address {}: the kernel has a cluster with {}: changing it", wanted.name,
        differs);
    const auto claimed = client_.control_claim(wanted.name);
    if (!claimed)
        return claimed.error();
    const std::vector<BucketState> none(claimed->states.size(), BucketState::none);
    if (auto cleared = client_.bucket_set(
            {wanted.name, claimed->epoch, none, claimed->generation, netlink::BootInstant{1}});
        !cleared)
        return cleared.error();
    netlink::ClusterSpec change = wanted;
    change.lease.reset();  // every update carries its own deadline
    change.generation = claimed->generation;
    if (auto changed = client_.cluster_set(change); !changed)
        return changed.error();
    for (const Vip& vip : existing.vips) {
        if (std::ranges::find(wanted.vips, vip) == wanted.vips.end() || existing.dev != *wanted.dev)
            (void)addresses_.remove(existing.dev, vip);  // a left-over does no harm
    }
    return client_.control_claim(wanted.name);
}

Result<void> Actuator::place_vips(const config::Address& address) {
    for (const Vip& vip : address.vips) {
        const auto added = addresses_.add(address.dev, vip);
        if (!added)
            return added.error();
        if (*added)
            placed_.emplace_back(address.dev, vip);
        warn_of_foreign(address, vip);
    }
    return {};
}

/// A device has it from somebody who will not take it away when this node leaves. It
/// need not be the cluster's: the host answers for it there nevertheless.
void Actuator::warn_of_foreign(const config::Address& address, const Vip& vip) {
    const auto holders = addresses_.holders(vip.address);
    if (!holders) {
        log(Level::warning, "address {}: {}", address.name, holders.error().message);
        return;
    }
    for (const netlink::Holder& holder : *holders) {
        if (!is_placed_on(address.dev, holder))
            log(Level::warning,
                "address {}: {} had {} before, and keeps it when this node leaves, silent for as "
                "long as the module is there; let nothing but cohortd set it up: '{}'",
                address.name, holder.dev, format_address(vip.address),
                netlink::removal_command(vip.address, holder));
    }
}

Outcome Actuator::look() {
    Outcome outcome = Outcome::done;
    for (const Held& cluster : clusters_) {
        const auto now = client_.cluster_get(cluster.name);
        const bool gone = !now && now.error().code == ENOENT;
        if (!now && !gone)
            continue;  // the kernel is short of memory: that says nothing of the cluster
        if (!gone && now->generation != cluster.generation) {
            outcome = Outcome::usurped;
        } else if (gone || !same_service(*now, cluster.as_set_up)) {
            log(Level::error, "address {}: somebody {} its cluster in the kernel", cluster.name,
                gone ? "removed" : "changed");
            withdraw(cluster.name);
            outcome = Outcome::usurped;
        }
    }
    return outcome;
}

void Actuator::restore_vips() {
    for (const config::Address& address : wanted_) {
        for (const Vip& vip : address.vips) {
            const auto added = addresses_.add(address.dev, vip);
            if (added && *added)
                log(Level::notice, "address {}: {} is on {} again", address.name, format_vip(vip),
                    address.dev);
            else if (!added && added.error().code != ENODEV)
                log(Level::error, "address {}: {}", address.name, added.error().message);
        }
    }
}

/// I7: no cluster may serve longer than the core is told.
Result<void> Actuator::level_deadlines(const std::vector<netlink::BucketStates>& all,
                                       const core::KernelHeld& held) {
    for (const netlink::BucketStates& cluster : all) {
        if (!holds_anything(cluster) || core::Time{cluster.lease.deadline} <= held.deadline)
            continue;
        if (auto moved = client_.lease_renew(
                {cluster.name, std::nullopt, cluster.generation, instant(held.deadline)});
            !moved)
            return moved.error();
    }
    return {};
}

Outcome Actuator::judge(const Result<void>& result, const Held& cluster, std::string_view what) {
    if (result)
        return Outcome::done;
    const std::string words =
        fmt::format("address {}: cannot {}: {}", cluster.name, what, result.error().message);
    if (said_.worth_saying(words, shell::boot_now()))
        shell::log_line(Level::error, words);
    // A cluster that is gone was taken away by hand: that, too, is control.
    const int code = result.error().code;
    if (code == ENOENT)
        withdraw(cluster.name);
    return code == EPERM || code == ENOENT ? Outcome::usurped : Outcome::refused;
}

Outcome Actuator::set(const core::KernelSet& set) {
    Outcome outcome = Outcome::done;
    for (const Held& cluster : clusters_) {
        netlink::BucketUpdate update;
        update.name = cluster.name;
        update.epoch = set.epoch_counter;
        update.generation = cluster.generation;
        update.deadline = instant(set.deadline);
        update.states.reserve(cluster.count);
        for (std::size_t i = 0; i < cluster.count; ++i)
            update.states.push_back(static_cast<BucketState>(set.states[cluster.first + i]));
        const Outcome one = judge(client_.bucket_set(update), cluster, "set its buckets");
        outcome = std::max(outcome, one);
    }
    return outcome;
}

Outcome Actuator::renew(const core::KernelRenew& renew) {
    Outcome outcome = Outcome::done;
    for (const Held& cluster : clusters_) {
        const netlink::LeaseRenewal renewal{cluster.name, renew.epoch_counter, cluster.generation,
                                            instant(renew.deadline)};
        outcome =
            std::max(outcome, judge(client_.lease_renew(renewal), cluster, "renew its lease"));
    }
    return outcome;
}

/// Nothing judges the packets to these VIPs any more: no device must have them.
void Actuator::withdraw(const std::string& name) {
    for (const config::Address& address : wanted_) {
        if (address.name == name && !take_vips(address))
            log(Level::alert,
                "address {}: VIPs are left without their cluster: this node may answer all clients",
                name);
    }
}

/// Whether no device has any of the VIPs any more.
bool Actuator::take_vips(const config::Address& address) {
    bool all = true;
    for (const Vip& vip : address.vips) {
        if (auto removed = addresses_.remove(address.dev, vip); !removed)
            log(Level::warning, "address {}: {}", address.name, removed.error().message);
        const auto left = addresses_.holders(vip.address);
        all = all && left && left->empty();
        if (!left) {
            log(Level::warning, "address {}: {}", address.name, left.error().message);
            continue;
        }
        for (const netlink::Holder& holder : *left)
            log(Level::warning, "address {}: {} has {} still; take it away: '{}'", address.name,
                holder.dev, format_address(vip.address),
                netlink::removal_command(vip.address, holder));
    }
    return all;
}

void Actuator::remove() {
    for (const config::Address& address : wanted_) {
        // The addresses go first: without its cluster, every node would answer for them.
        if (!take_vips(address)) {
            log(Level::warning,
                "address {0}: the cluster stays and keeps such VIPs silent; once they are gone, "
                "'cohortctl cluster del {0}'",
                address.name);
            continue;
        }
        if (auto removed = client_.cluster_del(address.name);
            !removed && removed.error().code != ENOENT)
            log(Level::warning, "address {}: {}", address.name, removed.error().message);
    }
}

}  // namespace cohort::kernel
