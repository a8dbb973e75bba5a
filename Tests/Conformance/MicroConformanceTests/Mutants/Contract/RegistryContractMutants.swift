// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore

extension ContractMutant<RegistryHooks> {
    /// The mutants of a registry.
    static let registry: [Self] = [registration, records, reads, watches, lifecycle, stored, failures].flatMap(\.self)

    /// A mutant that changes every record before it is registered.
    private static func storing(
        _ name: String, _ requirement: String, _ change: @escaping @Sendable (inout ServiceRecord) -> Void
    ) -> Self {
        ContractMutant(name, requirement) { hooks in
            hooks.register = { [base = hooks.base] record, timeToLive in
                var record = record
                change(&record)
                return try await base.register(record, timeToLive: timeToLive)
            }
        }
    }

    /// A mutant that accepts records that the contract refuses.
    private static func accepting(
        _ name: String, _ requirement: String, _ isAccepted: @escaping @Sendable (ServiceRecord, Duration?) -> Bool
    ) -> Self {
        ContractMutant(name, requirement) { hooks in
            hooks.register = { [base = hooks.base] record, timeToLive in
                if isAccepted(record, timeToLive) { return RegisterOutcome(timeToLive: timeToLive, created: true) }
                return try await base.register(record, timeToLive: timeToLive)
            }
        }
    }

    /// A mutant that changes the outcome of registrations.
    private static func reporting(
        _ name: String, _ requirement: String,
        _ change: @escaping @Sendable (inout RegisterOutcome, Duration?) -> Void
    ) -> Self {
        ContractMutant(name, requirement) { hooks in
            hooks.register = { [base = hooks.base] record, timeToLive in
                var outcome = try await base.register(record, timeToLive: timeToLive)
                change(&outcome, timeToLive)
                return outcome
            }
        }
    }

    /// A mutant that changes the result of lookups.
    private static func reading(
        _ name: String, _ requirement: String, _ change: @escaping @Sendable ([ServiceRecord]) -> [ServiceRecord]
    ) -> Self {
        ContractMutant(name, requirement) { hooks in
            hooks.lookUp = { [base = hooks.base] in change(try await base.lookUp($0)) }
        }
    }

    /// A mutant that changes the states of watches.
    private static func watching(
        _ name: String, _ requirement: String,
        _ change: @escaping @Sendable (RegistryState, String?, MutantState) -> RegistryState?
    ) -> Self {
        ContractMutant(name, requirement) { hooks in
            hooks.watch = { [base = hooks.base] name in
                let watch = try base.watch(name)
                let (changed, source) = RegistryWatch.makeStream { watch.cancel() }
                Task {
                    let memory = MutantState()
                    for await state in watch { if let state = change(state, name, memory) { source.yield(state) } }
                    source.finish()
                }
                return changed
            }
        }
    }

    // MARK: Registration

