// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/trace/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace cohort::trace {

using namespace cohort::core;

namespace {

constexpr std::size_t kLinesBefore = 8;  ///< of each node, in the story
constexpr std::size_t kLinesAfter = 3;

double seconds(Duration time) {
    return static_cast<double>(time.count()) * 1e-9;
}

/// What the library says, without its codes.
std::string lacks(const Line& line, const nlohmann::json::exception& wrong) {
    const std::string said = wrong.what();
    return fmt::format("the event '{}' is not as it should be: {}", line.event(),
                       said.substr(said.find("] ") + 2));
}

}  // namespace

Run::Run(std::vector<Source> sources) : sources_(std::move(sources)) {}

Result<std::unique_ptr<Run>> Run::open(const std::vector<SourceSpec>& specs) {
    std::vector<Source> sources;
    for (const SourceSpec& spec : specs) {
        auto source = Source::open(spec);
        if (!source) {
            return source.error();
        }
        sources.push_back(*std::move(source));
    }
    std::unique_ptr<Run> run(new Run(std::move(sources)));
    if (auto made = run->make_nodes(); !made) {
        return made.error();
    }
    return run;
}

/// Several files may be of one node: of one boot each.
Result<void> Run::make_nodes() {
    std::vector<MachineConfig> configs;
    for (const Source& source : sources_) {
        MachineConfig config;
        try {
            config = source.line()->config();
        } catch (const nlohmann::json::exception& wrong) {
            return source.error(lacks(*source.line(), wrong));
        } catch (const std::invalid_argument& wrong) {
            return source.error(wrong.what());
        }
        if (!configs.empty() && !same_cluster(config, configs.front())) {
            return source.error(
                fmt::format("another configuration than in {}: these are not the "
                            "traces of one cluster",
                            sources_.front().spec().path));
        }
        const auto known = std::find_if(configs.begin(), configs.end(),
                                        [&](const auto& one) { return one.self == config.self; });
        indices_[&source] = static_cast<std::size_t>(known - configs.begin());
        if (known == configs.end()) {
            configs.push_back(std::move(config));
        }
        // Each of two nodes may be wrong by its own.
        doubt_ = std::max(doubt_, 2 * source.spec().doubt);
    }
    offsets_.resize(configs.size());
    sent_.resize(configs.size());
    present_.resize(configs.size());
    checker_.emplace(configs, static_cast<const Clocks&>(*this));
    for (std::size_t i = 0; i < configs.size(); ++i) {
        nodes_.push_back(std::make_unique<Node>(i, configs[i], doubt_, *checker_));
    }
    return {};
}

Time Run::now(std::size_t node) const {
    return Time{now_ - offsets_[node]};
}

Duration Run::shared(std::size_t node, Time local) const {
    return local.time_since_epoch() + offsets_[node];
}

/// The source whose line is next. Where clocks are doubtful a frame may seem to
/// be heard before it was sent: that line waits.
Source* Run::earliest() {
    Source* first = nullptr;
    Source* possible = nullptr;
    for (Source& source : sources_) {
        if (!source.line()) {
            continue;
        }
        if (first == nullptr || source.at() < first->at()) {
            first = &source;
        }
        if ((possible == nullptr || source.at() < possible->at()) && !too_early(source)) {
            possible = &source;
        }
    }
    return possible != nullptr ? possible : first;
}

/// The line at hand tells of a frame whose sending is still to be read.
bool Run::too_early(const Source& source) const {
    if (doubt_ == Duration{} || source.line()->event() != "heard") {
        return false;
    }
    const FrameRead read = source.line()->heard(kNobody);
    const Header& header = header_of(read.message);
    for (const Source& other : sources_) {
        const std::size_t node = indices_.at(&other);
        if (!other.line() || nodes_[node]->id() != header.sender) {
            continue;
        }
        const auto& sent = sent_[node];
        const auto known = std::find_if(
            sent.begin(), sent.end(), [&](const auto& one) { return one.first == header.session; });
        if (known == sent.end() || (known + 1 == sent.end() && known->second < header.seq)) {
            return true;
        }
    }
    return false;
}

void Run::note_sent(const Source& source) {
    auto& sent = sent_[indices_.at(&source)];
    if (source.line()->event() == "start") {
        sent.emplace_back(source.line()->session(), 0);
    } else if (source.line()->event() == "sent") {
        sent.back().second = header_of(source.line()->sent(kNobody)).seq;
    }
}

Run::Told Run::tell(const Source& source) {
    return {source.at(), nodes_[indices_.at(&source)]->id(),
            fmt::format("{}: {}", source.where(), source.text())};
}

Result<void> Run::apply(Source& source) {
    const std::size_t index = indices_.at(&source);
    now_ = std::max(now_, source.at());
    if (std::exchange(present_[index], &source) != &source) {
        nodes_[index]->loses_power();
        offsets_[index] = source.spec().offset;
    }
    for (const auto& node : nodes_) {
        if (doubt_ > Duration{}) {
            node->pass(now_);
        }
    }
    try {
        nodes_[index]->apply(*source.line(), now_);
        note_sent(source);
        if (source.line()->event() == "fence_done" && source.line()->off()) {
            // Fencing is for two nodes: the other one.
            for (std::size_t i = 0; i < nodes_.size(); ++i) {
                if (i != index) {
                    nodes_[i]->loses_power();
                }
            }
        }
        if (source.line()->event() == "accept") {
            epochs_.insert(source.line()->id());
        }
    } catch (const nlohmann::json::exception& wrong) {
        return source.error(lacks(*source.line(), wrong));
    } catch (const std::invalid_argument& wrong) {
        return source.error(wrong.what());
    }
    ++lines_;
    std::deque<Told>& last = last_[nodes_[index]->id()];
    last.push_back(tell(source));
    if (last.size() > kLinesBefore) {
        last.pop_front();
    }
    return {};
}

Result<void> Run::check() {
    if (Source* first = earliest()) {
        began_ = now_ = first->at();
    }
    while (Source* source = earliest()) {
        if (auto applied = apply(*source); !applied) {
            return applied;
        }
        if (auto read = source->next(); !read) {
            return read;
        }
        if (violation()) {
            return read_on();
        }
    }
    return {};
}

/// What came next belongs to the story.
Result<void> Run::read_on() {
    const Duration moment = now_;
    std::map<NodeId, std::size_t> after;
    std::vector<Told> all;
    for (const auto& [node, last] : last_) {
        all.insert(all.end(), last.begin(), last.end());
    }
    while (Source* source = earliest()) {
        Told next = tell(*source);
        if (++after[next.node] <= kLinesAfter) {
            all.push_back(std::move(next));
        }
        const bool enough = std::all_of(nodes_.begin(), nodes_.end(), [&](const auto& node) {
            return after[node->id()] >= kLinesAfter;
        });
        if (enough) {
            break;
        }
        if (auto read = source->next(); !read) {
            return read;
        }
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Told& a, const Told& b) { return a.at < b.at; });
    for (const Told& one : all) {
        story_.push_back(fmt::format("node {} {:+11.3f} ms  {}", one.node,
                                     1e3 * seconds(one.at - moment), one.text));
    }
    return {};
}

std::string Run::totals() const {
    return fmt::format(
        "{} nodes, {:.1f} s, {} instants, {} epochs, {} openings, {} virtual takeovers",
        nodes_.size(), seconds(now_ - began_), lines_, epochs_.size(), checker_->openings(),
        checker_->takeovers());
}

}  // namespace cohort::trace
