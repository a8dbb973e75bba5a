// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import GreeterProtobuf
import Micro
import MicroHTTP
import MicroMemory
import NIOCore
import SwiftProtobuf
import TestSupport
import Testing

/// Generated clients call recorded servers of go-micro.
///
/// v0.14 is called in the protocol before 1.0, which `GoMicroCallTests` covers.
@Suite(.timeLimit(.minutes(2))) struct GeneratedClientTests {
    private static let recordings = GoMicroRecording.all.filter { $0.version != "v0.14.1" }

    private static func recordings(of endpoint: String) -> [GoMicroRecording] {
        recordings.filter { recording in
            let requests = recording.messages(ofClient: true)
            return requests.first?["Micro-Endpoint"] == endpoint
                && requests.first?["Content-Type"] == "application/protobuf"
        }
    }

    /// Runs a server that sends the recorded responses once it has received the recorded number of requests.
    ///
    /// - Returns: The bodies of the received requests.
    private func bodies(
        sentTo recording: GoMicroRecording, by body: (GreeterClient) async throws -> Void
    ) async throws -> [[UInt8]] {
        let received = ValueCollector<[UInt8]>()
        let server = try ScriptedServer { connection in
            for step in recording.steps {
                switch step {
                case .client(let text):
                    for message in GoMicroRecording.Message.all(in: GoMicroRecording.bytes(text)) {
                        // A client of v1.9 and later sends an end, this one closes its sending side.
                        guard message["Micro-Error"] == nil, let request = try connection.readRequest() else {
                            continue
                        }
                        received.add(request.body)
                    }
                case .server(let text): try connection.write(GoMicroRecording.bytes(text))
                case .clientCloses: _ = connection.readToEnd()
                case .serverCloses: return connection.close()
                }
            }
        }
        defer { server.stop() }
        let registry = MemoryRegistry(backend: MemoryBackend())
        let node = Node(
            id: "greeter-1", address: "127.0.0.1", port: server.port,
            metadata: ["protocol": "mucp", "transport": "http"])
        _ = try await registry.register(
            ServiceRecord(name: "greeter", version: "1", endpoints: [], nodes: [node]), timeToLive: .seconds(60))
        let transport = HTTPTransport()
        let client = try Client(registry: registry, transport: transport)
        try await body(GreeterClient(client, service: "greeter"))
        await client.close()
        await transport.close()
        return received.values
    }

    @Test(arguments: recordings(of: "Greeter.Hello")) func callSendsRecordedBodies(
        _ recording: GoMicroRecording
    ) async throws {
        let requests = recording.messages(ofClient: true)
        let responses = recording.messages(ofClient: false)
        let bodies = try await bodies(sentTo: recording) { greeter in
            for (request, response) in zip(requests, responses) {
                let hello = try Greeter_HelloRequest(serializedBytes: request.body)
                guard let text = response["Micro-Error"] else {
                    let expected = try Greeter_HelloResponse(serializedBytes: response.body)
                    #expect(try await greeter.hello(hello) == expected)
                    continue
                }
                let error = await #expect(throws: MicroError.self) { try await greeter.hello(hello) }
                #expect(error?.wireText == MicroError(wireText: text, origin: "greeter").wireText)
                // go-micro closes the connection after an error.
                return
            }
        }
        #expect(bodies == requests.prefix(bodies.count).map(\.body) && !bodies.isEmpty)
    }

    @Test(arguments: recordings(of: "Greeter.Count")) func serverStreamSendsRecordedBodies(
        _ recording: GoMicroRecording
    ) async throws {
        // The first request opens the stream.
        let request = try #require(recording.messages(ofClient: true).dropFirst().first)
        let expected = recording.messages(ofClient: false).filter { $0["Micro-Error"] == nil }
        let bodies = try await bodies(sentTo: recording) { greeter in
            var numbers: [Greeter_Number] = []
            let count = try Greeter_CountRequest(serializedBytes: request.body)
            for try await number in try await greeter.count(count) { numbers.append(number) }
            #expect(try numbers == expected.map { try Greeter_Number(serializedBytes: $0.body) })
        }
        #expect(bodies.dropFirst().first == request.body)
    }

    @Test(arguments: recordings(of: "Greeter.Chat")) func bothSidesStreamRecordedBodies(
        _ recording: GoMicroRecording
    ) async throws {
        let requests = recording.messages(ofClient: true).dropFirst().filter { $0["Micro-Error"] == nil }
        let responses = recording.messages(ofClient: false)
        let bodies = try await bodies(sentTo: recording) { greeter in
            let stream = try await greeter.chat()
            var iterator = stream.makeAsyncIterator()
            for (index, request) in requests.enumerated() {
                try await stream.send(Greeter_HelloRequest(serializedBytes: request.body))
                guard responses.indices.contains(index), responses[index]["Micro-Error"] == nil else { break }
                #expect(try await iterator.next() == Greeter_HelloResponse(serializedBytes: responses[index].body))
            }
        }
        #expect(bodies.dropFirst().elementsEqual(requests.prefix(max(0, bodies.count - 1)).map(\.body)))
        #expect(bodies.count > 1)
    }

    @Test func recordingsOfAllFormsAreFound() {
        #expect(Self.recordings(of: "Greeter.Hello").count > 5)
        #expect(Self.recordings(of: "Greeter.Count").count > 2)
        #expect(Self.recordings(of: "Greeter.Chat").count > 5)
    }
}
