// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/shell/daemon.hpp"

#include "ctl/cohortd/admin/status.hpp"
#include "ctl/cohortd/config/rotation.hpp"
#include "ctl/cohortd/core/timers.hpp"
#include "ctl/cohortd/shell/clock.hpp"
#include "ctl/cohortd/shell/first_state.hpp"
#include "ctl/cohortd/shell/log.hpp"
#include "ctl/cohortd/wire/codec.hpp"

#include <sodium.h>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace cohort::shell {
namespace {

std::uint64_t random_nonzero() {
    std::uint64_t value = 0;
    while (value == 0)
        randombytes_buf(&value, sizeof value);
    return value;
}

Level level_of(core::Note::Level level) {
    switch (level) {
        case core::Note::Level::debug:
            return Level::debug;
        case core::Note::Level::info:
            return Level::info;
        case core::Note::Level::notice:
            return Level::notice;
        case core::Note::Level::warning:
            return Level::warning;
        case core::Note::Level::alert:
            return Level::alert;
    }
    return Level::info;
}

}  // namespace

Daemon::Daemon(boost::asio::io_context& io, config::Config config, std::string socket, Trace trace)
    : io_(io),
      config_(std::move(config)),
      socket_path_(std::move(socket)),
      trace_(std::move(trace)),
      machine_(config::machine_config(config_)) {}

// The order matters: what another cohortd on this host would mind comes before
// what takes its place away, and the writer is forked while little is open.
Result<void> Daemon::start() {
    auto accepted = load_state();
    if (!accepted)
        return accepted.error();
    auto control = admin::ControlSocket::listen(io_, socket_path_, handlers());
    if (!control)
        return control.error();
    control_ = *std::move(control);

    auto timer = BootTimer::create(io_, [this] { on_timer(); });
    if (!timer)
        return timer.error();
    timer_ = *std::move(timer);
    if (auto watching = watch_health(); !watching)
        return watching.error();

    auto held = take_over_kernel();
    if (!held)
        return held.error();
    open_links();

    const core::Start start = make_start(*std::move(accepted), *std::move(held));
    trace_.start(config::machine_config(config_), start, boot_now());
    queue_.push_front(start);
    run_queue();
    if (failure_)
        return *failure_;
    return {};
}

/// A witness votes and serves nothing, so its host needs no module.
Result<core::KernelHeld> Daemon::take_over_kernel() {
    if (config::self_of(config_).witness)
        return core::KernelHeld{};
    auto actuator = kernel::Actuator::open(config_);
    if (!actuator)
        return actuator.error();
    auto held = actuator->take_over();
    if (held)
        actuator_ = *std::move(actuator);
    return held;
}

void Daemon::open_links() {
    std::vector<core::NodeId> peers;
    for (const config::Node& node : config_.nodes) {
        if (node.id != config_.node)
            peers.push_back(node.id);
    }
    if (config_.mode == core::QuorumMode::fence)
        fence_ = std::make_unique<fence::Agent>(io_, config_.fence,
                                                config::node_of(config_, peers.front()));
    link::LinkUser& user = *this;
    const core::Duration detect = config::machine_config(config_).timers.detect;
    links_ = std::make_unique<link::LinkSet>(
        io_, link::Identity{config_.node, session_, std::move(peers), boot_now() + detect}, codec(),
        detect, user);
    links_->configure(config_.links);
}

wire::Codec Daemon::codec() const {
    return {wire::cluster_id(config_.cluster), config_.keys};
}

Result<state::Accepted> Daemon::load_state() {
    auto directory = state::Directory::open(config_.state_dir);
    if (!directory)
        return directory.error();
    directory_ = *std::move(directory);
    session_ = core::make_session(directory_->count_start(), randombytes_random());
    auto accepted = load_first_plan(config_, *directory_);
    if (!accepted)
        return accepted;
    auto writer = state::Writer::start(io_, *directory_, owner_of(config_),
                                       config::machine_config(config_).timers.promise,
                                       [this](std::uint64_t ticket, bool ok) {
                                           enqueue(core::PersistDone{ticket, ok});
                                       });
    if (!writer)
        return writer.error();
    writer_ = *std::move(writer);
    return accepted;
}

