# SPDX-License-Identifier: GPL-2.0-or-later
#
# The entry to everything: `make help` lists the targets. User space is built by CMake and the
# module by kbuild; nothing is written outside $(BUILD), except by install and dkms-install.

BUILD ?= build
# The kernels to build the module for: by default each one whose headers are installed.
KVER ?= $(patsubst /lib/modules/%/build/Makefile,%,$(wildcard /lib/modules/*/build/Makefile))
# What the module is built against; kmod-debug has another.
KTREE = /lib/modules/$*/build
JOBS ?= $(shell nproc)
# A CI runner builds all of it once, from nothing. Where nothing is said a build stays as it was made.
UNITY ?= $(if $(CI),ON)
PREFIX ?= /usr/local
DESTDIR ?=
VERSION := $(shell sed -n 's,^project.cohort VERSION \([0-9.]*\).*,\1,p' CMakeLists.txt)

export COHORT_BUILD := $(abspath $(BUILD))
export COHORT_VERSION := $(VERSION)
export DESTDIR PREFIX

all: user kmod

help:
	@echo 'make all             cohortctl, cohortd and the module for each kernel with headers (default)'
	@echo 'make user            cohortctl and cohortd only: $(BUILD)/bin'
	@echo 'make kmod [KVER=…]   the module only: $(BUILD)/kmod/KVER/cohort.ko'
	@echo 'make kmod-debug      the module for the debug kernel, which is built first if need be'
	@echo 'make deps            install the Debian packages that all of this needs'
	@echo 'make demo            show the main job on real kernels, live'
	@echo 'make check           run every test (TESTS=… selects: see tests/check --help)'
	@echo 'make check-debug     the module'\''s tests on a kernel with every checker'
	@echo 'make model           the ownership rules as a model: exhaustively, in all sizes'
	@echo 'make sim             100,000 random lives of simulated clusters, on all cores (SEEDS=…)'
	@echo 'make bench           count instructions beside the peers: docs/benchmarks.md'
	@echo 'make fuzz            run each fuzzer for a while (SECONDS=60)'
	@echo 'make lint            style, static checks, spelling'
	@echo 'make install         programs, manual pages, systemd unit (PREFIX=$(PREFIX), DESTDIR=)'
	@echo 'make dkms-install    the module, for every installed kernel, now and after upgrades'
	@echo 'make uninstall, make dkms-uninstall'
	@echo 'make deb             Debian packages: $(BUILD)/deb'
	@echo 'make clean           remove $(BUILD)'

deps:
	@packaging/deps.sh

# --- building ---

user:
	@mkdir -p $(BUILD)
	@cmake -S . -B $(BUILD) -G Ninja $(UNITY:%=-D COHORT_UNITY=%) >$(BUILD)/cmake.log 2>&1 || \
		{ cat $(BUILD)/cmake.log; exit 1; }
	@ninja -C $(BUILD) -j $(JOBS) $(TARGETS)

kmod: $(addprefix kmod-,$(KVER))
	@$(if $(KVER),,echo 'no kernel headers are installed: make deps' >&2; exit 1)

# kbuild writes beside its sources: each kernel gets a tree of its own. Our own variables are
# kept out of kbuild's sight by an empty MAKEFLAGS.
kmod-%:
	@mkdir -p $(BUILD)/kmod/$*
	@cp -ru --preserve=timestamps kmod/. include $(BUILD)/kmod/$*/
	@MAKEFLAGS= $(MAKE) --no-print-directory -j$(JOBS) -C $(KTREE) \
		M=$(abspath $(BUILD)/kmod/$*) W=$(W) C=$(C) V=$(V) modules

kmod-debug:
	@tree=$$(tests/vm/run --tree debug) && $(MAKE) --no-print-directory KTREE=$$tree \
		kmod-$$(cat $$tree/include/config/kernel.release)

clean:
	rm -rf -- $(BUILD)

# --- running ---

demo:
	@packaging/deps.sh build test
	@$(MAKE) --no-print-directory user kmod
	@tests/vm/demo

check-debug:
	@packaging/deps.sh build test debug
	@tests/check debug

model:
	@packaging/deps.sh test
	@tests/model/run --full

sim:
	@packaging/deps.sh build test
	@$(MAKE) --no-print-directory user TARGETS=cohort-sim
	@$(BUILD)/tests/cohort-sim --all --seeds $(or $(SEEDS),100000) --jobs $(JOBS)

check:
	@packaging/deps.sh build test
	@tests/check $(TESTS)

bench:
	@packaging/deps.sh build test
	@$(MAKE) --no-print-directory user kmod
	@tests/bench/run

fuzz:
	@packaging/deps.sh build fuzz
	@tests/fuzz/run $(SECONDS)

lint:
	@packaging/deps.sh build lint
	@scripts/lint/run

# --- installing ---

install: user
	@packaging/install.sh install

uninstall:
	@packaging/install.sh uninstall

dkms-install:
	@dkms/manage.sh install

dkms-uninstall:
	@dkms/manage.sh uninstall

deb:
	@packaging/deps.sh build deb
	@packaging/debian/build.sh

.PHONY: all help deps user kmod kmod-debug clean demo check check-debug model sim bench fuzz lint
.PHONY: install uninstall dkms-install dkms-uninstall deb
