// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization
import TestServers
import TestSupport
import Testing

@testable import Micro

/// Records requests, responses and messages, and changes requests.
private final class Recorder: ClientInterceptor, ServerInterceptor {
    let name: String
    private let state = Mutex<[String]>([])

    init(_ name: String) { self.name = name }

    var entries: [String] { state.withLock(\.self) }

    func record(_ text: String) { state.withLock { $0.append(text) } }

    private func marked(_ request: TransportRequest) -> TransportRequest {
        var request = request
        request.headers["Path"] = (request.headers["Path"] ?? "") + name
        return request
    }

    func call(_ request: TransportRequest, next: @escaping TransportHandler) async throws -> TransportResponse {
        do {
            let response = try await next(marked(request))
            record("\(request.endpoint) \(String(buffer: request.body)) \(String(buffer: response.body))")
            return response
        } catch {
            record("\(request.endpoint) \((error as? MicroError)?.code.description ?? "?")")
            throw error
        }
    }

    func open(
        _ request: TransportRequest, next: @escaping @Sendable (TransportRequest) async throws -> TransportStream
    ) async throws -> TransportStream {
        try await next(marked(request)).intercepted { message in
            self.record("> \(String(buffer: message))")
            return message
        } receiving: { message in
            self.record("< \(String(buffer: message))")
            return message
        } onEnd: { error in
            self.record(error.map { "\($0)" } ?? "end")
        }
    }

    func respond(to request: TransportRequest, next: @escaping TransportHandler) async throws -> TransportResponse {
        switch request.headers["Password"] {
        case "wrong": throw MicroError(.unauthenticated, "the password is wrong")
        case "crash": throw CancellationError()
        default: return try await call(request, next: next)
        }
    }

    func serve(
        _ stream: TransportStream, of request: TransportRequest, next: @escaping TransportStreamHandler
    ) async throws {
        try await next(
            marked(request),
            stream.intercepted(receiving: { message in
                self.record("< \(String(buffer: message))")
                return message
            }))
    }
}

/// Calls another service, which cannot be reached, after the handler has responded.
private struct FailingAudit: ServerInterceptor {
    func respond(to request: TransportRequest, next: @escaping TransportHandler) async throws -> TransportResponse {
        _ = try await next(request)
        throw MicroError(
            .unavailable, "the audit service cannot be reached", origin: MicroError.Origin.transport,
            isSafeToRetry: true)
    }
}

@Suite(.timeLimit(.minutes(1))) struct InterceptorTests {
    private let outer = Recorder("a")
    private let inner = Recorder("b")
    private let server = Recorder("c")

    private func whileServing(_ fixture: ServiceFixture, _ body: (Client) async throws -> Void) async throws {
        let service = try fixture.makeService("svc") { $0.interceptors = [server] }
        service.handle("Echo") { (text: Text, context) in
            Text(text: text.text + "/" + (context.headers["Path"] ?? ""))
        }
        service.handleStream("Talk") { (talk: MessageStream<Text, Text>, context) in
            for try await text in talk { try await talk.send(Text(text: text.text + (context.headers["Path"] ?? ""))) }
        }
        try await fixture.whileServing(
            service, client: fixture.makeClient { $0.interceptors = [outer, inner] }, body)
    }

    @Test(arguments: TransportKind.allCases) func interceptorsRunInOrderWithFullRequestAndResponse(
        _ transportKind: TransportKind
    ) async throws {
        try await whileServing(ServiceFixture(transportKind)) { client in
            let response: Text = try await client.call("svc", "Echo", Text(text: "hello"))
            #expect(response.text == "hello/abc")
            for recorder in [outer, inner, server] {
                let entry = try #require(recorder.entries.first)
                #expect(recorder.entries.count == 1 && entry.hasPrefix("Echo {\"text\":\"hello\"}"))
                #expect(entry.contains("abc"), "the response is incomplete: \(entry)")
            }
            await #expect(throws: MicroError.self) {
                try await client.call("svc", "Nothing", Text(text: ""), returning: Text.self)
            }
            #expect([outer, inner, server].allSatisfy { $0.entries.last == "Nothing notFound" })
        }
    }

    @Test(arguments: TransportKind.allCases) func serverInterceptorCanRejectRequests(_ transportKind: TransportKind)
        async throws
    {
        let fixture = ServiceFixture(transportKind)
        try await whileServing(fixture) { client in
            func error(_ password: String, _ endpoint: String = "Echo") async throws -> MicroError {
                let options = CallOptions(headers: ["Password": password])
                do {
                    _ = try await client.call("svc", endpoint, Text(text: ""), options: options, returning: Text.self)
                } catch let error as MicroError {
                    return error
                }
                return MicroError(.internal, "it succeeded")
            }
            let rejection = try await error("wrong")
            #expect(rejection.code == .unauthenticated && rejection.origin == "svc" && !rejection.isSafeToRetry)
            #expect(try await error("wrong", "Debug.Health").code == .unauthenticated)
            // The text of an error of an unknown type is logged, but not sent to the caller.
            #expect(try await error("crash").code == .internal)
            #expect(fixture.log.has("CancellationError"))
        }
    }

    /// The caller must not repeat a call that the handler has run.
    @Test(arguments: TransportKind.allCases) func failedCallOfInterceptorIsNotRefusal(_ kind: TransportKind)
        async throws
    {
        let fixture = ServiceFixture(kind)
        let service = try fixture.makeService("svc") { $0.interceptors = [FailingAudit()] }
        let runs = Counter()
        service.handle("Charge") { (text: Text, _) in
            runs.add()
            return text
        }
        try await fixture.whileServing(service) { client in
            let error = try await #require(throws: MicroError.self) {
                try await client.call("svc", "Charge", Text(text: ""), returning: Text.self)
            }
            #expect(error.code == .unavailable && error.origin == "svc" && !error.isSafeToRetry)
            #expect(runs.value == 1)
        }
    }

    @Test(arguments: TransportKind.allCases) func interceptorsObserveStreamMessagesAndEnd(
        _ transportKind: TransportKind
    ) async throws {
        try await whileServing(ServiceFixture(transportKind)) { client in
            let talk = try await client.stream("svc", "Talk", sending: Text.self, receiving: Text.self)
            try await talk.send(Text(text: "hello"))
            var messages = talk.makeAsyncIterator()
            #expect(try await messages.next() == Text(text: "helloabc"))
            try await talk.finish()
            #expect(try await messages.next() == nil)
            for recorder in [outer, inner] {
                let entries = recorder.entries.map { $0.trimmingSuffix { $0.isNewline } }
                #expect(entries == [#"> {"text":"hello"}"#, #"< {"text":"helloabc"}"#, "end"])
            }
            #expect(server.entries.count == 1)
            let second = try await client.stream("svc", "Talk", sending: Text.self, receiving: Text.self)
            second.cancel()
            second.cancel()
            #expect(outer.entries.count == 4 && outer.entries.last?.contains("Cancellation") == true)
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> String {
        var text = self
        while let last = text.last, isTrimmed(last) { text.removeLast() }
        return text
    }
}
