// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/admin/request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cohort::admin {
namespace {

using nlohmann::json;

json ask(std::string_view line) {
    const Handlers handlers{{"reload",
                             [] {
                                 return Error{ErrorKind::usage, "line 3 is wrong", 0};
                             }},
                            {"status",
                             [] {
                                 return json{{"epoch", 7}};
                             }},
                            {"version", [] {
                                 return json{{"version", "1"}};
                             }}};
    const std::string words = answer(line, handlers);
    EXPECT_EQ(words.find('\n'), words.size() - 1) << "not exactly one line: " << words;
    return json::parse(words);
}

TEST(Request, IsAnsweredByItsHandler) {
    EXPECT_EQ(ask(R"({"request":"status"})"), (json{{"ok", true}, {"result", {{"epoch", 7}}}}));
    EXPECT_EQ(ask(R"( {"other":[1], "request" : "version"} )")["result"]["version"], "1");
}

TEST(Request, IsRefusedInTheWordsOfItsHandler) {
    EXPECT_EQ(ask(R"({"request":"reload"})"), (json{{"ok", false}, {"error", "line 3 is wrong"}}));
}

TEST(Request, UnknownIsRefusedWithWhatThereIs) {
    const json refusal = ask(R"({"request":"explode"})");
    EXPECT_EQ(refusal["ok"], false);
    EXPECT_EQ(refusal["error"], "there is no such request; there are: reload, status, version");
}

TEST(Request, WhatIsNoneIsRefusedWithAnExample) {
    for (const char* line : {"", "status", "{", "[]", "null", "7", "{}", R"({"request":7})",
                             R"({"request":null})", "{\"request\":\"\xff\xfe\"", "\x00\x01"}) {
        const json refusal = ask(line);
        EXPECT_EQ(refusal["ok"], false) << line;
        EXPECT_THAT(refusal["error"].get<std::string>(),
                    testing::HasSubstr("a request is one line"))
            << line;
    }
}

TEST(Request, BytesThatAreNoTextDoNoHarm) {
    EXPECT_EQ(ask("{\"request\":\"\xff\"}")["ok"], false);
    EXPECT_EQ(ask(std::string(10'000, '['))["ok"], false);
}

}  // namespace
}  // namespace cohort::admin
