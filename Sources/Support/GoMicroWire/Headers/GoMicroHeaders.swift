// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore
package import NIOCore

/// The headers of a go-micro message, read in one pass: the transport's own fields are separated from the user's.
///
/// v1.0 sends `Micro-*` and `X-Micro-*`, v0.20 only the latter, v1.18 only the former. `Micro-*` takes precedence, and
/// the first of several equal names is used.
package struct GoMicroHeaders: Sendable {
    /// Names and values in the order in which they are written.
    package typealias Fields = [(name: String, value: String)]

    /// The error that marks the normal end of one side: go-micro's `lastStreamResponseError`. Servers of go-micro have
    /// sent it since v1.3; its clients have always read it.
    package static let endOfStream = "EOS"

    /// The media type as it was sent, with its parameters; empty if there is none.
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
    /// The field that marks a message of a stream.
    package private(set) var stream: String?
    /// The remaining time in nanoseconds, as text: see ``timeout(_:default:)``.
    package private(set) var timeout: String?
    /// The kind of the request, as stated by a swift-micro peer: see ``GoMicroRequestKind``.
    package private(set) var kind: String?
    /// All other headers.
    package var userHeaders = Headers()

    /// Whether the called endpoint was received under its name with `X-`, which go-micro writes before v1.18.
    private var hasLegacyEndpoint = false
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

    /// Whether ``set(_:_:)`` would store a value: false if a value that takes precedence is set, or if no receiver
    /// reads the field. In that case, a caller that reads bytes can skip decoding the value.
    package func isMissing(_ name: TransportFieldName) -> Bool {
        if name.isLegacy { return !hasValue(name.field) || name.field == .endpoint && !hasLegacyEndpoint }
        return name.field != .accept && !fieldsWithCurrentName.contains(name.field)
    }

    /// Sets a field of the transport, unless a value that takes precedence is set.
    package mutating func set(_ name: TransportFieldName, _ value: String) {
        guard isMissing(name) else { return }
        if name.isLegacy {
            if name.field == .endpoint { hasLegacyEndpoint = true }
            guard !hasValue(name.field) else { return }
        } else {
            fieldsWithCurrentName.insert(name.field)
        }
        switch name.field {
        case .contentType: contentType = value
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

    /// Whether the message is recognizably from go-micro or swift-micro: it has a field of their transports, or a
    /// user's header with their prefix. Every version sends `Timeout`, `Micro-Id` or `Micro-Stream`.
    package var isFromMicroPeer: Bool {
        hasClientMark || service != nil || method != nil || endpoint != nil || error != nil
            || userHeaders.contains { name, _ in
                let name = name.lowercased()
                return name.hasPrefix("micro-") || name.hasPrefix("x-micro-")
            }
    }

    /// Whether the message has a field that every go-micro client sends when it opens a stream, and that manually
    /// written requests omit.
    package var hasClientMark: Bool { timeout != nil || id != nil || stream != nil || kind != nil }

    /// Whether the message can open a stream: a call has an ID, and go-micro before v1.9 marks streams only by the
    /// absence of an ID.
    package var canOpenStream: Bool { stream != nil || (id ?? "").isEmpty }

    /// Whether only the body can name the called endpoint, as in requests of go-micro before v0.20.
    package var isEndpointInBody: Bool {
        (service ?? "").isEmpty && (endpoint ?? method ?? "").isEmpty
            && LegacyRPCFormat.namesEndpoint(inBodyOf: contentType)
    }

    /// Whether the caller uses the names of go-micro before v1.18.
    package var usesLegacyNames: Bool { hasLegacyEndpoint || isEndpointInBody }

    /// The request with these headers.
    ///
    /// - Parameters:
    ///   - body: The body of the request.
    ///   - defaultTimeout: The timeout of a request without one.
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument` if the service or the endpoint is missing, except if
    ///   ``isEndpointInBody``.
    package func request(body: ByteBuffer, defaultTimeout: Duration) throws(MicroError) -> TransportRequest {
        let (service, endpoint) = (service ?? "", endpoint ?? method ?? "")
        guard isEndpointInBody || !service.isEmpty else { throw Self.missing(GoMicroHeaderName.service, "service") }
        guard isEndpointInBody || !endpoint.isEmpty else { throw Self.missing(GoMicroHeaderName.endpoint, "endpoint") }
        var request = TransportRequest(
            service: service, endpoint: endpoint, contentType: contentType, headers: userHeaders, body: body,
            deadline: .now + Self.timeout(timeout, default: defaultTimeout))
        request.usesLegacyNames = usesLegacyNames
        return request
    }

    private static func missing(_ name: String, _ what: String) -> MicroError {
        MicroError(
            .invalidArgument, "the header \(name) is missing: set it to the name of the \(what)",
            origin: MicroError.Origin.server)
    }

    /// The duration of a `Timeout` value in nanoseconds. Anything but a decimal number is treated as absent, a negative
    /// number as an expired timeout.
    package static func timeout(_ text: String?, default: Duration) -> Duration {
        guard var text else { return `default` }
        return text.withUTF8 { bytes in
            let isNegative = bytes.first == UInt8(ascii: "-")
            guard bytes.count > (isNegative ? 1 : 0) else { return `default` }
            var nanoseconds: Int64? = 0
            for byte in bytes.dropFirst(isNegative ? 1 : 0) {
                guard byte.isASCIIDigit else { return `default` }
                nanoseconds = nanoseconds?.appending(digit: Int64(byte - UInt8(ascii: "0")))
            }
            return isNegative ? .zero : .nanoseconds(nanoseconds ?? .max)
        }
    }
}

extension Int64 {
    /// The number with another decimal digit at its end; nil if it is too large.
    fileprivate func appending(digit: Int64) -> Int64? {
        let (shifted, overflows) = multipliedReportingOverflow(by: 10)
        let (sum, carries) = shifted.addingReportingOverflow(digit)
        return overflows || carries ? nil : sum
    }
}