    private static let registration: [Self] = [
        ContractMutant("registersInBackground", "R-register-adds") { hooks in
            hooks.register = { [base = hooks.base] record, timeToLive in
                Task {
                    // Longer than adapters without `readYourWrites` may take.
                    try await Task.sleep(for: .milliseconds(1500))
                    try await base.register(record, timeToLive: timeToLive)
                }
                return RegisterOutcome(timeToLive: timeToLive, created: true)
            }
        },
        ContractMutant("deregistersInBackground", "R-deregister-permanent") { hooks in
            hooks.deregister = { [base = hooks.base] record in
                Task {
                    try await Task.sleep(for: .milliseconds(5))
                    try await base.deregister(record)
                }
            }
        },
        storing("dropsLastNode", "R-register-adds") { if $0.nodes.count > 1 { $0.nodes.removeLast() } },
        storing("storesAtMostEightNodes", "R-register-adds") { $0.nodes = Array($0.nodes.prefix(8)) },
        ContractMutant("skipsEveryOtherHeartbeat", "R-register-refresh") { hooks in
            hooks.register = { [base = hooks.base, clientState = hooks.clientState] record, timeToLive in
                let isKnown = clientState.exchange(record.nodes.first?.id ?? "", record) == record
                if isKnown, clientState.count("heartbeats") % 4 != 0 {
                    return RegisterOutcome(timeToLive: timeToLive, created: false)
                }
                return try await base.register(record, timeToLive: timeToLive)
            }
        },
        ContractMutant("refreshesWithHalfTheTimeToLive", "R-register-refresh") { hooks in
            hooks.register = { [base = hooks.base, clientState = hooks.clientState] record, timeToLive in
                let isKnown = clientState.exchange(record.nodes.first?.id ?? "", record) == record
                var outcome = try await base.register(
                    record, timeToLive: isKnown ? timeToLive.map { $0 / 4 } : timeToLive)
                outcome.timeToLive = timeToLive
                return outcome
            }
        },
        ContractMutant("refreshesOnlyLastNode", "R-register-refresh") { hooks in
            hooks.register = { [base = hooks.base, clientState = hooks.clientState] record, timeToLive in
                var record = record
                if clientState.exchange(record.nodes.first?.id ?? "", record) == record {
                    record.nodes = record.nodes.suffix(1)
                }
                return try await base.register(record, timeToLive: timeToLive)
            }
        },
        ContractMutant("ignoresChangedEndpoints", "R-register-updates") { hooks in
            hooks.register = { [base = hooks.base, clientState = hooks.clientState] record, timeToLive in
                var record = record
                let key = record.name + record.version
                if let known: [Endpoint] = clientState.value(key) { record.endpoints = known }
                clientState.exchange(key, record.endpoints)
                return try await base.register(record, timeToLive: timeToLive)
            }
        },
        ContractMutant("ignoresChangedVersionMetadata", "R-register-updates") { hooks in
            hooks.register = { [base = hooks.base, clientState = hooks.clientState] record, timeToLive in
                var record = record
                let key = record.name + record.version
                if let known: [String: String] = clientState.value(key) { record.metadata = known }
                clientState.exchange(key, record.metadata)
                return try await base.register(record, timeToLive: timeToLive)
            }
        },
        ContractMutant("mergesNodeMetadata", "R-register-updates") { hooks in
            hooks.register = { [base = hooks.base, clientState = hooks.clientState] record, timeToLive in
                var record = record
                for index in record.nodes.indices {
                    let key = record.nodes[index].id
                    if let known: [String: String] = clientState.value(key) {
                        record.nodes[index].metadata.merge(known) { new, _ in new }
                    }
                    clientState.exchange(key, record.nodes[index].metadata)
                }
                return try await base.register(record, timeToLive: timeToLive)
            }
        },
        ContractMutant("mergesVersionMetadata", "R-register-updates") { hooks in
            hooks.register = { [base = hooks.base, clientState = hooks.clientState] record, timeToLive in
                var record = record
                let key = record.name + record.version
                if let known: [String: String] = clientState.value(key) {
                    record.metadata.merge(known) { new, _ in new }
                }
                clientState.exchange(key, record.metadata)
                return try await base.register(record, timeToLive: timeToLive)
            }
        },
        ContractMutant("keepsMovedNodeInOldVersion", "R-register-moves") { hooks in
            hooks.register = { [base = hooks.base, sharedState = hooks.sharedState] record, timeToLive in
                let outcome = try await base.register(record, timeToLive: timeToLive)
                for node in record.nodes {
                    guard var old: ServiceRecord = sharedState.exchange(node.id, record), old.version != record.version
                    else { continue }
                    for index in old.nodes.indices { old.nodes[index].id += "-old" }
                    try await base.register(old, timeToLive: timeToLive)
                }
                return outcome
            }
        },
        ContractMutant("keepsNodeMovedByAnotherClient", "R-foreign-moves") { hooks in
            hooks.lookUp = { [base = hooks.base, clientState = hooks.clientState] name in
                let found = try await base.lookUp(name)
                guard found.isEmpty, let old: [ServiceRecord] = clientState.value(name),
                    let node = old.first?.nodes.first
                else {
                    clientState.exchange(name, found)
                    return found
                }
                for other in try await base.list() {
                    if try await base.lookUp(other).flatMap(\.nodes).contains(where: { $0.id == node.id }) {
                        return old
                    }
                }
                return found
            }
        },
        ContractMutant("restoresOnlyIfAllNodesAreLost", "R-register-detects-loss") { hooks in
            hooks.register = { [base = hooks.base, clientState = hooks.clientState] record, timeToLive in
                if clientState.exchange(record.nodes.first?.id ?? "", record) == record {
                    let found = Set(try await base.lookUp(record.name).flatMap(\.nodes).map(\.id))
                    var rest = record
                    rest.nodes.removeAll { !found.contains($0.id) }
                    if !rest.nodes.isEmpty { return try await base.register(rest, timeToLive: timeToLive) }
                }
                return try await base.register(record, timeToLive: timeToLive)
            }
        },
        ContractMutant("restoresSilently", "R-registration-status") { hooks in
            hooks.register = { [base = hooks.base, clientState = hooks.clientState] record, timeToLive in
                let isKnown = clientState.exchange(record.nodes.first?.id ?? "", record) == record
                var outcome = try await base.register(record, timeToLive: timeToLive)
                if isKnown { outcome.created = false }
                return outcome
            }
        },
        ContractMutant("keepsFirstTimeToLive", "R-register-expiry") { hooks in
            hooks.register = { [base = hooks.base, clientState = hooks.clientState] record, timeToLive in
                let id = record.nodes.first?.id ?? ""
                let first: Duration? = clientState.value(id)
                if first == nil, let timeToLive { clientState.exchange(id, timeToLive) }
                return try await base.register(record, timeToLive: first ?? timeToLive)
            }
        },
        reporting("neverReportsCreated", "R-register-created") { outcome, _ in outcome.created = false },
        ContractMutant("reportsChangedRecordsAsCreated", "R-register-created") { hooks in
            hooks.register = { [base = hooks.base, clientState = hooks.clientState] record, timeToLive in
                var outcome = try await base.register(record, timeToLive: timeToLive)
                let old: ServiceRecord? = clientState.exchange(record.nodes.first?.id ?? "", record)
                if let old, old != record { outcome.created = true }
                return outcome
            }
        },
        ContractMutant("reportsCreatedOncePerClient", "R-register-created") { hooks in
            hooks.register = { [base = hooks.base, clientState = hooks.clientState] record, timeToLive in
                var outcome = try await base.register(record, timeToLive: timeToLive)
                if clientState.count() > 1 { outcome.created = false }
                return outcome
            }
        },
        ContractMutant("givesUnlimitedNodesATimeToLive", "R-register-no-expiry") { hooks in
            hooks.register = { [base = hooks.base] record, timeToLive in
                var outcome = try await base.register(record, timeToLive: timeToLive ?? .milliseconds(150))
                outcome.timeToLive = timeToLive
                return outcome
            }
        },
        accepting("acceptsTimeToLiveOfZero", "R-register-invalid") { $1 == .zero },
        ContractMutant("refusesShortTimesToLive", "R-register-minimum") { hooks in
            hooks.register = { [base = hooks.base] record, timeToLive in
                if let timeToLive, timeToLive > .zero, timeToLive < .milliseconds(1) {
                    throw MicroError(.invalidArgument, "the time to live is too short")
                }
                return try await base.register(record, timeToLive: timeToLive)
            }
        },
        reporting("reportsRequestedTimeToLive", "R-register-time-to-live") { $0.timeToLive = $1 },
        reporting("reportsNoTimeToLive", "R-register-time-to-live") { outcome, _ in outcome.timeToLive = nil },
        reporting("reportsTimeToLiveOfUnlimitedNodes", "R-register-time-to-live") {
            if $1 == nil { $0.timeToLive = .seconds(60) }
        },
        ContractMutant("expiresAtHalfTheTimeToLive", "R-register-expiry") { hooks in
            hooks.register = { [base = hooks.base] record, timeToLive in
                var outcome = try await base.register(record, timeToLive: timeToLive.map { $0 / 2 })
                outcome.timeToLive = timeToLive
                return outcome
            }
        },
        ContractMutant("expiresAtTenTimesTheTimeToLive", "R-register-expiry") { hooks in
            hooks.register = { [base = hooks.base] record, timeToLive in
                var outcome = try await base.register(record, timeToLive: timeToLive.map { $0 * 10 })
                outcome.timeToLive = timeToLive
                return outcome
            }
        },
        ContractMutant("deregisterNeedsTheExactRecord", "R-deregister-removes") { hooks in
            hooks.deregister = { [base = hooks.base] record in
                let stored = try await base.lookUp(record.name).first { $0.version == record.version }
                guard stored?.metadata == record.metadata, stored?.endpoints == record.endpoints else { return }
                try await base.deregister(record)
            }
        },
        ContractMutant("deregistersNodesWithTheSameAddress", "R-deregister-removes") { hooks in
            hooks.deregister = { [base = hooks.base] record in
                for var stored in try await base.lookUp(record.name) {
                    stored.nodes.removeAll { node in !record.nodes.contains { $0.address == node.address } }
                    if !stored.nodes.isEmpty { try await base.deregister(stored) }
                }
                try await base.deregister(record)
            }
        },
        ContractMutant("deregistersOnlyLastNode", "R-deregister-removes") { hooks in
            hooks.deregister = { [base = hooks.base] record in
                var record = record
                record.nodes = record.nodes.suffix(1)
                try await base.deregister(record)
            }
        },
        ContractMutant("deregistersWholeVersion", "R-deregister-removes") { hooks in
            hooks.deregister = { [base = hooks.base] record in
                for stored in try await base.lookUp(record.name) where stored.version == record.version {
                    try await base.deregister(stored)
                }
                try await base.deregister(record)
            }
        },
        ContractMutant("deregistersNodesOfOtherServices", "R-deregister-moved") { hooks in
            hooks.deregister = { [base = hooks.base] record in
                let ids = Set(record.nodes.map(\.id))
                for name in try await base.list() {
                    for var stored in try await base.lookUp(name) {
                        stored.nodes.removeAll { !ids.contains($0.id) }
                        if !stored.nodes.isEmpty { try await base.deregister(stored) }
                    }
                }
                try await base.deregister(record)
            }
        },
        ContractMutant("deregisteringMovedNodeThrows", "R-deregister-moved") { hooks in
            hooks.deregister = { [base = hooks.base] record in
                let found = Set(try await base.lookUp(record.name).flatMap(\.nodes).map(\.id))
                for name in try await base.list() where name != record.name {
                    let others = try await base.lookUp(name).flatMap(\.nodes).map(\.id)
                    if record.nodes.contains(where: { others.contains($0.id) && !found.contains($0.id) }) {
                        throw MicroError(.notFound, "the node belongs to another service")
                    }
                }
                try await base.deregister(record)
            }
        },
        ContractMutant("deregisteringUnknownServiceThrows", "R-deregister-unknown") { hooks in
            hooks.deregister = { [base = hooks.base] record in
                guard try await base.list().contains(record.name) else { throw MicroError(.notFound, "no service") }
                try await base.deregister(record)
            }
        },
        ContractMutant("deregisterAcceptsInvalidNames", "R-names") { hooks in
            hooks.deregister = { [base = hooks.base] record in
                guard NameRules.isName(record.name) else { return }
                try await base.deregister(record)
            }
        },
    ]

