# Everything a contributor runs; `make` alone lists it. Extra arguments go through ARGS:
#   make test ARGS="--filter MicroCoreTests"

.DEFAULT_GOAL := help
.PHONY: help demo test soak allocations conformance build setup format lint bench compose-check clean

swift_files = $(wildcard Sources Tests Examples Benchmarks Package.swift)
# Into a pipe, `swift test` writes 4 KiB at a time: a test that hangs would be out of sight.
line_by_line = $(shell command -v stdbuf >/dev/null && echo stdbuf -oL)

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup ## Build and run the greeter demo: a server and a client in one process, nothing to start first
	@[ -d .build/checkouts ] || echo "demo: the first build fetches and compiles the dependencies; it takes a few minutes"
	@swift build --product greeter-demo
	@exec "$$(swift build --show-bin-path)/greeter-demo" $(ARGS)

# One test after the other: they measure out deadlines, and share real servers.
test: setup ## Run all tests, and say first which servers are not there to be tested against
	@scripts/check-backends
	$(line_by_line) swift test --disable-xctest --no-parallel $(ARGS)

soak: setup ## Run what takes too long for every test run: a thousand services, faults again and again; about an hour
	@scripts/check-backends
	MICRO_SOAK=1 $(line_by_line) swift test --disable-xctest --no-parallel --filter 'SoakTests' $(ARGS)

allocations: setup ## Hold the allocations of a call, in a build for release, against their limits
	@scripts/check-allocations

conformance: setup ## Put every adapter to the cases of its contract, on servers in containers
	@scripts/conformance $(ARGS)

build: setup ## Build the package, its examples and its tests
	swift build --build-tests $(ARGS)

setup: ## Check Swift and the libraries the build needs; install missing libraries where apt can
	@scripts/setup

format: ## Format the Swift code in place
	swift format --in-place --parallel --recursive $(swift_files)

lint: ## Check format, style and the layers of the modules
	swift format lint --strict --parallel --recursive $(swift_files)
	scripts/check-layers

bench: setup ## Run the benchmarks
	@if [ -x Benchmarks/run ]; then exec Benchmarks/run $(ARGS); else echo "bench: there is no Benchmarks/run" >&2; exit 1; fi

compose-check: ## Check the files for docker compose
	@if docker compose version >/dev/null 2>&1; then compose="docker compose"; \
	elif command -v docker-compose >/dev/null; then compose=docker-compose; \
	else echo "compose-check: neither 'docker compose' nor 'docker-compose' is there." \
	    "Get one from https://docs.docker.com/compose/install, or install your system's docker-compose package" >&2; exit 1; fi; \
	for file in docker/*.yml; do $$compose -f "$$file" config --quiet && echo "compose-check: $$file is valid" || exit 1; done

clean: ## Remove everything that was built
	rm -rf .build .build-* Benchmarks/.build
