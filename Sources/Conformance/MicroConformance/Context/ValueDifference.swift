// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// The fields in which two values of the same type differ.
struct ValueDifference {
    /// The maximum number of differences in a report.
    static let maxReported = 8

    /// The differences, each with the path of the field and both values, in one line.
    private(set) var lines: [String] = []
    private var count = 0

    init<Value>(expected: Value, found: Value) { compare(expected, found, at: "") }

    /// A one-line report for a single value, otherwise a report with one line per field.
    func report(of subject: String) -> String {
        guard count != 1 || !lines[0].hasPrefix("expected ") else { return "\(subject): \(lines[0])" }
        let omitted = count - lines.count
        let end = omitted > 0 ? ["  and \(omitted) more"] : []
        let differences = count == 1 ? "1 field differs" : "\(count) fields differ"
        return (["\(subject): \(differences)"] + lines.map { "  \($0)" } + end).joined(separator: "\n")
    }

    private mutating func add(_ path: String, _ difference: String) {
        count += 1
        if lines.count < Self.maxReported { lines.append(path.isEmpty ? difference : "\(path): \(difference)") }
    }

    // MARK: - Comparison

    private mutating func compare(_ expected: Any, _ found: Any, at path: String) {
        guard !Self.areEqual(expected, found) else { return }
        switch (expected, found) {
        case (let expected as String, let found as String): return add(path, Self.textDifference(expected, found))
        case (let expected as ByteBuffer, let found as ByteBuffer):
            return add(path, Self.byteDifference(expected, found))
        case (let expected as Headers, let found as Headers):
            return compare(
                expected.map { "\($0.name): \($0.value)" }, found.map { "\($0.name): \($0.value)" }, at: path)
        case (let expected as Duration, let found as Duration): return add(path, "expected \(expected), found \(found)")
        default: break
        }
        let (expectedMirror, foundMirror) = (Mirror(reflecting: expected), Mirror(reflecting: found))
        switch expectedMirror.displayStyle {
        case .optional: compareOptionals(expectedMirror, foundMirror, at: path)
        case .collection: compareArrays(expectedMirror, foundMirror, at: path)
        case .dictionary: compareDictionaries(expectedMirror, foundMirror, at: path)
        case .set: compareSets(expectedMirror, foundMirror, at: path)
        case .struct, .tuple, .class:
            let before = count
            for (expectedChild, foundChild) in zip(expectedMirror.children, foundMirror.children) {
                let label = expectedChild.label ?? ""
                compare(expectedChild.value, foundChild.value, at: path.isEmpty ? label : "\(path).\(label)")
            }
            if count == before { addValues(expected, found, at: path) }
        default: addValues(expected, found, at: path)
        }
    }

    private mutating func addValues(_ expected: Any, _ found: Any, at path: String) {
        add(path, "expected \(Self.text(expected)), found \(Self.text(found))")
    }

    private mutating func compareOptionals(_ expected: Mirror, _ found: Mirror, at path: String) {
        switch (expected.children.first?.value, found.children.first?.value) {
        case (let expected?, let found?): compare(expected, found, at: path)
        case (let expected?, nil): add(path, "expected \(Self.text(expected)), found nil")
        case (nil, let found?): add(path, "expected nil, found \(Self.text(found))")
        case (nil, nil): break
        }
    }

    private mutating func compareArrays(_ expected: Mirror, _ found: Mirror, at path: String) {
        let (expected, found) = (expected.children.map(\.value), found.children.map(\.value))
        if expected.count != found.count {
            let subject = path.isEmpty ? "count" : "\(path).count"
            add(subject, "expected \(expected.count), found \(found.count)")
        }
        for index in 0..<max(expected.count, found.count) {
            let place = "\(path)[\(index)]"
            guard index < expected.count else { return add(place, "unexpected: \(Self.text(found[index]))") }
            guard index < found.count else { return add(place, "missing: \(Self.text(expected[index]))") }
            let before = count
            compare(expected[index], found[index], at: place)
            // Elements after a missing one would all differ.
            if count > before, expected.count != found.count { return }
        }
    }

    private mutating func compareDictionaries(_ expected: Mirror, _ found: Mirror, at path: String) {
        let (expected, found) = (Self.pairs(expected), Self.pairs(found))
        for key in Set(expected.keys).union(found.keys).sorted() {
            let place = "\(path)[\(key)]"
            switch (expected[key], found[key]) {
            case (let expected?, let found?): compare(expected, found, at: place)
            case (let expected?, nil): add(place, "missing: \(Self.text(expected))")
            case (nil, let found?): add(place, "unexpected: \(Self.text(found))")
            case (nil, nil): break
            }
        }
    }

    private mutating func compareSets(_ expected: Mirror, _ found: Mirror, at path: String) {
        let (expected, found) = (
            Set(expected.children.map { Self.text($0.value) }), Set(found.children.map { Self.text($0.value) })
        )
        for element in expected.subtracting(found).sorted() { add(path, "missing: \(element)") }
        for element in found.subtracting(expected).sorted() { add(path, "unexpected: \(element)") }
    }

    // MARK: - Values

    private static func areEqual(_ expected: Any, _ found: Any) -> Bool {
        func isEqual<Value: Equatable>(_ expected: Value) -> Bool { found as? Value == expected }
        guard let expected = expected as? any Equatable else { return text(expected) == text(found) }
        return isEqual(expected)
    }

    private static func pairs(_ dictionary: Mirror) -> [String: Any] {
        Dictionary(
            dictionary.children.compactMap { child in
                let pair = Mirror(reflecting: child.value).children.map(\.value)
                return pair.count == 2 ? (text(pair[0]), pair[1]) : nil
            }, uniquingKeysWith: { $1 })
    }

    /// The value in one short line.
    private static func text(_ value: Any) -> String {
        let text = (value as? String)?.debugDescription ?? "\(value)"
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.count > 120 ? "\(line.prefix(120))… (\(line.count) characters)" : line
    }

    /// Short texts are shown in full; for long texts, the context of the first difference is shown.
    private static func textDifference(_ expected: String, _ found: String) -> String {
        guard max(expected.count, found.count) > 120 else {
            return "expected \(expected.debugDescription), found \(found.debugDescription)"
        }
        let common = zip(expected, found).prefix { $0 == $1 }.count
        let excerpt = { (text: String) in String(text.dropFirst(max(0, common - 10)).prefix(40)).debugDescription }
        return "expected \(expected.count) characters, found \(found.count); at character \(common): "
            + "expected …\(excerpt(expected))…, found …\(excerpt(found))…"
    }

    private static func byteDifference(_ expected: ByteBuffer, _ found: ByteBuffer) -> String {
        let (expectedBytes, foundBytes) = (expected.readableBytesView, found.readableBytesView)
        let common = zip(expectedBytes, foundBytes).prefix { $0 == $1 }.count
        let excerpt = { (bytes: ByteBufferView) in
            bytes.dropFirst(common).prefix(8).map { byte in
                let digits = String(byte, radix: 16)
                return digits.count == 1 ? "0\(digits)" : digits
            }.joined(separator: " ")
        }
        return "expected \(expectedBytes.count) bytes, found \(foundBytes.count); at byte \(common): "
            + "expected [\(excerpt(expectedBytes))], found [\(excerpt(foundBytes))]"
    }
}
