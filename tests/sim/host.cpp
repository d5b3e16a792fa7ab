// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/sim/host.hpp"

#include "ctl/cohortd/core/plan_codec.hpp"
#include "ctl/cohortd/core/sessions.hpp"
#include "ctl/cohortd/core/timers.hpp"

#include <utility>

namespace cohort::sim {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr std::size_t kInboxMost = 400;  ///< as much as a socket holds

}  // namespace

Host::Host(std::size_t index, core::MachineConfig config, Scheduler& scheduler, Dice& dice,
           Network& network, PowerSwitch& power, Observer& observer, Trace& trace)
    : index_(index),
      config_(std::move(config)),
      scheduler_(scheduler),
      dice_(dice),
      network_(network),
      power_(power),
      observer_(observer),
      trace_(trace),
      kernel_(config_.buckets),
      durable_(core::empty_plan(config_.buckets, config_.config_digest)) {}

void Host::say(const std::string& text) {
    trace_.say(scheduler_.now(), config_.self, text);
}

void Host::boot() {
    if (powered_) {
        return;
    }
    say("powers on");
    powered_ = true;
    clock_ = NodeClock(scheduler_.now(), dice_.between(seconds{5}, seconds{500}), clock_error());
    fresh_kernel();
    start();
}

std::int64_t Host::clock_error() {
    constexpr std::int64_t kMost = core::kClockErrorPpm;
    if (clock_error_) {
        return *clock_error_;
    }
    if (dice_.chance(0.5)) {
        return dice_.chance(0.5) ? kMost : -kMost;
    }
    return static_cast<std::int64_t>(dice_.below(2 * kMost + 1)) - kMost;
}

void Host::fresh_kernel() {
    kernel_ = faults_.keeps_states ? Kernel(kernel_.states()) : Kernel(config_.buckets);
    if (faults_.overruns) {
        kernel_.ignore_deadline();
    }
}

void Host::power_off() {
    if (powered_) {
        say("loses power");
        end_daemon();
        powered_ = paused_ = false;
        deferred_.clear();
        ++boot_;
        fresh_kernel();
        observer_.kernel_changed(index_);
    }
}

void Host::kill() {
    if (alive()) {
        say("daemon is killed");
        end_daemon();
    }
}

void Host::end_daemon() {
    // A write that was under way either reached the disk or did not.
    if (being_written_ && dice_.chance(0.5)) {
        durable_ = *being_written_;
    }
    being_written_.reset();
    machine_.reset();
    ++incarnation_;
    stalled_ = long_stall_ = false;
    inbox_.clear();
    to_do_.clear();
    reading_.reset();
    observer_.running_changed();
}

void Host::start() {
    if (!powered() || alive()) {
        return;
    }
    left_ = false;
    if (faults_.forgets_plan) {
        durable_ = core::empty_plan(config_.buckets, config_.config_digest);
    }
    generation_ = kernel_.claim();
    machine_ = std::make_unique<core::Machine>(config_);
    observer_.started(index_);
    observer_.running_changed();
    step(core::Start{core::make_session(++starts_, static_cast<std::uint32_t>(dice_.bits()) | 1U),
                     dice_.bits(),
                     durable_,
                     {},
                     kernel_.held(),
                     true});
}

void Host::stall(Duration length) {
    if (busy()) {
        return;
    }
    say("stalls for " + std::to_string(length.count() / 1'000'000) + " ms");
    stalled_ = true;
    long_stall_ = length > 2 * config_.timers.heartbeat;
    observer_.running_changed();
    const std::uint64_t number = ++stall_number_;
    const std::uint64_t incarnation = incarnation_;
    later(scheduler_.now() + length, [this, number, incarnation] {
        if (number == stall_number_ && incarnation == incarnation_ && stalled_) {
            say("goes on");
            stalled_ = long_stall_ = false;
            observer_.running_changed();
            turn();
        }
    });
}

void Host::pause() {
    if (powered()) {
        say("is paused");
        paused_ = true;
        clock_.stop(scheduler_.now());
        observer_.running_changed();
    }
}

void Host::resume() {
    if (!paused_) {
        return;
    }
    say("is resumed");
    paused_ = false;
    clock_.go_on(scheduler_.now());
    observer_.running_changed();
    observer_.kernel_changed(index_);
    for (const auto& what : std::exchange(deferred_, {})) {
        what();
    }
    if (alive()) {
        if (wake_at_ != Time::max()) {
            arm();
        }
        turn();
    }
}

void Host::slew(std::int64_t ppm) {
    if (!powered()) {
        return;
    }
    say("has its clock run " + std::to_string(ppm) + " ppm fast");
    clock_.slew(scheduler_.now(), ppm);
    if (alive() && wake_at_ != Time::max()) {
        arm();
    }
}

bool Host::reload(core::MachineConfig config) {
    const core::Reconfigure change{config.members, config.config_digest};
    if (busy() ? alive() : machine_->objection(change, now()).has_value()) {
        return false;
    }
    config_ = std::move(config);
    if (alive()) {
        step(change);
    }
    return true;
}

void Host::inject(core::Event event) {
    queue(std::move(event), Duration{});
}

void Host::deliver(const Frame& frame) {
    if (!alive() || inbox_.size() >= kInboxMost) {
        return;
    }
    inbox_.push_back({core::FrameRead{frame.link, *frame.message}, frame});
    turn();
}

