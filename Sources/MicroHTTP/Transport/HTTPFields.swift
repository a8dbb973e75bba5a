// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The header of a message, sorted in one pass: the transport's own fields apart from the user's.
///
/// The names are go-micro's: v1.0 sends `Micro-*` and `X-Micro-*`, v0.20 only the latter, v1.18 only the former.
struct HTTPFields {
    /// A field with a meaning for the transport.
    enum Name {
        case contentType
        case id
        case service
        case method
        case endpoint
        case error
        case timeout
        case length
        case encoding
        /// HTTP's own, or of no interest here.
        case reserved
    }

    /// The media type, in lower case, without parameters; empty if there is none.
    var contentType = ""
    var id: String?
    var service: String?
    var method: String?
    var endpoint: String?
    var error: String?
    var timeout: String?
    /// The declared length of the body in bytes; the codec has refused what is no number, and one that is beyond `Int`
    /// is its largest value.
    var length: Int?
    /// Whether the body comes in chunks of unknown number.
    var isChunked = false
    /// All others: the user's.
    var headers = Headers()

    init(_ fields: some Sequence<(name: String, value: String)>) {
        for (name, padded) in fields {
            // The codec leaves the blanks behind a value (RFC 9110, section 5.5).
            let value = padded.utf8.last.map(Self.isBlank) ?? false ? Self.trimmed(padded[...]) : padded
            switch Self.own(name) {
            case nil: headers.add(name, value)
            case .contentType: contentType = contentType.isEmpty ? Self.mediaType(value) : contentType
            case .id: id = id ?? value
            case .service: service = service ?? value
            case .method: method = method ?? value
            case .endpoint: endpoint = endpoint ?? value
            case .error: error = error ?? value
            case .timeout: timeout = timeout ?? value
            case .length: length = Int(value) ?? .max
            case .encoding: isChunked = true
            case .reserved: break
            }
        }
    }

    /// What a field of this name is to the transport; nil for a user's.
    static func own(_ name: String) -> Name? {
        if let known = known[name.utf8.count]?.first(where: { Headers.isSame($0.text, name) }) { return known.name }
        let isReserved = families.contains { family in
            name.utf8.count >= family.utf8.count && zip(name.utf8, family.utf8).allSatisfy { $0 | 0x20 == $1 }
        }
        return isReserved ? .reserved : nil
    }

    private static func mediaType(_ value: String) -> String {
        guard let type = value.split(separator: ";", maxSplits: 1).first else { return "" }
        return trimmed(type).lowercased()
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func trimmed(_ text: Substring) -> String {
        var bytes = text.utf8.drop(while: isBlank)
        while let last = bytes.last, isBlank(last) { bytes.removeLast() }
        return String(Substring(bytes))
    }

    private static let families = ["content-", "accept-"]

    /// By length, so that a user's field is told apart without a comparison in most cases.
    private static let known: [Int: [(text: String, name: Name)]] = {
        let micro: [(String, Name)] = [
            ("micro-id", .id), ("micro-service", .service), ("micro-method", .method), ("micro-endpoint", .endpoint),
            ("micro-error", .error), ("micro-stream", .reserved),
        ]
        let http = [
            "host", "accept", "connection", "keep-alive", "proxy-connection", "expect", "user-agent", "upgrade", "te",
            "trailer",
        ]
        let used: [(String, Name)] = [
            ("content-type", .contentType), ("content-length", .length), ("transfer-encoding", .encoding),
            ("timeout", .timeout),
        ]
        let all = micro + micro.map { ("x-" + $0.0, $0.1) } + http.map { ($0, .reserved) } + used
        return Dictionary(grouping: all.map { (text: $0.0, name: $0.1) }) { $0.text.utf8.count }
    }()
}
