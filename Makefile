# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# `make demo` shows the collection at work, `make test` tries it. TESTING.md explains the rest.

PYTHON = $(shell tools/find-python 3.14 3.13 3.12 3.11)
OLDEST_PYTHON = $(shell tools/find-python 3.10 3.11 3.12)
BETWEEN_PYTHON = $(shell tools/find-python 3.13 3.12 3.11)
TARGET_PYTHON = $(shell tools/find-python 3.9)

# In this order: those that tools/test runs side by side begin with the longest.
STAGES = faults sanity examples molecule lint docs package events unit integration

.PHONY: help demo test quick $(STAGES) coverage bench fuzz picture environments environment-demo environment-docs environment-test \
	environment-oldest environment-between environment-target release clean

help:
	@echo "make demo     watch two simulated clusters being audited, rotated and audited again"
	@echo "make test     all of: $(STAGES)"
	@echo "make quick    what to run before each commit, in three minutes"
	@echo "make STAGE    one of them; see TESTING.md"
	@echo "make bench    how long tasks take, against what users would write; writes docs/benchmark.md"
	@echo "make fuzz     feed the core wrong inputs for a minute, or SECONDS=600; SEED=1 CASE=23 for one of them again"
	@echo "make coverage how much of plugins/ the tests run"
	@echo "make picture  record what README.md shows; writes docs/images/rotation.svg"
	@echo "make release VERSION=1.2.3  changelog, version, tarball and its checks, commit and tag; publishes nothing"
	@echo "make clean    forget the environments and everything else that was made"

demo: environment-demo
	@tools/with demo demo/run

test: environments
	@tools/with test tools/test $(STAGES)

lint events examples molecule package quick coverage bench fuzz picture: environment-test
docs: environment-docs
unit integration faults sanity: environments

$(filter-out docs,$(STAGES)) quick coverage bench picture:
	@tools/with test tools/stages/$@

docs:
	@tools/with docs tools/stages/docs

fuzz:
	@tools/with test tools/stages/fuzz $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED)) \
		$(if $(CASES),--cases $(CASES)) $(if $(CASE),--case $(CASE)) $(if $(TARGET),--target "$(TARGET)")

environments:
	@$(MAKE) --no-print-directory -j4 environment-test environment-docs environment-oldest environment-between environment-target

environment-demo environment-test environment-docs:
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer that can make virtual environments was found" \
		"(Debian: apt install python3-venv). Name one: make PYTHON=/path/to/python"; exit 1; }
	@"$(PYTHON)" tools/environment.py $(@:environment-%=%)
	@[ $@ = environment-docs ] || .venv/$(@:environment-%=%)/bin/python tools/fetch_collections.py collections \
		$(if $(filter environment-test,$@),collections-awx)

# Where their Python is missing, the stages say what they skip.
environment-oldest:
	@python="$(OLDEST_PYTHON)"; [ -z "$$python" ] || "$$python" tools/environment.py oldest

environment-between:
	@python="$(BETWEEN_PYTHON)"; [ -z "$$python" ] || "$$python" tools/environment.py between

environment-target:
	@python="$(TARGET_PYTHON)"; [ -z "$$python" ] || "$$python" tools/environment.py target

release: environment-test
	@.venv/test/bin/python tools/release.py $(VERSION)

clean:
	rm -rf .venv
