# SPDX-License-Identifier: GPL-2.0-or-later
#
# The entry to everything. `make help` lists the targets.

BUILD ?= build
KVER ?= $(notdir $(patsubst %/build,%,$(wildcard /lib/modules/*/build)))
JOBS ?= $(shell nproc)

all: user kmod

user:
	@cmake -S . -B $(BUILD) -G Ninja >/dev/null
	@ninja -C $(BUILD) -j $(JOBS)

kmod: $(addprefix kmod-,$(KVER))

# kbuild writes beside its sources: each kernel gets a tree of its own.
kmod-%:
	@mkdir -p $(BUILD)/kmod/$*
	@cp -ru --preserve=timestamps kmod/. $(BUILD)/kmod/$*/
	@cp -ru --preserve=timestamps include $(BUILD)/kmod/$*/
	@$(MAKE) --no-print-directory -C /lib/modules/$*/build M=$(abspath $(BUILD)/kmod/$*) modules

.PHONY: all user kmod
