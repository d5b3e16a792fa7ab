// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "tests/vm/tools/switch/cable.hpp"
#include "tests/vm/tools/switch/lan.hpp"

namespace cohort::testbed {

/// All LANs and serial cables of one run. They never move in memory.
class Network {
public:
    Network(Reactor& reactor, std::filesystem::path dir, std::uint64_t seed)
        : reactor_(reactor), random_(seed), dir_(std::move(dir)) {}

    void add_lan(std::string name, Lan::Kind kind, const std::vector<std::string>& machines);
    void add_cable(std::string name, const std::array<std::string, 2>& machines,
                   unsigned baud = Cable::kBaud);

    Lan* lan(const std::string& name);
    /// By "NET.MACHINE"; null if there is none.
    Plug* plug(const std::string& name);
    void inject(const std::string& name, Bytes bytes);
    Random& random() { return random_; }

    /// One line a plug: "NET.MACHINE from=… to=… lost=… absent=… overflow=…".
    std::vector<std::string> counts() const;

private:
    Cable* cable(const std::string& name);

    Reactor& reactor_;
    Random random_;
    std::filesystem::path dir_;
    std::vector<std::unique_ptr<Lan>> lans_;
    std::vector<std::unique_ptr<Cable>> cables_;
};

}  // namespace cohort::testbed
