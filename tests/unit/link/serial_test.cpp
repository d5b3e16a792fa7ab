// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortd/link/serial.hpp"

#include "tests/unit/link/loop.hpp"
#include "tests/unit/link/recorder.hpp"
#include "tests/unit/link/terminal.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace cohort::link {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

/// A port on a terminal, and what the far end reads from it.
class SerialTest : public testing::Test {
protected:
    void open(unsigned baud = 115200) {
        terminal_.plug_in();
        start(baud);
        ASSERT_TRUE(port_->is_open());
    }
    void start(unsigned baud = 115200) {
        port_ = std::make_shared<SerialPort>(loop_.io(), user_,
                                             config::SerialLink{terminal_.device(), baud});
        port_->start();
    }
    void TearDown() override {
        if (port_)
            port_->stop();
    }

    /// Lets the far end read; true once it has read that heartbeat.
    bool far_end_has(std::uint64_t seq) {
        decoder_.feed(
            terminal_.read(), [&](auto frame) { far_.on_packet(frame, std::nullopt); },
            [&](wire::Drop why) { far_.on_drop(why); });
        const auto seqs = far_.seqs();
        return !seqs.empty() && seqs.back() == seq;
    }
    bool far_end_reads(std::uint64_t seq) {
        return reads([&] { return far_end_has(seq); });
    }
    bool far_end_reads_from(core::NodeId sender, std::uint64_t seq) {
        return reads([&] {
            far_end_has(seq);
            return std::ranges::any_of(far_.messages, [&](const core::Message& message) {
                return header_of(message).sender == sender && header_of(message).seq == seq;
            });
        });
    }
    template <class Condition>
    bool reads(Condition condition) {
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{20};
        while (!condition()) {
            if (std::chrono::steady_clock::now() >= give_up)
                return false;
            loop_.pass(milliseconds{1});
        }
        return true;
    }

    test::Loop loop_;
    test::Terminal terminal_;
    test::Recorder user_;
    test::Recorder far_;
    wire::CobsDecoder decoder_;
    std::shared_ptr<SerialPort> port_;
};

TEST_F(SerialTest, LineIsRawWithoutFlowControl) {
    open(57600);
    const termios line = terminal_.settings();
    EXPECT_EQ(::cfgetospeed(&line), B57600);
    EXPECT_EQ(line.c_cflag & CSIZE, static_cast<tcflag_t>(CS8));
    EXPECT_EQ(line.c_cflag & (PARENB | CSTOPB | CRTSCTS), 0u);
    EXPECT_EQ(line.c_iflag & (IXON | IXOFF | ICRNL | ISTRIP), 0u);
    EXPECT_EQ(line.c_oflag & OPOST, 0u);
    EXPECT_EQ(line.c_lflag & (ECHO | ICANON | ISIG), 0u);
}

TEST_F(SerialTest, EveryByteValuePasses) {
    open();
    core::PlanFragment all{test::header(1, 5), 0, 1, {}};
    for (int i = 0; i < 128; ++i)
        all.bytes.push_back(static_cast<std::byte>(i * 2 + 1));
    port_->send({all});
    ASSERT_TRUE(far_end_reads(5));
    EXPECT_EQ(far_.messages.back(), core::Message{all});
    EXPECT_TRUE(far_.drops.empty());
}

TEST_F(SerialTest, ReadsFramesAmidNoise) {
    open();
    const auto frame = test::codec().seal(test::heartbeat(2, 9), std::nullopt);
    std::vector<std::byte> noise(50, std::byte{0x55});
    noise.push_back(std::byte{0});
    terminal_.write(noise);
    terminal_.write_frame(frame.view());
    terminal_.write(noise);
    terminal_.write_frame(frame.view());
    ASSERT_TRUE(loop_.until([&] { return user_.messages.size() == 2; }));
    EXPECT_EQ(user_.drops.size(), 2u);
}

TEST_F(SerialTest, DrainReadsAllThatCame) {
    open();
    for (std::uint64_t seq = 1; seq <= 20; ++seq)
        terminal_.write_frame(test::codec().seal(test::heartbeat(2, seq), std::nullopt).view());
    port_->drain();
    ASSERT_EQ(user_.messages.size(), 20u);
    EXPECT_EQ(user_.seqs().back(), 20u);
}

TEST_F(SerialTest, ASlowLineCarriesTheNewestStateAndQueuesNothing) {
    open(9600);  // a heartbeat takes some 85 ms
    for (std::uint64_t seq = 1; seq <= 500; ++seq)
        port_->send({test::heartbeat(1, seq)});
    ASSERT_TRUE(far_end_reads(500));
    EXPECT_THAT(far_.seqs(), ElementsAre(1, 500));
}

TEST_F(SerialTest, HeartbeatsOvertakePlans) {
    open(9600);
    for (std::uint16_t index = 0; index < 8; ++index)
        port_->send({test::fragment(1, index)});
    port_->send({test::heartbeat(1, 77)});
    ASSERT_TRUE(far_end_reads(77));
    EXPECT_LE(far_.messages.size(), 2u) << "at most the fragment that was begun goes before";
}

