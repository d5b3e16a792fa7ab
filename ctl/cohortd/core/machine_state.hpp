// SPDX-License-Identifier: GPL-2.0-or-later
//
// The inside of Machine, shared by the files that implement it. One function
// group a file: frames, epochs, kernel, planning, leaving, sending.
#pragma once

#include "ctl/cohortd/core/barrier.hpp"
#include "ctl/cohortd/core/electorate.hpp"
#include "ctl/cohortd/core/holdings.hpp"
#include "ctl/cohortd/core/lease.hpp"
#include "ctl/cohortd/core/machine.hpp"
#include "ctl/cohortd/core/peer.hpp"
#include "ctl/cohortd/core/planner.hpp"
#include "ctl/cohortd/core/random.hpp"
#include "ctl/cohortd/core/voter.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cohort::core {

/// Why a heartbeat is sent off the period, by urgency.
enum class Trigger : std::uint8_t {
    none,
    answer,  ///< a peer asked for it
    change,  ///< own state changed (R18); the peers are asked to answer
};

struct Machine::State {
    explicit State(MachineConfig machine_config);

    /// What a part of the host was told to do, and has not done.
    struct Owed {
        std::optional<Time> since;
        bool overdue = false;
    };

    // ---- machine.cpp: the order in which things happen in a step
    Actions step(const Event& event, Time now);
    void begin(const Start& start, Time now);
    Duration longest_promise(const Start& start) const;
    /// Whether it told anything.
    bool dispatch(const Event& event, Time now);
    void settle(Time now);
    void watch_loop(Time now);
    void judge_host(Time now);
    void judge(Owed& owed, const std::string& trouble, const std::string& relief, Time now);

    // ---- machine_frames.cpp: what peers say
    /// False if it is a copy, or too old.
    bool on_frame(const Message& message, Time now);
    void on_proven(std::size_t peer, const Message& message, Time now);
    void learn(std::size_t peer, const Header& header, Time now);
    bool agrees(std::size_t peer, const Header& header, Time now);
    void hear_facts(std::size_t peer, const Header& header);
    void on_message(std::size_t peer, const Heartbeat& heartbeat, Time now);
    void on_message(std::size_t peer, const PlanFragment& fragment, Time now);
    void on_message(std::size_t peer, const PlanRequest& request, Time now);
    void on_message(std::size_t peer, const Prevote& prevote, Time now);
    void on_message(std::size_t peer, const PrevoteOk& ok, Time now);
    void on_message(std::size_t peer, const Hello& hello, Time now);
    std::optional<Time> count_ack(std::size_t peer, const Heartbeat& heartbeat, Time now);
    void compare_epochs(std::size_t peer, const Header& header, Time now);
    void introduce(std::size_t peer, const Message& message, Time now);
    bool challenge_again(std::size_t peer, const Message& message, Time now);
    void warn_of_double(std::size_t peer, Time now);
    void want_plan(std::size_t peer, const Header& shown, Time now);
    void warn_of_double_ownership(std::size_t peer, const Header& header, Time now);
    bool may_ack() const;

    // ---- machine_agreement.cpp: keys and settings
    void confer(std::size_t peer, const Message& message, Time now);
    void tell_keys(std::size_t peer, const Heartbeat& heartbeat, Time now);
    void hear_keys(std::size_t peer, const Keys& keys);
    void change_keys(const KeysChanged& change);
    bool accepts_keys_of(const Peer& peer) const;
    std::uint8_t keys_seen(const Peer& peer) const;
    std::uint8_t keys_tag() const;
    void ask_settings(std::size_t peer, const Header& header, Time now);
    void tell_settings(std::size_t peer, const SettingsRequest& request, Time now);
    void hear_settings(std::size_t peer, const SettingsFragment& fragment);
    // confer() has heard them.
    static void on_message(std::size_t, const Keys&, Time) {}
    static void on_message(std::size_t, const SettingsRequest&, Time) {}
    static void on_message(std::size_t, const SettingsFragment&, Time) {}

    // ---- machine_epoch.cpp: accepting, opening, keeping (R5, R8, R10 to R12)
    void propose(Plan plan, Time now);
    void persist(Time now);
    void on_persisted(const PersistDone& done, Time now);
    void accept(Plan plan, Time now);
    void take(Plan taken);
    void lapse(Time now);
    void advance_barrier(Time now);
    void try_open(Time now);
    bool may_open() const;
    bool is_mute() const;
    bool is_doubled(Time now) const;
    void keep_carried(Time now);
    void open_all(const std::string& why);

