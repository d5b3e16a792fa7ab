// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/state/writer.hpp"

#include "ctl/cohortd/shell/clock.hpp"
#include "ctl/cohortd/shell/log.hpp"
#include "ctl/cohortd/state/writer_process.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <signal.h>
#include <sys/wait.h>

#include <array>
#include <deque>
#include <system_error>
#include <utility>
#include <vector>

namespace cohort::state {
namespace {

namespace asio = boost::asio;
using shell::Level;

struct Job {
    JobHeader header;
    std::vector<std::byte> record;
};

}  // namespace

struct Writer::Line {
    Line(asio::io_context& io, Writer& its_owner, WriterProcess process)
        : owner(&its_owner),
          pid(process.pid),
          socket(io, asio::local::stream_protocol(), process.socket.release()) {}

    Writer* owner;  ///< nullptr: nobody wants to hear of it any more
    pid_t pid;
    asio::local::stream_protocol::socket socket;
    std::deque<Job> jobs;  ///< the first is with the process
};

Writer::Writer(asio::io_context& io, const Directory& directory, Owner owner,
               core::Duration promise, Done done)
    : io_(io), directory_(directory), owner_(owner), promise_(promise), done_(std::move(done)) {}

Result<std::unique_ptr<Writer>> Writer::start(asio::io_context& io, const Directory& directory,
                                              Owner owner, core::Duration promise, Done done) {
    std::unique_ptr<Writer> writer(new Writer(io, directory, owner, promise, std::move(done)));
    if (auto started = writer->start_line(); !started)
        return started.error();
    return writer;
}

Writer::~Writer() {
    if (!line_)
        return;
    line_->owner = nullptr;
    boost::system::error_code ignored;
    line_->socket.close(ignored);
}

pid_t Writer::process() const {
    return line_ ? line_->pid : 0;
}

Result<void> Writer::start_line() {
    auto process = start_writer(directory_.fd());
    if (!process)
        return process.error();
    line_ = std::make_shared<Line>(io_, *this, *std::move(process));
    asio::co_spawn(io_, hear_answers(line_), asio::detached);
    return {};
}

void Writer::persist(std::uint64_t ticket, const core::Plan& plan) {
    if (!line_) {
        if (auto started = start_line(); !started) {
            log(Level::error, "{}", started.error().message);
            asio::post(io_, [done = done_, ticket] { done(ticket, false); });
            return;
        }
    }
    std::vector<std::byte> record = encode_record(owner_, {plan, promise_});
    line_->jobs.push_back({{ticket, record.size()}, std::move(record)});
    if (line_->jobs.size() == 1)
        send_front(line_);
}

void Writer::send_front(const std::shared_ptr<Line>& line) {
    const Job& job = line->jobs.front();
    const std::array<asio::const_buffer, 2> bytes{asio::buffer(&job.header, sizeof job.header),
                                                  asio::buffer(job.record)};
    // A failure shows at the other coroutine too, as the end of the stream.
    asio::async_write(line->socket, bytes, [line](boost::system::error_code, std::size_t) {});
}

asio::awaitable<void> Writer::hear_answers(std::shared_ptr<Line> line) {
    for (;;) {
        JobDone done{};
        boost::system::error_code error;
        co_await asio::async_read(line->socket, asio::buffer(&done, sizeof done),
                                  asio::redirect_error(asio::use_awaitable, error));
        if (line->owner == nullptr)
            co_return;
        if (error || line->jobs.empty() || line->jobs.front().header.ticket != done.ticket) {
            line->owner->on_end(*line);
            co_return;
        }
        if (done.code != 0)
            line->owner->complain(static_cast<int>(done.code));
        line->jobs.pop_front();
        if (!line->jobs.empty())
            send_front(line);
        line->owner->done_(done.ticket, done.code == 0);
    }
}

/// It is tried again and again for as long as the disk is full or read-only.
void Writer::complain(int code) {
    const std::string why = std::generic_category().message(code);
    if (said_.worth_saying(why, shell::boot_now()))
        log(Level::error, "cannot write the state into {}: {}", directory_.path(), why);
}

void Writer::on_end(Line& line) {
    log(Level::error, "the state's writer (process {}) died; the next write starts another",
        line.pid);
    ::kill(line.pid, SIGKILL);
    ::waitpid(line.pid, nullptr, WNOHANG);
    line_.reset();
    line.owner = nullptr;
    for (const Job& job : std::exchange(line.jobs, {}))
        done_(job.header.ticket, false);
}

}  // namespace cohort::state
