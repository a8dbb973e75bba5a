// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The path of a request in its one normal form (RFC 3986, section 6.2).
///
/// Percent-encoded characters that need no encoding are decoded, repeated slashes count as one. A path that proxies and
/// servers are known to read differently is rejected: with `.` or `..` as a segment, with an encoded slash, backslash or
/// control character, or with bytes that are not UTF-8.
public struct RequestPath: Sendable, Hashable, CustomStringConvertible {
    /// The path `/`.
    static let root = RequestPath(segments: [], hasTrailingSlash: false, query: nil)

    /// The decoded segments, without empty ones.
    public let segments: [String]
    /// Whether the path ends with a slash behind its last segment.
    public let hasTrailingSlash: Bool
    /// The query without its question mark, as received; nil if there is none.
    public let query: String?

    private init(segments: [String], hasTrailingSlash: Bool, query: String?) {
        self.segments = segments
        self.hasTrailingSlash = hasTrailingSlash
        self.query = query
    }

    /// Normalizes the target of a request, in origin form (`/a?b`) or absolute form (`http://host/a?b`; RFC 9112,
    /// section 3.2).
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`.
    public init(target: String) throws {
        let parts = try Self.origin(of: target).split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 1 else { throw Self.invalid("it has a fragment") }
        let halves = parts[0].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        segments = try halves[0].split(separator: "/").map(Self.decode)
        hasTrailingSlash = !segments.isEmpty && halves[0].hasSuffix("/")
        query = halves.count == 2 ? String(halves[1]) : nil
    }

    /// The path, encoded, without the query.
    public var description: String {
        "/" + segments.map(Self.encode).joined(separator: "/") + (hasTrailingSlash ? "/" : "")
    }

    /// The part of a target that begins with the path.
    private static func origin(of target: String) throws -> Substring {
        if target.hasPrefix("/") { return target[...] }
        for scheme in ["http://", "https://"] where target.lowercased().hasPrefix(scheme) {
            let rest = target.dropFirst(scheme.count)
            guard let slash = rest.firstIndex(where: { "/?".contains($0) }) else { return "/" }
            return rest[slash] == "/" ? rest[slash...] : "/" + rest[slash...]
        }
        throw invalid("it does not begin with a slash")
    }

    private static func decode(_ segment: Substring) throws -> String {
        var bytes: [UInt8] = []
        var rest = segment.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst()?.hexDigit, let low = rest.popFirst()?.hexDigit else {
                throw invalid("a percent sign is not followed by two hexadecimal digits")
            }
            bytes.append(high << 4 | low)
            if bytes.last == UInt8(ascii: "/") { throw invalid("it has an encoded slash") }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw invalid("it is not UTF-8") }
        if text == "." || text == ".." { throw invalid("it has a dot segment") }
        if bytes.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "\\") }) {
            throw invalid("it has a control character or a backslash")
        }
        return text
    }

    /// Encodes all characters but those that RFC 3986 allows in a segment.
    private static func encode(_ segment: String) -> String {
        var text = ""
        for byte in segment.utf8 {
            if byte.isAllowedInSegment {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let hex = String(byte, radix: 16, uppercase: true)
                text += hex.utf8.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return text
    }

    private static func invalid(_ reason: String) -> MicroError {
        MicroError(.invalidArgument, "the path of the request is not valid: \(reason)")
    }
}

extension UInt8 {
    /// The value of a hexadecimal digit; nil for another character.
    fileprivate var hexDigit: UInt8? { Character(Unicode.Scalar(self)).hexDigitValue.map(UInt8.init) }

    /// `pchar` of RFC 3986, section 3.3, without `%`.
    fileprivate var isAllowedInSegment: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~!$&'()*+,;=:@".utf8.contains(self)
        }
    }
}