    // ---- machine_silence.cpp: virtual acks (R24 to R27), and who is alive
    void judge_silence(Time now);
    void judge_life(std::size_t member);
    Duration patience(const Peer& peer) const;
    void judge_hearing(std::size_t member);
    void hear_of_hearing(std::size_t member, const Heartbeat& heartbeat, Time now);
    Duration deaf_after() const { return 2 * config.timers.heartbeat; }
    void grant(std::size_t member, Time now);
    bool virtual_facts() const;
    bool contends() const { return electorate[electorate.self()].contender; }

    // ---- machine_fence.cpp: mode fence (R23)
    bool needs_fencing() const;
    void advance_fencing(Time now);
    void on_fence_done(const FenceDone& done, Time now);

    // ---- machine_members.cpp: voters that come and go (R22)
    std::optional<std::string> objection(const Reconfigure& change, Time now) const;
    void on_reconfigure(const Reconfigure& change, Time now);
    void unstage();
    std::optional<Plan> staged_plan(Time now) const;
    void stage_again_later(Time now);
    void switch_members(std::uint64_t digest, Time now);
    void settle_members(Time now);
    bool speaks_beside(std::size_t peer, const Message& message, Time now);
    bool may_be_accepted(std::uint64_t digest) const;
    bool holds(std::uint64_t digest, Time now) const;
    bool is_out(std::size_t member, Time now) const;
    bool forgets_somebody(std::uint64_t digest, Time now) const;
    bool may_forget(std::uint64_t digest, Time now);
    void on_stranger(const StrangerHeard& stranger, Time now);
    void restart_silence(Time now);
    bool begins() const;
    bool hears_other_files(Time now) const;
    bool serves(Time now) const { return !holdings.empty() && lease.valid(now); }
    void judge_rivals(Time now);
    bool all_have_staged(Electorate::Set granted) const;
    void insert_member(const Member& member, Time now);
    void erase_member(std::size_t index);

    // ---- machine_kernel.cpp: R4, R8, R14
    void resume_kernel(const KernelHeld& kernel, Time now);
    void set_kernel(Time now);
    void push_deadline(Time now);
    void on_kernel_done(const KernelDone& done, Time now);
    Time kernel_deadline(Time now) const;
    bool released() const;

    // ---- machine_planning.cpp: R16, R17, R19, R20
    void plan_ahead(Time now);
    void track_usable(Time now);
    bool usable(std::size_t member) const;
    bool is_candidate(std::size_t member) const;
    bool lower_candidate(NodeId than) const;
    bool hears_quorum() const;
    bool catching_up(Time now) const;
    bool awaits_signs_of_life(Time now) const;
    bool is_left_behind() const;
    std::vector<Share> shares(Time now) const;
    bool leads(Time now) const;
    bool alone() const;
    std::optional<Plan> next_plan(Time now);
    std::optional<Plan> wanted_plan(Time now);
    bool is_granted(const Plan& candidate) const;
    bool may_move(const Plan& wanted, Time now) const;
    void ask_prevotes(std::uint64_t digest, Time now);
    void issue(Plan plan, Time now);
    std::uint64_t next_counter() const;

    // ---- machine_leave.cpp: R21, and ending for a successor
    void on_leave(Time now);
    void on_yield(Time now);
    void advance_leave(Time now);
    bool somebody_can_take_over() const;
    void stop(bool succeeded);

    // ---- machine_send.cpp: frames out, timers
    Header header(Time now);
    void trigger(Trigger cause, Time at);
    void send_heartbeats(Time now);
    Time triggered_due() const;
    void send_heartbeat(Trigger cause, Time now);
    void send_plan(NodeId to, Time now);
    void publish_again(Time now);
    bool wants_lease() const;
    bool waits_for_acks(Time now) const;
    Time next_wake(Time now) const;

    void note(Note::Level level, std::string text);
    template <class A>
    void act(A action) {
        actions.emplace_back(std::move(action));
    }
    NodeId self() const { return config.self; }
    std::string name(std::size_t member) const;

    // ---- configuration and parts
    MachineConfig config;
    Electorate electorate;
    Voter voter;
    Lease lease;
    Barrier barrier;
    Holdings holdings;
    std::vector<std::optional<Peer>> peers;  ///< by member; this node's is empty
    Random random{0};
    std::vector<std::byte> settings;    ///< encoded
    std::uint64_t keys_generation = 0;  ///< how often the keys changed

