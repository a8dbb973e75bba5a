// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Divides a line into words as a shell does: quotes, backslashes, several spaces. JSON needs no quotes around it: a word that
/// begins with `{` or `[` ends with the bracket that closes it.
enum WordSplitter {
    /// The words of a line, and whether its last quote or bracket is closed.
    static func split(_ line: String) -> (words: [String], isComplete: Bool) {
        var words: [String] = []
        var rest = line[...].drop(while: \.isWhitespace)
        while let first = rest.first {
            let isComplete: Bool
            let word: String
            if first == "{" || first == "[" {
                (word, isComplete) = takeJSON(&rest)
            } else {
                (word, isComplete) = takeWord(&rest)
            }
            words.append(word)
            guard isComplete else { return (words, false) }
            rest = rest.drop(while: \.isWhitespace)
        }
        return (words, true)
    }

    /// Takes a word with its quotes and backslashes.
    private static func takeWord(_ rest: inout Substring) -> (word: String, isComplete: Bool) {
        var word = ""
        var (quote, isEscaped): (Character?, Bool) = (nil, false)
        while let character = rest.first {
            if isEscaped {
                // Within double quotes, a backslash only escapes a quote and itself.
                if quote == "\"", character != "\"", character != "\\" { word.append("\\") }
                word.append(character)
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if let open = quote {
                if character == open { quote = nil } else { word.append(character) }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if character.isWhitespace {
                break
            } else {
                word.append(character)
            }
            rest.removeFirst()
        }
        return (word, quote == nil && !isEscaped)
    }

    /// Takes a JSON object or list as it is.
    private static func takeJSON(_ rest: inout Substring) -> (word: String, isComplete: Bool) {
        var word = ""
        var (depth, isInString, isEscaped) = (0, false, false)
        while let character = rest.popFirst() {
            word.append(character)
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if character == "\\" {
                    isEscaped = true
                } else if character == "\"" {
                    isInString = false
                }
                continue
            }
            switch character {
            case "\"": isInString = true
            case "{", "[": depth += 1
            case "}", "]": depth -= 1
            default: break
            }
            if depth == 0 { return (word, true) }
        }
        return (word, false)
    }
}
