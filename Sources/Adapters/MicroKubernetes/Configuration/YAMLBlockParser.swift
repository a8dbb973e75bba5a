// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A line of YAML: the number of leading spaces, and the text after them.
struct YAMLLine {
    var indentation: Int
    var text: Substring
}

/// The lines of a YAML document that are not empty and not comments.
struct YAMLLines {
    private(set) var lines: [YAMLLine] = []

    /// Nil if the indentation of a line contains a tab, or the text has a document marker: `---` after the first line
    /// of content, or `...` anywhere.
    init?(_ text: String) {
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            let content = line.drop { $0 == " " }
            guard let first = content.first, first != "#" else { continue }
            guard first != "\t" else { return nil }
            if line == "---", lines.isEmpty { continue }
            guard line != "---", line != "..." else { return nil }
            lines.append(YAMLLine(indentation: line.count - content.count, text: content))
        }
    }
}

/// Parses block mappings and block sequences.
struct YAMLBlockParser {
    private static let maxDepth = 32

    var lines: ArraySlice<YAMLLine>

    /// The value that begins with the next line; nil if it is not in the subset.
    ///
    /// - Parameter indentation: The minimum indentation of the value.
    mutating func value(indentation: Int, depth: Int) -> YAMLSubset? {
        guard depth < Self.maxDepth, let first = lines.first, first.indentation >= indentation else { return nil }
        return first.text.isSequenceEntry
            ? sequence(indentation: first.indentation, depth: depth)
            : mapping(indentation: first.indentation, depth: depth)
    }

    private mutating func sequence(indentation: Int, depth: Int) -> YAMLSubset? {
        var elements: [YAMLSubset] = []
        while let line = lines.first, line.indentation == indentation, line.text.isSequenceEntry {
            let content = line.text.dropFirst().drop { $0 == " " }
            if content.isEmpty || content.first == "#" {
                lines.removeFirst()
                let isNested = lines.first.map { $0.indentation > indentation } ?? false
                guard let element = isNested ? value(indentation: indentation + 1, depth: depth + 1) : .null else {
                    return nil
                }
                elements.append(element)
            } else if content.isSequenceEntry || content.keyEnd != nil {
                // The rest of the line is the first line of a nested block.
                lines[lines.startIndex] = YAMLLine(
                    indentation: indentation + line.text.count - content.count, text: content)
                guard let element = value(indentation: indentation + 1, depth: depth + 1) else { return nil }
                elements.append(element)
            } else {
                lines.removeFirst()
                guard let scalar = scalar(content, indentation: indentation) else { return nil }
                elements.append(scalar)
            }
        }
        return .sequence(elements)
    }

    private mutating func mapping(indentation: Int, depth: Int) -> YAMLSubset? {
        var entries: [String: YAMLSubset] = [:]
        while let line = lines.first, line.indentation == indentation, !line.text.isSequenceEntry {
            guard let end = line.text.keyEnd, case .scalar(let key)? = YAMLScalar.parse(line.text[..<end]),
                entries[key] == nil
            else { return nil }
            lines.removeFirst()
            let content = line.text[line.text.index(after: end)...].drop { $0 == " " }
            if content.isEmpty || content.first == "#" {
                guard let nested = nestedValue(of: line, depth: depth) else { return nil }
                entries[key] = nested
            } else {
                guard let scalar = scalar(content, indentation: indentation) else { return nil }
                entries[key] = scalar
            }
        }
        return .mapping(entries)
    }

    /// A scalar or a flow sequence, which continues on the following lines with a larger indentation.
    private mutating func scalar(_ content: Substring, indentation: Int) -> YAMLSubset? {
        var text = String(content)
        let isPlain = !"\"'[".contains(content.first ?? " ")
        while let next = lines.first, next.indentation > indentation {
            // Not valid YAML: a comment ends a plain scalar, and an entry of a mapping cannot continue it.
            if isPlain, text.contains(" #") || next.text.keyEnd != nil { return nil }
            while text.last == " " { text.removeLast() }
            text += " " + next.text
            lines.removeFirst()
        }
        return YAMLScalar.parse(text[...])
    }

