// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/admin/request.hpp"

namespace cohort::admin {
namespace {

using Json = nlohmann::json;

/// Text from outside may be no UTF-8; it is shown, not believed.
std::string as_line(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string known(const Handlers& handlers) {
    std::string names;
    for (const auto& [name, handler] : handlers)
        names += (names.empty() ? "" : ", ") + name;
    return names;
}

}  // namespace

std::string refusal(std::string_view words) {
    return as_line({{"ok", false}, {"error", words}});
}

std::string answer(std::string_view line, const Handlers& handlers) {
    const Json request = Json::parse(line, nullptr, false);
    const auto name = request.is_object() ? request.find("request") : request.end();
    if (!request.is_object() || name == request.end() || !name->is_string())
        return refusal("a request is one line such as {\"request\":\"status\"}");
    const auto handler = handlers.find(name->get_ref<const std::string&>());
    if (handler == handlers.end())
        return refusal("there is no such request; there are: " + known(handlers));
    const Reply reply = handler->second();
    if (const auto* error = std::get_if<Error>(&reply))
        return refusal(error->message);
    return as_line({{"ok", true}, {"result", std::get<Json>(reply)}});
}

}  // namespace cohort::admin
