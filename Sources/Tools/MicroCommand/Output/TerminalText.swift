// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Makes text from outside safe to show: the only place that decides which characters reach a terminal.
///
/// A registry, a service or a message can contain control characters, which move the cursor or change the terminal's
/// settings, and invisible characters, which reorder the text around them.
enum TerminalText {
    /// The maximum number of characters of one value. What is longer is cut.
    static let maxLength = 4_000

    /// The text with unprintable characters replaced by escapes such as `\u{1B}`.
    ///
    /// - Parameter maxLength: The maximum number of characters; a longer text is cut, and its size is appended.
    static func escaped(_ text: String, maxLength: Int = maxLength) -> String {
        // A prefix of the bytes first: counting the characters of a text of many megabytes takes seconds.
        let isCut = text.utf8.count > maxLength * 4 || text.unicodeScalars.count > maxLength
        let head = isCut ? text.unicodeScalars.prefix(maxLength) : text.unicodeScalars[...]
        var escaped = ""
        if head.allSatisfy({ isPlain($0) }) {
            escaped = String(head)
        } else {
            for scalar in head { escaped += isSafe(scalar) ? String(scalar) : escape(scalar) }
        }
        return isCut ? "\(escaped)… (\(text.utf8.count) bytes)" : escaped
    }

    /// JSON with the unprintable characters of its strings replaced by `\uXXXX`, which is the same JSON.
    ///
    /// - Parameter json: Valid JSON, in which line feeds and tabs may stand between the values.
    static func escapedJSON(_ json: String) -> String {
        if json.unicodeScalars.allSatisfy({ isPlain($0) || $0 == "\n" || $0 == "\t" }) { return json }
        var escaped = ""
        for scalar in json.unicodeScalars {
            if scalar == "\n" || scalar == "\t" || isSafe(scalar) {
                escaped.unicodeScalars.append(scalar)
            } else {
                for unit in String(scalar).utf16 {
                    let hex = String(unit, radix: 16)
                    escaped += "\\u" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
                }
            }
        }
        return escaped
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
        }
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool { (0x20...0x7E).contains(scalar.value) }

    private static func isSafe(_ scalar: Unicode.Scalar) -> Bool {
        if isPlain(scalar) { return true }
        return switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
