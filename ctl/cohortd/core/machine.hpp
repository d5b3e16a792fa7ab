// SPDX-License-Identifier: GPL-2.0-or-later
//
// The protocol as one state machine: (state, event, now) -> actions.
// No I/O, no clock, no randomness of its own: the daemon, the simulator and
// the fuzzers run this same object file.
#pragma once

#include "ctl/cohortd/core/messages.hpp"
#include "ctl/cohortd/core/settings.hpp"
#include "ctl/cohortd/core/types.hpp"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace cohort::core {

enum class QuorumMode : std::uint8_t { links, witness, preferred, fence, majority };

/// Section 10. Derived from the configuration's heartbeat and lease by
/// make_timers(), which also tells which rule (T1..T7) a choice breaks.
struct Timers {
    Duration heartbeat;     ///< H
    Duration lease;         ///< L_o
    Duration promise;       ///< L_v
    Duration detect;        ///< T_detect
    Duration silence_take;  ///< S_take
    Duration silence_long;  ///< S_long
    Duration silence_keep;  ///< S_keep
    Duration fresh;         ///< T_fresh
    Duration window;        ///< W, the assumption of mode links
    Duration damp;          ///< T_damp, before a node that came back gets buckets
    Duration drain;         ///< T_drain
    Duration trigger_gap;   ///< least time between two triggered heartbeats
};

struct Member {
    NodeId id = kNobody;
    std::uint8_t weight = 1;  ///< share of buckets; 0: none
    std::uint8_t votes = 1;
    bool contender = true;  ///< false: a witness
    std::string name = {};  ///< for notes; empty: "node ID"
};

/// All of the configuration that the protocol needs.
struct MachineConfig {
    NodeId self = kNobody;
    std::vector<Member> members;  ///< ascending ids, self included
    QuorumMode mode = QuorumMode::links;
    Timers timers;
    std::size_t buckets = 0;  ///< of all addresses together
    std::uint64_t config_digest = 0;
    Duration fence_delay{};  ///< mode fence: before the peer is fenced
    /// The buckets of each address, in the order of the row; they sum up to
    /// `buckets`. Each address is split among the nodes. Empty: one address.
    std::vector<std::size_t> groups;
    /// What the digest is made of, so that a difference can be named. Empty:
    /// it is not.
    std::vector<Setting> settings;
    /// Told to the peers. Empty: nothing is told, nor asked.
    std::vector<KeyUse> keys;
};

// ---- events ---------------------------------------------------------------

/// Begins a run. `plan` is the durable one (epoch 0 and nobody's if fresh);
/// `kernel` is what the kernel still holds, if it could be read (R14).
struct KernelHeld {
    std::uint64_t epoch_counter = 0;
    Time deadline;               ///< from which the kernel serves nothing
    std::vector<Rights> states;  ///< by bucket; empty: unreadable, start cleared
};
struct Start {
    std::uint64_t session = 0;  ///< random, never 0
    std::uint64_t entropy = 0;  ///< seeds back-off and nonces
    Plan plan;
    Duration promised{};  ///< L_v under which that plan was accepted; 0: this configuration's
    KernelHeld kernel;
    /// False: the durable state was lost or is broken, so this node has no
    /// vote; it holds nothing and acks nothing until it is made anew (R15).
    bool voter = true;
};

/// A frame that passed the MAC check, in the order in which it was read.
struct FrameRead {
    std::uint8_t link = 0;
    Message message;
};

/// The timer asked for by WakeAt, or any spurious wake-up. `input_read_since`
/// is a clock reading taken before all queued input was read (R24): whatever a
/// peer sent before it has been delivered as FrameRead already.
struct Wake {
    Time input_read_since;
};

/// The kernel carried out KernelSet number `ticket`, or refused it.
struct KernelDone {
    std::uint64_t ticket = 0;
    bool ok = false;
};

/// Persist number `ticket` is on the disk, or failed.
struct PersistDone {
    std::uint64_t ticket = 0;
    bool ok = false;
};

/// Fence number `ticket` ended. `off`: the agent confirms that the node has no
/// power now; otherwise nothing is known of it.
struct FenceDone {
    std::uint64_t ticket = 0;
    bool off = false;
};

/// What the health checks say of this node.
struct HealthChanged {
    bool healthy = true;
};

/// A link was added, reopened or lost, or carries frames of somebody unknown: silence
/// on it proves nothing (R24).
struct LinksChanged {};

/// An authentic frame of somebody who is no peer by this configuration: in this node's own
/// name, or in one that it does not know. Of each frame once. Files differ, or a host is a
/// copy of this one.
struct StrangerHeard {
    bool as_self = false;  ///< in this node's own name
};

