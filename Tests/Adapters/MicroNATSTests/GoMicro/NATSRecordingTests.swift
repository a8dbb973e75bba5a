// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import GoMicroWire
import Logging
import Micro
import MicroCore
import MicroMemory
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import MicroNATS

/// Recorded clients of go-micro call a swift-micro listener over NATS, and a swift-micro client calls recorded
/// servers. `NATSLegacyRPCTests` has v0.14.
@Suite(.timeLimit(.minutes(2))) struct NATSRecordingTests {
    private static let recordings = NATSRecording.all + NATSRecording.features
    private static let calls = recordings.filter { !$0.isStream }
    private static let streams = recordings.filter(\.isStream)
    /// Without the plain text of a Go handler, which becomes an `internal` error here.
    private static let reproducibleCalls = calls.filter { !$0.responses.contains { $0.contains("plain failure") } }

    // MARK: go-micro calls

    @Test(arguments: reproducibleCalls)
    func recordedCallIsAnswered(_ recording: NATSRecording) async throws {
        // One after the other, as on a recorded connection.
        for (request, response) in zip(recording.requests, recording.responses) {
            let reply = try #require(try await GoMicroGreeter.replies(to: [request], count: 1).first)
            try expectEqual(reply, response)
            let (sent, received) = (try headers(of: request), try headers(of: reply))
            for name in ["Micro-Id", "Micro-ID", "X-Micro-Id"] where sent[name] != nil {
                #expect(received[name] == sent[name], "the number under the name of the caller")
            }
        }
    }

    @Test(arguments: streams) func recordedStreamIsAnswered(_ recording: NATSRecording) async throws {
        let replies = try await GoMicroGreeter.replies(to: recording.requests, count: recording.responses.count)
        for (reply, response) in zip(replies, recording.responses) { try expectEqual(reply, response) }
    }

    private func headers(of payload: String) throws -> Headers {
        try #require(GoMicroMessageEnvelope(parsing: ByteBuffer(string: payload))).message.headers
    }

    private func expectEqual(_ reply: String, _ response: String) throws {
        let (reply, response) = (
            try #require(NATSRecording.envelope(reply)), try #require(NATSRecording.envelope(response))
        )
        #expect(reply.body == response.body)
        #expect(reply.fields.error == response.fields.error)
        // Go leaves out the type of an empty body.
        if response.body.readableBytes > 0 { #expect(reply.fields.contentType == response.fields.contentType) }
    }

    // MARK: go-micro responds

    private func request(_ payload: String) throws -> TransportRequest {
        let envelope = try #require(NATSRecording.envelope(payload))
        return try envelope.fields.request(body: envelope.body, defaultTimeout: .seconds(20))
    }

    @Test(arguments: calls) func recordedServerIsCalled(_ recording: NATSRecording) async throws {
        for (request, response) in zip(recording.requests, recording.responses) {
            _ = try await GoMicroGreeter.withScript { script, _ in
                let (_, id) = try #require(try script.subscription { $0.contains(".replies.") })
                let call = try #require(try script.publication(to: "_INBOX.server"))
                try script.deliver(response, to: try #require(call.reply), as: id)
                while try script.next() != nil {}
            } body: { transport in
                let expected = try #require(NATSRecording.envelope(response))
                var call = try self.request(request)
                call.headers = [:]
                call.deadline = .now + .seconds(20)
                do {
                    let result = try await transport.call(call, to: Address(host: "_INBOX.server"))
                    #expect(result.body == expected.body && expected.fields.error == nil)
                    #expect(result.contentType == call.contentType, "also without a type in the reply")
                } catch let error as MicroError {
                    let text = try #require(expected.fields.error, "\(error)")
                    #expect(error.wireText == MicroError(wireText: text, origin: call.service).wireText)
                }
            }
        }
    }

    @Test(arguments: streams) func recordedServerStreams(_ recording: NATSRecording) async throws {
        let isCount = recording.name.contains("count")
        let requests = recording.requests.dropFirst().filter { NATSRecording.envelope($0)?.fields.error == nil }
        let end = recording.requests.last { NATSRecording.envelope($0)?.fields.error != nil }
        // The client of v1.18 and later sends its end also after the server's, this one does not.
        let sendsEnd = end != nil && !recording.responses.contains { NATSRecording.envelope($0)?.fields.error != nil }
        let sent = try await GoMicroGreeter.withScript { script, sent in
            let (_, id) = try #require(try script.subscription { $0.contains(".streams.") })
            let opening = try #require(try script.publication(to: "_INBOX.server"))
            let inbox = try #require(opening.reply)
            try script.deliverNoResponders(to: inbox + ".control", as: id)
            var rest = recording.responses[...]
            for _ in requests {
                _ = try #require(try script.publication(to: "_INBOX.server"))
                let count = isCount ? rest.count : 1
                for response in rest.prefix(count) { try script.deliver(response, to: inbox, as: id) }
                rest = rest.dropFirst(count)
            }
            if sendsEnd, let end = try script.publication(to: "_INBOX.server") {
                sent.withLock { $0.append(end.payload) }
            }
            while try script.next() != nil {}
        } body: { transport in
            var opening = try self.request(try #require(recording.requests.first))
            opening.headers = [:]
            opening.body = ByteBuffer()
            opening.deadline = .now + .seconds(20)
            let stream = try await transport.open(opening, to: Address(host: "_INBOX.server"))
            var messages = stream.makeAsyncIterator()
            var expected = try recording.responses.map { try #require(NATSRecording.envelope($0)) }[...]
            for request in requests {
                try await stream.send(try #require(NATSRecording.envelope(request)).body)
                for _ in 0..<(isCount ? expected.count : 1) {
                    // v1.0 does not report the end of a stream.
                    guard let next = expected.popFirst() else { continue }
                    if let text = next.fields.error, text != GoMicroHeaders.endOfStream {
                        let error = await #expect(throws: MicroError.self) { _ = try await messages.next() }
                        #expect(error?.wireText == MicroError(wireText: text, origin: "").wireText)
                        continue
                    }
                    let message = try await messages.next()
                    #expect(message == (next.fields.error == GoMicroHeaders.endOfStream ? nil : next.body))
                }
            }
            if sendsEnd { try await stream.finish() }
        }
        guard sendsEnd, let end else { return }
        // As the recorded client ends its side.
        let payload = try #require(sent.first)
        let (fields, recorded) = (try headers(of: payload), try headers(of: end))
        for name in ["Content-Type", "Micro-Service", "Micro-Endpoint", "Micro-Method", "Micro-Error"] {
            #expect(fields[name] == recorded[name] && recorded[name] != nil)
        }
        #expect(NATSRecording.envelope(payload)?.body.readableBytes == 0)
    }

    // MARK: Debug

    /// v1.0 has other field numbers than v1.18 and later.
    @Test(arguments: NATSRecording.debug) func debugEndpointsAreAnswered(_ recording: NATSRecording) async throws {
        let replies = try await GoMicroGreeter.replies(to: recording.requests, count: 2) { transport in
            var configuration = Microservice.Configuration(name: "go.micro.srv.greeter")
            configuration.deregistrationGracePeriod = .zero
            let service = try Microservice(
                configuration, registry: MemoryRegistry(backend: MemoryBackend()), transport: transport,
                logger: Logger(label: "greeter") { _ in SwiftLogNoOpLogHandler() })
            // The replies can arrive, and the service be cancelled, before its registration is complete.
            do { try await service.run() } catch is CancellationError {}
        }
        // Calls of a connection are answered in any order.
        let byNumber = try replies.map { (try headers(of: $0), $0) }
            .sorted { ($0.0["Micro-Id"] ?? $0.0["Micro-ID"] ?? "") < ($1.0["Micro-Id"] ?? $1.0["Micro-ID"] ?? "") }
            .map(\.1)
        try #require(byNumber.count == 2)
        let health = try #require(NATSRecording.envelope(byNumber[0]))
        // `starting` until the registration is complete, then `ok` as recorded.
        #expect(health.fields.error == nil && health.body.readableBytesView.first == 0x0A)
        let stats = try #require(NATSRecording.envelope(byNumber[1]))
        let recorded = try #require(NATSRecording.envelope(recording.responses[1]))
        #expect(stats.fields.error == nil && stats.fields.contentType == "application/protobuf")
        // Field 1 is `started` in v1.0, and the time of the response in later versions, whose field 2 is `started`.
        let isOld = recording.version == "v1.0.0"
        for body in [stats.body, recorded.body] {
            let numbers = Self.numbers(in: body)
            #expect((numbers[1] ?? 0) > 1_700_000_000)
            #expect(((numbers[2] ?? 0) > 1_700_000_000) != isOld)
            #expect((numbers[isOld ? 3 : 4] ?? 0) > 1_000_000, "memory in bytes")
        }
    }

    /// The integer fields of a protobuf message.
    private static func numbers(in message: ByteBuffer) -> [UInt8: UInt64] {
        var (fields, message) = ([UInt8: UInt64](), message)
        while let tag: UInt8 = message.readInteger() {
            var (value, shift) = (UInt64(0), UInt64(0))
            while let byte: UInt8 = message.readInteger() {
                value |= UInt64(byte & 0x7F) << shift
                shift += 7
                if byte < 0x80 { break }
            }
            fields[tag >> 3] = value
        }
        return fields
    }

    // MARK: Headers and deadlines

    @Test(arguments: NATSRecording.features.filter { $0.name == "nats_metadata_proto" })
    func recordedHeadersReachHandler(_ recording: NATSRecording) async throws {
        let request = try #require(try await received(recording.requests[0]))
        #expect(request.headers["X-User-Id"] == "john" && request.headers["City"] == "Zürich")
        #expect(request.headers["Trace-Id"] == "a,b;c=d", "in any case")
    }

    /// The deadline of the recorded client, 200 ms.
    @Test(arguments: NATSRecording.expired) func handlerHasDeadlineOfClient(_ recording: NATSRecording) async throws {
        let start = ContinuousClock.now
        let request = try #require(try await received(recording.requests[0]))
        #expect(request.deadline - .now <= .milliseconds(200) && request.deadline > start)
    }

    @Test(arguments: NATSRecording.expired) func deadlinePassesBeforeServerResponds(_ recording: NATSRecording)
        async throws
    {
        _ = try await GoMicroGreeter.withScript { script, _ in
            let (_, id) = try #require(try script.subscription { $0.contains(".replies.") })
            let call = try #require(try script.publication(to: "_INBOX.server"))
            Thread.sleep(forTimeInterval: 0.4)
            try script.deliver(recording.responses[0], to: try #require(call.reply), as: id)
            while try script.next() != nil {}
        } body: { transport in
            var call = try self.request(recording.requests[0])
            call.deadline = .now + .milliseconds(200)
            let error = await #expect(throws: MicroError.self) {
                _ = try await transport.call(call, to: Address(host: "_INBOX.server"))
            }
            #expect(error?.code == .deadlineExceeded)
        }
    }

    /// The request that a handler gets.
    private func received(_ payload: String) async throws -> TransportRequest? {
        let requests = Mutex<[TransportRequest]>([])
        _ = try await GoMicroGreeter.replies(to: [payload], count: 1) { transport in
            let listener = try await transport.bind(to: Address(host: "127.0.0.1", port: 0))
            try await listener.run { request in
                requests.withLock { $0.append(request) }
                return TransportResponse(contentType: request.contentType)
            }
        }
        return requests.withLock(\.first)
    }
}
