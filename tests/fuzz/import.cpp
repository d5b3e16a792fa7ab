// SPDX-License-Identifier: GPL-2.0-or-later
//
// Rules of the CLUSTERIP target. They are refused in one line, or what comes of
// them are commands in which no word of the rules has a meaning to a shell.
#include "ctl/cohortctl/import/commands.hpp"
#include "tests/fuzz/target.hpp"

#include <cctype>

using namespace cohort;

namespace {

/// Blanks part words, single quotes hold all else; outside of them a backslash
/// may only stand before a quote.
bool is_harmless(std::string_view line) {
    bool quoted = false;
    for (std::size_t at = 0; at < line.size(); ++at) {
        const char c = line[at];
        if (c == '\'')
            quoted = !quoted;
        else if (!quoted && c == '\\' && line.substr(at + 1).starts_with('\''))
            ++at;
        else if (!quoted && std::isalnum(static_cast<unsigned char>(c)) == 0 &&
                 std::string_view(" -_./:,@%+=").find(c) == std::string_view::npos)
            return false;
    }
    return !quoted;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto clusters = ctl::parse_clusterip_rules(text, "rules");
    if (!clusters) {
        const std::string& words = clusters.error().message;
        fuzz::require(words.starts_with("rules:"), "a refusal names the text and the line");
        fuzz::require(words.find('\n') == std::string::npos, "a refusal is one line");
        return 0;
    }
    fuzz::require(!clusters->empty(), "there is a cluster");
    for (const ctl::OldCluster& old : *clusters) {
        fuzz::require(!old.rules.empty(), "a cluster comes from a rule");
        fuzz::require(old.local_nodes.size() == 1 && old.local_nodes[0] >= 1 &&
                          old.local_nodes[0] <= old.total_nodes,
                      "the local node is one of all");
        for (const std::string& line : ctl::import_commands(old, {})) {
            fuzz::require(line.find('\n') == std::string::npos, "a command is one line");
            fuzz::require(is_harmless(line), "a word of a rule stays a word");
        }
    }
    (void)ctl::parse_local_nodes(text, clusters->front().total_nodes);
    return 0;
}
