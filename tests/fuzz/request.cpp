// SPDX-License-Identifier: GPL-2.0-or-later
//
// A line on the control socket is answered by one line of JSON that says whether
// it went well.
#include "ctl/cohortd/admin/request.hpp"
#include "tests/fuzz/target.hpp"

#include <string>

using namespace cohort;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const admin::Handlers handlers{{"status", [] { return nlohmann::json{{"epoch", 7}}; }}};
    const std::string words = admin::answer({reinterpret_cast<const char*>(data), size}, handlers);
    fuzz::require(words.find('\n') + 1 == words.size(), "the answer is one line");
    const auto json = nlohmann::json::parse(words, nullptr, false);
    fuzz::require(json.is_object() && json.contains("ok") && json["ok"].is_boolean(),
                  "the answer says whether it went well");
    fuzz::require(json.contains(json["ok"].get<bool>() ? "result" : "error"),
                  "the answer has a result or an error");
    return 0;
}
