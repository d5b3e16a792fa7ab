// SPDX-License-Identifier: GPL-2.0-or-later
//
// The hand of the daemon in the kernel: one cluster an address, their states
// and leases, and the VIPs on their devices. Calls do not block.
#pragma once

#include "ctl/base/result.hpp"
#include "ctl/cohortd/config/config.hpp"
#include "ctl/cohortd/core/machine.hpp"
#include "ctl/cohortd/shell/said_once.hpp"
#include "ctl/netlink/address.hpp"
#include "ctl/netlink/client.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace cohort::kernel {

enum class Outcome : std::uint8_t {
    done,
    refused,  ///< now; it may be tried again
    usurped,  ///< another controller has claimed a cluster: nothing is ours any more
};

class Actuator {
public:
    /// Opens the family; the kernel loads the module if it has one. Nothing
    /// is changed yet. ErrorKind::unreachable: there is no module.
    static Result<Actuator> open(const config::Config& config);

    /// Makes each cluster, or takes over the one that is there, claims control
    /// and puts the VIPs on the devices. Returns what the kernel serves still.
    /// On an error what was made new is removed again.
    Result<core::KernelHeld> take_over();

    /// All states, epoch and deadline; done only if every cluster took them.
    Outcome set(const core::KernelSet& set);
    Outcome renew(const core::KernelRenew& renew);

    /// Whether the clusters are this controller's still, and as it set them up. Asked
    /// while set() and renew() have nothing to say, as without a lease: a VIP whose
    /// cluster somebody took away or changed would be answered without a judge. Such
    /// VIPs leave the device.
    Outcome look();

    /// Puts back VIPs that a device lost, as one does that went away or, for
    /// IPv6, down. To be called when a device came back, and look() finds all in order.
    void restore_vips();

    /// Removes VIPs and clusters: from here on the kernel serves nothing. A
    /// cluster whose VIPs are on a device still, any one, set up by somebody else,
    /// stays, and serves nothing once its lease has run out.
    void remove();

    /// A cluster under our control.
    struct Held {
        std::string name;
        std::uint32_t generation = 0;
        std::size_t first = 0;  ///< in the row of all buckets
        std::size_t count = 0;
        netlink::Cluster as_set_up;
    };
    const std::vector<Held>& clusters() const { return clusters_; }

private:
    Actuator(netlink::Client client, netlink::AddressClient addresses,
             const config::Config& config);

    Result<netlink::BucketStates> obtain(const config::Address& address);
    Result<netlink::BucketStates> adapt(const netlink::Cluster& existing,
                                        const netlink::ClusterSpec& wanted,
                                        const std::string& differs);
    Result<void> place_vips(const config::Address& address);
    void withdraw(const std::string& name);
    bool take_vips(const config::Address& address);
    void warn_of_foreign(const config::Address& address, const Vip& vip);
    Result<void> level_deadlines(const std::vector<netlink::BucketStates>& all,
                                 const core::KernelHeld& held);
    Outcome judge(const Result<void>& result, const Held& cluster, std::string_view what);

    netlink::Client client_;
    netlink::AddressClient addresses_;
    std::vector<config::Address> wanted_;
    std::vector<netlink::ClusterSpec> specs_;
    std::vector<Held> clusters_;
    std::vector<std::string> fresh_;                   ///< clusters that take_over() made
    std::vector<std::pair<std::string, Vip>> placed_;  ///< device and VIP, as it added them
    shell::SaidOnce said_;
};

}  // namespace cohort::kernel
