// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/trace/line.hpp"

#include "ctl/base/bucket_list.hpp"

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>

namespace cohort::trace {

using namespace cohort::core;
using nlohmann::json;

namespace {

Time time_of(const json& value) {
    return Time{std::chrono::nanoseconds{value.get<std::int64_t>()}};
}

Duration duration_of(const json& value) {
    return std::chrono::nanoseconds{value.get<std::int64_t>()};
}

std::uint64_t hex_of(const json& value) {
    const auto& text = value.get_ref<const std::string&>();
    std::uint64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number, 16);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) {
        throw std::invalid_argument(fmt::format("'{}' is no hexadecimal number", text));
    }
    return number;
}

EpochId id_of(const json& value) {
    const auto& text = value.get_ref<const std::string&>();
    const char* const end = text.data() + text.size();
    EpochId id;
    unsigned planner = 0;
    auto read = std::from_chars(text.data(), end, id.counter);
    if (read.ec == std::errc{} && read.ptr != end) {
        read = std::from_chars(read.ptr + 1, end, planner);
    }
    if (read.ec == std::errc{} && read.ptr != end) {
        read = std::from_chars(read.ptr + 1, end, id.digest, 16);
    }
    if (read.ec != std::errc{} || read.ptr != end || planner > kMaxNodeId) {
        throw std::invalid_argument(fmt::format("'{}' is no COUNTER.PLANNER.DIGEST", text));
    }
    id.planner = static_cast<NodeId>(planner);
    return id;
}

BucketList list_of(const json& value, std::size_t count) {
    auto list =
        parse_bucket_list(value.get_ref<const std::string&>(), static_cast<std::uint32_t>(count));
    if (!list) {
        throw std::invalid_argument(list.error().message);
    }
    return *std::move(list);
}

template <class Mark>
void for_each(const BucketList& list, Mark mark) {
    for (const BucketRange& range : list) {
        for (std::uint32_t bucket = range.first; bucket <= range.last; ++bucket) {
            mark(bucket);
        }
    }
}

std::vector<Rights> states_of(const json& value, std::size_t buckets) {
    std::vector<Rights> states(buckets, Rights::none);
    for_each(list_of(value.at("new"), buckets),
             [&](std::uint32_t bucket) { states[bucket] = Rights::fresh; });
    for_each(list_of(value.at("old"), buckets), [&](std::uint32_t bucket) {
        states[bucket] = states[bucket] == Rights::fresh ? Rights::both : Rights::old;
    });
    return states;
}

Message message_of(const std::string& frame, const Header& header) {
    if (frame == "heartbeat") {
        return Heartbeat{header, {}};
    }
    // Of all others only the header counts.
    return Hello{header, kNobody, 0, 0};
}

}  // namespace

Result<Line> Line::parse(const std::string& text) {
    Line line;
    line.body_ = json::parse(text, nullptr, false);
    if (const std::size_t again = text.rfind("{\"t\":");
        line.body_.is_discarded() && again > 0 && again != std::string::npos) {
        line.body_ = json::parse(text.substr(again), nullptr, false);
    }
    if (!line.body_.is_object() || !line.body_.contains("t") || !line.body_.contains("event") ||
        !line.body_["t"].is_number_integer() || !line.body_["event"].is_string()) {
        return usage_error("not a line of a trace, which is an object with \"t\" and \"event\"");
    }
    line.at_ = time_of(line.body_["t"]);
    line.event_ = line.body_["event"].get<std::string>();
    return line;
}

MachineConfig Line::config() const {
    MachineConfig config;
    config.self = body_.at("node").get<NodeId>();
    config.members = members();
    const auto& facts = body_.at("facts").get_ref<const std::string&>();
    config.mode = facts == "links"   ? QuorumMode::links
                  : facts == "fence" ? QuorumMode::fence
                                     : QuorumMode::majority;
    config.buckets = body_.at("buckets").get<std::size_t>();
    config.config_digest = digest();
    const json& timers = body_.at("timers");
    config.timers.heartbeat = duration_of(timers.at("heartbeat"));
    config.timers.lease = duration_of(timers.at("lease"));
    config.timers.promise = duration_of(timers.at("promise"));
    config.timers.silence_keep = duration_of(timers.at("keep"));
    config.timers.silence_take = duration_of(timers.at("take"));
    return config;
}

