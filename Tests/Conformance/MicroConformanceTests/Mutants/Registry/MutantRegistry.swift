// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// A registry with one defect.
final class MutantRegistry: Registry {
    private struct State {
        var names: Set<String> = []
        var registered: [String: ServiceRecord] = [:]
        var reads: [String: (records: [ServiceRecord], at: ContinuousClock.Instant)] = [:]
        var others: [any Registry] = []
        var timesToLive: [String: Duration] = [:]
    }

    private let defect: RegistryDefect?
    private let base: any Registry
    private let sharedState: MutantRegistryState
    private let secrets: [String]
    private let hasSeveralAddresses: Bool
    private let makeAnother: @Sendable () async throws -> any Registry
    private let sawCorruption: @Sendable () -> Bool
    private let ownState = Mutex(State())

    /// Without a defect (nil) the registry only claims to support go-micro's records.
    ///
    /// - Parameters:
    ///   - secrets: Texts that must not be in messages.
    ///   - hasSeveralAddresses: Whether the client has more than one address.
    ///   - makeAnother: Makes another client of the same kind; with the defect `takesRefusalForOutage`, one that has
    ///     only the first address.
    ///   - sawCorruption: Whether the backend has a malformed record.
    init(
        _ defect: RegistryDefect?, of base: any Registry, in sharedState: MutantRegistryState, secrets: [String],
        hasSeveralAddresses: Bool,
        makeAnother: @escaping @Sendable () async throws -> any Registry,
        sawCorruption: @escaping @Sendable () -> Bool
    ) {
        self.defect = defect
        self.base = base
        self.sharedState = sharedState
        self.secrets = secrets
        self.hasSeveralAddresses = hasSeveralAddresses
        self.makeAnother = makeAnother
        self.sawCorruption = sawCorruption
    }

    var name: String { base.name }
    var capabilities: RegistryCapabilities { base.capabilities.union(.goMicroRecords) }
    var description: String { base.description }

