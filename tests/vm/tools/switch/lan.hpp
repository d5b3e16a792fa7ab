// SPDX-License-Identifier: GPL-2.0-or-later
//
// A LAN of QEMU's `-netdev dgram` back ends: one datagram is one frame.
#pragma once

#include "tests/vm/tools/switch/frame.hpp"
#include "tests/vm/tools/switch/port.hpp"

#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <vector>

namespace cohort::testbed {

/// Floods groups and unknown addresses; a switch learns where addresses are
/// and a hub floods everything. Machine M sends to DIR/LAN.M and receives at
/// DIR/LAN.M.vm; it may come and go.
class Lan {
public:
    enum class Kind { switching, hub };

    Lan(Reactor& reactor, Random& random, const std::filesystem::path& dir, std::string name,
        Kind kind, const std::vector<std::string>& machines);
    ~Lan();

    const std::string& name() const { return name_; }
    Plug* plug(const std::string& machine);
    std::vector<const Plug*> plugs() const;

    /// Frames pass only within a side; a machine that is on none is on its own.
    void partition(std::map<std::string, int> sides) { sides_ = std::move(sides); }
    void unite() { sides_.clear(); }

    /// Datagrams from or to this UDP port are lost; all others pass.
    void filter(std::uint16_t udp_port) { filtered_.insert(udp_port); }
    void unfilter(std::uint16_t udp_port) { filtered_.erase(udp_port); }

    /// As if the machine had been sent this frame by another.
    void inject(Plug& plug, Bytes frame);

private:
    struct Port;

    void receive(Port& port);
    void forward(Port& from, const Bytes& frame);
    void deliver(Port& port, const Bytes& frame);
    void hand_over(Port& port, Bytes frame);
    void flush(Port& port);
    bool send(Port& port, const Bytes& frame);
    bool separated(const Port& a, const Port& b) const;
    bool is_filtered(const Bytes& frame) const;

    Reactor& reactor_;
    Random& random_;
    std::string name_;
    Kind kind_;
    std::vector<std::unique_ptr<Port>> ports_;
    std::map<Mac, Port*> learnt_;
    std::map<std::string, int> sides_;
    std::set<std::uint16_t> filtered_;
};

}  // namespace cohort::testbed
