// SPDX-License-Identifier: GPL-2.0-or-later
//
// Requests of the control socket: one line of JSON in, one line out. Pure.
//
//   {"request":"status"}  ->  {"ok":true,"result":{…}}
//                         or  {"ok":false,"error":"one line"}
#pragma once

#include "ctl/base/result.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace cohort::admin {

/// A result, or the error whose words refuse the request.
using Reply = std::variant<nlohmann::json, Error>;

/// What answers each request, by its name.
using Handlers = std::map<std::string, std::function<Reply()>, std::less<>>;

/// The answer to one line, closed by a newline. Never throws for what `line`
/// says.
std::string answer(std::string_view line, const Handlers& handlers);

/// The answer that refuses with these words.
std::string refusal(std::string_view words);

}  // namespace cohort::admin
