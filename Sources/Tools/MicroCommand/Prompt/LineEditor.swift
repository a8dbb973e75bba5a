// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The text of a line with a cursor, changed by keys.
struct LineEditor {
    /// The action that a key requests, in addition to editing the line.
    enum Request: Equatable {
        case none
        case submit
        case complete
        case interrupt
        case endOfInput
        case clearScreen
    }

    /// The maximum length of a line in characters.
    private static let maxLength = 64 * 1024

    private(set) var text: [Character] = []
    private(set) var cursor = 0
    private let history: [String]
    private var historyIndex: Int
    /// The new line, kept while an older one is shown.
    private var draft: [Character] = []
    private var pending: [UInt8] = []

    /// Creates an empty line.
    ///
    /// - Parameter history: The earlier lines, the oldest first.
    init(history: [String]) {
        self.history = history
        historyIndex = history.count
    }

    /// The line.
    var line: String { String(text) }

    /// The part of the line before the cursor.
    var head: String { String(text[..<cursor]) }

    /// The part of the line around the cursor that fits into a number of terminal columns.
    ///
    /// - Returns: The part, in which unprintable characters are escaped, and the column of the cursor in it.
    func visibleText(columns: Int) -> (text: String, column: Int) {
        var (text, width) = ("", 0)
        for character in self.text[..<cursor].reversed() {
            let escaped = TerminalText.escaped(String(character))
            guard width + escaped.displayWidth <= columns else { break }
            text = escaped + text
            width += escaped.displayWidth
        }
        let column = text.displayWidth
        for character in self.text[cursor...] {
            let escaped = TerminalText.escaped(String(character))
            guard width + escaped.displayWidth <= columns else { break }
            text += escaped
            width += escaped.displayWidth
        }
        return (text, column)
    }

    /// Handles a byte of the terminal. Keys of several bytes take effect with their last one.
    mutating func handle(_ byte: UInt8) -> Request {
        pending.append(byte)
        if pending[0] == 0x1B { return handleEscape() }
        if pending[0] >= 0x80 { return handleMultibyte() }
        pending = []
        return handleKey(byte)
    }

    /// Replaces the part before the cursor.
    mutating func replaceHead(with head: String) {
        let new = Array(head)
        text = new + text[cursor...]
        cursor = new.count
    }

    private mutating func handleKey(_ byte: UInt8) -> Request {
        switch byte {
        case 0x0A, 0x0D: return .submit
        case 0x09: return .complete
        case 0x03: return .interrupt
        case 0x04:
            if text.isEmpty { return .endOfInput }
            deleteForward()
        case 0x0C: return .clearScreen
        case 0x01: cursor = 0
        case 0x05: cursor = text.count
        case 0x02: cursor = max(0, cursor - 1)
        case 0x06: cursor = min(text.count, cursor + 1)
        case 0x08, 0x7F: deleteBackward()
        case 0x0B: text.removeSubrange(cursor...)
        case 0x15:
            text.removeSubrange(..<cursor)
            cursor = 0
        case 0x17: deleteWord()
        case 0x10: showHistory(-1)
        case 0x0E: showHistory(1)
        case 0x20...0x7E: insert(Character(Unicode.Scalar(byte)))
        default: break
        }
        return .none
    }

    /// Escape sequences of xterm and of VT220: arrows, Home, End and Delete.
    private mutating func handleEscape() -> Request {
        guard pending.count > 1 else { return .none }
        guard pending[1] == UInt8(ascii: "[") || pending[1] == UInt8(ascii: "O"), pending.count < 16 else {
            pending = []
            return .none
        }
        guard pending.count > 2, let last = pending.last, (0x40...0x7E).contains(last) else { return .none }
        let sequence = String(decoding: pending.dropFirst(2), as: UTF8.self)
        pending = []
        switch sequence {
        case "A": showHistory(-1)
        case "B": showHistory(1)
        case "C": cursor = min(text.count, cursor + 1)
        case "D": cursor = max(0, cursor - 1)
        case "H", "1~", "7~": cursor = 0
        case "F", "4~", "8~": cursor = text.count
        case "3~": deleteForward()
        default: break
        }
        return .none
    }

    private mutating func handleMultibyte() -> Request {
        let length = pending[0] >= 0xF0 ? 4 : pending[0] >= 0xE0 ? 3 : 2
        guard pending.count >= length else { return .none }
        let string = String(validating: pending, as: UTF8.self)
        pending = []
        if let string, let character = string.first { insert(character) }
        return .none
    }

    private mutating func insert(_ character: Character) {
        guard text.count < Self.maxLength else { return }
        text.insert(character, at: cursor)
        cursor += 1
    }

    private mutating func deleteBackward() {
        guard cursor > 0 else { return }
        cursor -= 1
        text.remove(at: cursor)
    }

    private mutating func deleteForward() { if cursor < text.count { text.remove(at: cursor) } }

    private mutating func deleteWord() {
        while cursor > 0, text[cursor - 1] == " " { deleteBackward() }
        while cursor > 0, text[cursor - 1] != " " { deleteBackward() }
    }

    private mutating func showHistory(_ step: Int) {
        let index = historyIndex + step
        guard (0...history.count).contains(index) else { return }
        if historyIndex == history.count { draft = text }
        historyIndex = index
        text = index == history.count ? draft : Array(history[index])
        cursor = text.count
    }
}
