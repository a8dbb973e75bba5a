// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import MicroCore
import MicroHTTP
import NIOCore
import NIOPosix
import TestSupport
import Testing

/// Streams recorded from go-micro v1.0.0: successive requests and responses on a dedicated connection.
@Suite(.timeLimit(.minutes(1))) struct GoMicroStreamTests {
    private static let fields = """
        Micro-Endpoint: Greeter.Stream\r\nMicro-From-Service: greeter-cli\r\nMicro-Method: Greeter.Stream\r\n\
        Micro-Service: go.micro.srv.greeter\r\nTimeout: 5000000000\r\n
        """
    private static let others = """
        X-From-Id: script\r\nX-Micro-Endpoint: Greeter.Stream\r\nX-Micro-Method: Greeter.Stream\r\n\
        X-Micro-Service: go.micro.srv.greeter\r\nX-User-Id: john\r\n\r\n
        """

    private static func request(_ type: String, _ body: String) -> String {
        """
        POST / HTTP/1.1\r\nHost: 127.0.0.1:19090\r\nUser-Agent: Go-http-client/1.1\r\n\
        Content-Length: \(body.utf8.count)\r\nAccept: \(type)\r\nContent-Type: \(type)\r\n\(fields)\(others)\(body)
        """
    }

    private static func response(_ type: String, _ body: String) -> String {
        """
        HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\nAccept: \(type)\r\nContent-Type: \(type)\r\n\
        \(fields)User-Agent: Go-http-client/1.1\r\n\(others)\(body)
        """
    }

    private static let protobuf = (
        type: "application/protobuf", opening: "\n\u{5}first", requests: ["\n\u{1}a", "\n\u{1}b", "\n\u{3}end"],
        responses: ["\u{12}\u{7}Hello a", "\u{12}\u{7}Hello b"]
    )
    private static let json = (
        type: "application/json", opening: #"{"name":"first"}"# + "\n",
        requests: ["a", "b", "end"].map { #"{"name":"\#($0)"}"# + "\n" },
        responses: ["a", "b"].map { #"{"greeting":"Hello \#($0)"}"# + "\n" }
    )

    @Test("the server streams with a go-micro client", arguments: [protobuf, json])
    func serverStreamsWithGoMicroClient(type: String, opening: String, requests: [String], responses: [String])
        async throws
    {
        let transport = HTTPTransport()
        let listener = try await transport.bind(to: .local(0))
        let seen = ValueCollector<String>()
        let running = Task {
            try await listener.run(echo) { endpoint in
                guard endpoint == "Greeter.Stream" else { return nil }
                return { request, stream in
                    #expect(request.service == "go.micro.srv.greeter" && request.contentType == type)
                    #expect(request.headers["X-User-Id"] == "john")
                    var responses = responses.makeIterator()
                    for try await message in stream {
                        seen.add(String(buffer: message))
                        guard let answer = responses.next() else { return }
                        try await stream.send(ByteBuffer(string: answer))
                    }
                }
            }
        }
        let raw = try await RawConnection.open(to: listener.address)
        // In one packet, as go-micro sends them.
        try await raw.send(Self.request(type, opening) + Self.request(type, requests[0]))
        #expect(await raw.responses(1).map(\.body) == [responses[0]])
        try await raw.send(Self.request(type, requests[1]))
        #expect(await raw.responses(2).map(\.body) == responses)
        try await raw.send(Self.request(type, requests[2]))
        let end = try #require(await raw.responses(3).last)
        // go-micro v1.0 sends no end; its clients read this as the end of the stream.
        #expect(end["Micro-Error"]?.contains("EOS") == true)
        #expect(seen.values == requests, "the body of the opening is nothing")
        for response in RawResponse.all(in: raw.text) {
            #expect(response.status.hasPrefix("HTTP/1.1 200 ") && response["Content-Type"] == type)
        }
        raw.close()
        await transport.close()
        try await running.value
    }

    @Test("the client streams with a go-micro server", arguments: [protobuf, json])
    func clientStreamsWithGoMicroServer(type: String, opening: String, requests: [String], responses: [String])
        async throws
    {
        let server = try ScriptedServer { connection in
            var responses = responses.makeIterator()
            // The opening request gets no response.
            _ = try connection.readRequest()
            while let request = try connection.readRequest() {
                guard request["Micro-Error"] == nil, let answer = responses.next() else { return }
                try connection.write(Self.response(type, answer))
            }
        }
        defer { server.stop() }
        try await withClient { client in
            let request = TransportRequest(
                service: "go.micro.srv.greeter", endpoint: "Greeter.Stream", contentType: type,
                deadline: .now + .seconds(10))
            let stream = try await client.open(request, to: .local(server.port))
            var messages = stream.makeAsyncIterator()
            for (question, answer) in zip(requests, responses) {
                try await stream.send(ByteBuffer(string: question))
                #expect(try await messages.next().map { String(buffer: $0) } == answer)
            }
            try await stream.send(ByteBuffer(string: requests[2]))
            // It closes the connection without an end, as v1.0 does when the handler returns.
            let end = try await messages.next()
            #expect(end == nil)
        }
    }

    /// go-micro sends its call timeout with streams, but does not end them when it expires.
    @Test func goMicroStreamContinuesAfterTimeout() async throws {
        let transport = HTTPTransport()
        let listener = try await transport.bind(to: .local(0))
        let running = Task {
            try await listener.run(echo) { _ in
                { _, stream in for try await message in stream { try await stream.send(message) } }
            }
        }
        let raw = try await RawConnection.open(to: listener.address)
        let request = { (body: String) in
            Self.request(Self.json.type, body).replacing("Timeout: 5000000000", with: "Timeout: 100000000")
        }
        try await raw.send(request("{}\n") + request("1"))
        #expect(await raw.responses(1).map(\.body) == ["1"])
        let timeout = ContinuousClock.now + .milliseconds(400)
        #expect(await eventually { .now > timeout })
        try await raw.send(request("2"))
        #expect(await raw.responses(2).map(\.body) == ["1", "2"])
        raw.close()
        await transport.close()
        try await running.value
    }

    /// A task of an event loop runs the handlers of several requests, one after another.
    @Test func endOfClientDoesNotCancelLaterHandler() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var configuration = HTTPConfiguration()
        configuration.eventLoopGroup = group
        configuration.streamEndTimeout = .milliseconds(200)
        let transport = HTTPTransport(configuration: configuration)
        let listener = try await transport.bind(to: .local(0))
        let running = Task {
            try await listener.run { request in
                // The timers of an event loop fire in order: the one of the stream fires before this one.
                try await group.next().scheduleTask(in: .milliseconds(200)) {}.futureResult.get()
                let text = Task.isCancelled ? "cancelled" : "completed"
                return TransportResponse(contentType: request.contentType, body: ByteBuffer(string: text))
            } streams: { endpoint in
                guard endpoint == "Greeter.Stream" else { return nil }
                return { _, stream in for try await _ in stream {} }
            }
        }
        // The tasks of an event loop exist as long as it has a connection.
        let raw = try await RawConnection.open(to: listener.address)
        let goMicro = try await RawConnection.open(to: listener.address)
        try await goMicro.send(Self.request(Self.json.type, Self.json.opening))
        try await goMicro.endSending()
        #expect(await eventually { goMicro.isClosed })
        try await raw.send(
            "POST / HTTP/1.1\r\nMicro-Service: greeter\r\nMicro-Endpoint: A.B\r\nContent-Length: 0\r\n\r\n")
        #expect(await raw.responses(1).map(\.body) == ["completed"])
        raw.close()
        await transport.close()
        try await running.value
        try await group.shutdownGracefully()
    }

    /// v1.18 and later notice the end of the client, but never end their own side.
    @Test func waitForEndOfServerIsBounded() async throws {
        let done = DispatchSemaphore(value: 0)
        let server = try ScriptedServer { connection in
            for _ in 0..<2 { _ = try connection.readRequest() }
            try connection.write(Self.response(Self.json.type, "1"))
            _ = connection.readToEnd()
            done.wait()
        }
        defer { server.stop() }
        defer { done.signal() }
        var configuration = HTTPConfiguration()
        configuration.streamEndTimeout = .milliseconds(300)
        try await withClient(configuration) { client in
            let stream = try await client.open(.test(timeout: .seconds(60)), to: .local(server.port))
            var messages = stream.makeAsyncIterator()
            try await stream.send(ByteBuffer(string: "1"))
            let message = try await messages.next()
            #expect(message == ByteBuffer(string: "1"))
            try await stream.finish()
            let error = try await microError { _ = try await messages.next() }
            #expect(error.code == .deadlineExceeded && error.message.contains("did not end the stream"), "\(error)")
        }
    }
}
