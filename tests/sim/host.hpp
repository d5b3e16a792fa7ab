// SPDX-License-Identifier: GPL-2.0-or-later
//
// A simulated host: clock, kernel, disk, and the daemon's shell around the
// machine, which can stall, die and come back at any point.
#pragma once

#include "ctl/cohortd/core/machine.hpp"
#include "tests/sim/clock.hpp"
#include "tests/sim/dice.hpp"
#include "tests/sim/kernel.hpp"
#include "tests/sim/network.hpp"
#include "tests/sim/power_switch.hpp"
#include "tests/sim/scheduler.hpp"
#include "tests/sim/trace.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace cohort::sim {

/// The daemon dies right after one certain action.
struct Doom {
    std::uint64_t action = 0;  ///< as Host::actions_done() counts; 0: never
    bool power = false;        ///< and takes the host with it
};

/// How badly a host behaves.
struct HostFaults {
    Duration disk_least = std::chrono::milliseconds{1};
    Duration disk_most = std::chrono::milliseconds{10};
    double disk_fails = 0;
    Duration kernel_most = std::chrono::microseconds{500};
    Duration timer_lag_most = std::chrono::milliseconds{1};
    double dies_at_action = 0;    ///< chance between two actions
    double stalls_at_action = 0;  ///< chance between two actions
    double stalls_at_wake = 0;    ///< between reading the clock and stepping
    Duration stall_most{};
    Doom doom;
    bool forgets_plan = false;  ///< breaks A3: the durable state is lost at each restart
    bool overruns = false;      ///< breaks A2: the kernel does not look at its deadline
    bool keeps_states = false;  ///< a kernel shows after a boot what it held before, at no epoch
};

/// Sees everything that a host does; the checker.
class Observer {
public:
    virtual ~Observer() = default;
    virtual void before_step(std::size_t host, const core::Event& event, Time now) = 0;
    virtual void after_step(std::size_t host, const core::Actions& actions, Time now) = 0;
    /// It is about to carry this out.
    virtual void acts(std::size_t host, const core::Action& action) = 0;
    virtual void kernel_changed(std::size_t host) = 0;
    virtual void started(std::size_t host) = 0;
    virtual void frame_read(std::size_t host, const Frame& frame) = 0;
    virtual void running_changed() = 0;
};

class Host {
public:
    Host(std::size_t index, core::MachineConfig config, Scheduler& scheduler, Dice& dice,
         Network& network, PowerSwitch& power, Observer& observer, Trace& trace);

    // ---- what a test does to it
    void boot();  ///< power on: empty kernel, new clock; the daemon starts
    void power_off();
    void kill();   ///< SIGKILL to the daemon; the kernel lives on
    void start();  ///< the daemon, on a running kernel (R14)
    void stall(Duration length);
    void pause();  ///< a virtual machine's: nothing runs, and its clock stands still (breaks A1)
    void resume();
    void slew(std::int64_t ppm);  ///< its clock runs so fast from now on, in millionths
    /// The file has other members now (R22); false: the daemon cannot take it yet.
    bool reload(core::MachineConfig config);
    void inject(core::Event event);  ///< health, links, leave: through the loop
    void deliver(const Frame& frame);

    /// How fast its clock will run from the next boot on, in millionths; by
    /// default anything that A1 allows, and often the most that it does.
    void run_fast(std::int64_t ppm) { clock_error_ = ppm; }

    // ---- what a test sees
    /// Its kernel runs.
    bool powered() const { return powered_ && !paused_; }
    bool alive() const { return machine_ != nullptr; }
    /// Alive, and not in a stall that is long enough for itself to notice.
    bool on_time() const { return alive() && !long_stall_ && !paused_; }
    bool left() const { return left_; }
    Time now() const { return clock_.at(scheduler_.now()); }
    TrueTime when(Time local) const { return clock_.when(local); }
    const core::Machine& machine() const { return *machine_; }
    const Kernel& kernel() const { return kernel_; }
    const core::Plan& durable() const { return durable_; }
    const core::MachineConfig& config() const { return config_; }
    HostFaults& faults() { return faults_; }
    /// Frames sent, updates of the kernel, and writes.
    std::uint64_t actions_done() const { return actions_done_; }
    /// All epochs that it was to make durable.
    const std::vector<core::EpochId>& written() const { return written_; }

private:
    struct Input {
        core::Event event;
        std::optional<Frame> frame;
    };

    std::int64_t clock_error();
    void fresh_kernel();
    void turn();
    void arm();
    bool busy() const { return stalled_ || paused_ || !alive(); }
    void step(const core::Event& event);
    void carry_out();
    void strike();
    bool act(const core::Send& send);
    bool act(const core::KernelSet& set);
    bool act(const core::KernelRenew& renew);
    bool act(const core::Persist& persist);
    bool act(const core::Fence& fence);
    bool act(const core::WakeAt& wake);
    bool act(const core::Note& note);
    bool act(const core::Stopped& stopped);
    void queue(core::Event event, Duration delay);
    void end_daemon();
    void say(const std::string& text);

    /// Something in the host itself: it waits while the host is paused.
    template <class What>
    void later(TrueTime when, What what) {
        scheduler_.at(when, [this, what = std::move(what)] {
            if (paused_) {
                deferred_.push_back(what);
            } else {
                what();
            }
        });
    }

    std::size_t index_;
    core::MachineConfig config_;
    Scheduler& scheduler_;
    Dice& dice_;
    Network& network_;
    PowerSwitch& power_;
    Observer& observer_;
    Trace& trace_;
    HostFaults faults_;

    NodeClock clock_;
    std::optional<std::int64_t> clock_error_;
    Kernel kernel_;
    core::Plan durable_;
    std::optional<core::Plan> being_written_;

    bool powered_ = false;
    bool paused_ = false;
    std::vector<std::function<void()>> deferred_;
    bool left_ = false;
    std::unique_ptr<core::Machine> machine_;
    std::uint64_t incarnation_ = 0;  ///< of the daemon; what belongs to older ones is void
    std::uint32_t generation_ = 0;
    std::uint64_t boot_ = 0;
    TrueTime kernel_free_{};  ///< updates are carried out one after the other
    bool stalled_ = false;
    bool long_stall_ = false;
    std::uint64_t stall_number_ = 0;
    std::uint32_t starts_ = 0;
    std::uint64_t actions_done_ = 0;
    std::vector<core::EpochId> written_;
    std::deque<Input> inbox_;
    std::deque<core::Action> to_do_;
    Time wake_at_{};
    std::uint64_t wake_number_ = 0;
    std::optional<Time> reading_;  ///< of a Wake that a stall interrupted
};

}  // namespace cohort::sim