    /// The block after a key. A sequence may have the indentation of its key.
    private mutating func nestedValue(of key: YAMLLine, depth: Int) -> YAMLSubset? {
        guard let next = lines.first else { return .null }
        if next.indentation == key.indentation, next.text.isSequenceEntry {
            return value(indentation: key.indentation, depth: depth + 1)
        }
        guard next.indentation > key.indentation else { return .null }
        return value(indentation: key.indentation + 1, depth: depth + 1)
    }
}

/// Parses scalars and flow sequences of scalars. The caller has joined continuation lines into one.
enum YAMLScalar {
    /// Reads a plain or quoted scalar, a flow sequence of scalars, or an empty flow mapping; nil for other YAML.
    static func parse(_ text: Substring) -> YAMLSubset? {
        switch text.first {
        case "[": return flowSequence(withoutComment(text))
        case "\"": return quoted(text.dropFirst(), quote: "\"").map(YAMLSubset.scalar)
        case "'": return quoted(text.dropFirst(), quote: "'").map(YAMLSubset.scalar)
        default: break
        }
        let plain = withoutComment(text)
        switch plain {
        case "", "~", "null": return .null
        case "{}": return .mapping([:])
        default: break
        }
        guard let first = plain.first, !"{}[]&*!|>%@`,?".contains(first) else { return nil }
        return .scalar(plain)
    }

    /// Reads a flow sequence; nil if an element is not a scalar or contains a comma or a bracket.
    private static func flowSequence(_ text: String) -> YAMLSubset? {
        guard text.last == "]" else { return nil }
        let content = text.dropFirst().dropLast()
        guard !content.contains(where: "[]{}".contains) else { return nil }
        var elements: [YAMLSubset] = []
        for part in content.split(separator: ",", omittingEmptySubsequences: false) {
            let trimmed = String(part).trimmingPrefix { $0 == " " }
            guard let element = parse(trimmed) else { return nil }
            elements.append(element)
        }
        // A comma may follow the last element.
        if elements.last == .null { elements.removeLast() }
        return .sequence(elements)
    }

    private static func withoutComment(_ text: Substring) -> String {
        var end = text.endIndex
        if let comment = text.firstRange(of: " #") { end = comment.lowerBound }
        var plain = text[..<end]
        while let last = plain.last, last == " " || last == "\t" { plain.removeLast() }
        return String(plain)
    }

    /// A quoted scalar after its first quote; nil if it does not end on the line or has an unknown escape sequence.
    private static func quoted(_ text: Substring, quote: Character) -> String? {
        var (result, rest) = ("", text)
        while let character = rest.popFirst() {
            if character == quote {
                guard quote == "'", rest.first == "'" else {
                    let end = withoutComment(" " + rest)
                    return end.isEmpty ? result : nil
                }
                rest.removeFirst()
                result.append("'")
            } else if character == "\\", quote == "\"" {
                guard let escaped = rest.popFirst().flatMap({ escapes[$0] }) else { return nil }
                result.append(escaped)
            } else {
                result.append(character)
            }
        }
        return nil
    }

    private static let escapes: [Character: Character] = [
        "\"": "\"", "\\": "\\", "/": "/", "n": "\n", "t": "\t", "r": "\r", "0": "\0", " ": " ",
    ]
}

extension Substring {
    /// Whether it is an entry of a sequence: a hyphen, alone or before a space.
    fileprivate var isSequenceEntry: Bool { self == "-" || hasPrefix("- ") }

    /// The colon after a key of a mapping: the first one outside of quotes before a space or the end of the line.
    fileprivate var keyEnd: Index? {
        var quote: Character?
        for index in indices {
            let character = self[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "\"" || character == "'", index == startIndex {
                quote = character
            } else if character == ":" {
                let next = self.index(after: index)
                if next == endIndex || self[next] == " " { return index }
            }
        }
        return nil
    }
}
