// SPDX-License-Identifier: GPL-2.0-or-later
//
// The command line as a whole: from words to work.
#pragma once

#include "ctl/base/result.hpp"
#include "ctl/cohortctl/session.hpp"

#include <CLI/App.hpp>

#include <memory>
#include <string>
#include <vector>

namespace cohort::ctl {

/// The parser with all commands, which fill `session`.
std::unique_ptr<CLI::App> make_parser(Session& session);

/// What a parse came to: a text to print (help, version), or none and
/// Session::run is set.
Result<std::string> parse_command_line(CLI::App& parser, std::vector<std::string> words);

}  // namespace cohort::ctl