Result<void> Daemon::watch_health() {
    auto devices = health::LinkWatch::start(io_, [this] { on_devices(); });
    if (!devices)
        return devices.error();
    devices_ = *std::move(devices);
    checks_ = std::make_unique<health::Checks>(
        *devices_, config_.checks, [this](bool healthy) { enqueue(core::HealthChanged{healthy}); });
    return {};
}

core::Start Daemon::make_start(state::Accepted accepted, core::KernelHeld held) {
    core::Start start;
    start.session = session_;
    start.entropy = random_nonzero();
    start.plan = std::move(accepted.plan);
    start.promised = accepted.promise;
    start.kernel = std::move(held);
    return start;
}

admin::Handlers Daemon::handlers() {
    const auto reload_as = [this](bool forced) -> admin::Reply {
        const auto reloaded = reload(forced);
        if (!reloaded)
            return reloaded.error();
        return nlohmann::json{{"file", config_.file}};
    };
    return {{"status",
             [this]() -> admin::Reply {
                 return admin::status({config_, machine_, *links_, boot_now()});
             }},
            {"reload", [reload_as] { return reload_as(false); }},
            {"reload-forced", [reload_as] { return reload_as(true); }},
            {"version", []() -> admin::Reply {
                 return nlohmann::json{{"version", COHORT_VERSION}, {"protocol", wire::kVersion}};
             }}};
}

void Daemon::leave() {
    log(Level::notice, "leaving: handing the buckets over");
    enqueue(core::Leave{});
}

core::Duration Daemon::longest_leave() const {
    constexpr std::chrono::seconds kWork{5};  // of the kernel and of a busy host
    return core::longest_leave(config::machine_config(config_).timers) + kWork;
}

void Daemon::yield() {
    const auto next = config::load_config(config_.file);
    if (!next) {
        log(Level::error, "the next cohortd cannot start: {}", next.error().message);
        leave();
    } else if (const std::string peer = lost_by(*next); !peer.empty()) {
        log(Level::warning,
            "by the links in {} the next cohortd and {}, which is alive, will not hear each "
            "other; in mode links both will then answer: give the file its old links before "
            "cohortd starts, then change one link at a time, on both nodes, by reloads",
            config_.file, peer);
        leave();
    } else if (config::machine_config(*next).config_digest !=
               config::machine_config(config_).config_digest) {
        log(Level::warning, "the next cohortd will differ from its peers in what they must share");
        leave();
    } else if (const std::string obstacle =
                   config::keys_obstacle(config_, *next, machine_.view(boot_now()));
               !obstacle.empty()) {
        log(Level::warning, "the next cohortd could not go on: {}", obstacle);
        leave();
    } else {
        log(Level::notice, "ending; the next cohortd takes over what the kernel serves");
        enqueue(core::Yield{});
    }
}

void Daemon::stop_now() {
    log(Level::warning, "stopping at once");
    end();
}

// --- what happens -------------------------------------------------------------

void Daemon::on_message(const link::Link& link, core::Message message) {
    enqueue(core::FrameRead{links_->number_of(link), std::move(message)});
}

void Daemon::on_turned(const link::Link&) {
    enqueue(core::LinksChanged{});
}

/// What is not authentic may be anybody's, who must not hold up a takeover: of two nodes it
/// may be the other one with another key, on a first start or after a restart, for as long
/// as that was not heard in this run. Of more nodes none acts by silence.
void Daemon::on_stranger(const link::Link&, const link::Stranger& stranger) {
    if (wire::is_authentic(stranger.as))
        enqueue(core::StrangerHeard{stranger.as == wire::Drop::impostor && stranger.direct});
    else if (config_.nodes.size() == 2 && !has_met_a_peer())
        enqueue(core::LinksChanged{});
}

bool Daemon::has_met_a_peer() const {
    const core::View view = machine_.view(boot_now());
    return std::ranges::any_of(view.nodes, [this](const core::PeerView& node) {
        return node.id != config_.node && node.heard_at.has_value();
    });
}

