// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/switch/lan.hpp"

#include "tests/vm/tools/switch/unix_socket.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>

namespace cohort::testbed {
namespace {

constexpr std::size_t kLongestFrame = 65536 + 14;
constexpr std::size_t kQueued = 4096;

}  // namespace

/// `in` is where the machine sends to. `out` is connected to the machine's
/// socket, because only then does epoll tell when its queue has room again.
struct Lan::Port : Plug {
    Descriptor in;
    Descriptor out;
    std::filesystem::path peer;
    bool waiting = false;  ///< for room in the machine's queue
    std::deque<Bytes> queue;
};

Lan::Lan(Reactor& reactor, Random& random, const std::filesystem::path& dir, std::string name,
         Kind kind, const std::vector<std::string>& machines)
    : reactor_(reactor), random_(random), name_(std::move(name)), kind_(kind) {
    for (const std::string& machine : machines) {
        auto port = std::make_unique<Port>();
        port->machine = machine;
        port->in = unix_bind(SOCK_DGRAM, dir / (name_ + "." + machine));
        port->peer = dir / (name_ + "." + machine + ".vm");
        reactor_.watch(port->in.get(), EPOLLIN, [this, p = port.get()](auto) { receive(*p); });
        ports_.push_back(std::move(port));
    }
}

Lan::~Lan() = default;

Plug* Lan::plug(const std::string& machine) {
    const auto found = std::ranges::find(ports_, machine, [](const auto& p) { return p->machine; });
    return found == ports_.end() ? nullptr : found->get();
}

std::vector<const Plug*> Lan::plugs() const {
    std::vector<const Plug*> plugs;
    for (const auto& port : ports_)
        plugs.push_back(port.get());
    return plugs;
}

void Lan::receive(Port& port) {
    Bytes buffer(kLongestFrame);
    for (ssize_t size; (size = recv(port.in.get(), buffer.data(), buffer.size(), 0)) >= 0;) {
        ++port.counts.from;
        const Bytes frame(buffer.begin(), buffer.begin() + size);
        auto passages = pass_frame(port.from, frame, random_);
        if (passages.empty())
            ++port.counts.lost;
        for (Passage& passage : passages) {
            if (passage.after == Duration::zero()) {
                forward(port, passage.bytes);
                continue;
            }
            reactor_.at(Clock::now() + passage.after,
                        [this, &port, bytes = std::move(passage.bytes)] { forward(port, bytes); });
        }
    }
}

void Lan::forward(Port& from, const Bytes& frame) {
    const auto addresses = addresses_of(frame);
    if (!addresses || is_filtered(frame)) {
        ++from.counts.lost;
        return;
    }
    if (kind_ == Kind::switching && !is_group(addresses->source))
        learnt_[addresses->source] = &from;
    const auto known = learnt_.find(addresses->destination);
    for (const auto& port : ports_) {
        const bool wanted = known == learnt_.end() || known->second == port.get();
        if (port.get() != &from && wanted && !separated(from, *port))
            deliver(*port, frame);
    }
}

void Lan::deliver(Port& port, const Bytes& frame) {
    auto passages = pass_frame(port.to, frame, random_);
    if (passages.empty())
        ++port.counts.lost;
    for (Passage& passage : passages) {
        if (passage.after == Duration::zero()) {
            hand_over(port, std::move(passage.bytes));
            continue;
        }
        reactor_.at(Clock::now() + passage.after,
                    [this, &port, bytes = std::move(passage.bytes)] { hand_over(port, bytes); });
    }
}

void Lan::inject(Plug& plug, Bytes frame) {
    hand_over(static_cast<Port&>(plug), std::move(frame));
}

void Lan::hand_over(Port& port, Bytes frame) {
    if (port.queue.empty() && send(port, frame))
        return;
    if (port.queue.size() >= kQueued) {
        ++port.counts.overflow;
        return;
    }
    port.queue.push_back(std::move(frame));
}

void Lan::flush(Port& port) {
    while (!port.queue.empty() && send(port, port.queue.front()))
        port.queue.pop_front();
    if (port.queue.empty() && port.waiting) {
        reactor_.forget(port.out.get());
        port.waiting = false;
    }
}

/// True if the frame is done with: sent, or nobody is there. False: no room,
/// and flush() will be called when there is.
bool Lan::send(Port& port, const Bytes& frame) {
    const auto unplugged = [&] {
        if (port.waiting)
            reactor_.forget(port.out.get());
        port.waiting = false;
        port.out.reset();
        ++port.counts.absent;
        return true;
    };
    // A machine that went and came back has another socket at the same path.
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (!port.out) {
            port.out = Descriptor(
                must(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket"));
            const sockaddr_un address = unix_address(port.peer);
            if (connect(port.out.get(), reinterpret_cast<const sockaddr*>(&address),
                        sizeof address) < 0)
                return unplugged();
        }
        if (::send(port.out.get(), frame.data(), frame.size(), MSG_NOSIGNAL) >= 0) {
            ++port.counts.to;
            return true;
        }
        if (errno == EAGAIN || errno == ENOBUFS) {
            if (!port.waiting)
                reactor_.watch(port.out.get(), EPOLLOUT, [this, &port](auto) { flush(port); });
            port.waiting = true;
            return false;
        }
        unplugged();
        --port.counts.absent;
    }
    return unplugged();
}

bool Lan::separated(const Port& a, const Port& b) const {
    if (sides_.empty())
        return false;
    const auto left = sides_.find(a.machine);
    const auto right = sides_.find(b.machine);
    return left == sides_.end() || right == sides_.end() || left->second != right->second;
}

bool Lan::is_filtered(const Bytes& frame) const {
    if (filtered_.empty())
        return false;
    const auto ports = udp_ports_of(frame);
    return ports && (filtered_.contains(ports->source) || filtered_.contains(ports->destination));
}

}  // namespace cohort::testbed
