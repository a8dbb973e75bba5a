// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The rules for topics, patterns, queues and headers, one set for all brokers: what every backend takes unchanged, and
/// what cannot be mistaken for a command of a protocol.
public enum TopicRules {
    /// The longest topic, in bytes: behind `topic:` it still is a name for every registry.
    public static let maxTopicLength = 247
    /// The largest number of headers.
    public static let maxHeaderCount = 1024
    /// The longest name of a header, in bytes.
    public static let maxHeaderNameLength = 256

    /// Checks a topic: tokens of `A-Z a-z 0-9 _ : -` with dots between, the first character a letter or digit, 247 bytes
    /// at most.
    ///
    /// - Throws: ``MicroError`` with `invalidTopic`.
    public static func check(topic: String) throws {
        guard isTopic(topic) else { throw invalid(topic, "a topic") }
    }

    /// Checks a topic, or a pattern: the tokens `*` anywhere, and `>` at the end.
    ///
    /// - Throws: ``MicroError`` with `invalidTopic`.
    public static func check(pattern: String) throws {
        if isTopic(pattern) { return }
        let tokens = pattern.utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
        let isValid = tokens.enumerated().allSatisfy { index, token in
            if token.elementsEqual("*".utf8) { return true }
            if token.elementsEqual(">".utf8) { return index == tokens.count - 1 }
            return !token.isEmpty && token.allSatisfy(isTokenByte)
                && (index > 0 || token.first.map(isAlphanumeric) == true)
        }
        guard isValid, (1...maxTopicLength).contains(pattern.utf8.count) else {
            throw invalid(pattern, "a topic or a pattern")
        }
    }

    /// Checks the name of a queue, or of a durable subscription: as a topic.
    ///
    /// - Throws: ``MicroError`` with `invalidName`.
    public static func check(queue: String) throws {
        guard isTopic(queue) else {
            throw MicroError(
                .invalidName, "\(NameRules.quoted(queue)) is not the name of a queue: expected \(rule)",
                origin: MicroError.Origin.broker, isSafeToRetry: true)
        }
    }

    /// Checks headers: names of visible ASCII without a colon (RFC 9110, section 5.1, allows no more), values without line
    /// ends, NUL, or white space at either end.
    ///
    /// - Throws: ``MicroError`` with `invalidArgument`.
    public static func check(headers: Headers) throws {
        guard !headers.isEmpty else { return }
        for (name, value) in headers {
            let isName = name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x3A }
            guard isName, (1...maxHeaderNameLength).contains(name.utf8.count) else {
                throw invalid("\(NameRules.quoted(name)) is not the name of a header: visible ASCII without a colon")
            }
            guard !value.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 }),
                value.utf8.first?.isBlank != true, value.utf8.last?.isBlank != true
            else {
                throw invalid(
                    "the value of the header \(name) has a line end, a NUL, or white space at an end: encode it")
            }
        }
        guard headers.count <= maxHeaderCount else {
            throw invalid("a message has \(headers.count) headers: the limit is \(maxHeaderCount)")
        }
    }

    /// Whether a text is a topic.
    public static func isTopic(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            guard let first = bytes.first, isAlphanumeric(first), bytes.count <= maxTopicLength else { return false }
            var previous: UInt8 = 0
            for byte in bytes {
                guard isTokenByte(byte) || (byte == 0x2E && previous != 0x2E) else { return false }
                previous = byte
            }
            return previous != 0x2E
        }
    }

    private static let rule =
        "1 to \(maxTopicLength) of A-Z a-z 0-9 _ : - with single dots between, a letter or digit first"

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == 0x5F || byte == 0x3A || byte == 0x2D
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }

    private static func invalid(_ text: String, _ what: String) -> MicroError {
        MicroError(
            .invalidTopic, "\(NameRules.quoted(text)) is not \(what): expected \(rule)",
            origin: MicroError.Origin.broker, isSafeToRetry: true)
    }

    private static func invalid(_ problem: String) -> MicroError {
        MicroError(.invalidArgument, problem, origin: MicroError.Origin.broker, isSafeToRetry: true)
    }
}

/// Which topics a subscription is about.
public struct TopicPattern: Sendable, Hashable {
    private let tokens: [Substring]
    /// Whether there is a `*` or a `>`.
    public let hasWildcards: Bool

    /// A topic or a pattern, which has been checked.
    public init(_ text: String) {
        tokens = text.split(separator: ".", omittingEmptySubsequences: false)
        hasWildcards = tokens.contains("*") || tokens.last == ">"
    }

    /// Whether the pattern covers a topic, or every topic that another pattern covers.
    public func matches(_ topic: String) -> Bool {
        let other = topic.split(separator: ".", omittingEmptySubsequences: false)
        for (index, token) in tokens.enumerated() {
            if token == ">" { return other.count > index }
            guard index < other.count, token == other[index] || (token == "*" && other[index] != ">") else {
                return false
            }
        }
        return tokens.count == other.count
    }
}