    // MARK: Records

    private static let records: [Self] = [
        storing("dropsEndpointMetadata", "R-register-fields") {
            for index in $0.endpoints.indices { $0.endpoints[index].metadata = [:] }
        },
        storing("dropsResponseShapes", "R-register-fields") {
            for index in $0.endpoints.indices { $0.endpoints[index].response = nil }
        },
        storing("dropsNestedShapes", "R-register-fields") {
            for index in $0.endpoints.indices { $0.endpoints[index].request?.values = [] }
        },
        storing("dropsSecondEndpoint", "R-register-fields") { $0.endpoints = Array($0.endpoints.prefix(1)) },
        storing("dropsEmptyMetadataValues", "R-register-fields") {
            $0.metadata = $0.metadata.filter { !$0.value.isEmpty }
        },
        storing("lowercasesMetadataKeys", "R-register-fields") {
            $0.metadata = Dictionary($0.metadata.map { ($0.key.lowercased(), $0.value) }) { first, _ in first }
        },
        storing("replacesLineBreaksInMetadata", "R-register-fields") {
            $0.metadata = $0.metadata.mapValues { String($0.map { $0.isNewline ? " " : $0 }) }
        },
        storing("addsPortToNodesWithoutOne", "R-register-fields") {
            for index in $0.nodes.indices where $0.nodes[index].port == nil { $0.nodes[index].port = 80 }
        },
        storing("putsIPv6AddressesInBrackets", "R-register-fields") {
            for index in $0.nodes.indices where $0.nodes[index].address.contains("::") {
                $0.nodes[index].address = "host.\($0.nodes[index].address.count)"
            }
        },
        storing("removesSpacesFromVersions", "R-register-fields") { $0.version.removeAll { $0 == " " } },
        accepting("acceptsLongVersions", "R-register-invalid") { record, _ in record.version.count > 128 },
        accepting("acceptsInvalidNodeIDs", "R-register-invalid") { record, _ in
            record.nodes.contains { !NameRules.isName($0.id) }
        },
        accepting("acceptsVersionsWithLineBreaks", "R-register-invalid") { record, _ in
            record.version.contains(where: \.isNewline)
        },
        accepting("acceptsUnspecifiedAddresses", "R-register-invalid") { record, _ in
            record.nodes.contains { $0.address == "0.0.0.0" || $0.address == "::" }
        },
        accepting("acceptsLargePorts", "R-register-invalid") { record, _ in
            record.nodes.contains { ($0.port ?? 0) > 65_535 }
        },
        ContractMutant("skipsInvalidNodes", "R-register-invalid") { hooks in
            hooks.register = { [base = hooks.base] record, timeToLive in
                var record = record
                let valid = record.nodes.filter { (try? $0.validate()) != nil }
                if !valid.isEmpty { record.nodes = valid }
                return try await base.register(record, timeToLive: timeToLive)
            }
        },
        ContractMutant("refusedRecordRemovesOldOne", "R-register-size") { hooks in
            hooks.register = { [base = hooks.base] record, timeToLive in
                do { return try await base.register(record, timeToLive: timeToLive) } catch let error as MicroError {
                    if error.code == .payloadTooLarge {
                        var small = record
                        small.metadata = [:]
                        try await base.deregister(small)
                    }
                    throw error
                }
            }
        },
        ContractMutant("refusesHalfTheMaximumSize", "R-register-size") { hooks in
            hooks.register = { [base = hooks.base] record, timeToLive in
                guard record.size <= ServiceRecord.maxSize / 2 else { throw MicroError(.payloadTooLarge, "too large") }
                return try await base.register(record, timeToLive: timeToLive)
            }
        },
        ContractMutant("ignoresCaseOfNames", "R-names") { hooks in
            hooks.lookUp = { [base = hooks.base] name in
                var found = try await base.lookUp(name)
                for other in try await base.list() where other != name && other.lowercased() == name.lowercased() {
                    found += try await base.lookUp(other)
                }
                return found
            }
        },
        ContractMutant("truncatesLongNames", "R-names") { hooks in
            let base = hooks.base
            let cut: @Sendable (String) -> String = { String($0.prefix(200)) }
            hooks.register = {
                var record = $0
                record.name = cut(record.name)
                return try await base.register(record, timeToLive: $1)
            }
            hooks.lookUp = { try await base.lookUp(cut($0)) }
        },
        ContractMutant("ignoresCaseOfNodeIDs", "R-names") { hooks in
            hooks.register = { [base = hooks.base] record, timeToLive in
                var record = record
                for index in record.nodes.indices { record.nodes[index].id = record.nodes[index].id.lowercased() }
                return try await base.register(record, timeToLive: timeToLive)
            }
        },
        ContractMutant("emptyNamespaceSeesAll", "R-namespaces") { hooks in
            let (base, sharedState, options) = (hooks.base, hooks.sharedState, hooks.options)
            hooks.register = { record, timeToLive in
                sharedState.exchange("last", record)
                return try await base.register(record, timeToLive: timeToLive)
            }
            hooks.list = {
                let found = try await base.list()
                guard options.namespace.isEmpty, let last: ServiceRecord = sharedState.value("last") else {
                    return found
                }
                return Set(found + [last.name]).sorted()
            }
        },
    ]

