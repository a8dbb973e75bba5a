// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import GreeterProtobuf
import Micro
import MicroHTTP
import MicroProtobuf
import NIOCore
import SwiftProtobuf
import TestSupport
import Testing

/// Timeouts of calls and streams, recorded from all versions of go-micro.
@Suite(.timeLimit(.minutes(1))) struct GoMicroDeadlineTests {
    /// v4 and later send 5 s in each call, whatever its limit is.
    @Test(arguments: GoMicroRecording.expiredCalls)
    func handlerHasDeadlineOfRecordedClient(_ recording: GoMicroRecording) async throws {
        let remaining = ValueCollector<Duration>()
        try await withRecordedService { service in
            service.handle("Greeter.Hello") { (hello: Greeter_HelloRequest, context) in
                remaining.add(context.deadline - .now)
                return Greeter_HelloResponse.with { $0.greeting = "Hello \(hello.name)" }
            }
        } body: { raw in
            _ = try await raw.responses(to: recording.clientPackets)
        }
        let request = try #require(recording.messages(ofClient: true).first)
        let timeout = Duration.nanoseconds(try #require(Int64(request["Timeout"] ?? "")))
        #expect(remaining.values.count == 1 && remaining.values[0] <= timeout, "\(remaining.values)")
    }

    /// The recorded server responds after the deadline.
    @Test(arguments: GoMicroRecording.expiredCalls.filter { $0.clientGivesUp })
    func deadlinePassesBeforeRecordedServerResponds(_ recording: GoMicroRecording) async throws {
        try await withServiceClient(of: recording, codecs: [ProtobufCodec()]) { client in
            let options = CallOptions(timeout: .milliseconds(200), retries: 0)
            let error = try await microError {
                _ = try await client.call(
                    "go.micro.srv.greeter", "Greeter.Hello", Greeter_HelloRequest.with { $0.name = "slow" },
                    options: options, returning: Greeter_HelloResponse.self)
            }
            #expect(error.code == .deadlineExceeded, "\(error)")
        }
    }

    /// go-micro sends a timeout with each stream, and does not end the stream by it.
    @Test(arguments: GoMicroRecording.slowStreams)
    func recordedStreamOutlivesItsTimeout(_ recording: GoMicroRecording) async throws {
        let ends = ValueCollector<String>()
        try await withRecordedService { service in
            service.handleStream("Greeter.Chat") {
                (stream: MessageStream<Greeter_HelloResponse, Greeter_HelloRequest>, _) in
                for try await hello in stream {
                    try await stream.send(.with { $0.greeting = "Hello \(hello.name)" })
                }
                ends.add("end")
            }
        } body: { raw in
            let expected = recording.messages(ofClient: false)
            for (index, packet) in recording.clientPackets.prefix(expected.count).enumerated() {
                let resume = ContinuousClock.now + .milliseconds(index * 600)
                #expect(await eventually { .now > resume })
                try await raw.send(GoMicroRecording.bytes(packet))
                #expect(await eventually { raw.messages.count > index }, "\(raw.text)")
            }
            #expect(raw.messages.map(\.body) == expected.map(\.body))
            // A client of v1.0 closes the connection, a later one sends an end before.
            for packet in recording.clientPackets.dropFirst(expected.count) {
                try await raw.send(GoMicroRecording.bytes(packet))
            }
            try? await raw.endSending()
            #expect(await eventually { ends.values == ["end"] })
        }
    }
}

extension GoMicroRecording {
    /// Whether the client has closed the connection before the response.
    fileprivate var clientGivesUp: Bool {
        for step in steps {
            switch step {
            case .clientCloses: return true
            case .server: return false
            case .client, .serverCloses: break
            }
        }
        return false
    }
}
