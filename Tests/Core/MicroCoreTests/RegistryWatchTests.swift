// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import TestSupport
import Testing

private func state(_ ports: Int..., freshness: RegistryState.Freshness = .live) -> RegistryState {
    RegistryState(
        ports.map { ServiceRecord(name: "svc", nodes: [Node(id: "n", address: "10.0.0.1", port: $0)]) },
        freshness: freshness)
}

extension RegistryState {
    fileprivate var port: Int? { self["svc"].first?.nodes.first?.port }
}

private let cause = MicroError(.unavailable, "down")

@Suite(.timeLimit(.minutes(1))) struct RegistryWatchTests {
    @Test func slowReaderGetsLatestState() async {
        let (watch, source) = RegistryWatch.makeStream()
        for port in 1...1000 { source.yield(state(port)) }
        var reader = watch.makeAsyncIterator()
        #expect(await reader.next()?.port == 1000)
    }

    @Test func skipsEquivalentStates() async {
        let (watch, source) = RegistryWatch.makeStream()
        var reader = watch.makeAsyncIterator()
        source.yield(state(1))
        #expect(await reader.next()?.port == 1)
        source.yield(state(1))
        source.yield(state(2))
        source.yield(state(1))
        source.yield(state(3))
        #expect(await reader.next()?.port == 3)
    }

    @Test func liveStateThatReplacesUnreadStaleStateBeginsNewHistory() async {
        let (watch, source) = RegistryWatch.makeStream()
        var reader = watch.makeAsyncIterator()
        source.yield(state(1))
        #expect(await reader.next()?.historyStart == nil)
        source.yield(state(1).failing(with: cause))
        source.yield(RegistryState())
        source.yield(state(2))
        let latest = await reader.next()
        #expect(latest?.port == 2 && latest?.historyStart != nil)
        source.yield(state(3))
        #expect(await reader.next()?.historyStart == nil)
    }

    @Test func staleIsReportedOncePerErrorCode() async {
        let (watch, source) = RegistryWatch.makeStream()
        var reader = watch.makeAsyncIterator()
        source.yield(state(1))
        _ = await reader.next()
        source.yield(state(1).failing(with: cause))
        let stale = await reader.next()
        #expect(stale?.port == 1)
        guard case .stale(_, let reason) = stale?.freshness else {
            Issue.record("not stale")
            return
        }
        #expect(reason.code == .unavailable)
        source.yield(state(1).failing(with: MicroError(.unavailable, "still down")))
        source.yield(state(1).failing(with: MicroError(.unauthenticated, "refused")))
        guard case .stale(_, let next) = await reader.next()?.freshness else {
            Issue.record("not stale")
            return
        }
        #expect(next.code == .unauthenticated)
    }

    @Test func unreadStateIsUnknownNotEmpty() {
        let unread = RegistryState(freshness: .unknown(cause: cause))
        #expect(!unread.isEquivalent(to: RegistryState()))
        guard case .unknown = unread.failing(with: cause).freshness else {
            Issue.record("became known by failing")
            return
        }
    }

    @Test func severalReadersShareStates() async {
        let (watch, source) = RegistryWatch.makeStream()
        let received = Counter()
        let ports = await withTaskGroup(of: [Int].self) { group in
            for _ in 0..<3 {
                group.addTask {
                    var ports: [Int] = []
                    for await state in watch {
                        ports.append(state.port ?? 0)
                        received.add()
                    }
                    return ports
                }
            }
            for port in 1...20 {
                source.yield(state(port))
                #expect(await eventually { received.value == port })
            }
            source.finish()
            return await group.reduce([], +)
        }
        #expect(ports.sorted() == Array(1...20))
    }

    @Test func cancelEndsWatchOnce() async {
        let ends = Counter()
        let (watch, source) = RegistryWatch.makeStream { ends.add() }
        source.yield(state(1))
        watch.cancel()
        watch.cancel()
        source.finish()
        var reader = watch.makeAsyncIterator()
        #expect(await reader.next() == nil)
        #expect(ends.value == 1)
    }

    @Test func cancellingReaderEndsWatch() async {
        let (watch, source) = RegistryWatch.makeStream()
        let reader = Task { await watch.first { _ in true } == nil }
        reader.cancel()
        #expect(await reader.value)
        _ = source
    }

    @Test func releasingWatchEndsIt() {
        let ended = Counter()
        let source = RegistryWatch.makeStream { ended.add() }.source
        #expect(ended.value == 1)
        _ = source
    }
}

@Suite(.timeLimit(.minutes(1))) struct RegistryWatchHubTests {
    @Test func watchesOfSameScopeShareFeed() async throws {
        let feeds = Counter()
        let hub = RegistryWatchHub { _, publish in
            feeds.add()
            publish(state(1))
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(60)) }
            feeds.add(-1)
        }
        let first = try hub.watch("svc")
        var reader = first.makeAsyncIterator()
        #expect(await reader.next()?.port == 1)
        let second = try hub.watch("svc")
        var otherReader = second.makeAsyncIterator()
        #expect(await otherReader.next()?.port == 1)
        #expect(feeds.value == 1)
        first.cancel()
        #expect(feeds.value == 1)
        second.cancel()
        #expect(await eventually { feeds.value == 0 })
    }

    @Test func newWatchRestartsFeed() async throws {
        let feeds = Counter()
        let hub = RegistryWatchHub { _, publish in
            publish(state(feeds.add()))
        }
        for run in 1...3 {
            let watch = try hub.watch(nil)
            #expect(await watch.first { _ in true }?.port == run)
            watch.cancel()
        }
    }

    @Test func closeEndsWatchesAndAwaitsFeeds() async throws {
        let running = Counter()
        let hub = RegistryWatchHub { _, _ in
            running.add()
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(60)) }
            running.add(-1)
        }
        let watch = try hub.watch("svc")
        #expect(await eventually { running.value == 1 })
        await hub.close()
        await hub.close()
        #expect(running.value == 0)
        #expect(await watch.first { _ in true } == nil)
        #expect { try hub.watch("svc") } throws: { ($0 as? MicroError)?.code == .closed }
    }

    @Test func watchOutlivesHub() async throws {
        let ended = Counter()
        func open() throws -> RegistryWatch {
            try RegistryWatchHub { _, publish in
                for port in 1...3 {
                    publish(state(port))
                    await Task.yield()
                }
                while !Task.isCancelled { try? await Task.sleep(for: .seconds(60)) }
                ended.add()
            }.watch("svc")
        }
        let watch = try open()
        #expect(await watch.first { $0.port == 3 } != nil)
        watch.cancel()
        #expect(await eventually { ended.value == 1 })
    }

    @Test func rejectsInvalidName() {
        let hub = RegistryWatchHub { _, _ in }
        #expect { try hub.watch("a/b") } throws: { ($0 as? MicroError)?.code == .invalidName }
    }
}
