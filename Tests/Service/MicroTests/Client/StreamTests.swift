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
    private let cancelled = Counter()

    private func makeChat(_ fixture: ServiceFixture) throws -> Microservice {
        let service = try fixture.makeService("chat")
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

    private func talk(_ client: Client, _ endpoint: String = "Chat.Talk", _ options: CallOptions = .init())
        async throws -> MessageStream<ChatRequest, ChatReply>
    {
        try await client.stream("chat", endpoint, options: options)
    }

    /// Reads a stream to its end, and returns the messages and the error.
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
        let fixture = ServiceFixture(transportKind)
        try await fixture.whileServing(makeChat(fixture)) { client in
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
        let fixture = ServiceFixture(transportKind)
        try await fixture.whileServing(makeChat(fixture)) { client in
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
        let fixture = ServiceFixture(transportKind)
        try await fixture.whileServing(makeChat(fixture)) { client in
            let talk = try await talk(client)
            try await talk.send(ChatRequest(text: "crash"))
            #expect((await outcome(talk).error as? MicroError)?.code == .internal)
            #expect(fixture.log.has("handler failed", "CancellationError"))
        }
    }

    @Test(arguments: TransportKind.allCases) func undecodableStreamMessageIsInvalidArgument(
        _ transportKind: TransportKind
    ) async throws {
        let fixture = ServiceFixture(transportKind)
        try await fixture.whileServing(makeChat(fixture)) { client in
            let wrong = try await client.stream(
                "chat", "Chat.Talk", sending: [String: String].self, receiving: ChatReply.self)
            try await wrong.send(["txet": "a"])
            let serverError = try await #require(throws: MicroError.self) { for try await _ in wrong {} }
            #expect(serverError.code == .invalidArgument && serverError.message.contains("text is missing"))

            let undecodable = try await client.stream(
                "chat", "Chat.Wait", sending: ChatRequest.self, receiving: Int.self)
            let error = try await #require(throws: MicroError.self) { for try await _ in undecodable {} }
            #expect(error.code == .internal && error.origin == MicroError.Origin.client)
            #expect(await eventually { cancelled.value == 1 }, "a decoding failure ends the stream")
        }
    }

    @Test(arguments: TransportKind.allCases) func cancelingStreamCancelsHandler(_ transportKind: TransportKind)
        async throws
    {
        let fixture = ServiceFixture(transportKind)
        try await fixture.whileServing(makeChat(fixture)) { client in
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
        let fixture = ServiceFixture(transportKind)
        try await fixture.whileServing(makeChat(fixture)) { client in
            let talk = try await talk(client, "Chat.Wait", CallOptions(timeout: .milliseconds(200)))
            let (texts, error) = await outcome(talk)
            #expect(texts == ["waiting"])
            #expect((error as? MicroError)?.code == .deadlineExceeded)
            #expect(await eventually { cancelled.value == 1 })
        }
    }

    /// A call to an endpoint for streams; a stream to an endpoint for calls, to an unknown one and to an unknown service.
    @Test(arguments: TransportKind.allCases) func callingEndpointWithWrongKindIsNotFound(_ transportKind: TransportKind)
        async throws
    {
        let fixture = ServiceFixture(transportKind)
        try await fixture.whileServing(makeChat(fixture)) { client in
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
            let unknownService = try await #require(throws: MicroError.self) {
                _ = try await client.stream("unknown", "X", sending: ChatRequest.self, receiving: ChatReply.self)
            }
            #expect(unknownService.code == .notFound && unknownService.origin == MicroError.Origin.client)
        }
    }

    @Test func endpointMetadataMarksStreams() async throws {
        let fixture = ServiceFixture()
        try await fixture.whileServing(makeChat(fixture)) { _ in
            let endpoints = try await fixture.registry.lookUp("chat").first?.endpoints ?? []
            #expect(
                endpoints.map { "\($0.name) \($0.metadata["stream"] ?? "?")" } == [
                    "Chat.Once false", "Chat.Talk true", "Chat.Wait true",
                ])
        }
    }

    /// Handlers may block by default.
    @Test func onlyNonBlockingHandlersRunOnEventLoop() async throws {
        let fixture = ServiceFixture(.http)
        let service = try fixture.makeService("chat")
        @Sendable func currentExecutor() -> ChatReply {
            ChatReply(text: MultiThreadedEventLoopGroup.currentEventLoop == nil ? "thread" : "loop")
        }
        service.handle("Chat.Anywhere") { (_: ChatRequest, _) in currentExecutor() }
        service.handle("Chat.Inline", mayBlock: false) { (_: ChatRequest, _) in currentExecutor() }
        service.handleStream("Chat.Stream") { (talk: MessageStream<ChatReply, ChatRequest>, _) in
            for try await _ in talk { try await talk.send(currentExecutor()) }
        }
        try await fixture.whileServing(service) { client in
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

    /// Over two hops: the deadline of the first caller limits the call of the first handler, unless that call opts out
    /// (T23).
    @Test(arguments: TransportKind.allCases) func nestedCallsInheritDeadline(_ transportKind: TransportKind)
        async throws
    {
        let fixture = ServiceFixture(transportKind)
        let (front, back) = (try fixture.makeService("front"), try fixture.makeService("back"))
        let frontClient = front.client
        for inherits in [true, false] {
            front.handle("Front.\(inherits)") { (request: ChatRequest, _) in
                try await frontClient.call(
                    "back", "Back.Left", request,
                    options: CallOptions(timeout: .seconds(50), inheritsDeadline: inherits), returning: Int.self)
            }
        }
        back.handle("Back.Left") { (_: ChatRequest, context) in
            Int((context.deadline - .now).components.seconds)
        }
        try await fixture.whileServing(front, back) { client in
            for (inherits, range) in [(true, 1...20), (false, 21...50)] {
                let left = try await client.call(
                    "front", "Front.\(inherits)", ChatRequest(text: ""), options: CallOptions(timeout: .seconds(20)),
                    returning: Int.self)
                #expect(range.contains(left), "\(left) s")
            }
        }
    }
}
