// SPDX-License-Identifier: GPL-2.0-or-later
//
// The configuration. It is refused in one line, or what comes of it is whole.
// KEYFILE in an input stands for a key file that can be read.
#include "ctl/cohortd/config/config.hpp"
#include "tests/fuzz/target.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <string>

using namespace cohort;

namespace {

const std::string& key_file() {
    static const std::string path = [] {
        std::string pattern = "/tmp/cohort-fuzz-key-XXXXXX";
        const int fd = ::mkstemp(pattern.data());
        static constexpr char kKey[] = "thirty-two bytes of a test's key";
        fuzz::require(fd >= 0 && ::write(fd, kKey, sizeof kKey) == sizeof kKey,
                      "a key file can be written");
        ::close(fd);
        std::atexit([] { ::unlink(key_file().c_str()); });
        return pattern;
    }();
    return path;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string text(reinterpret_cast<const char*>(data), size);
    static constexpr std::string_view kMark = "KEYFILE";
    for (auto at = text.find(kMark); at != std::string::npos; at = text.find(kMark))
        text.replace(at, kMark.size(), key_file());

    const auto config = config::parse_config(text, "fuzz.toml");
    if (!config) {
        const std::string& words = config.error().message;
        fuzz::require(words.starts_with("fuzz.toml:"), "a refusal names the file and the line");
        fuzz::require(words.find('\n') == std::string::npos, "a refusal is one line");
        return 0;
    }
    fuzz::require(config->node == self_of(*config).id, "this node is among the nodes");
    fuzz::require(config->key.has_value(), "the key was read");
    fuzz::require(!summarize(*config).empty(), "there is something to say");
    fuzz::require(!config->keys.empty() && config->keys.size() <= core::kMaxKeys,
                  "there are keys for frames");
    const core::MachineConfig machine = machine_config(*config);
    fuzz::require(
        core::decode_settings(core::encode_settings(machine.settings)) == machine.settings,
        "what is told of the settings is what they are");
    fuzz::require(machine.buckets == bucket_count(*config), "no bucket is lost");
    fuzz::require(needs_restart(*config, *config).empty(), "it agrees with itself");
    return 0;
}
