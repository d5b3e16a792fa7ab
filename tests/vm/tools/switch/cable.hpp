// SPDX-License-Identifier: GPL-2.0-or-later
//
// A null-modem cable between two serial ports.
#pragma once

#include "tests/vm/tools/switch/port.hpp"

#include <array>
#include <deque>
#include <filesystem>

namespace cohort::testbed {

/// Machine M's port is a character device of QEMU that connects to the Unix
/// socket DIR/CABLE.M; it may come and go. Bytes keep their order, and go no
/// faster than a line of so many baud (9600 or more) carries them.
class Cable {
public:
    static constexpr unsigned kBaud = 115200;  ///< unless another is given

    Cable(Reactor& reactor, Random& random, const std::filesystem::path& dir, std::string name,
          const std::array<std::string, 2>& machines, unsigned baud = kBaud);

    const std::string& name() const { return name_; }
    Plug* plug(const std::string& machine);
    std::array<const Plug*, 2> plugs() const { return {&ends_[0], &ends_[1]}; }

    /// Noise: the machine receives these bytes.
    void inject(Plug& plug, Bytes bytes);

private:
    struct End : Plug {
        Descriptor listener;
        Descriptor line;
        Time free_at;  ///< when the wire towards this machine is idle
        End* other = nullptr;
    };

    void accept(End& end);
    void receive(End& end);
    void unplug(End& end);
    void transmit(End& to, Passage passage);
    void hand_over(End& end, const Bytes& bytes);

    Reactor& reactor_;
    Random& random_;
    std::string name_;
    unsigned baud_;
    std::array<End, 2> ends_;
};

}  // namespace cohort::testbed