    // MARK: Lookups

    private static let reads: [Self] = [
        reading("mergesVersions", "R-lookup-versions") { records in
            guard var first = records.first else { return [] }
            first.nodes = records.flatMap(\.nodes)
            return [first]
        },
        reading("returnsOneRecordPerNode", "R-lookup-versions") { records in
            records.flatMap { record in
                record.nodes.map { node in
                    var single = record
                    single.nodes = [node]
                    return single
                }
            }
        },
        reading("returnsAtMostFiveHundredNodes", "R-lookup-versions") { records in
            records.map { record in
                var record = record
                record.nodes = Array(record.nodes.prefix(500))
                return record
            }
        },
        ContractMutant("returnsRecordsWithoutNodes", "R-lookup-empty") { hooks in
            hooks.lookUp = { [base = hooks.base] name in
                let found = try await base.lookUp(name)
                return found.isEmpty ? [ServiceRecord(name: name)] : found
            }
        },
        ContractMutant("lookUpRegistersForever", "R-register-expiry") { hooks in
            hooks.lookUp = { [base = hooks.base] name in
                let found = try await base.lookUp(name)
                for record in found { try await base.register(record, timeToLive: .seconds(60)) }
                return found
            }
        },
        ContractMutant("lookUpReturnsCacheInOutage", "R-unavailable") { hooks in
            hooks.lookUp = { [base = hooks.base, clientState = hooks.clientState] name in
                do {
                    let found = try await base.lookUp(name)
                    clientState.exchange(name, found)
                    return found
                } catch let error as MicroError where error.code == .unavailable {
                    guard let cached: [ServiceRecord] = clientState.value(name) else { throw error }
                    return cached
                }
            }
        },
        ContractMutant("lookUpReturnsCacheForASecond", "R-read-your-writes") { hooks in
            hooks.lookUp = { [base = hooks.base, clientState = hooks.clientState] name in
                if let cached: [ServiceRecord] = clientState.value(name), clientState.count("reads") % 3 != 0 {
                    return cached
                }
                let found = try await base.lookUp(name)
                clientState.exchange(name, found)
                return found
            }
        },
        ContractMutant("listsUnsorted", "R-list") { hooks in
            hooks.list = { [base = hooks.base] in try await base.list().reversed() }
        },
        ContractMutant("listsNamesPerVersion", "R-list") { hooks in
            hooks.list = { [base = hooks.base] in
                var names: [String] = []
                for name in try await base.list() { names += try await base.lookUp(name).map(\.name) }
                return names
            }
        },
        ContractMutant("listsFirstPage", "R-list-complete") { hooks in
            hooks.list = { [base = hooks.base] in Array(try await base.list().prefix(50)) }
        },
        ContractMutant("listIsEmptyInOutage", "R-unavailable") { hooks in
            hooks.list = { [base = hooks.base] in
                do { return try await base.list() } catch let error as MicroError where error.code == .unavailable {
                    return []
                }
            }
        },
        ContractMutant("deregisterSucceedsInOutage", "R-unavailable") { hooks in
            hooks.deregister = { [base = hooks.base] in
                do { try await base.deregister($0) } catch let error as MicroError where error.code == .unavailable {}
            }
        },
        ContractMutant("reportsOutageWithoutAddress", "R-unavailable") { hooks in
            hooks.lookUp = { [base = hooks.base] name in
                do { return try await base.lookUp(name) } catch let error as MicroError where error.code == .unavailable
                {
                    throw MicroError(.unavailable, "the registry is unavailable")
                }
            }
        },
        ContractMutant("throwsForeignErrors", "R-errors") { hooks in
            hooks.lookUp = { [base = hooks.base] name in
                do { return try await base.lookUp(name) } catch let error as MicroError where error.code == .unavailable
                {
                    throw ForeignError()
                }
            }
        },
        ContractMutant("lookUpIgnoresCancellation", "R-cancellation") { hooks in
            hooks.lookUp = { [base = hooks.base] name in try await Task { try await base.lookUp(name) }.value }
        },
        ContractMutant("registerIgnoresCancellation", "R-cancellation") { hooks in
            hooks.register = { [base = hooks.base] record, timeToLive in
                try await Task { try await base.register(record, timeToLive: timeToLive) }.value
            }
        },
    ]