/// The configuration was changed to these members, with this digest (R22). It is
/// staged: frames of either configuration are listened to, and once every node
/// that is heard has staged it too, a plan makes it the one that holds. With the
/// digest that holds already: what was staged is dropped. To be asked for only
/// if Machine::objection() has none.
struct Reconfigure {
    std::vector<Member> members;  ///< ascending ids, self included
    std::uint64_t config_digest = 0;
    std::vector<Setting> settings = {};  ///< as in MachineConfig
};

/// The keys for frames are others from now on.
struct KeysChanged {
    std::vector<KeyUse> keys;
};

/// The operator or SIGTERM: hand over, then stop (R21).
struct Leave {};

/// A restart, asked for by SIGUSR1: tell the peers, who then plan this node away only
/// when its lease is almost over, and stop for a successor to go on (R14).
struct Yield {};

using Event =
    std::variant<Start, FrameRead, Wake, KernelDone, PersistDone, FenceDone, HealthChanged,
                 LinksChanged, StrangerHeard, Reconfigure, KeysChanged, Leave, Yield>;

// ---- actions --------------------------------------------------------------

/// Send on every link that reaches `to`; kNobody: to all peers.
struct Send {
    NodeId to = kNobody;
    Message message;
};

/// Replace all states, the epoch and the deadline in one update (R4). Answer
/// with KernelDone. Tickets ascend.
struct KernelSet {
    std::uint64_t ticket = 0;
    std::uint64_t epoch_counter = 0;
    std::vector<Rights> states;  ///< by bucket
    Time deadline;
};

/// Move the deadline only; needs no answer.
struct KernelRenew {
    std::uint64_t epoch_counter = 0;
    Time deadline;
};

/// Make a plan durable beside the loop (R5). Answer with PersistDone.
struct Persist {
    std::uint64_t ticket = 0;
    Plan plan;
};

/// The next moment at which something is to be sent, or time alone changes something;
/// replaces the last. It may be now: what waits to be read comes first even so.
struct WakeAt {
    Time at;
};

/// Mode fence: turn this node's power off, and answer with FenceDone (R23).
struct Fence {
    std::uint64_t ticket = 0;
    NodeId node = kNobody;
};

/// A line for the log; also the machine-readable trace of section 12.5.
struct Note {
    enum class Level : std::uint8_t { debug, info, notice, warning, alert } level = Level::info;
    std::string text;
};

/// The daemon may exit, either because leaving is complete, or for a successor: then
/// the kernel is left as it is.
struct Stopped {
    bool succeeded = false;
};

using Action = std::variant<Send, KernelSet, KernelRenew, Persist, Fence, WakeAt, Note, Stopped>;
using Actions = std::vector<Action>;

// ---- what status shows ----------------------------------------------------

enum class NodeState : std::uint8_t {
    unknown,  ///< never heard in this run
    alive,    ///< heard within T_detect
    silent,
    leaving,
    left,
    disagrees,  ///< heard, with another configuration digest
    fencing,    ///< silent, and its power is being turned off (R23)
    deaf,       ///< heard, and hears no quorum itself
};

struct PeerView {
    NodeId id = kNobody;
    NodeState state = NodeState::unknown;
    bool healthy = true;
    std::uint8_t weight = 0;
    std::size_t owned = 0;  ///< buckets with right N in the accepted plan
    EpochId epoch;
    std::optional<Time> heard_at;
    bool live = false;                    ///< anything authentic was heard of it within T_detect
    std::vector<KeyUse> keys;             ///< that it accepts; empty: it has not told
    bool accepts_our_keys = false;        ///< it says so of all that this node may send with
    std::vector<Difference> differences;  ///< of its settings from ours, once they are known
};

struct View {
    EpochId epoch;
    bool quorate = false;  ///< this node's lease is valid; of a witness: it hears a quorum
    Time serving_until;    ///< max(lease_end, carry)
    NodeState self = NodeState::alive;
    bool healthy = true;
    bool leaving = false;
    std::size_t serving = 0;      ///< buckets served now with right N
    bool members_staged = false;  ///< another set of members waits for everybody (R22)
    /// Everybody is out of the way at an epoch of this set of members: the next
    /// change may be made.
    bool members_settled = false;
    std::vector<PeerView> nodes;  ///< ascending ids, self included
};

class Machine {
public:
    explicit Machine(MachineConfig config);
    ~Machine();
    Machine(Machine&&) noexcept;
    Machine& operator=(Machine&&) noexcept;

    /// Deterministic: the same events at the same times give the same actions.
    /// `now` never decreases. Actions are to be carried out in their order.
    Actions step(const Event& event, Time now);

    /// Why this change of members must not be made now, in words for the
    /// operator; nothing if it may be.
    std::optional<std::string> objection(const Reconfigure& change, Time now) const;

    View view(Time now) const;
    const Plan& plan() const;
    /// What this node holds now, by bucket (not: what it is planned to hold).
    std::vector<Rights> held() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace cohort::core