/// R24: the clock is read first, then everything that waits, and only then is
/// it judged what the silence of a peer means.
void Daemon::on_timer() {
    const core::Time before = boot_now();
    if (before - looked_at_kernel_ >= config_.heartbeat && !controls_kernel())
        return;
    links_->drain();
    queue_.push_back(core::Wake{before});
    run_queue();
}

void Daemon::on_devices() {
    checks_->judge();
    if (actuator_ && controls_kernel())
        actuator_->restore_vips();
}

/// False if the loop ends for it. Without a lease nothing is set that would tell.
bool Daemon::controls_kernel() {
    looked_at_kernel_ = boot_now();
    if (actuator_)
        heed(actuator_->look());
    return !ended_;
}

// Never run from in here: the caller may be a link that reads, and what the
// core answers may close that link.
void Daemon::enqueue(core::Event event) {
    queue_.push_back(std::move(event));
    if (std::exchange(run_is_due_, true))
        return;
    boost::asio::post(io_, [this] {
        run_is_due_ = false;
        run_queue();
    });
}

void Daemon::run_queue() {
    while (!queue_.empty() && !ended_) {
        const core::Event event = std::move(queue_.front());
        queue_.pop_front();
        const core::Time now = boot_now();
        trace_.event(event, now);
        const core::Actions actions = machine_.step(event, now);
        trace_.accepted(machine_.plan(), now);
        for (const core::Action& action : actions) {
            trace_.action(action, now);
            carry_out(action);
            if (ended_)
                return;
        }
    }
}

// --- what is to be done -------------------------------------------------------

void Daemon::carry_out(const core::Action& action) {
    std::visit([this](const auto& one) { do_action(one); }, action);
}

void Daemon::do_action(const core::Send& send) {
    links_->send(send);
}

void Daemon::do_action(const core::KernelSet& set) {
    const kernel::Outcome outcome = actuator_ ? actuator_->set(set) : kernel::Outcome::done;
    const core::KernelDone done{set.ticket, outcome == kernel::Outcome::done};
    trace_.kernel_done(done, boot_now());
    // Before whatever else waits: others depend on it.
    queue_.push_front(done);
    heed(outcome);
}

void Daemon::do_action(const core::KernelRenew& renew) {
    const kernel::Outcome outcome = actuator_ ? actuator_->renew(renew) : kernel::Outcome::done;
    if (outcome != kernel::Outcome::done)
        trace_.kernel_refused(boot_now());
    heed(outcome);
}

void Daemon::heed(kernel::Outcome outcome) {
    if (outcome == kernel::Outcome::usurped)
        fail({ErrorKind::refused, "another controller took the clusters: this cohortd gives up",
              EPERM});
}

void Daemon::do_action(const core::Persist& persist) {
    writer_->persist(persist.ticket, persist.plan);
}

void Daemon::do_action(const core::Fence& fence) {
    fence_->start(
        [this, ticket = fence.ticket](bool off) {
            enqueue(core::FenceDone{ticket, off});
        },
        [this, node = fence.node] { return is_being_fenced(node); });
}

bool Daemon::is_being_fenced(core::NodeId node) const {
    const core::View view = machine_.view(boot_now());
    return std::ranges::any_of(view.nodes, [node](const core::PeerView& peer) {
        return peer.id == node && peer.state == core::NodeState::fencing;
    });
}

void Daemon::do_action(const core::WakeAt& wake) {
    timer_->set(wake.at);
}

void Daemon::do_action(const core::Note& note) {
    log_line(level_of(note.level), note.text);
}

void Daemon::do_action(const core::Stopped& stopped) {
    if (stopped.succeeded)
        stop_loop();
    else
        end();
}

/// Without touching the kernel: what it serves now is another's, or runs out.
void Daemon::fail(Error error) {
    failure_ = std::move(error);
    stop_loop();
}

void Daemon::end() {
    trace_.kernel_remove(boot_now());
    if (actuator_)
        actuator_->remove();
    stop_loop();
}

void Daemon::stop_loop() {
    ended_ = true;
    io_.stop();
}

}  // namespace cohort::shell
