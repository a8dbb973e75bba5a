// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore

/// The headers of a go-micro message, read in one pass: the transport's own fields apart from the user's.
///
/// v1.0 sends `Micro-*` and `X-Micro-*`, v0.20 only the latter, v1.18 only the former. `Micro-*` takes precedence, and the
/// first of several equal names counts.
package struct GoMicroHeaders: Sendable {
    /// Names and values in the order in which they are written.
    package typealias Fields = [(name: String, value: String)]

    /// The error that ends one side of a stream in order: go-micro's `lastStreamResponseError`. Its servers send it since
    /// v1.3, its clients have always read it.
    package static let endOfStream = "EOS"

    /// The media type in lowercase without parameters; empty if there is none.
    package private(set) var contentType = ""
    /// The number of the call; nil if there is none.
    package private(set) var id: String?
    /// The called service.
    package private(set) var service: String?
    /// The called endpoint under its older name.
    package private(set) var method: String?
    /// The called endpoint.
    package private(set) var endpoint: String?
    /// The error of the response, or ``endOfStream``.
    package private(set) var error: String?
    /// The mark of a message of a stream.
    package private(set) var stream: String?
    /// The remaining time in nanoseconds, as text: see ``timeout(_:default:)``.
    package private(set) var timeout: String?
    /// The kind of the request, as a peer of this toolkit states it: see ``GoMicroRequestKind``.
    package private(set) var kind: String?
    /// All other headers.
    package var userHeaders = Headers()

    /// The transport's fields that were received under their name without `X-`.
    private var fieldsWithCurrentName = TransportField.Set()

    /// Creates empty headers.
    package init() {}

    /// Reads all headers of a message.
    package init(_ fields: some Sequence<(name: String, value: String)>) {
        for (name, value) in fields {
            if let field = Self.transportFieldName(name) { set(field, value) } else { userHeaders.add(name, value) }
        }
    }

    /// Whether ``set(_:_:)`` would take a value: false if one that takes precedence is set, or if no receiver reads the
    /// field. A caller that reads bytes can skip decoding the value then.
    package func isMissing(_ name: TransportFieldName) -> Bool {
        name.isLegacy ? !hasValue(name.field) : name.field != .accept && !fieldsWithCurrentName.contains(name.field)
    }

    /// Sets a field of the transport, unless one that takes precedence is set.
    package mutating func set(_ name: TransportFieldName, _ value: String) {
        guard isMissing(name) else { return }
        if !name.isLegacy { fieldsWithCurrentName.insert(name.field) }
        switch name.field {
        case .contentType: contentType = MediaType.essence(of: value)
        case .accept: break
        case .timeout: timeout = value
        case .id: id = value
        case .service: service = value
        case .method: method = value
        case .endpoint: endpoint = value
        case .error: error = value
        case .stream: stream = value
        case .kind: kind = value
        }
    }

    private func hasValue(_ field: TransportField) -> Bool {
        switch field {
        case .contentType: !contentType.isEmpty
        case .accept: true
        case .timeout: timeout != nil
        case .id: id != nil
        case .service: service != nil
        case .method: method != nil
        case .endpoint: endpoint != nil
        case .error: error != nil
        case .stream: stream != nil
        case .kind: kind != nil
        }
    }

    /// Whether the message can open a stream: a call carries an ID, and go-micro before v1.9 marks streams only by its
    /// absence.
    package var canOpenStream: Bool { stream != nil || (id ?? "").isEmpty }

    /// The request with these headers, without its body.
    ///
    /// - Parameter defaultTimeout: The timeout of a request that names none.
    /// - Throws: ``MicroError`` with `invalidArgument` if the service or the endpoint is missing.
    package func request(defaultTimeout: Duration) throws(MicroError) -> TransportRequest {
        guard let service, !service.isEmpty else { throw Self.missing(GoMicroHeaderName.service, "service") }
        guard let endpoint = endpoint ?? method, !endpoint.isEmpty else {
            throw Self.missing(GoMicroHeaderName.endpoint, "endpoint")
        }
        return TransportRequest(
            service: service, endpoint: endpoint, contentType: contentType, headers: userHeaders,
            deadline: .now + Self.timeout(timeout, default: defaultTimeout))
    }

    private static func missing(_ name: String, _ what: String) -> MicroError {
        MicroError(
            .invalidArgument, "the header \(name) is missing: set it to the name of the \(what)",
            origin: MicroError.Origin.server)
    }

    /// The duration of a `Timeout` value in nanoseconds. Anything but a decimal number counts as absent, a negative number
    /// as an expired timeout.
    package static func timeout(_ text: String?, default: Duration) -> Duration {
        guard let text, let first = text.utf8.first else { return `default` }
        let digits = text.utf8.dropFirst(first == UInt8(ascii: "-") ? 1 : 0)
        guard !digits.isEmpty, digits.allSatisfy(\.isASCIIDigit) else { return `default` }
        return first == UInt8(ascii: "-") ? .zero : .nanoseconds(Int64(text) ?? .max)
    }
}
