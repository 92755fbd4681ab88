# SPDX-License-Identifier: GPL-2.0-or-later
# A front door: Meson does the work, tools/ the rest. `make deps` installs what all of it needs.
prefix ?= /usr/local
BUILD  ?= build
SETUP  ?=

all: $(BUILD)/build.ninja
	@meson compile -C $(BUILD)

$(BUILD)/build.ninja:
	@tools/deps --check build
	@meson setup --prefix $(prefix) $(SETUP) $(BUILD)

deps:
	@tools/deps build check
	@tools/deps --try bpf

check: deps
	@$(MAKE) --no-print-directory all
	@tools/test $(BUILD)

demo:
	@tools/deps build demo
	@tools/demo $(BUILD)

install: all
	@meson configure -Dprefix=$(prefix) $(BUILD)
	@meson install -C $(BUILD) $(if $(DESTDIR),--destdir "$(abspath $(DESTDIR))")

bench:
	@tools/deps build bench
	@tools/deps --try bpf
	@$(MAKE) --no-print-directory all
	@bench/run $(BUILD)

sanitize: deps
	@$(MAKE) --no-print-directory all BUILD=build-asan SETUP="-Db_sanitize=address,undefined"
	@TEST_TWICE=no tools/test build-asan

fuzz:
	@tools/deps build fuzz
	@tools/fuzz

lint:
	@tools/deps build check lint
	@$(MAKE) --no-print-directory all
	@tools/lint $(BUILD)

format:
	@tools/lint --format

clean:
	rm -rf build build-asan build-fuzz

.PHONY: all deps check demo install bench sanitize fuzz lint format clean