    func register(_ service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome {
        var (service, given) = (service, timeToLive)
        switch defect {
        case .reportsFailoverAsLoss where hasSeveralAddresses:
            var outcome = try await base.register(service, timeToLive: timeToLive)
            outcome.created = true
            return outcome
        case .takesRefusalForOutage where hasSeveralAddresses: try await checkFirstAddress()
        case .onlyFirstNode: service.nodes = Array(service.nodes.prefix(1))
        case .dropsMetadataAfter64Pairs:
            service.metadata = Dictionary(
                uniqueKeysWithValues: service.metadata.sorted { $0.key < $1.key }.prefix(64).map { ($0.key, $0.value) })
        case .acceptsNoNodes where service.nodes.isEmpty: return RegisterOutcome(timeToLive: timeToLive, created: true)
        case .acceptsOversizedPayloads where service.size > ServiceRecord.maxSize:
            return RegisterOutcome(timeToLive: timeToLive, created: false)
        case .replacesSlashes: service.name = dashed(service.name)
        case .dropsPortZero:
            for index in service.nodes.indices where service.nodes[index].port == 0 { service.nodes[index].port = nil }
        case .deregistersOnRefresh: try await base.deregister(service)
        case .duplicatesNodes:
            for index in service.nodes.indices { service.nodes[index].id += "-\(service.nodes[index].port ?? 0)" }
        case .ignoresChanges, .skipsHeartbeats:
            let known = remember(service)
            if let known, defect == .ignoresChanges || known == service {
                return RegisterOutcome(timeToLive: timeToLive, created: false)
            }
        case .expiresEarly: given = timeToLive.map { $0 > .seconds(1) ? $0 : $0 / 5 }
        case .neverExpires: given = nil
        case .opensConnectionPerCall:
            let client = try await makeAnother()
            ownState.withLock { $0.others.append(client) }
            _ = try await client.register(service, timeToLive: timeToLive)
        case .leaksLeases:
            var shadow = service
            for index in shadow.nodes.indices { shadow.nodes[index].id += "-shadow" }
            try await base.register(shadow, timeToLive: timeToLive)
        case .reregistersAfterDeregistration:
            let late = service
            Task {
                try? await Task.sleep(for: .milliseconds(50))
                _ = try? await base.register(late, timeToLive: timeToLive)
            }
        case .refreshesOnlyFirstNode:
            let known = ownState.withLock { own in
                let id = service.nodes.first?.id ?? ""
                defer { own.registered[id] = service }
                return own.registered[id]
            }
            if known == service { service.nodes = Array(service.nodes.prefix(1)) }
            return try await base.register(service, timeToLive: timeToLive)
        case .reportsEveryHeartbeatAsCreated:
            var outcome = try await base.register(service, timeToLive: timeToLive)
            outcome.created = true
            return outcome
        case .reportsOnlyFirstNodeAsLost where service.nodes.count > 1:
            var (first, others) = (service, service)
            first.nodes = Array(service.nodes.prefix(1))
            others.nodes = Array(service.nodes.dropFirst())
            _ = try await base.register(others, timeToLive: timeToLive)
            return try await base.register(first, timeToLive: timeToLive)
        case .keepsOldExpiry:
            given = ownState.withLock { own in
                let id = service.nodes.first?.id ?? ""
                own.timesToLive[id] = timeToLive ?? own.timesToLive[id]
                return own.timesToLive[id]
            }
        case .keepsMovedNodes: sharedState.noteMoves(by: service)
        case .acceptsNegativeTimeToLive: if let timeToLive, timeToLive <= .zero { given = nil }
        default: break
        }
        ownState.withLock { own in
            for node in service.nodes { own.registered[node.id] = service }
        }
        var outcome = try await mappingErrors { try await base.register(service, timeToLive: given) }
        if given != timeToLive { outcome.timeToLive = timeToLive }
        return outcome
    }

    func deregister(_ service: ServiceRecord) async throws {
        var service = service
        switch defect {
        case .replacesSlashes: service.name = dashed(service.name)
        case .deregistersAllNodes:
            for record in try await base.lookUp(service.name) { try await base.deregister(record) }
        case .unknownNodeThrows:
            let known = try await base.lookUp(service.name).flatMap(\.nodes).map(\.id)
            guard service.nodes.allSatisfy({ known.contains($0.id) }) else {
                throw MicroError(.notFound, "no such node")
            }
        case .duplicatesNodes:
            for index in service.nodes.indices { service.nodes[index].id += "-\(service.nodes[index].port ?? 0)" }
        case .leaksLeases:
            try await base.deregister(service)
            return
        case .ignoresDeregistration: return
        case .deregistersOnlyFirstNode: service.nodes = Array(service.nodes.prefix(1))
        case .deregisterHangs:
            do { try await base.deregister(service) } catch { await hang() }
        default: break
        }
        try await base.deregister(service)
    }

    func lookUp(_ name: String) async throws -> [ServiceRecord] {
        do {
            if defect == .failsOnOneBadRecord, sawCorruption() {
                throw MicroError(.internal, "a record cannot be read")
            }
            return try await mappingErrors {
                try await mutated(base.lookUp(defect == .replacesSlashes ? dashed(name) : name), of: name)
            }
        } catch is MicroError where defect == .errorReadsAsEmpty {
            return []
        } catch let error as MicroError where defect == .outageReadsAsEmpty && error.code == .unavailable {
            return []
        }
    }

    func list() async throws -> [String] {
        do {
            let names = try await mappingErrors { try await base.list() }
            if defect == .losesSomeUnderLoad { return Array(names.prefix(64)) }
            guard defect == .listKeepsRemovedServices else { return names }
            return ownState.withLock { own in
                own.names.formUnion(names)
                return own.names.sorted()
            }
        } catch let error as MicroError where defect == .outageReadsAsEmpty && error.code == .unavailable {
            return []
        }
    }

    func watch(_ name: String?) throws -> RegistryWatch {
        try mutated(base.watch(defect == .replacesSlashes ? name.map(dashed) : name), of: name)
    }

    func close() async {
        switch defect {
        case .worksAfterClose: break
        case .closeHangs: await hang()
        case .closeEndsOtherWatches:
            sharedState.endWatches()
            await base.close()
        default: await base.close()
        }
        for other in ownState.withLock(\.others) { await other.close() }
    }

    private func mappingErrors<Value>(_ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch var error as MicroError {
            switch defect {
            case .reportsRefusalAsOutage where error.code == .unauthenticated || error.code == .permissionDenied:
                error = MicroError(.unavailable, error.message)
            case .leaksSecrets: error.message += " (\(secrets.joined(separator: ", ")))"
            default: break
            }
            throw error
        } catch is CancellationError where defect == .reportsCancellationAsFailure {
            throw MicroError(.unavailable, "an operation was cancelled")
        }
    }

    /// Fails if the first address refuses requests.
    private func checkFirstAddress() async throws {
        let first = try await makeAnother()
        ownState.withLock { $0.others.append(first) }
        do { _ = try await first.list() } catch let error as MicroError where error.code == .resourceExhausted {
            throw error
        } catch {}
    }

    /// Ignores cancellation, as a blocking client does.
    private func hang() async {
        while true { try? await Task.detached { try await Task.sleep(for: .seconds(600)) }.value }
    }

    private func mutated(_ records: [ServiceRecord], of name: String) async throws -> [ServiceRecord] {
        var records = records
        switch defect {
        case .dropsNodeMetadata:
            for record in records.indices {
                for node in records[record].nodes.indices { records[record].nodes[node].metadata = [:] }
            }
        case .readsStaleCache:
            let now = ContinuousClock.now
            return ownState.withLock { own in
                // Returns the result of a recent read.
                if let read = own.reads[name], now - read.at < .milliseconds(20) { return read.records }
                own.reads[name] = (records, now)
                return records
            }
        case .unknownNameThrows where records.isEmpty: throw MicroError(.notFound, "no such service")
        case .onlyLatestVersion: records = Array(records.suffix(1))
        case .findsByPrefix:
            for other in try await base.list() where other != name && other.hasPrefix(name) {
                records += try await base.lookUp(other)
            }
        case .addsMetadataOnRead:
            return ownState.withLock { own in
                defer { own.reads[name] = (records, .now) }
                guard own.reads[name]?.records == records else { return records }
                for index in records.indices { records[index].metadata["read"] = "again" }
                return records
            }
        case .skipsForeignIDs:
            // An adapter encodes them as `<backend>-id:…`.
            for index in records.indices { records[index].nodes.removeAll { $0.id.contains("-id:") } }
            records.removeAll(where: \.nodes.isEmpty)
        case .readsOwnRecordsOnly:
            let own = ownState.withLock(\.registered)
            records = records.filter { $0.nodes.allSatisfy { own[$0.id] != nil } }
        default: break
        }
        return records
    }

    private func mutated(_ watch: RegistryWatch, of name: String?) -> RegistryWatch {
        switch defect {
        case .watchSkipsInitialState:
            let isFirst = Mutex(true)
            return piped(watch) { state, source in
                if !isFirst.withLock({ flag in
                    defer { flag = false }
                    return flag
                }) {
                    source.yield(state)
                }
            }
        case .watchReplaysOldState:
            let previous = Mutex(RegistryState?.none)
            return piped(watch) { state, source in
                source.yield(state)
                guard
                    let old = previous.withLock({ old in
                        defer { old = state }
                        return old
                    })
                else { return }
                for again in [old, state] {
                    try? await Task.sleep(for: .milliseconds(2))
                    source.yield(again)
                }
            }
        case .watchOfAllMissesServices where name == nil:
            return piped(watch) { state, source in
                source.yield(RegistryState(state.names.sorted().prefix(1).flatMap { state[$0] }))
            }
        case .watchOfAllKeepsExpired where name == nil:
            let kept = Mutex(RegistryState())
            return piped(watch) { state, source in
                source.yield(
                    kept.withLock { kept in
                        for name in state.names { kept[name] = state[name] }
                        return kept
                    })
            }
        case .dropsStatesOfSlowReaders:
            // Buffers one state, and drops the states in between.
            let (lossy, source) = RegistryWatch.makeStream { watch.cancel() }
            source.yield(RegistryState())
            return lossy
        case .watchLeaks: return piped(watch, endsWithReader: false) { $1.yield($0) }
        case .watchOfUnknownEnds:
            return piped(watch) { state, source in
                source.yield(state)
                try? await Task.sleep(for: .milliseconds(5))
                if let name, state[name].isEmpty { source.finish() }
            }
        case .stopsUpdating:
            let isFirst = Mutex(true)
            return piped(watch) { state, source in
                let first = isFirst.withLock { flag in
                    defer { if case .live = state.freshness, !state.names.isEmpty { flag = false } }
                    return flag
                }
                if first { source.yield(state) }
            }
        case .stopsUpdatingAfterOutage:
            let isFrozen = Mutex(false)
            return piped(watch) { state, source in
                guard !isFrozen.withLock(\.self) else { return }
                source.yield(state)
                if case .stale = state.freshness { isFrozen.withLock { $0 = true } }
            }
        case .appliesFirstOfBatch:
            let seen = Mutex<[String: Int]>([:])
            return piped(watch) { state, source in
                var state = state
                for name in state.names.map(\.self) {
                    let count = state[name].flatMap(\.nodes).count
                    let known = seen.withLock { $0[name, default: 0] }
                    if count > known + 1, let record = state[name].first {
                        var cut = record
                        cut.nodes = Array(record.nodes.prefix(known + 1))
                        state[name] = [cut]
                    }
                    seen.withLock { $0[name] = min(count, known + 1) }
                }
                source.yield(state)
            }
        case .losesSomeUnderLoad where name == nil:
            return piped(watch) { state, source in
                var state = state
                for name in state.names.sorted().dropFirst(64) { state[name] = [] }
                source.yield(state)
            }
        case .watchOfAllStaysStale where name == nil:
            let wasStale = Mutex(false)
            return piped(watch) { state, source in
                if case .stale = state.freshness { wasStale.withLock { $0 = true } }
                if case .live = state.freshness, wasStale.withLock(\.self) { return }
                source.yield(state)
            }
        case .keepsMovedNodes:
            return piped(watch) { [sharedState] state, source in
                var state = state
                for (name, record) in sharedState.movedRecords where state[name].isEmpty { state[name] = [record] }
                source.yield(state)
            }
        case .closeEndsOtherWatches:
            return piped(
                watch, onSource: { [sharedState] source in sharedState.addWatch { source.finish() } },
                { $1.yield($0) })
        case .hidesStaleness:
            return piped(watch) { state, source in
                if case .stale = state.freshness { return }
                source.yield(state)
            }
        case .expiresInSilence:
            return piped(watch) { state, source in
                source.yield(state)
                guard case .live = state.freshness, let name, !state[name].isEmpty else { return }
                Task {
                    try await Task.sleep(for: .seconds(5))
                    source.yield(RegistryState())
                }
            }
        case .retriesWithoutBackoff:
            return piped(watch) { [base] state, source in
                source.yield(state)
                guard case .stale = state.freshness else { return }
                for _ in 0..<200 { _ = try? await base.lookUp(name ?? "svc") }
            }
        case .outageReadsAsLive:
            return piped(watch) { state, source in
                if case .unknown = state.freshness { source.yield(RegistryState()) } else { source.yield(state) }
            }
        case .watchEndsInOutage:
            return piped(watch) { state, source in
                if case .stale = state.freshness { source.finish() } else { source.yield(state) }
            }
        default: return watch
        }
    }

    private func piped(
        _ watch: RegistryWatch, endsWithReader: Bool = true,
        onSource: (RegistryWatch.Source) -> Void = { _ in },
        _ body: @escaping @Sendable (RegistryState, RegistryWatch.Source) async -> Void
    ) -> RegistryWatch {
        let (piped, source) = RegistryWatch.makeStream { if endsWithReader { watch.cancel() } }
        onSource(source)
        Task {
            for await state in watch { await body(state, source) }
            source.finish()
        }
        return piped
    }

    private func remember(_ service: ServiceRecord) -> ServiceRecord? {
        ownState.withLock { own in service.nodes.first.flatMap { own.registered[$0.id] } }
    }

    private func dashed(_ name: String) -> String { name.split(separator: "/").joined(separator: "-") }
}
