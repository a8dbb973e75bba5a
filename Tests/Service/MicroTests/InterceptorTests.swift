// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroMemory
import NIOCore
import Synchronization
import TestServers
import TestSupport
import Testing

@testable import Micro

private struct Text: Codable, Sendable, Equatable { var text: String }

/// Notes what passes, and changes it.
private final class Recorder: ClientInterceptor, ServerInterceptor {
    let name: String
    let seen: Mutex<[String]>

    init(_ name: String) {
        self.name = name
        seen = Mutex([])
    }

    var notes: [String] { seen.withLock(\.self) }

    func note(_ text: String) { seen.withLock { $0.append(text) } }

    private func marked(_ request: TransportRequest) -> TransportRequest {
        var request = request
        request.headers["Path"] = (request.headers["Path"] ?? "") + name
        return request
    }

    func call(_ request: TransportRequest, next: @escaping TransportHandler) async throws -> TransportResponse {
        do {
            let response = try await next(marked(request))
            note("\(request.endpoint) \(String(buffer: request.body)) \(String(buffer: response.body))")
            return response
        } catch {
            note("\(request.endpoint) \((error as? MicroError)?.code.description ?? "?")")
            throw error
        }
    }

    func open(
        _ request: TransportRequest, next: @escaping @Sendable (TransportRequest) async throws -> TransportStream
    ) async throws -> TransportStream {
        try await next(marked(request)).intercepted { message in
            self.note("> \(String(buffer: message))")
            return message
        } receiving: { message in
            self.note("< \(String(buffer: message))")
            return message
        } onEnd: { error in
            self.note(error.map { "\($0)" } ?? "end")
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
                self.note("< \(String(buffer: message))")
                return message
            }))
    }
}

@Suite(.timeLimit(.minutes(1))) struct InterceptorTests {
    private let backend = MemoryBackend()
    private let log = LogRecorder()
    private let outer = Recorder("a")
    private let inner = Recorder("b")
    private let server = Recorder("c")

    private func whileServing(_ transportKind: TransportKind, _ body: (Client) async throws -> Void) async throws {
        var settings = Microservice.Configuration(name: "svc")
        settings.deregistrationGracePeriod = .zero
        let service = try Microservice(
            settings, registry: MemoryRegistry(backend: backend), transport: transportKind.make(backend),
            interceptors: [server],
            logger: log.logger)
        service.handle("Echo") { (text: Text, context) in
            Text(text: text.text + "/" + (context.headers["Path"] ?? ""))
        }
        service.handleStream("Talk") { (talk: MessageStream<Text, Text>, context) in
            for try await text in talk { try await talk.send(Text(text: text.text + (context.headers["Path"] ?? ""))) }
        }
        let client = try Client(
            registry: MemoryRegistry(backend: backend), transport: transportKind.make(backend),
            interceptors: [outer, inner])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            #expect(try await eventually { try await !MemoryRegistry(backend: backend).lookUp("svc").isEmpty })
            try await body(client)
            group.cancelAll()
            while await group.nextResult() != nil {}
        }
        await client.close()
    }

    @Test(arguments: TransportKind.allCases) func interceptorsRunInOrderWithFullRequestAndResponse(
        _ transportKind: TransportKind
    ) async throws {
        try await whileServing(transportKind) { client in
            let answer: Text = try await client.call("svc", "Echo", Text(text: "hello"))
            #expect(answer.text == "hello/abc")
            for recorder in [outer, inner, server] {
                let note = try #require(recorder.notes.first)
                #expect(recorder.notes.count == 1 && note.hasPrefix("Echo {\"text\":\"hello\"}"))
                #expect(note.contains("abc"), "the response is not whole: \(note)")
            }
            await #expect(throws: MicroError.self) {
                try await client.call("svc", "Nothing", Text(text: ""), returning: Text.self)
            }
            #expect([outer, inner, server].allSatisfy { $0.notes.last == "Nothing notFound" })
        }
    }

    @Test(arguments: TransportKind.allCases) func serverInterceptorCanRejectRequests(_ transportKind: TransportKind)
        async throws
    {
        try await whileServing(transportKind) { client in
            func error(_ password: String, _ endpoint: String = "Echo") async throws -> MicroError {
                let options = CallOptions(headers: ["Password": password])
                do {
                    _ = try await client.call("svc", endpoint, Text(text: ""), options: options, returning: Text.self)
                } catch let error as MicroError {
                    return error
                }
                return MicroError(.internal, "it succeeded")
            }
            let refusal = try await error("wrong")
            #expect(refusal.code == .unauthenticated && refusal.origin == "svc" && !refusal.isSafeToRetry)
            #expect(try await error("wrong", "Debug.Health").code == .unauthenticated)
            // What is not meant for the caller stays here, and is logged.
            #expect(try await error("crash").code == .internal)
            #expect(log.has("CancellationError"))
        }
    }

    @Test(arguments: TransportKind.allCases) func interceptorsObserveStreamMessagesAndEnd(
        _ transportKind: TransportKind
    ) async throws {
        try await whileServing(transportKind) { client in
            let talk = try await client.stream("svc", "Talk", sending: Text.self, receiving: Text.self)
            try await talk.send(Text(text: "hello"))
            var messages = talk.makeAsyncIterator()
            #expect(try await messages.next() == Text(text: "helloabc"))
            try await talk.finish()
            #expect(try await messages.next() == nil)
            for recorder in [outer, inner] {
                let notes = recorder.notes.map { $0.trimmingSuffix { $0.isNewline } }
                #expect(notes == [#"> {"text":"hello"}"#, #"< {"text":"helloabc"}"#, "end"])
            }
            #expect(server.notes.count == 1)
            let second = try await client.stream("svc", "Talk", sending: Text.self, receiving: Text.self)
            second.cancel()
            second.cancel()
            #expect(outer.notes.count == 4 && outer.notes.last?.contains("Cancellation") == true)
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
