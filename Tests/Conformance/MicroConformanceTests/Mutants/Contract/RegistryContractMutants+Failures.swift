// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore

extension ContractMutant<RegistryHooks> {
    /// A mutant that registers in another way.
    private static func registering(
        _ name: String, _ requirement: String,
        _ register:
            @escaping @Sendable (any Registry, MutantState, ServiceRecord, Duration?) async throws ->
            RegisterOutcome
    ) -> Self {
        ContractMutant(name, requirement) { hooks in
            hooks.register = { [base = hooks.base, clientState = hooks.clientState] in
                try await register(base, clientState, $0, $1)
            }
        }
    }

    /// A mutant that looks up in another way.
    private static func lookingUp(
        _ name: String, _ requirement: String,
        _ lookUp: @escaping @Sendable (any Registry, MutantState, String) async throws -> [ServiceRecord]
    ) -> Self {
        ContractMutant(name, requirement) { hooks in
            hooks.lookUp = { [base = hooks.base, clientState = hooks.clientState] in
                try await lookUp(base, clientState, $0)
            }
        }
    }

    // MARK: Stored records

    /// The mutants of what is stored and read.
    static let stored: [Self] = [
        lookingUp("secondLookUpIsChanged", "R-values-copied") { base, clientState, name in
            var found = try await base.lookUp(name)
            guard clientState.count("lookups of \(name)") > 1 else { return found }
            for index in found.indices { found[index].metadata["changed"] = "yes" }
            return found
        },
        registering("overtakesOlderOperations", "R-node-order") { base, clientState, record, timeToLive in
            // Every third registration is executed after later operations of the same client.
            guard clientState.count() % 3 == 2 else { return try await base.register(record, timeToLive: timeToLive) }
            Task {
                try await Task.sleep(for: .milliseconds(50))
                try await base.register(record, timeToLive: timeToLive)
            }
            return RegisterOutcome(timeToLive: timeToLive, created: false)
        },
        ContractMutant("ignoresForeignDeregistrations", "R-foreign-deregistration") { hooks in
            let (base, clientState) = (hooks.base, hooks.clientState)
            hooks.register = { record, timeToLive in
                for node in record.nodes { clientState.exchange(node.id, true) }
                return try await base.register(record, timeToLive: timeToLive)
            }
            hooks.deregister = { record in
                var record = record
                record.nodes.removeAll { clientState.value($0.id, as: Bool.self) != true }
                if !record.nodes.isEmpty { try await base.deregister(record) }
            }
        },
        registering("mixesConcurrentRegistrations", "R-register-concurrent") { base, clientState, record, timeToLive in
            var record = record
            for index in record.nodes.indices {
                let id = record.nodes[index].id
                let earlier: [String: String]? = clientState.exchange(id, record.nodes[index].metadata)
                if let earlier { record.nodes[index].metadata = earlier }
            }
            return try await base.register(record, timeToLive: timeToLive)
        },
        registering("startReturnsTooEarly", "R-registration-start") { base, _, record, timeToLive in
            Task {
                // Longer than adapters without `readYourWrites` may take.
                try await Task.sleep(for: .milliseconds(1500))
                try await base.register(record, timeToLive: timeToLive)
            }
            return RegisterOutcome(timeToLive: timeToLive, created: true)
        },
        registering("stopsRefreshing", "R-registration-heartbeat") { base, clientState, record, timeToLive in
            guard clientState.count(record.nodes.first?.id ?? "") <= 3 else {
                return RegisterOutcome(timeToLive: timeToLive, created: false)
            }
            return try await base.register(record, timeToLive: timeToLive)
        },
        registering("refreshesAtMostEveryThirdOfTheTimeToLive", "R-registration-interval") {
            base, clientState, record, timeToLive in
            let id = record.nodes.first?.id ?? ""
            if let timeToLive, let last: ContinuousClock.Instant = clientState.value(id), last > .now - timeToLive / 3 {
                return RegisterOutcome(timeToLive: timeToLive, created: false)
            }
            clientState.exchange(id, ContinuousClock.now)
            return try await base.register(record, timeToLive: timeToLive)
        },
        registering("nodesNeverExpire", "R-register-expiry") { base, _, record, timeToLive in
            var outcome = try await base.register(record, timeToLive: nil)
            outcome.timeToLive = timeToLive
            return outcome
        },
        registering("storesAnotherFormat", "R-go-micro-records") { base, _, record, timeToLive in
            var record = record
            for index in record.endpoints.indices { record.endpoints[index].name += "2" }
            return try await base.register(record, timeToLive: timeToLive)
        },
        ContractMutant("deregisteredNodesKeepALease", "R-resources") { hooks in
            hooks.deregister = { [base = hooks.base] record in
                try await base.deregister(record)
                var rest = record
                rest.name = "rest"
                try await base.register(rest, timeToLive: .seconds(60))
            }
        },
        lookingUp("findsServicesByPrefix", "R-lookup-exact") { base, _, name in
            var found = try await base.lookUp(name)
            for other in try await base.list() where other != name && other.hasPrefix(name) {
                found += try await base.lookUp(other)
            }
            return found
        },
        ContractMutant("dropsNodesOfOtherPrograms", "R-lookup-foreign-ids") { hooks in
            let (base, sharedState) = (hooks.base, hooks.sharedState)
            hooks.register = { record, timeToLive in
                for node in record.nodes { sharedState.exchange("own \(node.id)", true) }
                return try await base.register(record, timeToLive: timeToLive)
            }
            hooks.lookUp = { name in
                try await base.lookUp(name).compactMap { record in
                    var record = record
                    record.nodes.removeAll { sharedState.value("own \($0.id)", as: Bool.self) != true }
                    return record.nodes.isEmpty ? nil : record
                }
            }
        },
        lookingUp("linearizableReadsAreCached", "R-linearizable-reads") { base, clientState, name in
            let found = try await base.lookUp(name)
            return clientState.exchange(name, found) ?? found
        },
    ]

