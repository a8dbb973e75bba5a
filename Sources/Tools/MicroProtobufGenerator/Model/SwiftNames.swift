// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import SwiftProtobufPluginLibrary

/// Names of Swift for names of `.proto` files.
enum SwiftNames {
    /// The name of a function: `SayHello` becomes `sayHello`; a keyword gets backquotes. Names that Swift does not allow get
    /// an underscore in front: `_2x` becomes `_2x`, and `_` becomes `__`.
    static func function(_ name: String) -> String {
        let camelCase = lowerCamelCase(name)
        let lowered = camelCase == "_" || camelCase.first?.isNumber == true ? "_" + camelCase : camelCase
        if unquotable.contains(lowered) { return lowered + "_" }
        return keywords.contains(lowered) ? "`\(lowered)`" : lowered
    }

    /// `SayHello`, `say_hello` and `sayHello` become `sayHello`, and `HTTPStatus` becomes `httpStatus`.
    private static func lowerCamelCase(_ name: String) -> String {
        let words = name.split(separator: "_")
        guard let first = words.first else { return name }
        let capitals = first.prefix { $0.isUppercase }.count
        // The last one of several capitals begins the next word, unless a digit follows it or nothing does.
        let beginsWord = capitals > 1 && first.dropFirst(capitals).first?.isLowercase == true
        let lowered = beginsWord ? capitals - 1 : capitals
        return first.prefix(lowered).lowercased() + first.dropFirst(lowered)
            + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// Names that backquotes do not make usable after a dot.
    private static let unquotable: Set<String> = ["init", "self", "Self", "Type", "Protocol"]

    private static let keywords = swiftKeywordsUsedInDeclarations.union(swiftKeywordsUsedInStatements)
        .union(swiftKeywordsUsedInExpressionsAndTypes)

    /// The name that Go's generators make: an underscore and the lower-case letter after it become an upper-case letter.
    static func goCamelCase(_ name: String) -> String {
        var result = ""
        var rest = name[...]
        if rest.first == "_" {
            result = "X"
            rest = rest.dropFirst()
        }
        var isWordStart = true
        while let character = rest.popFirst() {
            if character == "_", let next = rest.first, next.isLowercase {
                isWordStart = true
            } else {
                result += isWordStart ? character.uppercased() : String(character)
                isWordStart = character.isNumber
            }
        }
        return result
    }

    /// A string literal on one line, in which control characters and other invisible characters are escaped.
    static func literal(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case _ where scalar.properties.generalCategory.isPrintable: result.unicodeScalars.append(scalar)
            default: result += "\\u{\(String(scalar.value, radix: 16))}"
            }
        }
        return result + "\""
    }
}

extension Unicode.GeneralCategory {
    /// Whether a character of the category can stand in source text: not control characters, separators of lines, marks of
    /// direction and the like.
    fileprivate var isPrintable: Bool {
        switch self {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
