import MicroConsul
import MicroCore
import TestServers
import TestSupport
import Testing

@Suite(.whereConsulIs, .consul, .serialized) struct ZzLatency {
    @Test func latency() async throws {
        let server = try #require(ConsulServer.current)
        let names = (0..<500).map { "l-\($0)" }
        try await withConsul(at: server.address) { writer in
            for name in names { try await writer.register(record(name), timeToLive: .seconds(300)) }
            try await withConsul(at: server.address) { registry in
                var started = ContinuousClock.now
                let watches = try names.map { ($0, Latest(try registry.watch($0))) }
                #expect(await eventually { watches.allSatisfy { $1.value?[$0] == [record($0)] } })
                print("500 watches ready after", ContinuousClock.now - started)
                let all = Latest(try registry.watch(nil))
                #expect(await eventually { names.allSatisfy { all.value?[$0] == [record($0)] } })
                for (what, number) in [("own", 3), ("catalogue", 400)] {
                    var times: [Duration] = []
                    var allTimes: [Duration] = []
                    for i in 0..<60 {
                        let expected = [record(names[number], port: 100 + i)]
                        started = .now
                        try await writer.register(expected[0], timeToLive: .seconds(300))
                        while watches[number].1.value?[names[number]] != expected { await Task.yield() }
                        times.append(.now - started)
                        while all.value?[names[number]] != expected { await Task.yield() }
                        allTimes.append(.now - started)
                        try await Task.sleep(for: .milliseconds(30))
                    }
                    times.sort()
                    allTimes.sort()
                    print(what, "p50", times[30], "max", times[59], "all p50", allTimes[30], "max", allTimes[59])
                }
                started = .now
                for name in names { try await writer.register(record(name, port: 9), timeToLive: .seconds(300)) }
                let written = ContinuousClock.now - started
                #expect(await eventually { watches.allSatisfy { $1.value?[$0] == [record($0, port: 9)] } })
                print("500 changes written in", written, "all seen after", ContinuousClock.now - started)
            }
        }
    }
}
