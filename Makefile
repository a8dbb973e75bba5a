# Commands for contributors; `make` lists them. ARGS passes extra arguments:
#   make test ARGS="--filter MicroCoreTests"

.DEFAULT_GOAL := help
.PHONY: help demo test test-faults soak examples allocations conformance build setup format lint bench compose-check clean

swift_files = $(wildcard Sources Tests Examples Benchmarks Package.swift)
# Into a pipe, `swift test` writes blocks of 4 KiB, which would hide a test that hangs.
line_by_line = $(shell command -v stdbuf >/dev/null && echo stdbuf -oL)

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup ## Build and run the greeter demo: a server and a client in one process
	@[ -d .build/checkouts ] || echo "demo: the first build fetches and compiles the dependencies; it takes a few minutes"
	@swift build --product greeter-demo
	@exec "$$(swift build --show-bin-path)/greeter-demo" $(ARGS)

# The names of tests with the trait .faultRun; scripts/check-fault-run checks that they all match.
fault_tests = \.\w*(Fault|Fuzz|Cluster|Soak)\w*/|/mutated

# More tests at a time would keep each other from the deadlines that they measure.
parallel = --experimental-maximum-parallelization-width 2

test: setup ## Run the tests side by side, in about ten minutes; report servers that are not installed
	@scripts/check-backends
	$(line_by_line) swift test --disable-xctest $(parallel) $(ARGS)

test-faults: setup ## Run the tests that need minutes of wall-clock time: fault matrix, clusters, fuzzing
	@scripts/check-backends
	MICRO_TEST_FAULTS=1 $(line_by_line) swift test --disable-xctest $(parallel) --filter '$(fault_tests)' $(ARGS)

soak: setup ## Run the soak tests (a thousand services, repeated faults), in about an hour
	@scripts/check-backends
	MICRO_SOAK=1 $(line_by_line) swift test --disable-xctest --no-parallel --filter 'SoakTests' $(ARGS)

examples: setup ## Build and test the example packages
	swift test --disable-xctest --package-path Examples/CustomRegistry $(ARGS)

allocations: setup ## Check the allocations per call of a release build against their limits
	@scripts/check-allocations

conformance: setup ## Run the conformance suite for every adapter, with servers in containers
	@scripts/conformance $(ARGS)

build: setup ## Build the package, its examples and its tests
	swift build --build-tests $(ARGS)

setup: ## Check Swift and the libraries the build needs; install missing libraries where apt can
	@scripts/setup

format: ## Format the Swift code in place
	swift format --in-place --parallel --recursive $(swift_files)

lint: ## Check format, style, layers of the modules and names of slow tests
	swift format lint --strict --parallel --recursive $(swift_files)
	scripts/check-layers
	scripts/check-fault-run '$(fault_tests)'

bench: setup ## Run the benchmarks
	@if [ -x Benchmarks/run ]; then exec Benchmarks/run $(ARGS); else echo "bench: there is no Benchmarks/run" >&2; exit 1; fi

compose-check: ## Check the files for docker compose
	@if docker compose version >/dev/null 2>&1; then compose="docker compose"; \
	elif command -v docker-compose >/dev/null; then compose=docker-compose; \
	else echo "compose-check: neither 'docker compose' nor 'docker-compose' is installed." \
	    "Get one from https://docs.docker.com/compose/install, or install your system's docker-compose package" >&2; exit 1; fi; \
	for file in docker/*.yml; do $$compose -f "$$file" config --quiet && echo "compose-check: $$file is valid" || exit 1; done

clean: ## Remove all build products
	rm -rf .build .build-* Benchmarks/.build