TEST_F(SerialTest, OwnFramesGoBeforeThoseOfOthersOnAFullLine) {
    open(9600);
    std::uint64_t seq = 0;
    const auto others = [&] {
        ++seq;
        for (core::NodeId origin = 2; origin <= 9; ++origin) {
            const core::Message message = test::heartbeat(origin, seq);
            const wire::Frame frame = test::codec().seal(message, std::nullopt);
            port_->send({message, wire::wrap(frame.view(), 1)});
        }
    };
    for (std::uint64_t own = 1001; own <= 1003; ++own) {
        others();
        const auto so_far = static_cast<std::ptrdiff_t>(far_.messages.size());
        port_->send({test::heartbeat(1, own)});
        others();
        ASSERT_TRUE(far_end_reads_from(1, own));
        const auto mine = std::find_if(
            far_.messages.begin() + so_far, far_.messages.end(),
            [](const core::Message& message) { return header_of(message).sender == 1; });
        // The one on the line, and one that the far end had not read before.
        EXPECT_LE(mine - far_.messages.begin(), so_far + 2);
    }
}

TEST_F(SerialTest, HalfOfTheLineIsUsedWhateverThereIsToSend) {
    open(115200);
    const auto began = std::chrono::steady_clock::now();
    std::size_t bytes = 0;
    for (std::uint64_t seq = 1; bytes < 3000; ++seq) {
        port_->send({test::heartbeat(1, seq)});
        loop_.io().poll_one();
        bytes += terminal_.read().size();
        ASSERT_LE(2 * time_on_line(bytes, 115200),
                  std::chrono::steady_clock::now() - began +
                      time_on_line(Pace::kBurstBytes + 2 * 90, 115200));
    }
}

TEST_F(SerialTest, APeerThatDoesNotReadHoldsNothingUp) {
    open(921600);
    // The terminal takes some pages, then nothing. The port must neither wait
    // nor pile up.
    for (std::uint64_t seq = 1; seq <= 3000; ++seq) {
        port_->send({test::heartbeat(1, seq)});
        loop_.io().poll_one();
    }
    loop_.pass(milliseconds{20});
    port_->send({test::heartbeat(1, 3001)});
    ASSERT_TRUE(far_end_reads(3001));
    EXPECT_TRUE(far_.drops.empty()) << "a frame was cut";
}

TEST_F(SerialTest, ADeviceThatVanishesIsOpenedAgainWhenItReturns) {
    open();
    terminal_.unplug();
    ASSERT_TRUE(loop_.until([&] { return user_.lost == 1; }));
    EXPECT_FALSE(port_->is_open());
    port_->send({test::heartbeat(1, 1)});
    ASSERT_TRUE(loop_.until([&] { return !user_.troubles.empty(); }));
    EXPECT_THAT(user_.troubles.front(), HasSubstr("No such file"));
    terminal_.plug_in();
    ASSERT_TRUE(loop_.until([&] { return user_.opened == 2; }));
    port_->send({test::heartbeat(1, 2)});
    ASSERT_TRUE(far_end_reads(2));
    EXPECT_THAT(far_.seqs(), ElementsAre(2)) << "what was sent while it was gone is not sent late";
}

TEST_F(SerialTest, ADeviceThatIsBackBeforeItsEndWasNoticedIsOpenedAgain) {
    open();
    terminal_.unplug();
    terminal_.plug_in();
    ASSERT_TRUE(loop_.until([&] { return user_.opened == 2; }));
    EXPECT_EQ(user_.lost, 1);
    port_->send({test::heartbeat(1, 2)});
    ASSERT_TRUE(far_end_reads(2));
}

TEST_F(SerialTest, ANameThatLeadsToAnotherDeviceIsFollowed) {
    open();
    // As udev does when two adapters change places: the old one stays open.
    test::Terminal other;
    other.plug_in();
    const auto target = std::filesystem::read_symlink(other.device());
    std::filesystem::remove(terminal_.device());
    std::filesystem::create_symlink(target, terminal_.device());
    ASSERT_TRUE(loop_.until([&] { return user_.opened == 2; }));
    EXPECT_EQ(user_.lost, 1);
    other.write_frame(test::codec().seal(test::heartbeat(2, 9), std::nullopt).view());
    EXPECT_TRUE(loop_.until([&] { return user_.messages.size() == 1; }));
}

TEST_F(SerialTest, ADriverWithoutCountsIsNoTrouble) {
    open();
    ASSERT_NE(port_->line(), nullptr);
    EXPECT_EQ(port_->line()->errors(), std::nullopt);
    EXPECT_EQ(port_->line()->modem(), std::nullopt);
    EXPECT_TRUE(user_.troubles.empty());
}

TEST_F(SerialTest, HalfAFrameOfAPredecessorDoesNotSpoilTheFirst) {
    terminal_.plug_in();
    start();
    const std::array<std::byte, 3> half{std::byte{40}, std::byte{1}, std::byte{2}};
    decoder_.feed(
        half, [](auto) {}, [](wire::Drop) {});
    port_->send({test::heartbeat(1, 1)});
    ASSERT_TRUE(far_end_reads(1));
}

TEST_F(SerialTest, WhatIsNoTerminalIsNamed) {
    port_ = std::make_shared<SerialPort>(loop_.io(), user_, config::SerialLink{"/dev/null", 9600});
    port_->start();
    EXPECT_FALSE(port_->is_open());
    ASSERT_EQ(user_.troubles.size(), 1u);
    EXPECT_THAT(user_.troubles[0], HasSubstr("/dev/null is not a serial device"));
}

TEST_F(SerialTest, ADeviceInUseIsNamed) {
    open();
    test::Recorder second;
    auto rival = std::make_shared<SerialPort>(loop_.io(), second,
                                              config::SerialLink{terminal_.device(), 9600});
    rival->start();
    EXPECT_FALSE(rival->is_open());
    ASSERT_EQ(second.troubles.size(), 1u);
    EXPECT_THAT(second.troubles[0], HasSubstr("in use by another program"));
    rival->stop();
}

}  // namespace
}  // namespace cohort::link