std::uint64_t Line::digest() const {
    return hex_of(body_.at("digest"));
}

std::vector<Member> Line::members() const {
    std::vector<Member> members;
    for (const json& member : body_.at("members")) {
        members.push_back({member.at(0).get<NodeId>(), 1, member.at(1).get<std::uint8_t>(), true});
    }
    return members;
}

Start Line::start(const MachineConfig& config) const {
    const json& kernel = body_.at("kernel");
    Start start;
    start.session = session();
    start.plan = plan(config.self, config.buckets);
    start.kernel.epoch_counter = kernel.at("epoch").get<std::uint64_t>();
    start.kernel.deadline = time_of(kernel.at("deadline"));
    start.kernel.states = states_of(kernel, config.buckets);
    return start;
}

std::uint64_t Line::session() const {
    return hex_of(body_.at("session"));
}

Plan Line::plan(NodeId self, std::size_t buckets) const {
    Plan plan{id(), 0, std::vector(buckets, kNobody), std::vector(buckets, kNobody)};
    const std::vector<Rights> given = states_of(body_.at("plan"), buckets);
    for (std::size_t b = 0; b < buckets; ++b) {
        const auto rights = static_cast<unsigned>(given[b]);
        plan.fresh[b] = (rights & static_cast<unsigned>(Rights::fresh)) != 0 ? self : kNobody;
        plan.old[b] = (rights & static_cast<unsigned>(Rights::old)) != 0 ? self : kNobody;
    }
    return plan;
}

Header Line::header(NodeId sender) const {
    const auto& flags = body_.at("flags").get_ref<const std::string&>();
    const auto says = [&flags](char flag) { return flags.find(flag) != std::string::npos; };
    Header header;
    header.sender = sender;
    header.seq = body_.at("seq").get<std::uint64_t>();
    header.epoch = id();
    header.flags = {.released = says('R'),
                    .want_lease = says('W'),
                    .leaving = says('L'),
                    .clear_valid = says('C'),
                    .answer = false,
                    .returning = says('S'),
                    .serving = says('B')};
    return header;
}

FrameRead Line::heard(NodeId self) const {
    Header header = this->header(body_.at("from").get<NodeId>());
    header.session = session();
    Message message = message_of(body_.at("frame").get_ref<const std::string&>(), header);
    if (auto* heartbeat = std::get_if<Heartbeat>(&message); heartbeat && body_.contains("ack")) {
        const json& ack = body_["ack"];
        heartbeat->entries.push_back(
            {self, true, true, ack.at(0).get<std::uint16_t>(), ack.at(1).get<std::uint32_t>()});
    }
    return {0, std::move(message)};
}

Message Line::sent(NodeId self) const {
    Header header = this->header(self);
    for_each(list_of(body_.at("clear"), kMaxNodeId + 1),
             [&header](std::uint32_t id) { header.clear |= node_bit(static_cast<NodeId>(id)); });
    Message message = message_of(body_.at("frame").get_ref<const std::string&>(), header);
    if (auto* heartbeat = std::get_if<Heartbeat>(&message)) {
        for (const json& ack : body_.at("acks")) {
            heartbeat->entries.push_back({ack.at(0).get<NodeId>(), true, true,
                                          ack.at(1).get<std::uint16_t>(),
                                          ack.at(2).get<std::uint32_t>()});
        }
    }
    return message;
}

Time Line::reading() const {
    return time_of(body_.at("reading"));
}

KernelSet Line::kernel_set(std::size_t buckets) const {
    return {ticket(), body_.at("epoch").get<std::uint64_t>(), states_of(body_, buckets),
            time_of(body_.at("deadline"))};
}

KernelRenew Line::kernel_renew() const {
    return {body_.at("epoch").get<std::uint64_t>(), time_of(body_.at("deadline"))};
}

std::uint64_t Line::ticket() const {
    return body_.at("ticket").get<std::uint64_t>();
}

bool Line::off() const {
    return body_.at("off").get<bool>();
}

bool Line::ok() const {
    return body_.at("ok").get<bool>();
}

EpochId Line::id() const {
    return id_of(body_.at("id"));
}

}  // namespace cohort::trace
