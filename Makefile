# Commands for contributors; `make` lists them. ARGS passes extra arguments:
#   make test ARGS="--filter MicroCoreTests"

.DEFAULT_GOAL := help
.PHONY: help demo test test-faults soak examples docs deploy-check gateway-check allocations conformance conformance-faults image-check setup-check build setup format lint bench reference compose-check clean

swift_files = $(wildcard Sources Plugins Tests Examples Benchmarks Package.swift)
# Into a pipe, `swift test` writes blocks of 4 KiB, which would hide a test that hangs.
line_by_line = $(shell command -v stdbuf >/dev/null && echo stdbuf -oL)

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Says why the first build takes long, if its product does not exist.
first_build = @[ -e $(1) ] || echo "$@: the first build fetches and compiles the dependencies; it takes some minutes"

demo: setup ## Build and run the greeter demo: a server and a client in one process
	$(call first_build,.build/debug/greeter-demo)
	@swift build --product greeter-demo
	@exec "$$(swift build --show-bin-path)/greeter-demo" $(ARGS)

# The names of tests with the trait .faultRun; scripts/check-fault-run checks that they all match.
fault_tests = \.\w*(Fault|Fuzz|Cluster|Soak)\w*/|/mutated

# With more tests at a time, the tests would delay each other and miss the deadlines that they measure. `test-faults`
# runs fewer at a time, because its tests use more CPU time.
width = --experimental-maximum-parallelization-width

test: setup ## Run the tests side by side, in about eight minutes; report servers that are not installed
	@scripts/check-backends
	$(call first_build,.build/debug/swift-microPackageTests.xctest)
	$(line_by_line) swift test --disable-xctest $(width) 4 $(ARGS)

test-faults: setup ## Run the tests that need minutes of wall-clock time: fault matrix, clusters, fuzzing
	@scripts/check-backends
	$(call first_build,.build/debug/swift-microPackageTests.xctest)
	MICRO_TEST_FAULTS=1 $(line_by_line) swift test --disable-xctest $(width) 3 --filter '$(fault_tests)' $(ARGS)

soak: setup ## Run the soak tests (a thousand services, repeated faults), in about an hour
	@scripts/check-backends
	$(call first_build,.build/debug/swift-microPackageTests.xctest)
	MICRO_SOAK=1 $(line_by_line) swift test --disable-xctest --no-parallel --filter 'SoakTests' $(ARGS)

examples: setup ## Build and test the example packages
	$(call first_build,Examples/GreeterProtobuf/.build/debug/greeter-protobuf)
	@scripts/test-examples $(ARGS)

allocations: setup ## Check the allocations per call of a release build against their limits
	$(call first_build,.build/release/allocation-count)
	@scripts/check-allocations

conformance: setup ## Run the conformance suite for every adapter, with servers in containers
	$(call first_build,.build/debug/micro)
	@scripts/conformance $(ARGS)

conformance-faults: setup ## Run the cases about failing servers with containers, and the core cases against clusters
	$(call first_build,.build/debug/micro)
	@scripts/conformance-faults $(ARGS)

image-check: setup ## Build the images of docker/Dockerfile, and run a service in three networks and the gateway's example in containers
	@scripts/check-image $(ARGS)
	@scripts/check-gateway-compose $(ARGS)

setup-check: ## Run scripts/setup in bare Debian containers, as root and as a user without sudo
	@scripts/check-setup $(ARGS)

docs: setup ## Build the documentation with swift-docc-plugin; warnings are errors
	$(call first_build,.build/plugins/Swift-DocC/outputs)
	@scripts/docs $(ARGS)

deploy-check: setup ## Run Examples/Deploy in containers, and check its calls, logs and metrics
	@scripts/check-deploy $(ARGS)

gateway-check: setup ## Check the gateway with a browser, load generators, validators and Consul
	@scripts/check-gateway $(ARGS)

build: setup ## Build the package, its examples and its tests
	$(call first_build,.build/debug/swift-microPackageTests.xctest)
	swift build --build-tests $(ARGS)

setup: ## Check Swift and the libraries the build needs; install missing libraries where apt can
	@scripts/setup

format: ## Format the Swift code in place
	swift format --in-place --parallel --recursive $(swift_files)

lint: ## Check format, style, layers, names of slow tests, the command reference, and that tests cover the contract and Go Micro's versions
	swift format lint --strict --parallel --recursive $(swift_files)
	scripts/check-layers
	scripts/check-fault-run '$(fault_tests)'
	scripts/check-contract
	scripts/conformance-table --check
	scripts/check-compatibility
	scripts/check-reference
	scripts/docs --check

bench: setup ## Run the benchmarks
	$(call first_build,Benchmarks/.build/release/bench)
	@if [ -x Benchmarks/run ]; then exec Benchmarks/run $(ARGS); else echo "bench: there is no Benchmarks/run" >&2; exit 1; fi

reference: setup ## Generate the command reference and the man page of micro from its help texts
	$(call first_build,.build/debug/micro)
	@swift build --product micro
	scripts/command-reference markdown "$$(swift build --show-bin-path)/micro" > Sources/Service/Micro/Documentation.docc/MicroCommandReference.md
	scripts/command-reference man "$$(swift build --show-bin-path)/micro" > docs/micro.1

compose-check: ## Check the files for docker compose, with all profiles
	@if docker compose version >/dev/null 2>&1; then compose="docker compose"; \
	elif command -v docker-compose >/dev/null; then compose=docker-compose; \
	else echo "compose-check: neither 'docker compose' nor 'docker-compose' is installed." \
	    "Get one from https://docs.docker.com/compose/install, or install your system's docker-compose package" >&2; exit 1; fi; \
	for file in docker/*.yml; do COMPOSE_PROFILES=kubernetes $$compose -f "$$file" config --quiet && echo "compose-check: $$file is valid" || exit 1; done

clean: ## Remove the build products of the package and of the benchmarks
	rm -rf .build .build-* Benchmarks/.build
