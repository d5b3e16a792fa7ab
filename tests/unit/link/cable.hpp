// SPDX-License-Identifier: GPL-2.0-or-later
//
// A null-modem cable: two pseudo-terminals, joined at their far ends.
#pragma once

#include "tests/unit/link/terminal.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>

namespace cohort::link::test {

class Cable {
public:
    explicit Cable(boost::asio::io_context& io)
        : masters_{boost::asio::posix::stream_descriptor(io),
                   boost::asio::posix::stream_descriptor(io)} {
        for (std::size_t end = 0; end < 2; ++end) {
            terminals_[end].plug_in();
            // Without anybody at this side the far one would hang up.
            held_[end] = ::open(terminals_[end].device().c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
            EXPECT_GE(held_[end], 0);
            masters_[end].assign(::dup(terminals_[end].master()));
            pump(end);
        }
    }
    ~Cable() {
        for (const int fd : held_)
            ::close(fd);
    }
    Cable(const Cable&) = delete;
    Cable& operator=(const Cable&) = delete;

    std::string device(std::size_t end) const { return terminals_[end].device(); }
    /// From here on what goes in at one end does not come out at the other.
    void cut() { cut_ = true; }

private:
    void pump(std::size_t end) {
        masters_[end].async_wait(boost::asio::posix::stream_descriptor::wait_read,
                                 [this, end](boost::system::error_code error) {
                                     if (error)
                                         return;
                                     const std::vector<std::byte> bytes = terminals_[end].read();
                                     if (!cut_ && !bytes.empty())
                                         terminals_[1 - end].write(bytes);
                                     pump(end);
                                 });
    }

    std::array<Terminal, 2> terminals_;
    std::array<int, 2> held_{};
    std::array<boost::asio::posix::stream_descriptor, 2> masters_;
    bool cut_ = false;
};

}  // namespace cohort::link::test