    // MARK: Watches

    private static let watches: [Self] = [
        watching("firstStateIsEmpty", "R-watch-initial") { state, _, memory in
            memory.count() == 1 && !state.names.isEmpty ? RegistryState() : state
        },
        watching("missesDeletions", "R-watch-later") { state, name, memory in
            guard case .live = state.freshness, let name else { return state }
            guard state[name].isEmpty, let old: RegistryState = memory.value("last") else {
                memory.exchange("last", state)
                return state
            }
            return old
        },
        watching("missesChangesOfMetadata", "R-watch-later") { state, name, memory in
            let ids = state.names.sorted().flatMap { state[$0].flatMap(\.nodes).map { "\($0.id) \($0.port ?? 0)" } }
            let key = "\(ids) \(state.freshness)".filter { $0 != "(" }
            return memory.exchange("ids", key) == key ? nil : state
        },
        watching("watchOfAllMissesChangesOfMetadata", "R-watch-all") { state, name, memory in
            guard name == nil, case .live = state.freshness else { return state }
            let ids = state.names.sorted().flatMap { state[$0].flatMap(\.nodes).map { "\($0.id) \($0.port ?? 0)" } }
            return memory.exchange("ids", ids) == ids ? nil : state
        },
        watching("watchOfAllMissesNewServices", "R-watch-all") { state, name, memory in
            guard name == nil, !state.names.isEmpty else { return state }
            let known: [String] = memory.value("names") ?? state.names.sorted()
            memory.exchange("names", known)
            return RegistryState(known.flatMap { state[$0] }, freshness: state.freshness)
        },
        watching("watchOfAllMissesSecondNodes", "R-watch-all") { state, name, _ in
            guard name == nil else { return state }
            let records = state.names.flatMap { state[$0] }.map { record in
                var record = record
                record.nodes = Array(record.nodes.prefix(1))
                return record
            }
            return RegistryState(records, freshness: state.freshness)
        },
        watching("endsAfterTenStates", "R-watch-later") { state, _, memory in memory.count() > 10 ? nil : state },
        watching("dropsEndpointsInWatches", "R-watch-later") { state, _, _ in
            let records = state.names.flatMap { state[$0] }.map { record in
                var record = record
                record.endpoints = []
                return record
            }
            return RegistryState(records, freshness: state.freshness)
        },
        watching("showsOneVersionInWatches", "R-watch-later") { state, _, _ in
            RegistryState(state.names.flatMap { state[$0].suffix(1) }, freshness: state.freshness)
        },
        watching("staleStateIsEmpty", "R-watch-stale") { state, _, _ in
            if case .stale = state.freshness { RegistryState([], freshness: state.freshness) } else { state }
        },
        watching("staleCauseIsInternal", "R-watch-stale") { state, _, _ in
            guard case .stale(let since, _) = state.freshness else { return state }
            var state = state
            state.freshness = .stale(since: since, cause: MicroError(.internal, "failed"))
            return state
        },
        watching("unknownCauseIsInternal", "R-watch-unknown") { state, _, _ in
            guard case .unknown = state.freshness else { return state }
            return RegistryState([], freshness: .unknown(cause: MicroError(.internal, "failed")))
        },
        watching("staysStale", "R-watch-live-again") { state, _, memory in
            if case .stale = state.freshness { memory.exchange("stale", true) }
            if case .live = state.freshness, memory.value("stale", as: Bool.self) == true { return nil }
            return state
        },
        watching("showsOldStateAfterOutage", "R-watch-live-again") { state, _, memory in
            if case .stale = state.freshness { memory.exchange("stale", state) }
            guard case .live = state.freshness, var old: RegistryState = memory.value("stale") else { return state }
            old.freshness = .live
            return memory.count("live") == 1 ? old : nil
        },
        ContractMutant("watchThrowsInOutage", "R-watch-throws") { hooks in
            hooks.watch = { [base = hooks.base, clientState = hooks.clientState] in
                if clientState.value("down", as: Bool.self) == true {
                    throw MicroError(.unavailable, "the backend is down")
                }
                return try base.watch($0)
            }
            hooks.lookUp = { [base = hooks.base, clientState = hooks.clientState] name in
                do {
                    let found = try await base.lookUp(name)
                    clientState.exchange("down", false)
                    return found
                } catch {
                    clientState.exchange("down", true)
                    throw error
                }
            }
        },
        ContractMutant("watchAcceptsInvalidNames", "R-watch-throws") { hooks in
            hooks.watch = { [base = hooks.base] in
                if let name = $0, !NameRules.isName(name) { return RegistryWatch.makeStream().watch }
                return try base.watch($0)
            }
        },
        ContractMutant("servesThirtyTwoWatches", "R-watch-initial") { hooks in
            hooks.watch = { [base = hooks.base, clientState = hooks.clientState] in
                clientState.count("watches") > 32 ? RegistryWatch.makeStream().watch : try base.watch($0)
            }
        },
        ContractMutant("watchesOfOneNameShareTheirStates", "R-watch-later") { hooks in
            hooks.watch = { [base = hooks.base, clientState = hooks.clientState] name in
                let known: RegistryWatch? = clientState.value(name ?? "*")
                let watch = try known ?? base.watch(name)
                clientState.exchange(name ?? "*", watch)
                return watch
            }
        },
        ContractMutant("keepsReleasedWatches", "R-watch-released") { hooks in
            hooks.watch = { [base = hooks.base, sharedState = hooks.sharedState] name in
                let watch = try base.watch(name)
                sharedState.exchange("watch \(sharedState.count("watches"))", watch)
                return watch
            }
        },
        ContractMutant("secondWatchEndsFirst", "R-watch-ends") { hooks in
            hooks.watch = { [base = hooks.base, clientState = hooks.clientState] name in
                let watch = try base.watch(name)
                let old: RegistryWatch? = clientState.exchange(name ?? "*", watch)
                old?.cancel()
                return watch
            }
        },
        ContractMutant("watchShowsNeighborsByPrefix", "R-watch-scope") { hooks in
            hooks.watch = { [base = hooks.base] name in
                guard let name else { return try base.watch(nil) }
                _ = try base.watch(name)
                let watch = try base.watch(nil)
                let (changed, source) = RegistryWatch.makeStream { watch.cancel() }
                Task {
                    for await state in watch {
                        let records = state.names.filter { $0.hasPrefix(name) }.flatMap { state[$0] }
                        source.yield(RegistryState(records, freshness: state.freshness))
                    }
                    source.finish()
                }
                return changed
            }
        },
    ]

