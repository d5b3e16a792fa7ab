// SPDX-License-Identifier: GPL-2.0-or-later
//
// Runs a fuzz target without libFuzzer: `fuzz-NAME DIR RUNS [SEED]` feeds it each
// file of the corpus, then RUNS mutations of them. Equal seeds give equal runs. An
// input that ends the program is left behind in a file.
#include "tests/fuzz/target.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace {

using Input = std::vector<std::uint8_t>;

constexpr std::size_t kLongest = 4096;

const Input* g_current = nullptr;

/// Only async-signal-safe calls.
void leave_input(int signal) {
    static constexpr char kPath[] = "/tmp/cohort-fuzz-input";
    static constexpr char kWords[] = "the input that did it is in /tmp/cohort-fuzz-input\n";
    const int fd = ::open(kPath, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
    if (fd >= 0 && g_current != nullptr && ::write(fd, g_current->data(), g_current->size()) >= 0)
        (void)!::write(STDERR_FILENO, kWords, sizeof kWords - 1);
    std::signal(signal, SIG_DFL);
    ::raise(signal);
}

std::vector<Input> read_corpus(const std::filesystem::path& dir) {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(dir))
        paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());  // the directory's order is not
    std::vector<Input> corpus;
    for (const auto& path : paths) {
        std::ifstream in(path, std::ios::binary);
        corpus.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    return corpus;
}

class Mutator {
public:
    Mutator(const std::vector<Input>& corpus, std::uint64_t seed)
        : corpus_(corpus), random_(seed) {}

    Input next() {
        Input input = any();
        const std::size_t changes = below(4) + 1;
        for (std::size_t i = 0; i < changes; ++i)
            change(input);
        input.resize(std::min(input.size(), kLongest));
        return input;
    }

private:
    std::size_t below(std::size_t bound) {
        return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
    }
    std::uint8_t byte() {
        // Edges more often than the rest.
        static constexpr std::array<std::uint8_t, 6> kEdges{0, 1, 0x7F, 0x80, 0xFE, 0xFF};
        return below(3) == 0 ? kEdges[below(kEdges.size())] : static_cast<std::uint8_t>(below(256));
    }
    const Input& any() { return corpus_[below(corpus_.size())]; }
    Input::iterator place(Input& input) {
        return input.begin() + static_cast<std::ptrdiff_t>(below(input.size() + 1));
    }

    void change(Input& input) {
        const auto from = place(input);
        const auto to = place(input);
        const auto first = std::min(from, to);
        const auto last = std::max(from, to);
        switch (below(7)) {
            case 0:
                if (from != input.end())
                    *from = static_cast<std::uint8_t>(*from ^ 1U << below(8));
                break;
            case 1:
                if (from != input.end())
                    *from = byte();
                break;
            case 2:
                input.insert(from, byte());
                break;
            case 3:
                input.erase(first, last);
                break;
            case 4: {
                const Input piece(first, last);
                input.insert(place(input), piece.begin(), piece.end());
                break;
            }
            case 5:
                input.erase(from, input.end());
                break;
            case 6: {
                const Input& other = any();
                const auto cut = static_cast<std::ptrdiff_t>(below(other.size() + 1));
                input.erase(from, input.end());
                input.insert(input.end(), other.begin() + cut, other.end());
                break;
            }
        }
    }

    const std::vector<Input>& corpus_;
    std::mt19937_64 random_;
};

void run(const Input& input) {
    g_current = &input;
    LLVMFuzzerTestOneInput(input.data(), input.size());
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: %s CORPUS RUNS [SEED]\n", argv[0]);
        return 1;
    }
    std::vector<Input> corpus = read_corpus(argv[1]);
    const std::uint64_t runs = std::strtoull(argv[2], nullptr, 10);
    const std::uint64_t seed = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1;
    for (int signal : {SIGABRT, SIGSEGV, SIGFPE, SIGBUS, SIGILL})
        std::signal(signal, leave_input);
    for (const Input& input : corpus)
        run(input);
    corpus.emplace_back();
    Mutator mutator(corpus, seed);
    for (std::uint64_t i = 0; i < runs; ++i)
        run(mutator.next());
    std::printf("%zu inputs and %llu mutations, seed %llu\n", corpus.size(),
                static_cast<unsigned long long>(runs), static_cast<unsigned long long>(seed));
    return 0;
}
