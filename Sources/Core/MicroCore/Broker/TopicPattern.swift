// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A topic or a pattern of topics.
public struct TopicPattern: Sendable, Hashable {
    private let tokens: [Substring]
    /// Whether the pattern has a `*` or a final `>`.
    public let hasWildcards: Bool

    /// Creates a pattern from a text that ``TopicRules/check(pattern:)`` accepts.
    public init(_ text: String) {
        tokens = text.split(separator: ".", omittingEmptySubsequences: false)
        hasWildcards = tokens.contains("*") || tokens.last == ">"
    }

    /// Whether the pattern matches a topic, or every topic that another pattern matches.
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
