// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroMemory
import NIOPosix
import TestServers
import TestSupport
import Testing

private struct ChatRequest: Codable, Sendable { var text: String }
private struct ChatReply: Codable, Sendable, Equatable { var text: String }

@Suite(.timeLimit(.minutes(1))) struct StreamTests {
    private let backend = MemoryBackend()
    private let log = LogRecorder()
    private let cancelled = Counter()

    private func makeService(_ transportKind: TransportKind, name: String = "chat") throws -> Microservice {
        var settings = Microservice.Configuration(name: name)
        settings.deregistrationGracePeriod = .zero
        return try Microservice(
            settings, registry: MemoryRegistry(backend: backend), transport: transportKind.make(backend),
            logger: log.logger)
    }

    private func makeChat(_ transportKind: TransportKind) throws -> Microservice {
        let service = try makeService(transportKind)
        service.handleStream("Chat.Talk") { (talk: MessageStream<ChatReply, ChatRequest>, _) in
            for try await request in talk {
                switch request.text {
                case "fail": throw MicroError(.permissionDenied, "not that")
                case "crash": throw CancellationError()
                default: try await talk.send(ChatReply(text: "re: \(request.text)"))
                }
            }
            try await talk.send(ChatReply(text: "bye"))
        }
        service.handleStream("Chat.Wait") { [cancelled] (talk: MessageStream<ChatReply, ChatRequest>, _) in
            try await talk.send(ChatReply(text: "waiting"))
            do { for try await _ in talk {} } catch {
                cancelled.add()
                throw error
            }
        }
        service.handle("Chat.Once") { (request: ChatRequest, _) in ChatReply(text: request.text) }
        return service
    }

    private func whileServing(
        _ transportKind: TransportKind, _ services: [Microservice], _ body: (Client) async throws -> Void
    )
        async throws
    {
        let client = try Client(registry: MemoryRegistry(backend: backend), transport: transportKind.make(backend))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in services { group.addTask { try await service.run() } }
            let registry = MemoryRegistry(backend: backend)
            #expect(try await eventually { try await registry.list().count == services.count })
            try await body(client)
            group.cancelAll()
            while await group.nextResult() != nil {}
        }
        await client.close()
    }

    private func talk(_ client: Client, _ endpoint: String = "Chat.Talk", _ options: CallOptions = .init())
        async throws -> MessageStream<ChatRequest, ChatReply>
    {
        try await client.stream("chat", endpoint, options: options)
    }

    /// Reads to the end, and tells what came and how it ended.
    private func outcome(_ talk: MessageStream<ChatRequest, ChatReply>) async -> (texts: [String], error: (any Error)?)
    {
        var texts: [String] = []
        do {
            for try await reply in talk { texts.append(reply.text) }
            return (texts, nil)
        } catch { return (texts, error) }
    }

    @Test(arguments: TransportKind.allCases) func bidirectionalStreamAlternatesMessagesAndFinishes(
        _ transportKind: TransportKind
    ) async throws {
        try await whileServing(transportKind, [makeChat(transportKind)]) { client in
            let talk = try await talk(client)
            var replies = talk.makeAsyncIterator()
            for text in ["a", "b", "世界"] {
                try await talk.send(ChatRequest(text: text))
                #expect(try await replies.next() == ChatReply(text: "re: \(text)"))
            }
            try await talk.finish()
            #expect(try await replies.next() == ChatReply(text: "bye"))
            #expect(try await replies.next() == nil)
        }
    }

    @Test(arguments: TransportKind.allCases) func handlerErrorArrivesAfterEarlierMessages(
        _ transportKind: TransportKind
    ) async throws {
        try await whileServing(transportKind, [makeChat(transportKind)]) { client in
            let talk = try await talk(client)
            for text in ["a", "b", "fail"] { try await talk.send(ChatRequest(text: text)) }
            let (texts, error) = await outcome(talk)
            #expect(texts == ["re: a", "re: b"])
            #expect((error as? MicroError)?.code == .permissionDenied)
            #expect((error as? MicroError)?.origin == "chat")
        }
    }

    @Test(arguments: TransportKind.allCases) func foreignStreamErrorTextIsLoggedButNotSent(
        _ transportKind: TransportKind
    ) async throws {
        try await whileServing(transportKind, [makeChat(transportKind)]) { client in
            let talk = try await talk(client)
            try await talk.send(ChatRequest(text: "crash"))
            #expect((await outcome(talk).error as? MicroError)?.code == .internal)
            #expect(log.has("the handler failed", "CancellationError"))
        }
    }

    @Test(arguments: TransportKind.allCases) func undecodableStreamMessageIsInvalidArgument(
        _ transportKind: TransportKind
    ) async throws {
        try await whileServing(transportKind, [makeChat(transportKind)]) { client in
            let wrong = try await client.stream(
                "chat", "Chat.Talk", sending: [String: String].self, receiving: ChatReply.self)
            try await wrong.send(["txet": "a"])
            let error = try await #require(throws: MicroError.self) { for try await _ in wrong {} }
            #expect(error.code == .invalidArgument && error.message.contains("text is missing"))

            let deaf = try await client.stream("chat", "Chat.Wait", sending: ChatRequest.self, receiving: Int.self)
            let unreadable = try await #require(throws: MicroError.self) { for try await _ in deaf {} }
            #expect(unreadable.code == .internal && unreadable.origin == MicroError.Origin.client)
            #expect(await eventually { cancelled.value == 1 }, "who cannot read it ends it")
        }
    }

    @Test(arguments: TransportKind.allCases) func cancelingStreamCancelsHandler(_ transportKind: TransportKind)
        async throws
    {
        try await whileServing(transportKind, [makeChat(transportKind)]) { client in
            let talk = try await talk(client, "Chat.Wait")
            var replies = talk.makeAsyncIterator()
            #expect(try await replies.next()?.text == "waiting")
            talk.cancel()
            #expect(await eventually { cancelled.value == 1 })
            await #expect(throws: CancellationError.self) { _ = try await replies.next() }
        }
    }

    @Test(arguments: TransportKind.allCases) func streamTimeoutFailsWithDeadlineExceeded(_ transportKind: TransportKind)
        async throws
    {
        try await whileServing(transportKind, [makeChat(transportKind)]) { client in
            let talk = try await talk(client, "Chat.Wait", CallOptions(timeout: .milliseconds(200)))
            let (texts, error) = await outcome(talk)
            #expect(texts == ["waiting"])
            #expect((error as? MicroError)?.code == .deadlineExceeded)
            #expect(await eventually { cancelled.value == 1 })
        }
    }

    /// A call to an endpoint with streams, a stream to one without, to an unknown one and to an unknown service.
    @Test(arguments: TransportKind.allCases) func callingEndpointWithWrongKindIsNotFound(_ transportKind: TransportKind)
        async throws
    {
        try await whileServing(transportKind, [makeChat(transportKind)]) { client in
            let call = try await #require(throws: MicroError.self) {
                try await client.call("chat", "Chat.Talk", ChatRequest(text: ""), returning: ChatReply.self)
            }
            #expect(call.code == .notFound && call.origin == MicroError.Origin.server)
            for endpoint in ["Chat.Once", "Chat.Nope"] {
                let error = try await #require(throws: MicroError.self) {
                    for try await _ in try await talk(client, endpoint) {}
                }
                #expect(error.code == .notFound && error.origin == MicroError.Origin.server)
            }
            let nobody = try await #require(throws: MicroError.self) {
                _ = try await client.stream("nobody", "X", sending: ChatRequest.self, receiving: ChatReply.self)
            }
            #expect(nobody.code == .notFound && nobody.origin == MicroError.Origin.client)
        }
    }

    @Test func endpointMetadataMarksStreams() async throws {
        try await whileServing(.memory, [makeChat(.memory)]) { _ in
            let endpoints = try await MemoryRegistry(backend: backend).lookUp("chat").first?.endpoints ?? []
            #expect(
                endpoints.map { "\($0.name) \($0.metadata["stream"] ?? "?")" } == [
                    "Chat.Once false", "Chat.Talk true", "Chat.Wait true",
                ])
        }
    }

    /// Handlers may block, unless they say that they do not.
    @Test func onlyNonBlockingHandlersRunOnEventLoop() async throws {
        let service = try makeService(.http)
        @Sendable func place() -> ChatReply {
            ChatReply(text: MultiThreadedEventLoopGroup.currentEventLoop == nil ? "thread" : "loop")
        }
        service.handle("Chat.Anywhere") { (_: ChatRequest, _) in place() }
        service.handle("Chat.Inline", mayBlock: false) { (_: ChatRequest, _) in place() }
        service.handleStream("Chat.Stream") { (talk: MessageStream<ChatReply, ChatRequest>, _) in
            for try await _ in talk { try await talk.send(place()) }
        }
        try await whileServing(.http, [service]) { client in
            for (endpoint, expected) in [("Chat.Anywhere", "thread"), ("Chat.Inline", "loop")] {
                let reply = try await client.call("chat", endpoint, ChatRequest(text: ""), returning: ChatReply.self)
                #expect(reply.text == expected, "\(endpoint)")
            }
            let stream = try await talk(client, "Chat.Stream")
            try await stream.send(ChatRequest(text: ""))
            try await stream.finish()
            #expect(await outcome(stream).texts == ["thread"])
        }
    }

    /// Two hops: what the first handler calls has no more time than the first caller gave, unless it says so (T23).
    @Test(arguments: TransportKind.allCases) func nestedCallsInheritDeadline(_ transportKind: TransportKind)
        async throws
    {
        let (front, back) = (
            try makeService(transportKind, name: "front"), try makeService(transportKind, name: "back")
        )
        let inner = front.client
        for inherits in [true, false] {
            front.handle("Front.\(inherits)") { (request: ChatRequest, _) in
                try await inner.call(
                    "back", "Back.Left", request,
                    options: CallOptions(timeout: .seconds(50), inheritsDeadline: inherits), returning: Int.self)
            }
        }
        back.handle("Back.Left") { (_: ChatRequest, context) in
            Int((context.deadline - .now).components.seconds)
        }
        try await whileServing(transportKind, [front, back]) { client in
            for (inherits, range) in [(true, 1...20), (false, 21...50)] {
                let left = try await client.call(
                    "front", "Front.\(inherits)", ChatRequest(text: ""), options: CallOptions(timeout: .seconds(20)),
                    returning: Int.self)
                #expect(range.contains(left), "\(left) s")
            }
        }
    }
}
