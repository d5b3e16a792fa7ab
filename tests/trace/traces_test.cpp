// SPDX-License-Identifier: GPL-2.0-or-later
//
// Small traces by hand: one that keeps the invariants, and one that breaks each.
#include "tests/trace/run.hpp"
#include "tests/trace/script.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>

namespace cohort::trace {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Traces : public ::testing::Test {
protected:
    Traces() {
        std::string pattern = testing::TempDir() + "cohort-traces-XXXXXX";
        directory_ = ::mkdtemp(pattern.data());
    }
    ~Traces() override { std::filesystem::remove_all(directory_); }

    SourceSpec write(const Script& script, core::Duration offset = {}, core::Duration doubt = {}) {
        SourceSpec spec{fmt::format("{}/{}", directory_, ++files_), offset, doubt};
        std::ofstream(spec.path) << script.text();
        return spec;
    }

    /// The violation that is found, "" for none, or what makes the input unusable.
    static std::string check(const std::vector<SourceSpec>& specs) {
        const auto run = Run::open(specs);
        if (!run)
            return run.error().message;
        if (const auto checked = (*run)->check(); !checked)
            return checked.error().message;
        return (*run)->violation().value_or("");
    }
    template <class... Scripts>
    std::string check_scripts(const Scripts&... scripts) {
        return check({write(scripts)...});
    }

    /// Both are at plan 1 and have acked each other; each serves its bucket.
    Script one_{1, true};
    Script two_{2, true};
    void settle() {
        one_.start(0, kPlan1, "0").sends(10, 1, kPlan1);
        two_.start(0, kPlan1, "1").sends(10, 1, kPlan1);
        one_.hears(11, 2, 1, kPlan1).sends(20, 2, kPlan1, 2, 1);
        two_.hears(11, 1, 1, kPlan1).sends(20, 2, kPlan1, 1, 1);
        one_.hears(21, 2, 2, kPlan1, 1).kernel(22, 1, 1010, "0");
        two_.hears(21, 1, 2, kPlan1, 1).kernel(22, 1, 1010, "1");
    }

