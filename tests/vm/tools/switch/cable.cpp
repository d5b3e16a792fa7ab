// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/switch/cable.hpp"

#include "tests/vm/tools/switch/unix_socket.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace cohort::testbed {
namespace {

// Ten bits a byte: start, eight of data, stop.
Duration byte_time(unsigned baud) {
    return std::chrono::nanoseconds(10'000'000'000 / baud);
}

// What the line carries in some 5 ms, so that one read is not a burst that no
// serial line would carry.
std::size_t chunk_size(unsigned baud) {
    return baud / 1800;
}

}  // namespace

Cable::Cable(Reactor& reactor, Random& random, const std::filesystem::path& dir, std::string name,
             const std::array<std::string, 2>& machines, unsigned baud)
    : reactor_(reactor), random_(random), name_(std::move(name)), baud_(baud) {
    for (std::size_t i : {0, 1}) {
        End& end = ends_[i];
        end.machine = machines[i];
        end.other = &ends_[1 - i];
        end.listener = unix_bind(SOCK_STREAM, dir / (name_ + "." + end.machine));
        must(listen(end.listener.get(), 4), "listen");
        reactor_.watch(end.listener.get(), EPOLLIN, [this, &end](auto) { accept(end); });
    }
}

Plug* Cable::plug(const std::string& machine) {
    const auto found = std::ranges::find(ends_, machine, &End::machine);
    return found == ends_.end() ? nullptr : &*found;
}

void Cable::accept(End& end) {
    Descriptor line(accept4(end.listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!line)
        return;
    unplug(end);
    end.line = std::move(line);
    reactor_.watch(end.line.get(), EPOLLIN, [this, &end](auto) { receive(end); });
}

void Cable::unplug(End& end) {
    if (!end.line)
        return;
    reactor_.forget(end.line.get());
    end.line.reset();
}

void Cable::receive(End& end) {
    Bytes chunk(chunk_size(baud_));
    const ssize_t size = read(end.line.get(), chunk.data(), chunk.size());
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (size <= 0) {
        unplug(end);
        return;
    }
    chunk.resize(static_cast<std::size_t>(size));
    end.counts.from += chunk.size();
    auto passages = pass_stream(end.from, chunk, random_);
    if (passages.empty())
        end.counts.lost += chunk.size();
    for (Passage& passage : passages)
        transmit(*end.other, std::move(passage));
}

void Cable::transmit(End& to, Passage passage) {
    const Time begins = std::max(Clock::now() + passage.after, to.free_at);
    to.free_at = begins + byte_time(baud_) * static_cast<Duration::rep>(passage.bytes.size());
    reactor_.at(to.free_at, [this, &to, bytes = std::move(passage.bytes)] {
        auto arriving = pass_stream(to.to, bytes, random_);
        if (arriving.empty())
            to.counts.lost += bytes.size();
        for (const Passage& left : arriving)
            hand_over(to, left.bytes);
    });
}

void Cable::inject(Plug& plug, Bytes bytes) {
    transmit(static_cast<End&>(plug), {Duration::zero(), std::move(bytes)});
}

void Cable::hand_over(End& end, const Bytes& bytes) {
    if (!end.line) {
        end.counts.absent += bytes.size();
        return;
    }
    const ssize_t sent = send(end.line.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    const std::size_t taken = sent > 0 ? static_cast<std::size_t>(sent) : 0;
    end.counts.to += taken;
    end.counts.overflow += bytes.size() - taken;
}

}  // namespace cohort::testbed
