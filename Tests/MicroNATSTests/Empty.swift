import Foundation
import MicroCore
import MicroNATS
import NIOCore
import Testing

@Suite struct Smoke {
    func configuration(_ address: String) -> NATSConfiguration {
        var c = NATSConfiguration()
        c.address = address
        return c
    }

    @Test(arguments: ["nats://127.0.0.1:14333", "ws://127.0.0.1:18080"]) func core(_ address: String) async throws {
        let a = try NATSBroker(configuration: configuration(address))
        let b = try NATSBroker(configuration: configuration(address))
        let sub = try await b.subscribe(to: "user.created")
        for i in 0..<100 {
            try await a.publish(Message(headers: ["n": "\(i)"], text: "hello \(i)"), to: "user.created")
        }
        var n = 0
        for await d in sub {
            #expect(d.message.headers["n"] == "\(n)")
            #expect(String(buffer: d.message.body) == "hello \(n)")
            n += 1
            if n == 100 { break }
        }
        let echo = try await b.subscribe(to: "echo", queue: "q")
        let task = Task { for await d in echo { try await d.reply(with: d.message) } }
        let reply = try await a.request(Message(text: "ping"), to: "echo", deadline: .now + .seconds(2))
        #expect(String(buffer: reply.body) == "ping")
        await #expect(throws: MicroError.self) {
            try await a.request(Message(text: "ping"), to: "nobody", deadline: .now + .seconds(2))
        }
        await a.close()
        await b.close()
        _ = await task.result
    }

    @Test(arguments: ["nats://127.0.0.1:14333", "ws://127.0.0.1:18080"]) func jetStream(_ address: String) async throws
    {
        var c = configuration(address)
        c.delivery = .atLeastOnce(stream: "SMOKE")
        c.acknowledgeWait = .seconds(1)
        let a = try NATSBroker(configuration: c)
        let b = try NATSBroker(configuration: c)
        let sub = try await b.subscribe(to: "js.created", queue: "workers")
        for i in 0..<100 { try await a.publish(Message(headers: ["n": "\(i)"], text: "hello \(i)"), to: "js.created") }
        var n = 0
        for await d in sub {
            #expect(d.message.headers["n"] == "\(n)")
            #expect(Array(d.message.headers).count == 1)
            d.acknowledge()
            n += 1
            if n == 100 { break }
        }
        var o = SubscribeOptions()
        o.maximumAttempts = 2
        o.deadLetterTopic = "js.dead"
        o.maximumInFlight = 1
        let dead = try await b.subscribe(to: "js.dead")
        let poison = try await b.subscribe(to: "js.poison", queue: nil, options: o)
        try await a.publish(Message(text: "poison"), to: "js.poison")
        var attempts: [Int] = []
        for await d in poison {
            attempts.append(d.attempt)
            if d.attempt == 1 { continue }
            try d.reject()
            break
        }
        #expect(attempts == [1, 2])
        for await d in dead {
            #expect(String(buffer: d.message.body) == "poison")
            d.acknowledge()
            break
        }
        await a.close()
        await b.close()
    }
}
