// SPDX-License-Identifier: GPL-2.0-or-later
//
// The shell around the core: hands it what happens, and carries out what it
// says. Everything runs in one loop.
#pragma once

#include "ctl/base/result.hpp"
#include "ctl/cohortd/admin/control_socket.hpp"
#include "ctl/cohortd/config/config.hpp"
#include "ctl/cohortd/core/machine.hpp"
#include "ctl/cohortd/fence/agent.hpp"
#include "ctl/cohortd/health/checks.hpp"
#include "ctl/cohortd/health/link_watch.hpp"
#include "ctl/cohortd/kernel/actuator.hpp"
#include "ctl/cohortd/link/link_set.hpp"
#include "ctl/cohortd/shell/boot_timer.hpp"
#include "ctl/cohortd/shell/trace.hpp"
#include "ctl/cohortd/state/directory.hpp"
#include "ctl/cohortd/state/writer.hpp"

#include <boost/asio/io_context.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace cohort::shell {

class Daemon final : private link::LinkUser {
public:
    Daemon(boost::asio::io_context& io, config::Config config, std::string socket, Trace trace);

    /// Takes its place: state, kernel, links. Once this returns, the control
    /// socket listens and the kernel has its first states; the rest happens
    /// in the loop. On an error nothing stays behind.
    Result<void> start();

    /// Hands the buckets over, then ends the loop (R21).
    void leave();
    /// Until leave() has ended the loop, at most.
    core::Duration longest_leave() const;
    /// Ends soon, for a successor that takes over from the kernel as it is. Leaves
    /// instead if the configuration file does not let one.
    void yield();
    /// Ends the loop at once; the kernel serves nothing from here on.
    void stop_now();
    /// Reads the configuration again: all of it holds from now on, or none.
    /// Keys that a live peer is not ready for are refused, unless `forced`. The
    /// error is in the log, too.
    Result<void> reload(bool forced = false);

    /// Why the loop ended, unless it was asked to.
    const std::optional<Error>& failure() const { return failure_; }

private:
    void on_message(const link::Link& link, core::Message message) override;
    void on_turned(const link::Link& link) override;
    void on_stranger(const link::Link& link, const link::Stranger& stranger) override;

    Result<state::Accepted> load_state();
    Result<core::KernelHeld> take_over_kernel();
    void open_links();
    admin::Handlers handlers();
    core::Start make_start(state::Accepted accepted, core::KernelHeld held);
    Result<void> watch_health();
    wire::Codec codec() const;
    Result<config::Config> read_changes(bool forced) const;
    std::string obstacle_to(const config::Config& wanted) const;
    std::string lost_by(const config::Config& wanted) const;
    void on_timer();
    void on_devices();
    bool has_met_a_peer() const;
    bool controls_kernel();
    void heed(kernel::Outcome outcome);

    void enqueue(core::Event event);
    void run_queue();
    void carry_out(const core::Action& action);
    bool is_being_fenced(core::NodeId node) const;
    void do_action(const core::Send& send);
    void do_action(const core::KernelSet& set);
    void do_action(const core::KernelRenew& renew);
    void do_action(const core::Persist& persist);
    void do_action(const core::Fence& fence);
    void do_action(const core::WakeAt& wake);
    void do_action(const core::Note& note);
    void do_action(const core::Stopped& stopped);
    void fail(Error error);
    void end();
    void stop_loop();

    boost::asio::io_context& io_;
    config::Config config_;
    std::string socket_path_;
    Trace trace_;
    core::Machine machine_;
    std::uint64_t session_ = 0;
    std::deque<core::Event> queue_;
    bool run_is_due_ = false;
    bool ended_ = false;
    std::optional<Error> failure_;

    std::optional<state::Directory> directory_;
    std::unique_ptr<state::Writer> writer_;
    std::unique_ptr<admin::ControlSocket> control_;
    std::optional<kernel::Actuator> actuator_;  ///< a witness has none
    core::Time looked_at_kernel_{};
    std::unique_ptr<fence::Agent> fence_;  ///< mode fence
    std::unique_ptr<BootTimer> timer_;
    std::unique_ptr<health::LinkWatch> devices_;
    std::unique_ptr<health::Checks> checks_;
    std::unique_ptr<link::LinkSet> links_;
};

}  // namespace cohort::shell