    // MARK: Closing

    private static let lifecycle: [Self] = [
        ContractMutant("closeDeregisters", "R-close-keeps-nodes") { hooks in
            let (base, clientState) = (hooks.base, hooks.clientState)
            hooks.register = {
                clientState.exchange("record", $0)
                return try await base.register($0, timeToLive: $1)
            }
            hooks.close = {
                if let record: ServiceRecord = clientState.value("record") { try? await base.deregister(record) }
                await base.close()
            }
        },
        ContractMutant("secondCloseHangs", "R-close-ends") { hooks in
            hooks.close = { [base = hooks.base, clientState = hooks.clientState] in
                if clientState.count("close") == 2 { try? await Task.sleep(for: .seconds(600)) }
                await base.close()
            }
        },
        ContractMutant("watchesSurviveClose", "R-close-ends") { hooks in
            let (clientState, makeAnother) = (hooks.clientState, hooks.makeAnother)
            hooks.watch = { [base = hooks.base] name in
                _ = try base.watch(name)
                let (watch, source) = RegistryWatch.makeStream()
                Task {
                    let known = clientState.value("other", as: (any Registry).self)
                    let other = if let known { known } else { try await makeAnother() }
                    clientState.exchange("other", other)
                    for await state in try other.watch(name) { source.yield(state) }
                }
                return watch
            }
        },
        ContractMutant("listWorksAfterClose", "R-close-later-operations") { hooks in
            hooks.list = { [base = hooks.base] in
                do { return try await base.list() } catch let error as MicroError where error.code == .closed {
                    return []
                }
            }
        },
        ContractMutant("deregisterWorksAfterClose", "R-close-later-operations") { hooks in
            hooks.deregister = { [base = hooks.base] in
                do { try await base.deregister($0) } catch let error as MicroError where error.code == .closed {}
            }
        },
        ContractMutant("watchAfterCloseIsEmpty", "R-close-later-operations") { hooks in
            hooks.watch = { [base = hooks.base] in
                do { return try base.watch($0) } catch let error as MicroError where error.code == .closed {
                    let (watch, source) = RegistryWatch.makeStream()
                    source.finish()
                    return watch
                }
            }
        },
        ContractMutant("closedIsReportedAsUnavailable", "R-close-later-operations") { hooks in
            hooks.lookUp = { [base = hooks.base] in
                do { return try await base.lookUp($0) } catch let error as MicroError where error.code == .closed {
                    throw MicroError(.unavailable, error.message)
                }
            }
        },
        ContractMutant("closeDeregistersNodesOfOthers", "R-close-other-clients") { hooks in
            hooks.close = { [base = hooks.base] in
                for name in (try? await base.list()) ?? [] {
                    for record in (try? await base.lookUp(name)) ?? [] { try? await base.deregister(record) }
                }
                await base.close()
            }
        },
    ]
}

/// An error that is not of the toolkit.
struct ForeignError: Error {}