    // ---- the run
    bool started = false;
    bool has_vote = true;  ///< false: R15
    std::uint64_t session = 0;
    std::uint64_t last_seq = 0;
    std::optional<Time> last_step;
    Time last_reading{};  ///< input_read_since of the Wake in hand
    bool waking = false;  ///< the step in hand is a Wake
    Actions actions;

    // ---- durable: the accepted epoch
    Plan plan;                             ///< of `acc`
    std::array<std::size_t, 256> owned{};  ///< buckets of it, by node
    bool plan_whole = false;               ///< its content is the one that its id names
    std::uint64_t plan_config = 0;         ///< the digest under which it was accepted
    std::optional<Plan> writing;           ///< being made durable
    std::uint64_t writing_ticket = 0;
    std::optional<Plan> next;  ///< the newest plan that waits for that
    std::optional<Time> write_again_at;
    std::uint64_t highest_counter = 0;  ///< in any authentic frame, R17

    Owed disk_owes;    ///< a durable epoch
    Owed kernel_owes;  ///< the states of one

    // ---- members (R22)
    std::optional<Reconfigure> staged;
    std::optional<Time> stage_again_at;            ///< somebody has not staged it yet
    bool staged_turn = false;                      ///< what else was wanted was not granted
    std::optional<std::uint64_t> previous_digest;  ///< of those who still have to follow
    Time previous_until{};                         ///< and so long they are not blamed for it
    bool members_settled = false;  ///< everybody is out of the way at an epoch of this config
    /// Nothing is acked until a plan of other members is accepted, from this moment on:
    /// what was promised to those whom it leaves out has run out then.
    std::optional<Time> forgets_at;
    std::optional<Time> other_file_at;  ///< when a frame of another configuration was heard last
    bool stands_back = false;           ///< for one that serves by another configuration
    std::optional<Time> stranger_at;    ///< when one was heard last
    std::optional<Time> double_at;      ///< likewise, in this node's own name

    // ---- kernel
    std::uint64_t last_ticket = 0;  ///< of KernelSet
    std::uint64_t confirmed_ticket = 0;
    std::uint64_t release_ticket = 0;  ///< confirmed: RELEASED(self, acc)
    Time commanded_deadline{};
    bool kernel_stale = false;         ///< holdings changed since the last KernelSet
    std::optional<Time> set_again_at;  ///< after a refusal
    std::uint64_t kernel_floor = 0;    ///< the kernel's epoch at start, which it never lowers
    bool served = false;               ///< for the log: the lease was valid in the last step

    // ---- sending
    std::optional<Time> heartbeat_due;
    std::optional<Time> last_heartbeat;
    Trigger triggered = Trigger::none;
    Time trigger_at{};
    std::optional<Time> published_at;
    std::uint64_t clear_sent = 0;  ///< bitmap of the newest heartbeat
    bool wake_soon = false;        ///< R24's evaluation has something new to work on

    // ---- health, planning
    bool healthy = true;  ///< by the checks
    /// What is given to a node that cannot accept an epoch, or tell its kernel, stays dark.
    bool is_fit() const {
        return healthy && has_vote && !disk_owes.overdue && !kernel_owes.overdue;
    }
    std::optional<Time> usable_since;  ///< of this node
    struct Candidacy {
        std::uint64_t counter;
        std::uint64_t config_digest;  ///< of the plan that is to be
        Electorate::Set votes;
        Time began;
        Time asked;
    };
    std::optional<Candidacy> candidacy;
    struct Wanted {
        EpochId epoch;  ///< the accepted one, and what each could take then
        std::vector<Share> shares;
        Plan plan;
    };
    std::optional<Wanted> considered;  ///< as found last: each step asks
    std::optional<Time> back_off_until;

    // ---- mode fence
    struct Fencing {
        std::uint64_t last_ticket = 0;
        std::optional<EpochId> running;  ///< the accepted epoch when the agent was started
        bool peer_came_back = false;     ///< since then, in a session that is not proven
        std::optional<Time> due;         ///< of the next start
        std::optional<Time> not_before;  ///< after a failure
    };
    Fencing fencing;

    // ---- leaving
    enum class Leaving : std::uint8_t {
        no,
        handing_over,  ///< until a plan gives this node nothing and that is known
        quiet,         ///< no new promises arise; the last ones run out
        clearing,      ///< no quorum: the kernel is cleared
        stopped,
    };
    Leaving leaving = Leaving::no;
    Time leave_until{};
    std::optional<Time> yields_at;  ///< ends then, for a successor
    bool release_sent = false;      ///< a heartbeat with RELEASED at the accepted epoch went out
};

}  // namespace cohort::core
