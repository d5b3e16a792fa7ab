// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/vm/tools/switch/faults.hpp"

namespace cohort::testbed {
namespace {

bool happens(double probability, Random& random) {
    return probability > 0 && std::bernoulli_distribution(probability)(random);
}

std::uint64_t below(std::uint64_t limit, Random& random) {
    return std::uniform_int_distribution<std::uint64_t>(0, limit - 1)(random);
}

Duration delay_of(const Faults& faults, Random& random) {
    if (faults.jitter == Duration::zero())
        return faults.delay;
    const auto spread = static_cast<std::uint64_t>(faults.jitter.count());
    return faults.delay + Duration(static_cast<Duration::rep>(below(spread, random)));
}

void flip_bit(std::uint8_t& byte, Random& random) {
    byte = static_cast<std::uint8_t>(byte ^ (1u << below(8, random)));
}

}  // namespace

std::vector<Passage> pass_frame(const Faults& faults, Bytes frame, Random& random) {
    if (faults.cut || frame.empty() || happens(faults.drop, random))
        return {};
    if (happens(faults.corrupt, random))
        flip_bit(frame[below(frame.size(), random)], random);
    std::vector<Passage> passages;
    if (happens(faults.duplicate, random))
        passages.push_back({delay_of(faults, random), frame});
    passages.push_back({delay_of(faults, random), std::move(frame)});
    return passages;
}

std::vector<Passage> pass_stream(const Faults& faults, const Bytes& chunk, Random& random) {
    if (faults.cut)
        return {};
    Bytes left;
    for (std::uint8_t byte : chunk) {
        if (happens(faults.drop, random))
            continue;
        if (happens(faults.corrupt, random))
            flip_bit(byte, random);
        left.push_back(byte);
        if (happens(faults.duplicate, random))
            left.push_back(byte);
    }
    if (left.empty())
        return {};
    return {{delay_of(faults, random), std::move(left)}};
}

}  // namespace cohort::testbed
