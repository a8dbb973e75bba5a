// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A line of text whose parts can have a style. The text is escaped when it is written, so that it may come from outside.
struct StyledText: ExpressibleByStringInterpolation {
    /// The style of a part, shown only on a terminal with colors.
    enum Style: String {
        case plain = ""
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
    }

    struct Part {
        var text: String
        var style: Style
    }

    private(set) var parts: [Part]

    init(_ text: String, _ style: Style = .plain) { parts = [Part(text: text, style: style)] }

    init(stringLiteral value: String) { self.init(value) }

    private init(parts: [Part]) { self.parts = parts }

    static func + (left: StyledText, right: StyledText) -> StyledText { StyledText(parts: left.parts + right.parts) }

    /// The text as it is written, and the number of columns that it takes.
    func rendered(usesColor: Bool) -> (text: String, width: Int) {
        var (text, width) = ("", 0)
        for part in parts {
            let escaped = TerminalText.escaped(part.text)
            width += escaped.displayWidth
            text += usesColor && part.style != .plain ? "\u{1B}[\(part.style.rawValue)m\(escaped)\u{1B}[0m" : escaped
        }
        return (text, width)
    }
}

extension String {
    /// The number of terminal columns of a text without control characters.
    var displayWidth: Int {
        if utf8.allSatisfy({ $0 < 0x80 }) { return utf8.count }
        return reduce(0) { $0 + ($1.isWide ? 2 : 1) }
    }
}

extension Character {
    /// Whether the character takes two columns: East Asian wide characters and emoji.
    fileprivate var isWide: Bool {
        guard let scalar = unicodeScalars.first else { return false }
        return switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}
