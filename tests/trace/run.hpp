// SPDX-License-Identifier: GPL-2.0-or-later
//
// The traces of all nodes of a cluster, merged by time and checked.
#pragma once

#include "ctl/base/result.hpp"
#include "tests/invariants/checker.hpp"
#include "tests/trace/node.hpp"
#include "tests/trace/source.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cohort::trace {

class Run final : private invariants::Clocks {
public:
    /// Refuses traces of different clusters.
    static Result<std::unique_ptr<Run>> open(const std::vector<SourceSpec>& specs);

    /// Reads to the end, or to the first violation. An error is about the input.
    Result<void> check();

    const std::optional<std::string>& violation() const { return checker_->violation(); }
    /// What happened around it, a line each.
    const std::vector<std::string>& story() const { return story_; }
    /// What the check saw, in one line.
    std::string totals() const;

private:
    /// A line that was applied, for the story.
    struct Told {
        core::Duration at;
        core::NodeId node;
        std::string text;
    };

    explicit Run(std::vector<Source> sources);
    Result<void> make_nodes();
    Result<void> apply(Source& source);
    Result<void> read_on();
    Source* earliest();
    bool too_early(const Source& source) const;
    void note_sent(const Source& source);
    Told tell(const Source& source);

    core::Time now(std::size_t node) const override;
    core::Duration shared(std::size_t node, core::Time local) const override;
    core::Duration doubt() const override { return doubt_; }

    std::vector<Source> sources_;
    std::map<const Source*, std::size_t> indices_;  ///< of the node that each is of
    std::optional<invariants::Checker> checker_;
    std::vector<std::unique_ptr<Node>> nodes_;
    std::vector<const Source*> present_;   ///< by node: the source last read
    std::vector<core::Duration> offsets_;  ///< by node: of that source
    core::Duration doubt_{};
    /// By node: its sessions, the last one being the present, and the highest
    /// number that each has sent.
    std::vector<std::vector<std::pair<std::uint64_t, std::uint64_t>>> sent_;
    core::Duration began_{};
    core::Duration now_{};
    std::uint64_t lines_ = 0;
    std::set<core::EpochId> epochs_;
    std::map<core::NodeId, std::deque<Told>> last_;  ///< the newest few of each node
    std::vector<std::string> story_;
};

}  // namespace cohort::trace