void Host::queue(core::Event event, Duration delay) {
    later(scheduler_.now() + delay, [this, incarnation = incarnation_, event = std::move(event)] {
        if (incarnation == incarnation_ && alive()) {
            inbox_.push_back({event, std::nullopt});
            turn();
        }
    });
}

/// The loop: finish what a stall interrupted, read all input, then wake.
void Host::turn() {
    carry_out();
    if (!busy() && reading_) {
        step(core::Wake{*std::exchange(reading_, std::nullopt)});
    }
    while (!busy() && !inbox_.empty()) {
        Input input = std::move(inbox_.front());
        inbox_.pop_front();
        if (input.frame) {
            observer_.frame_read(index_, *input.frame);
        }
        step(input.event);
    }
    if (!busy() && now() >= wake_at_) {
        const Time reading = now();
        if (dice_.chance(faults_.stalls_at_wake)) {
            reading_ = reading;
            stall(dice_.between(milliseconds{1}, faults_.stall_most));
        } else {
            step(core::Wake{reading});
        }
    }
}

void Host::step(const core::Event& event) {
    if (trace_.on()) {
        say(describe(event));
    }
    if (std::holds_alternative<core::Wake>(event)) {
        wake_at_ = Time::max();  // used up
    }
    observer_.before_step(index_, event, now());
    core::Actions actions = machine_->step(event, now());
    observer_.after_step(index_, actions, now());
    for (core::Action& action : actions) {
        to_do_.push_back(std::move(action));
    }
    carry_out();
}

/// One after the other; between any two the daemon may stall or die.
void Host::carry_out() {
    while (!busy() && !to_do_.empty()) {
        const core::Action action = std::move(to_do_.front());
        to_do_.pop_front();
        if (trace_.on()) {
            say(describe(action));
        }
        observer_.acts(index_, action);
        if (!std::visit([this](const auto& a) { return act(a); }, action)) {
            return;
        }
        if (!std::holds_alternative<core::WakeAt>(action) &&
            !std::holds_alternative<core::Note>(action)) {
            ++actions_done_;
        }
        strike();
    }
}

/// What may happen to the daemon between two actions.
void Host::strike() {
    if (actions_done_ == faults_.doom.action) {
        faults_.doom.power ? power_off() : kill();
    } else if (dice_.chance(faults_.dies_at_action)) {
        kill();
        scheduler_.after(dice_.between(milliseconds{20}, seconds{2}), [this] { start(); });
    } else if (dice_.chance(faults_.stalls_at_action)) {
        stall(dice_.between(milliseconds{1}, faults_.stall_most));
    }
}

bool Host::act(const core::Send& send) {
    for (const core::Member& member : config_.members) {
        const std::size_t i = member.id - 1U;
        if (i != index_ && (send.to == core::kNobody || send.to == member.id)) {
            network_.send(index_, i, send.message);
        }
    }
    return true;
}

bool Host::act(const core::KernelSet& set) {
    kernel_free_ =
        std::max(kernel_free_, scheduler_.now()) + dice_.between(Duration{}, faults_.kernel_most);
    later(kernel_free_,
          [this, set, generation = generation_, boot = boot_, incarnation = incarnation_] {
              if (boot != boot_) {
                  return;
              }
              const bool ok = kernel_.set(generation, set.epoch_counter, set.states, set.deadline);
              if (ok) {
                  observer_.kernel_changed(index_);
              }
              if (incarnation == incarnation_) {
                  queue(core::KernelDone{set.ticket, ok}, microseconds{50});
              }
          });
    return true;
}

bool Host::act(const core::KernelRenew& renew) {
    kernel_.renew(generation_, renew.epoch_counter, renew.deadline);
    observer_.kernel_changed(index_);
    return true;
}

bool Host::act(const core::Persist& persist) {
    being_written_ = persist.plan;
    written_.push_back(persist.plan.id);
    const auto delay = dice_.between(faults_.disk_least, faults_.disk_most);
    const bool ok = !dice_.chance(faults_.disk_fails);
    later(scheduler_.now() + delay,
          [this, incarnation = incarnation_, ticket = persist.ticket, ok] {
              if (incarnation != incarnation_ || !alive()) {
                  return;
              }
              if (ok) {
                  durable_ = *being_written_;
              }
              being_written_.reset();
              queue(core::PersistDone{ticket, ok}, Duration{});
          });
    return true;
}

bool Host::act(const core::Fence& fence) {
    power_.fence(fence.node - 1U,
                 [this, incarnation = incarnation_, ticket = fence.ticket](bool off) {
                     if (incarnation == incarnation_) {
                         queue(core::FenceDone{ticket, off}, Duration{});
                     }
                 });
    return true;
}

bool Host::act(const core::WakeAt& wake) {
    wake_at_ = wake.at;
    arm();
    return true;
}

void Host::arm() {
    const std::uint64_t number = ++wake_number_;
    const auto lag = dice_.between(Duration{}, faults_.timer_lag_most);
    later(clock_.when(wake_at_) + lag, [this, number, incarnation = incarnation_] {
        if (number == wake_number_ && incarnation == incarnation_ && alive()) {
            turn();
        }
    });
}

bool Host::act(const core::Note&) {
    return true;
}

bool Host::act(const core::Stopped& stopped) {
    say("daemon ends");
    left_ = !stopped.succeeded;
    end_daemon();
    return false;
}

}  // namespace cohort::sim
