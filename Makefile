# For people. CMake builds (CMakePresets.json); scripts/ hold what is more than one line.
#
#   make            the programs: build/release/cytomo, and cytomo-torch, which trains
#   make demo       a first result without any data of yours
#   make check      unit tests without slow ones
#   make test       all tests, as the CI runs them
#   make help       the other targets

SHELL := /bin/sh
JOBS = $(shell scripts/jobs)
export OMP_WAIT_POLICY = passive
FUZZ_SECONDS = $(or $(CYTOMO_FUZZ_SECONDS),30)

.PHONY: build program demo install package fresh-machine check test coverage sanitize fuzz bench lint format docs model clean help

build: ## the programs, build/release/cytomo and cytomo-torch; installs what is missing first (Debian)
	@scripts/install-dependencies build train
	@scripts/configure program
	@cmake --build build/release -j $(JOBS)

program: ## build/release/cytomo alone, which does all but train, without libtorch
	@scripts/install-dependencies
	@scripts/configure analyzing
	@cmake --build build/release -j $(JOBS) --target cytomo

demo: program ## simulate a cell, analyze it, compare with the truth; prints the path of the page
	@scripts/demo build/release/cytomo demo-output

install: build ## programs, model, library, manual, completions below PREFIX (/usr/local); DESTDIR as usual
	@cmake --install build/release --prefix $(or $(PREFIX),/usr/local)

package: ## Debian packages, and a tarball that needs nothing but glibc: build/package
	@scripts/install-dependencies build train package
	@scripts/package

fresh-machine: ## demo, README and packages on bare Debian systems (an hour, 10 GB); see scripts/fresh-machine
	@scripts/install-dependencies package
	@scripts/fresh-machine

check: ## unit tests without slow ones, some minutes
	@scripts/install-dependencies build train test
	@scripts/configure release
	@cmake --build build/release -j $(JOBS) --target unit_tests
	@ctest --test-dir build/release -j $(JOBS) -L '^unit$$' -LE '^(slow|data)$$' --output-on-failure --progress

test: ## include check, sanitizers, fuzzing, then all tests of the release build: tests, pages in a browser, floors of the model
	@scripts/test

coverage: ## which lines the unit tests run; fills docs/coverage.md
	@scripts/install-dependencies build test coverage
	@scripts/coverage

sanitize: ## unit tests with address and undefined-behaviour sanitizers (without libtorch)
	@scripts/install-dependencies build test
	@scripts/configure sanitize
	@cmake --build build/sanitize -j $(JOBS) --target sanitized_tests
	@ctest --test-dir build/sanitize -j $(JOBS) -L '^sanitized$$' --no-tests=error --output-on-failure

fuzz: ## every reader against damaged files, CYTOMO_FUZZ_SECONDS (30) each
	@scripts/install-dependencies build fuzz
	@mkdir -p build && scripts/fuzz $(FUZZ_SECONDS)

bench: ## speed of everything on this machine, beside other programs; fills docs/performance.md (half an hour)
	@scripts/install-dependencies build train bench
	@scripts/configure program -DCYTOMO_BENCH=ON
	@cmake --build build/release -j $(JOBS)
	@scripts/bench

lint: ## formatting, clang-tidy, who includes whom
	@scripts/install-dependencies build train test lint
	@scripts/lint

format: ## clang-format on all sources
	@scripts/install-dependencies lint
	@git ls-files '*.h' '*.cpp' | xargs clang-format -i

docs: build ## docs/commands and the columns in docs/measures.md from the program itself
	@scripts/generate-command-docs build/release/cytomo docs/commands
	@scripts/generate-measure-docs build/release/cytomo docs/measures.md

model: build ## train models/default.safetensors again (hours)
	@models/recipe

clean: ## remove build/ and demo-output/
	@rm -rf build demo-output

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile
