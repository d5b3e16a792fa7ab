// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/base/mac.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace cohort {
namespace {

TEST(Mac, ReadsEitherNotationInEitherCase) {
    const Mac wanted{0x01, 0x00, 0x5e, 0x7f, 0xab, 0xcd};
    EXPECT_EQ(parse_mac("01:00:5e:7f:ab:cd").value(), wanted);
    EXPECT_EQ(parse_mac("01-00-5E-7F-AB-CD").value(), wanted);
    EXPECT_EQ(format_mac(wanted), "01:00:5e:7f:ab:cd");
}

TEST(Mac, RefusesWhatIsNone) {
    for (const char* text : {"", "01:00:5e:7f:ab", "01:00:5e:7f:ab:cd:ef", "01:00-5e:7f:ab:cd",
                             "1:0:5e:7f:ab:cd", "01:00:5e:7f:ab:cg", "01005e7fabcd",
                             "01:00:5e:7f:ab:-d", "01.00.5e.7f.ab.cd", "01:00:5e:7f:ab: d"})
        EXPECT_FALSE(parse_mac(text)) << text;
}

RC_GTEST_PROP(Mac, SurvivesWritingAndReading, (const Mac& mac)) {
    RC_ASSERT(parse_mac(format_mac(mac)).value() == mac);
}

}  // namespace
}  // namespace cohort
