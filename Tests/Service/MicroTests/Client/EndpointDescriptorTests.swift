// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Micro

/// Endpoints whose descriptor names the service.
@Suite(.timeLimit(.minutes(1))) struct EndpointDescriptorTests {
    private struct Word: Codable, Sendable, Equatable { var text: String }

    private static let upper = EndpointDescriptor<Word, Word>(
        "words", "Words.Upper", description: "Makes a word upper case.")
    private static let letters = EndpointDescriptor<Word, Word>("words", "Words.Letters")
    private static let join = EndpointDescriptor<Word, Word>("words", "Words.Join")
    private static let echo = EndpointDescriptor<Word, Word>("words", "Words.Echo")

    private func withWords(_ body: (Client) async throws -> Void) async throws {
        let fixture = ServiceFixture()
        let service = try fixture.makeService("words")
        service.handle(Self.upper) { word, _ in Word(text: word.text.uppercased()) }
        service.handleServerStream(Self.letters) { word, letters, _ in
            for letter in word.text { try await letters.send(Word(text: "\(letter)")) }
        }
        service.handleClientStream(Self.join) { words, _ in
            var text = ""
            for try await word in words { text += word.text }
            return Word(text: text)
        }
        service.handleStream(Self.echo) { stream, _ in for try await word in stream { try await stream.send(word) } }
        let client = try fixture.makeClient()
        try await fixture.whileServing([service]) { try await body(client) }
        await client.close()
    }

    @Test func callNeedsOnlyTheDescriptor() async throws {
        try await withWords { client in
            #expect(try await client.call(Self.upper, Word(text: "abc")) == Word(text: "ABC"))
            let record = try await client.registry.lookUp("words").first
            let listed = record?.endpoints.first { $0.name == "Words.Upper" }
            #expect(listed?.metadata["description"] == "Makes a word upper case.")
            let streams = record?.endpoints.filter { $0.metadata["stream"] == "true" }.map(\.name) ?? []
            #expect(Set(streams) == ["Words.Letters", "Words.Join", "Words.Echo"])
        }
    }

    @Test func streamsNeedOnlyTheDescriptor() async throws {
        try await withWords { client in
            var letters: [String] = []
            for try await letter in try await client.serverStream(Self.letters, Word(text: "abc")) {
                letters.append(letter.text)
            }
            #expect(letters == ["a", "b", "c"])
            let joined = try await client.clientStream(Self.join) { words in
                for text in letters { try await words.send(Word(text: text)) }
            }
            #expect(joined == Word(text: "abc"))
            let echo = try await client.stream(Self.echo)
            try await echo.send(Word(text: "x"))
            var words = echo.makeAsyncIterator()
            #expect(try await words.next() == Word(text: "x"))
            try await echo.finish()
            #expect(try await words.next() == nil)
        }
    }

    /// The service still waits for messages, so the client must not wait for its response.
    @Test func closedSourceOfMessagesEndsClientStream() async throws {
        try await withWords { client in
            let error = await #expect(throws: MicroError.self) {
                try await client.clientStream(Self.join) { words in
                    try await words.send(Word(text: "a"))
                    throw MicroError(.closed, "the source of the words is closed")
                }
            }
            #expect(error?.code == .closed && error?.message == "the source of the words is closed")
        }
    }

    /// The service responds without reading the messages.
    @Test func closedStreamReturnsResponse() async throws {
        let first = EndpointDescriptor<Word, Word>("words", "Words.First")
        let fixture = ServiceFixture()
        let service = try fixture.makeService("words")
        service.handleClientStream(first) { _, _ in Word(text: "early") }
        try await fixture.whileServing(service) { client in
            let response = try await client.clientStream(first) { words in
                while true { try await words.send(Word(text: "a")) }
            }
            #expect(response == Word(text: "early"))
        }
    }

    @Test func descriptorWithoutServiceIsRejected() async throws {
        let client = try ServiceFixture().makeClient()
        let error = await #expect(throws: MicroError.self) {
            try await client.call(EndpointDescriptor<Word, Word>("Words.Upper"), Word(text: "abc"))
        }
        #expect(error?.code == .invalidArgument && error?.message.contains("Words.Upper names no service") == true)
        await client.close()
    }
}
