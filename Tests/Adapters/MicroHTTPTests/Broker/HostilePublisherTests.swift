// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import NIOCore
import TestSupport
import Testing

@testable import MicroHTTP

/// Requests that arbitrary peers can send to a broker's port.
@Suite(.timeLimit(.minutes(2))) struct HostilePublisherTests {
    private static let good = #"{"Header":{":topic":"t","a":"b"},"Body":"eA=="}"#

    private static func post(_ body: String, id: String, target: String = "/_sub?id=", method: String = "POST")
        -> String
    {
        "\(method) \(target)\(id) HTTP/1.1\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test(arguments: [
        "{}", "", "null", "[]", #"{"Header":1}"#, #"{"Header":{":topic":1}}"#,
        #"{"Header":{":topic":"t"},"Body":"***"}"#, #"{"Header":{":topic":"t"},"Body":"eA"}"#,
        #"{"Header":{":topic":"other"},"Body":"eA=="}"#, #"{"Header":{"a":"b"},"Body":"eA=="}"#,
        #"{"Header":{":topic":"t"},"Body":"eA=="}{}"#, String(repeating: "[", count: 100_000), "\u{FEFF}",
        #"{"Header":{":topic":"t""# + (0...1024).map { #","h\#($0)":"""# }.joined() + #"},"Body":""}"#,
    ])
    func invalidMessageIsRejected(_ body: String) async throws {
        try await withSubscriber { node, subscription in
            let raw = try await RawConnection.open(to: Address(node))
            try await raw.send(Self.post(body, id: node.id))
            let response = try #require(await raw.responses(1).first)
            #expect(response.status.hasPrefix("HTTP/1.1 400 "), "\(response)")
            // The connection and the subscription still work.
            try await raw.send(Self.post(Self.good, id: node.id))
            #expect(await raw.responses(2).last?.status == "HTTP/1.1 200 OK")
            #expect(try await subscription.first(1).map(\.text) == ["x"])
            #expect(await subscription.staysEmpty())
            raw.close()
        }
    }

    @Test func wrongTargetIsRejected() async throws {
        try await withSubscriber { node, subscription in
            for (target, id, method, status) in [
                ("/_sub?id=", "broker-0.0", "POST", 404), ("/_sub?id=", "", "POST", 400), ("/_sub", "", "POST", 400),
                ("/_sub?x=", node.id, "POST", 400), ("/other?id=", node.id, "POST", 404),
                ("/_sub?id=", node.id, "GET", 405), ("/_sub?id=", "%00%2F..", "POST", 404),
            ] {
                let raw = try await RawConnection.open(to: Address(node))
                try await raw.send(Self.post(Self.good, id: id, target: target, method: method))
                let response = try #require(await raw.responses(1).first)
                #expect(response.status.hasPrefix("HTTP/1.1 \(status) "), "\(target)\(id) \(response)")
                raw.close()
            }
            #expect(await subscription.staysEmpty())
        }
    }

    @Test func oversizedMessageIsRejectedBeforeReading() async throws {
        try await withSubscriber { node, subscription in
            let raw = try await RawConnection.open(to: Address(node))
            try await raw.send("POST /_sub?id=\(node.id) HTTP/1.1\r\nContent-Length: 9999999999\r\n\r\n")
            #expect(await raw.responses(1).first?.status == "HTTP/1.1 413 Request Entity Too Large")
            raw.close()
            #expect(await subscription.staysEmpty())
        }
    }

    @Test func invalidHeadersAreDropped() async throws {
        try await withSubscriber { node, subscription in
            let body = #"{"Header":{":topic":"t","a b":"1","c":"x\r\ny","":"2","ok":"3",":x":"4"},"Body":null}"#
            let raw = try await RawConnection.open(to: Address(node))
            try await raw.send(Self.post(body, id: node.id))
            #expect(await raw.responses(1).first?.status == "HTTP/1.1 200 OK")
            let message = try await subscription.first(1).first?.message
            #expect(message == BrokerMessage(headers: ["ok": "3"]))
            raw.close()
        }
    }

    /// With a fixed seed: no input traps, and every accepted message has valid headers.
    @Test(.faultRun, .blocking) func mutatedMessagesNeverTrap() throws {
        var fuzzer = Fuzzer(seed: 9)
        let seeds = [
            Self.good, #"{"Header":null,"Body":null}"#,
            #"{"Header":{":topic":"t","Content-Type":"application/json","Micro-Id":"\u00e9\ud83d\ude00"},"Body":"eyJuYW1lIjoiSnNvbiJ9Cg=="}"#,
        ].map { Array($0.utf8) }
        var acceptedCount = 0
        for round in 0..<100_000 {
            let bytes = ByteBuffer(bytes: fuzzer.mutated(seeds[round % seeds.count]))
            guard let message = try? HTTPBrokerMessage.read(Self.request(bytes), for: "t") else { continue }
            acceptedCount += 1
            try TopicRules.check(headers: message.headers)
        }
        #expect(acceptedCount > 1000)
    }

    private static func request(_ body: ByteBuffer) -> TransportRequest {
        TransportRequest(service: "id", endpoint: "", contentType: "application/json", body: body, deadline: .now)
    }

    private func withSubscriber(_ body: (Node, Subscription) async throws -> Void) async throws {
        let brokers = BrokerFixture.inMemory()
        try await brokers.run { subscriber, _ in
            let subscription = try await subscriber.subscribe(to: "t")
            try await body(try #require(try await brokers.registry.subscribers(of: "t").first), subscription)
        }
    }
}