    // MARK: Watches and failures

    /// The mutants of watches and outages.
    static let failures: [Self] = [
        ContractMutant("everyThirdStateIsThePreviousOne", "R-watch-order") { hooks in
            hooks.watch = { [base = hooks.base] name in
                let watch = try base.watch(name)
                let (changed, source) = RegistryWatch.makeStream { watch.cancel() }
                Task {
                    var states: [RegistryState] = []
                    for await state in watch {
                        states.append(state)
                        source.yield(state)
                        guard states.count % 3 == 0 else { continue }
                        // The reader takes the state before the next one replaces it.
                        try? await Task.sleep(for: .milliseconds(1))
                        source.yield(states[states.count - 2])
                        try? await Task.sleep(for: .milliseconds(1))
                        source.yield(state)
                    }
                    source.finish()
                }
                return changed
            }
        },
        ContractMutant("slowReadersGetEveryState", "R-watch-slow") { hooks in
            hooks.watch = { [base = hooks.base] name in
                let watch = try base.watch(name)
                let (changed, source) = RegistryWatch.makeStream { watch.cancel() }
                let (states, backlog) = AsyncStream<RegistryState>.makeStream()
                Task {
                    for await state in watch { backlog.yield(state) }
                    backlog.finish()
                }
                Task {
                    for await state in states {
                        source.yield(state)
                        try? await Task.sleep(for: .seconds(1))
                    }
                    source.finish()
                }
                return changed
            }
        },
        registering("refreshesByReplacing", "R-watch-no-duplicates") { base, clientState, record, timeToLive in
            if clientState.exchange(record.nodes.first?.id ?? "", record) == record {
                try await base.deregister(record)
                try await Task.sleep(for: .milliseconds(5))
            }
            return try await base.register(record, timeToLive: timeToLive)
        },
        ContractMutant("deletedNodesLoseTheirVersionFirst", "R-state-changes") { hooks in
            hooks.watch = { [base = hooks.base] name in
                let watch = try base.watch(name)
                let (changed, source) = RegistryWatch.makeStream { watch.cancel() }
                Task {
                    var last = RegistryState()
                    for await state in watch {
                        if let deleted = state.changes(since: last).first(where: { $0.kind == .deleted }) {
                            var unversioned = last
                            unversioned[deleted.service.name] = last[deleted.service.name].map { record in
                                var record = record
                                if record.version == deleted.service.version { record.version = "" }
                                return record
                            }
                            source.yield(unversioned)
                            try? await Task.sleep(for: .milliseconds(5))
                        }
                        source.yield(state)
                        last = state
                    }
                    source.finish()
                }
                return changed
            }
        },
        ContractMutant("deregistersThreeSecondsLate", "R-timeout") { hooks in
            hooks.deregister = { [base = hooks.base] record in
                do { try await base.deregister(record) } catch let error as MicroError {
                    if error.code == .unavailable || error.code == .deadlineExceeded {
                        try await Task.sleep(for: base.name == "memory" ? .seconds(3) : .seconds(15))
                    }
                    throw error
                }
            }
        },
        lookingUp("invalidResponsesAreEmpty", "R-responses") { base, _, name in
            do { return try await base.lookUp(name) } catch let error as MicroError {
                if [.closed, .invalidName, .unauthenticated, .permissionDenied].contains(error.code) { throw error }
                return []
            }
        },
        lookingUp("neverReadsAfterAnOutage", "R-recovery") { base, clientState, name in
            if let error: MicroError = clientState.value("outage") { throw error }
            do { return try await base.lookUp(name) } catch let error as MicroError {
                if error.code == .unavailable { clientState.exchange("outage", error) }
                throw error
            }
        },
    ]
}
