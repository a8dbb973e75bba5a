// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import GoMicroWire
import Logging
import Micro
import MicroHTTP
import MicroMemory
import MicroProtobuf
import NIOCore
import SwiftProtobuf
import TestSupport
import Testing

/// Recorded clients of all versions of go-micro call a service of this toolkit.
@Suite(.timeLimit(.minutes(2))) struct GoMicroServerRecordingTests {
    // The recorded request has a string as field 1, the recorded response one as field 2.
    private typealias HelloMessage = Google_Protobuf_StringValue
    private typealias GreetingMessage = Google_Protobuf_Method
    // `Count` has a number as field 1 in both.
    private typealias NumberMessage = Google_Protobuf_Int64Value

    private struct Hello: Codable, Sendable { var name: String? }
    private struct Greeting: Codable, Sendable { var greeting: String? }

    /// - Throws: The recorded errors.
    private static func greet(_ name: String) throws -> String {
        switch name {
        case "missing": throw MicroError(.notFound, "no such name \"missing\"")
        case "taken": throw MicroError(MicroError.Code(status: 409), "name \"taken\" is taken")
        case "": ""
        default: "Hello \(name)"
        }
    }

    private func makeService(isJSON: Bool, registry: MemoryRegistry, name: String) throws -> Microservice {
        var configuration = Microservice.Configuration(name: name)
        configuration.deregistrationGracePeriod = .zero
        configuration.codecs = [ProtobufCodec(), JSONCodec()]
        let service = try Microservice(
            configuration, registry: registry, transport: HTTPTransport(),
            logger: Logger(label: "greeter") { _ in SwiftLogNoOpLogHandler() })
        if isJSON {
            service.handle("Greeter.Hello") { (hello: Hello, _) in
                Greeting(greeting: try Self.greet(hello.name ?? ""))
            }
            service.handleStream("Greeter.Chat") { (stream: MessageStream<Greeting, Hello>, _) in
                for try await hello in stream where hello.name != "bye" {
                    let greeting = try Self.greet(hello.name ?? "")
                    try await stream.send(Greeting(greeting: greeting.isEmpty ? nil : greeting))
                }
            }
            return service
        }
        service.handle("Greeter.Hello") { (hello: HelloMessage, _) in Self.message(try Self.greet(hello.value)) }
        service.handle("Greeter.Empty") { (_: HelloMessage, _) in GreetingMessage() }
        for endpoint in ["Greeter.Chat", "Greeter.ChatForward"] {
            service.handleStream(endpoint) { (stream: MessageStream<GreetingMessage, HelloMessage>, _) in
                for try await hello in stream {
                    if hello.value == "bye" { return }
                    try await stream.send(Self.message(try Self.greet(hello.value)))
                }
            }
        }
        service.handleStream("Greeter.Count") { (stream: MessageStream<NumberMessage, NumberMessage>, _) in
            for try await count in stream {
                for number in 0..<count.value { try await stream.send(NumberMessage(number)) }
                return
            }
        }
        return service
    }

    private static func message(_ greeting: String) -> GreetingMessage {
        var message = GreetingMessage()
        message.requestTypeURL = greeting
        return message
    }

    @Test("recorded clients get the recorded responses", arguments: GoMicroRecording.all)
    func recordedClientGetsRecordedResponses(recording: GoMicroRecording) async throws {
        let requests = recording.messages(ofClient: true)
        let expected = recording.messages(ofClient: false)
        let service = requests.compactMap { $0["Micro-Service"] }.first ?? "go.micro.srv.greeter"
        let isJSON = requests.first?["Content-Type"] == "application/json"
        let registry = MemoryRegistry(backend: MemoryBackend())
        let microservice = try makeService(isJSON: isJSON, registry: registry, name: service)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await microservice.run() }
            defer { group.cancelAll() }
            #expect(try await eventually { try await !registry.lookUp(service).isEmpty })
            let node = try #require(try await registry.lookUp(service).first?.nodes.first)
            let raw = try await RawConnection.open(to: Address(node))
            var expectedCount = 0
            replay: for step in recording.steps {
                switch step {
                // v1.9 and later send an end also after that of the server, which has closed the connection by then.
                case .client(let text): try? await raw.send(GoMicroRecording.bytes(text))
                case .server(let text):
                    expectedCount += GoMicroRecording.Message.all(in: GoMicroRecording.bytes(text)).count
                    #expect(await eventually { raw.messages.count >= expectedCount }, "\(raw.text)")
                case .clientCloses, .serverCloses: break replay
                }
            }
            let responses = raw.messages
            for (response, expected) in zip(responses, expected) { expectEqual(response, expected) }
            // v1.0 closes the connection at the end of a stream; this server sends an end before.
            let rest = responses.dropFirst(expectedCount)
            #expect(rest.allSatisfy { $0["Micro-Error"] == GoMicroHeaders.endOfStream } && rest.count <= 1)
            raw.close()
        }
    }

    private func expectEqual(_ response: GoMicroRecording.Message, _ expected: GoMicroRecording.Message) {
        #expect(response["Content-Type"] == expected["Content-Type"])
        let (content, expectedContent) = (Self.content(response), Self.content(expected))
        #expect(content.error == expectedContent.error)
        if content.error == nil { #expect(content.message == expectedContent.message) }
    }

    /// The message and the error of a response. Those of v0.14 are in an envelope, whose other fields may differ.
    private static func content(_ response: GoMicroRecording.Message) -> (message: [UInt8], error: String?) {
        if response["Micro-Error"] == nil, let content = LegacyContent(response.body) {
            return (content.message, content.error)
        }
        // A plain text of a Go handler is `internal` here.
        return (response.body, response["Micro-Error"])
    }
}

/// The content of a response envelope in the protocol before 1.0.
private struct LegacyContent {
    let message: [UInt8]
    let error: String?

    init?(_ body: [UInt8]) {
        if let object = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any], object["id"] != nil {
            error = object["error"] as? String
            let result = object["result"].flatMap {
                try? JSONSerialization.data(withJSONObject: $0, options: [.sortedKeys, .fragmentsAllowed])
            }
            message = result.map { Array($0) } ?? []
            return
        }
        var bytes = ByteBuffer(bytes: body)
        guard var header = bytes.readLengthPrefixedSlice(as: UInt32.self),
            let message = bytes.readLengthPrefixedSlice(as: UInt32.self), bytes.readableBytes == 0
        else { return nil }
        // Field 3, at the end.
        var error = ""
        while let tag = header.readInteger(as: UInt8.self) {
            if tag == 0x11 {
                header.moveReaderIndex(forwardBy: 8)
            } else {
                var length = 0
                for shift in stride(from: 0, to: 28, by: 7) {
                    guard let byte = header.readInteger(as: UInt8.self) else { return nil }
                    length |= Int(byte & 0x7F) << shift
                    if byte < 0x80 { break }
                }
                let text = header.readString(length: length) ?? ""
                if tag == 0x1A { error = text }
            }
        }
        self.error = error.isEmpty ? nil : error
        self.message = Array(message.readableBytesView)
    }
}

extension RawConnection {
    /// The complete messages received so far.
    fileprivate var messages: [GoMicroRecording.Message] { GoMicroRecording.Message.all(in: bytes) }
}
