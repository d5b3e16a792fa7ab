// SPDX-License-Identifier: GPL-2.0-or-later
//
// The frame parser, before and behind the MAC. What it takes for a message comes
// out of encode() as bytes that mean the same; settings of any content can be compared.
#include "ctl/cohortd/core/settings.hpp"
#include "ctl/cohortd/wire/codec.hpp"
#include "tests/fuzz/target.hpp"

using namespace cohort;

namespace {

const wire::Codec& codec() {
    static const wire::Codec codec(7, {{kFirstKeyId, true, FrameKey()}});
    return codec;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::as_bytes(data, size);
    (void)codec().open(bytes);

    const auto decoded = wire::decode(bytes);
    if (!decoded)
        return 0;
    const wire::Frame sealed = codec().seal(decoded->message, decoded->echo);
    const auto opened = codec().open(sealed.view());
    fuzz::require(opened.has_value(), "what was decoded can be sealed and opened");
    fuzz::require(opened->message == decoded->message, "the message stays the same");
    fuzz::require(opened->echo == decoded->echo, "the echo stays the same");
    if (const auto* piece = std::get_if<core::SettingsFragment>(&decoded->message)) {
        const auto settings = core::decode_settings(piece->bytes);
        (void)text(core::compare_settings(settings, {{"[timing] lease", "1s"}}));
    }
    return 0;
}
