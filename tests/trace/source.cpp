// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/trace/source.hpp"

#include "ctl/base/duration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cohort::trace {

Result<SourceSpec> SourceSpec::parse(const std::string& text) {
    const std::size_t at = text.rfind('@');
    SourceSpec spec{text.substr(0, at), {}, {}};
    if (at == std::string::npos) {
        return spec;
    }
    std::string offset = text.substr(at + 1);
    if (const std::size_t doubt = offset.find('~'); doubt != std::string::npos) {
        const auto parsed = parse_duration(offset.substr(doubt + 1));
        if (!parsed) {
            return parsed.error();
        }
        spec.doubt = *parsed;
        offset.resize(doubt);
    }
    const bool negative = offset.starts_with('-');
    const auto parsed = parse_duration(offset.substr(negative ? 1 : 0));
    if (!parsed) {
        return parsed.error();
    }
    spec.offset = negative ? -*parsed : *parsed;
    return spec;
}

Source::Source(SourceSpec spec) : spec_(std::move(spec)), file_(spec_.path) {}

std::string Source::where() const {
    return fmt::format("{}:{}", spec_.path, number_);
}

Error Source::error(const std::string& what) const {
    return usage_error(fmt::format("{}: {}", where(), what));
}

Result<Source> Source::open(const SourceSpec& spec) {
    Source source(spec);
    if (!source.file_) {
        return usage_error(fmt::format("cannot read '{}'", spec.path));
    }
    if (auto first = source.next(); !first) {
        return first.error();
    }
    if (!source.line_ || source.line_->event() != "start") {
        return source.error("a trace begins with the event 'start'");
    }
    return source;
}

Result<void> Source::next() {
    line_.reset();
    ++number_;
    // What has no end was cut off with its daemon.
    if (!std::getline(file_, text_) || file_.eof()) {
        return {};
    }
    auto parsed = Line::parse(text_);
    if (!parsed) {
        return error(parsed.error().message);
    }
    const core::Duration at = parsed->at().time_since_epoch() + spec_.offset;
    if (parsed->event() == "start" && at < at_) {
        return error(
            "this start is before the line above it: give each boot of a node a file of "
            "its own");
    }
    // Of a step's lines one may tell of a later moment than those after it.
    at_ = std::max(at_, at);
    line_ = *std::move(parsed);
    return {};
}

}  // namespace cohort::trace
