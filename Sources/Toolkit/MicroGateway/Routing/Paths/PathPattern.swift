// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroEdge

/// A path pattern that the metadata of an endpoint declares.
///
/// `/users` is a literal. `/users/{id}` is a template: each variable (`{id}` or `{id=*}`) matches one segment, and a
/// final `{path=**}` matches zero or more segments. A pattern that begins with `^` is a regular expression for the
/// whole path.
struct PathPattern: Sendable {
    /// A segment of a template.
    enum Part: Hashable, Sendable {
        case literal(String)
        case variable(String)
        case rest(String)
    }

    private enum Form: Sendable {
        case template([Part])
        case expression(PathExpression)
    }

    /// The text of the pattern.
    let text: String
    /// The rank among patterns that match the same path; the highest wins: literals before templates, templates before
    /// regular expressions. Among templates, more literal segments come first, then those without a `=**` variable.
    let specificity: Int
    private let form: Form

    /// Parses a pattern.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`.
    init(_ text: String) throws {
        self.text = text
        if text.hasPrefix("^") {
            guard text.utf8.count <= 512, let expression = PathExpression(text) else {
                throw MicroError(.invalidArgument, "\"\(text)\" is not a regular expression of at most 512 bytes")
            }
            (form, specificity) = (.expression(expression), 0)
        } else {
            let parts = try Self.parts(of: text)
            (form, specificity) = (.template(parts), Self.specificity(of: parts))
        }
    }

    private static func specificity(of parts: [Part]) -> Int {
        let literals = parts.count { if case .literal = $0 { true } else { false } }
        let hasRest = parts.contains { if case .rest = $0 { true } else { false } }
        return (literals == parts.count ? 1 << 20 : 1 << 10) + literals * 2 + (hasRest ? 0 : 1)
    }

    /// The text without the names of variables: equal for patterns that match the same paths.
    var shape: String {
        guard case .template(let parts) = form else { return text }
        return parts.map { part in
            switch part {
            case .literal(let literal): "/\(literal)"
            case .variable: "/{}"
            case .rest: "/{**}"
            }
        }.joined()
    }

    /// The segments of a template; nil for a regular expression.
    var template: [Part]? { if case .template(let parts) = form { parts } else { nil } }

    /// The path and the variables of a template in the notation of OpenAPI; nil for a regular expression.
    var openAPIPath: (path: String, variables: [String])? {
        guard case .template(let parts) = form else { return nil }
        var variables: [String] = []
        let segments = parts.map { part -> String in
            switch part {
            case .literal(let literal): return literal
            case .variable(let name), .rest(let name):
                variables.append(name)
                return "{\(name)}"
            }
        }
        return ("/" + segments.joined(separator: "/"), variables)
    }

    /// Whether a path matches.
    func matches(_ path: RequestPath) -> Bool {
        switch form {
        case .template(let parts): Self.matches(parts, path.segments)
        case .expression(let expression): expression.matches(path.description)
        }
    }

    private static func matches(_ parts: [Part], _ segments: [String]) -> Bool {
        for (index, part) in parts.enumerated() {
            switch part {
            case .literal(let literal): if segments.dropFirst(index).first != literal { return false }
            case .variable: if index >= segments.count { return false }
            case .rest: return index <= segments.count
            }
        }
        return parts.count == segments.count
    }

    /// The variables of a path that matches, by their names.
    func variables(of segments: [String]) -> [String: String] {
        guard case .template(let parts) = form else { return [:] }
        var variables: [String: String] = [:]
        for (index, part) in parts.enumerated() {
            switch part {
            case .literal: break
            case .variable(let name): variables[name] = segments.dropFirst(index).first
            case .rest(let name): variables[name] = segments.dropFirst(index).joined(separator: "/")
            }
        }
        return variables
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "*")
    }

    private static func parts(of text: String) throws -> [Part] {
        let segments = text.split(separator: "/")
        return try segments.enumerated().map { index, segment in
            guard segment.utf8.contains(where: isSpecial) else { return .literal(String(segment)) }
            guard segment.hasPrefix("{"), segment.hasSuffix("}") else {
                throw MicroError(.invalidArgument, "\"\(text)\" is not a path template: a variable is a whole segment")
            }
            let name = segment.dropFirst().dropLast()
            let isRest = name.hasSuffix("=**") && index == segments.count - 1
            let plain = isRest ? name.dropLast(3) : name.hasSuffix("=*") ? name.dropLast(2) : name
            guard !plain.isEmpty, plain.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }) else {
                throw MicroError(
                    .invalidArgument,
                    "\"\(text)\" is not a path template: \"\(segment)\" is not a variable: expected {NAME}, or "
                        + "{NAME=**} as the last segment, with letters, digits, _ and . in the name")
            }
            return isRest ? .rest(String(plain)) : .variable(String(plain))
        }
    }
}