    std::string directory_;
    int files_ = 0;
};

TEST_F(Traces, WhatKeepsTheInvariantsPasses) {
    settle();
    one_.sends(110, 3, kPlan1, 2, 2, "RW");
    two_.hears(111, 1, 3, kPlan1, 2).renews(111, 1, 1020).sends(112, 3, kPlan1, 1, 3, "RW");
    one_.hears(113, 2, 3, kPlan1, 3).renews(113, 1, 1110).wakes(500);
    EXPECT_EQ(check_scripts(one_, two_), "");
}

TEST_F(Traces, WhatAKilledDaemonLeftBehindIsTaken) {
    settle();
    one_.raw(R"({"t":1234,"eve)");
    two_.raw(R"({"t":1234,"event":"note","le)").start(3000, kPlan1, "1");
    EXPECT_EQ(check_scripts(one_, two_), "");
}

TEST_F(Traces, I1TwoNodesServeOneBucket) {
    settle();
    two_.tells_kernel(30, 1, 1010, "0-1").kernel_is_done(31);
    EXPECT_THAT(check_scripts(one_, two_),
                StartsWith("I1: bucket 0 right N is served by node 1 and node 2"));
}

TEST_F(Traces, I1BeginsWhenTheKernelIsDone) {
    settle();
    two_.tells_kernel(30, 1, 1010, "0-1").line(1020, R"("note","level":1,"text":"slow")");
    two_.kernel_is_done(1021);
    EXPECT_EQ(check_scripts(one_, two_), "") << "node 1's lease had ended";
}

TEST_F(Traces, I1EndsWhenTheKernelIsTold) {
    settle();
    one_.tells_kernel(29, 1, 1010, "").kernel_is_done(40);
    two_.tells_kernel(30, 1, 1010, "0-1").kernel_is_done(31);
    EXPECT_EQ(check_scripts(one_, two_), "") << "node 1 may have let go before";
}

TEST_F(Traces, ARenewalCountsOnceTheDaemonGoesOn) {
    for (const bool refused : {false, true}) {
        one_ = Script{1, true};
        two_ = Script{2, true};
        settle();
        one_.sends(110, 3, kPlan1, 2, 2);
        two_.hears(111, 1, 3, kPlan1, 2).sends(112, 3, kPlan1, 1, 3);
        one_.hears(113, 2, 3, kPlan1, 3).renews(113, 1, 1110);
        one_.line(113, refused ? R"("kernel_refused")" : R"("note","level":1,"text":"on")");
        two_.hears(1015, 1, 4, kPlan1).sends(1016, 4, kPlan1).kernel(1017, 1, 1020, "0-1");
        EXPECT_EQ(check_scripts(one_, two_).substr(0, 3), refused ? "" : "I1:");
    }
}

TEST_F(Traces, AnOverlapWithinTheDoubtOfTheClocksIsNone) {
    using std::chrono::milliseconds;
    settle();
    one_.tells_kernel(60, 1, 1010, "").kernel_is_done(60);
    two_.tells_kernel(30, 1, 1010, "0-1").kernel_is_done(30).wakes(500);
    const auto with = [&](int doubt_ms) {
        return check({write(one_), write(two_, {}, milliseconds{doubt_ms})}).substr(0, 3);
    };
    EXPECT_EQ(with(0), "I1:");
    EXPECT_EQ(with(10), "I1:");
    EXPECT_EQ(with(20), "");
}

TEST_F(Traces, OffsetsBringTheClocksTogether) {
    using std::chrono::milliseconds;
    two_ = Script{2, true, 2, 5000};
    settle();
    EXPECT_EQ(check({write(one_), write(two_, -milliseconds{5000})}), "");
    EXPECT_NE(check({write(one_), write(two_)}), "") << "frames of the future were heard";
    two_.kernel(30, 1, 1010, "0-1");
    EXPECT_THAT(check({write(one_), write(two_, -milliseconds{5000})}), StartsWith("I1"));
}

TEST(TraceSource, IsAFileAndWhatIsKnownOfItsClock) {
    using std::chrono::milliseconds;
    const auto spec = SourceSpec::parse("some@where@-1.5s~20ms");
    ASSERT_TRUE(spec);
    EXPECT_EQ(spec->path, "some@where");
    EXPECT_EQ(spec->offset, -milliseconds{1500});
    EXPECT_EQ(spec->doubt, milliseconds{20});
    EXPECT_EQ(SourceSpec::parse("file@2ms")->offset, milliseconds{2});
    EXPECT_FALSE(SourceSpec::parse("file@soon"));
}

TEST_F(Traces, I2ALeaseWithoutThePromiseOfItsVoter) {
    settle();
    // Node 1 believes in an ack that node 2 never sent.
    one_.sends(110, 3, kPlan1, 2, 2).hears(113, 2, 3, kPlan1, 3).renews(1100, 1, 1110);
    EXPECT_EQ(check_scripts(one_, two_), "") << "the ack of heartbeat 1 promised as much";
    one_.sends(500, 4, kPlan1, 2, 2).hears(501, 2, 4, kPlan1, 4).renews(1101, 1, 1500);
    EXPECT_THAT(check_scripts(one_, two_),
                StartsWith("I2: node 1 may serve at epoch 1.1.00000000 without the promise"));
}

TEST_F(Traces, I2AVoterReportsClearTooEarly) {
    settle();
    two_.accept(1090, kPlan2, "0-1").kernel(1090, 2, 1010, "");
    two_.sends(1105, 3, kPlan2, 0, 0, "RWC", "1");
    EXPECT_THAT(
        check_scripts(one_, two_),
        StartsWith("I2: node 2 reports node 1 clear at epoch 2.1.00000000, 6 ms too early"));
}

TEST_F(Traces, I3AnEpochIsShownBeforeItIsDurableOrTakenBack) {
    settle();
    Script rushed = one_;
    rushed.sends(30, 3, kPlan2);
    EXPECT_THAT(check_scripts(rushed, two_), HasSubstr("I3: node 1 shows epoch 2.1.00000000, dur"));
    one_.accept(30, kPlan2, "0").sends(31, 3, kPlan2).sends(32, 4, kPlan1);
    EXPECT_THAT(check_scripts(one_, two_), HasSubstr("I3: node 1 shows epoch 1.1.00000000 after"));
}

/// Three nodes; what counts are the kernels of two. Node 3 is not observed.
class Majority : public Traces {
protected:
    Majority() {
        for (auto [node, peer, script] : {std::tuple{1, 2, &one_}, std::tuple{2, 1, &two_}}) {
            *script = Script{node, false, 3};
            script->start(0, kPlan1, node == 1 ? "0" : "").sends(10, 1, kPlan1);
            script->hears(11, peer, 1, kPlan1).sends(20, 2, kPlan1, peer, 1);
            script->hears(21, peer, 2, kPlan1, 1);
        }
    }
    /// Moves to a plan, and has its heartbeat acked there by node 3.
    static void move(Script& script, int ms, const std::string& plan, const std::string& gives,
                     int seq) {
        script.accept(ms, plan, gives).sends(ms + 1, seq, plan).hears(ms + 2, 3, seq, plan, seq);
    }
};

TEST_F(Majority, I4ANodeServesAgainAtALowerEpoch) {
    move(two_, 30, kPlan2, "0", 3);
    two_.kernel(40, 2, 50, "0");
    one_.kernel(60, 1, 1010, "0");
    EXPECT_THAT(
        check_scripts(one_, two_),
        StartsWith("I4: node 1 serves bucket 0 at epoch 1 after node 2 opened it at epoch 2"));
}

TEST_F(Majority, I5SomebodyOpensWhatAnotherKept) {
    // It held on at plan 1, and goes on at plan 3.
    Script kept{1, false, 3};
    kept.start(0, kPlan1, "0").sends(10, 1, kPlan1).hears(11, 2, 1, kPlan1);
    kept.sends(20, 2, kPlan1, 2, 1).hears(21, 2, 2, kPlan1, 1).kernel(22, 1, 40, "0");
    kept.accept(39, kPlan3, "0").kernel(39, 3, 40, "0").sends(39, 3, kPlan3);
    kept.hears(39, 3, 3, kPlan3, 3).renews(39, 3, 1039);
    kept.line(39, R"("leave")").line(39, R"("kernel_remove")");
    Script other{2, false, 3};
    other.start(0, kPlan1).sends(10, 1, kPlan1).hears(11, 1, 1, kPlan1);
    other.sends(20, 2, kPlan1, 1, 1).hears(21, 1, 2, kPlan1, 1);
    move(other, 42, kPlan2, "0", 3);
    other.kernel(50, 2, 1000, "0");
    EXPECT_THAT(check_scripts(kept, other),
                StartsWith("I5: node 2 opens bucket 0 at epoch 2, which node 1 kept from epoch 1"));
}

/// Node 1 is told of a fourth node, and goes over at plan 2, which nodes 3 and 4 ack as they are
/// said to.
class FourthNode : public Majority {
protected:
    std::string check_acked_by(std::initializer_list<int> peers) {
        one_.kernel(25, 1, 1010, "0");
        one_.told_of(30, 4, "c1").accept(31, kPlan2, "0", "c1").sends(32, 3, kPlan2);
        for (const int peer : peers)
            one_.hears(33, peer, 3, kPlan2, 3);
        one_.renews(34, 2, 1032);
        return check_scripts(one_, two_);
    }
};

TEST_F(FourthNode, CountsFromThePlanOn) {
    EXPECT_EQ(check_acked_by({3, 4}), "");
}

TEST_F(FourthNode, TwoOfFourAreNoQuorum) {
    EXPECT_THAT(check_acked_by({3}), StartsWith("I7: node 1 sets a deadline 22 ms beyond"));
}

TEST_F(FourthNode, HasATraceOfItsOwn) {
    const Script four = Script{4, false, 4, 0, "c1"}.start(5, kPlan1).sends(6, 1, kPlan1);
    EXPECT_EQ(check_scripts(one_, two_, four), "");
    const Script other = Script{4, false, 4}.start(5, kPlan1);
    EXPECT_THAT(check_scripts(one_, other), HasSubstr("not the traces of one cluster"));
}

TEST_F(FourthNode, IsKnownToWhoeverStartsWithIt) {
    Script again{1, false, 4, 0, "c1"};
    again.start(2000, kPlan1).accept(2001, kPlan2, "0", "c1").sends(2002, 3, kPlan2);
    again.hears(2003, 3, 3, kPlan2, 3).renews(2004, 2, 3002);
    EXPECT_THAT(check_scripts(one_.raw(again.text()), two_), StartsWith("I7: node 1 sets a dead"));
}

TEST_F(FourthNode, APlanForAnUnknownSetIsNone) {
    one_.accept(31, kPlan2, "0", "c1");
    EXPECT_THAT(check_scripts(one_, two_), HasSubstr("was never told"));
}

TEST_F(Traces, I6ReleasedIsSaidBeforeTheKernelLetGo) {
    settle();
    Script hasty = one_;
    hasty.accept(30, kPlan2, "").tells_kernel(30, 2, 1010, "").sends(31, 3, kPlan2, 0, 0, "RW");
    EXPECT_THAT(check_scripts(hasty, two_),
                StartsWith("I6: node 1 says RELEASED at epoch 2.1.00000000, but its kernel holds"));
    one_.accept(30, kPlan2, "").kernel(30, 2, 1010, "").sends(31, 3, kPlan2, 0, 0, "RW");
    EXPECT_EQ(check_scripts(one_, two_), "");
}

TEST_F(Traces, I7ADeadlineBeyondTheLease) {
    settle();
    one_.renews(30, 1, 1011);
    EXPECT_THAT(check_scripts(one_, two_),
                StartsWith("I7: node 1 sets a deadline 1 ms beyond its lease"));
}

TEST_F(Traces, I8ATakeoverFromAPeerThatServes) {
    settle();
    two_.sends(900, 3, kPlan1);
    // Silent for long enough by its own account, but not by the other's lease.
    Script eager = two_;
    eager.wakes(950).sends(950, 4, kPlan1).kernel(951, 1, 1950, "0-1");
    EXPECT_THAT(check_scripts(one_, eager),
                StartsWith("I8: node 2 takes over while node 1 still serves bucket 0"));
    two_.wakes(1121).sends(1121, 4, kPlan1).kernel(1122, 1, 2121, "0-1");
    EXPECT_EQ(check_scripts(one_, two_), "");
}

TEST_F(Traces, TheStoryTellsOfBothNodes) {
    settle();
    two_.tells_kernel(30, 1, 1010, "0-1").kernel_is_done(31);
    two_.line(32, R"("note","level":1,"text":"what came next")");
    const auto run = Run::open({write(one_), write(two_)});
    ASSERT_TRUE(run);
    ASSERT_TRUE((*run)->check());
    const auto& story = (*run)->story();
    EXPECT_THAT(story, testing::Contains(HasSubstr("node 1      -9.000 ms")));
    EXPECT_THAT(story, testing::Contains(HasSubstr("what came next")));
    EXPECT_THAT((*run)->totals(), StartsWith("2 nodes, 0.0 s, "));
}

TEST_F(Traces, UnusableInputIsNamedByFileAndLine) {
    settle();
    const SourceSpec good = write(two_);
    const auto complaint = [&](const Script& script) {
        return check({good, write(script)}).substr(directory_.size() + 3);
    };
    Script broken = one_;
    broken.raw("no trace\n");
    EXPECT_THAT(complaint(broken), HasSubstr("8: not a line of a trace"));
    Script strange = one_;
    strange.line(40, R"("party")");
    EXPECT_THAT(complaint(strange), HasSubstr("8: there is no event 'party'"));
    Script poor = one_;
    poor.line(40, R"("kernel_done","ticket":1)");
    EXPECT_THAT(complaint(poor), HasSubstr("8: the event 'kernel_done' is not as it should be"));
    Script again = one_;
    again.start(5);
    EXPECT_THAT(complaint(again), HasSubstr("8: this start is before the line above it"));
    EXPECT_THAT(complaint(Script{1, true}.line(1, R"("stopped")")), HasSubstr("begins with"));
    EXPECT_THAT(complaint(Script{1, false}.start(1)), HasSubstr("not the traces of one cluster"));
    EXPECT_THAT(check({good, {directory_ + "/none", {}, {}}}), HasSubstr("cannot read"));
}

}  // namespace
}  // namespace cohort::trace
