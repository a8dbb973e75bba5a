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
        case stream
        case length
        case encoding
        case connection
        /// HTTP's own, which change how a message has to be read.
        case framing
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
    /// Whether the message says that it belongs to a stream.
    var isStream = false
    /// The declared length of the body in bytes; the codec has refused what is no number, and one that is beyond `Int`
    /// is its largest value.
    var length: Int?
    /// Whether the body comes in chunks of unknown number.
    var isChunked = false
    /// Whether the connection ends behind the message, as the message says; the complete codec tells by itself.
    var shouldCloseConnection = false
    /// All others: the user's.
    var headers = Headers()

    init() {}

    /// Of the complete codec, which has judged what concerns it.
    init(_ fields: some Sequence<(name: String, value: String)>) {
        for (name, padded) in fields {
            // The codec leaves the blanks behind a value (RFC 9110, section 5.5).
            let value = padded.utf8.last.map(Self.isWhitespace) ?? false ? Self.trimmed(padded[...]) : padded
            switch Self.transportField(name.utf8) {
            case nil: headers.add(name, value)
            case .length: length = Int(value) ?? .max
            case .encoding: isChunked = true
            case let transportField?: set(transportField, value)
            }
        }
    }

    /// Takes a field as it is on the wire.
    ///
    /// - Returns: False for one that only the complete codec can judge.
    mutating func insert(_ field: HTTPField) -> Bool {
        switch field.transportField {
        case nil: headers.add(Self.text(field.name), Self.text(field.value))
        case .length:
            // One number, and one that an `Int` holds.
            guard length == nil, (1...15).contains(field.value.count),
                field.value.allSatisfy({ (0x30...0x39).contains($0) })
            else { return false }
            length = field.value.reduce(0) { $0 * 10 + Int($1 & 0xF) }
        case .connection:
            shouldCloseConnection = Self.isEqualIgnoringCase(field.value, "close".utf8)
            return shouldCloseConnection || Self.isEqualIgnoringCase(field.value, "keep-alive".utf8)
        case .encoding, .framing: return false
        case .reserved: break
        case let transportField?: if isMissing(transportField) { set(transportField, Self.text(field.value)) }
        }
        return true
    }

    /// The first of several counts: go-micro sends each twice.
    private func isMissing(_ name: Name) -> Bool {
        switch name {
        case .contentType: contentType.isEmpty
        case .id: id == nil
        case .service: service == nil
        case .method: method == nil
        case .endpoint: endpoint == nil
        case .error: error == nil
        case .timeout: timeout == nil
        case .stream: !isStream
        default: false
        }
    }

    private mutating func set(_ name: Name, _ value: String) {
        guard isMissing(name) else { return }
        switch name {
        case .contentType: contentType = Self.mediaType(value)
        case .id: id = value
        case .service: service = value
        case .method: method = value
        case .endpoint: endpoint = value
        case .error: error = value
        case .timeout: timeout = value
        case .stream: isStream = value == "true"
        default: break
        }
    }

    /// What a field of this name is to the transport; nil for a user's.
    static func transportField(_ name: some Collection<UInt8>) -> Name? {
        let length = name.count
        if length < known.count, let match = known[length].first(where: { isEqualIgnoringCase(name, $0.text) }) {
            return match.name
        }
        let isReserved = reservedNamePrefixes.contains { namePrefix in
            length >= namePrefix.count && zip(name, namePrefix).allSatisfy { $0 | 0x20 == $1 }
        }
        return isReserved ? .reserved : nil
    }

    static func isWhitespace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// - Parameter known: In lower case.
    private static func isEqualIgnoringCase(_ text: some Collection<UInt8>, _ known: some Collection<UInt8>) -> Bool {
        text.count == known.count
            && zip(text, known).allSatisfy { $0 == $1 || ((0x41...0x5A).contains($0) && $0 | 0x20 == $1) }
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func mediaType(_ value: String) -> String {
        // As the peers of this toolkit write it.
        if value.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x3B && !(0x41...0x5A).contains($0) }) { return value }
        guard let type = value.split(separator: ";", maxSplits: 1).first else { return "" }
        return trimmed(type).lowercased()
    }

    private static func trimmed(_ text: Substring) -> String {
        var bytes = text.utf8.drop(while: isWhitespace)
        while let last = bytes.last, isWhitespace(last) { bytes.removeLast() }
        return String(Substring(bytes))
    }

    private static let reservedNamePrefixes = ["content-", "accept-"].map { Array($0.utf8) }

    /// By length, so that a user's field is told apart without a comparison in most cases.
    private static let known: [[(text: [UInt8], name: Name)]] = {
        let micro: [(String, Name)] = [
            ("micro-id", .id), ("micro-service", .service), ("micro-method", .method), ("micro-endpoint", .endpoint),
            ("micro-error", .error), ("micro-stream", .stream),
        ]
        let framing = ["expect", "upgrade", "te", "trailer"]
        let http = ["host", "accept", "keep-alive", "proxy-connection", "user-agent"]
        let used: [(String, Name)] = [
            ("content-type", .contentType), ("content-length", .length), ("transfer-encoding", .encoding),
            ("connection", .connection), ("timeout", .timeout),
        ]
        let all =
            micro + micro.map { ("x-" + $0.0, $0.1) } + framing.map { ($0, .framing) } + http.map { ($0, .reserved) }
            + used
        let byLength = Dictionary(grouping: all.map { (text: Array($0.0.utf8), name: $0.1) }) { $0.text.count }
        return (0...(byLength.keys.max() ?? 0)).map { byLength[$0] ?? [] }
    }()
}
