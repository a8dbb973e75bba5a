// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore

/// What go-micro's transports write beside a body, whatever they are carried by: the transport's own fields, and apart
/// from them the user's.
///
/// The names are go-micro's: v1.0 sends `Micro-*` and `X-Micro-*`, v0.20 only the latter, v1.18 only the former.
package struct GoMicroHeaders: Sendable {
    /// A field with a meaning for the transport.
    package enum TransportFieldName: Sendable {
        case contentType
        case id
        case service
        case method
        case endpoint
        case error
        case stream
        case timeout
        /// Of no interest to who receives it.
        case reserved
    }

    /// Names and values, in the order in which they are written.
    package typealias Fields = [(name: String, value: String)]

    /// The error that ends one side of a stream in order: go-micro's `lastStreamResponseError`, which its servers send since
    /// v1.10 and its clients have always read.
    package static let endOfStream = "EOS"

    /// The media type, in lower case, without parameters; empty if there is none.
    package var contentType = ""
    package var id: String?
    package var service: String?
    package var method: String?
    package var endpoint: String?
    package var error: String?
    package var stream: String?
    package var timeout: String?
    /// All other fields: the user's.
    package var headers = Headers()

    /// No fields.
    package init() {}

    /// Sorts received fields. The first of several with the same transport name counts.
    package init(_ fields: some Sequence<(name: String, value: String)>) {
        for (name, value) in fields {
            if let field = Self.transportFieldName(name) { set(field, value) } else { headers.add(name, value) }
        }
    }

    /// Sets a field of the transport, unless an earlier one of the same name has set it: go-micro sends each twice, with
    /// and without `X-`.
    package mutating func set(_ field: TransportFieldName, _ value: String) {
        guard isMissing(field) else { return }
        switch field {
        case .contentType: contentType = MediaType.essence(of: value)
        case .id: id = value
        case .service: service = value
        case .method: method = value
        case .endpoint: endpoint = value
        case .error: error = value
        case .stream: stream = value
        case .timeout: timeout = value
        case .reserved: break
        }
    }

    /// Whether a field of the transport would be set; false for one that is of no interest to the receiver.
    package func isMissing(_ field: TransportFieldName) -> Bool {
        switch field {
        case .contentType: contentType.isEmpty
        case .id: id == nil
        case .service: service == nil
        case .method: method == nil
        case .endpoint: endpoint == nil
        case .error: error == nil
        case .stream: stream == nil
        case .timeout: timeout == nil
        case .reserved: false
        }
    }

    /// The meaning of a field for the transport; nil for a user's field.
    package static func transportFieldName(_ name: String) -> TransportFieldName? {
        transportFieldsByLength[name.utf8.count]?.first { Headers.isSame($0.text, name) }?.name
    }

    // MARK: Reading

    /// Whether it may open a stream: a call carries an ID, and go-micro before v1.10 has no other mark.
    package var canOpenStream: Bool { stream != nil || (id ?? "").isEmpty }

    /// The request that it is the head of; the body is still to come.
    ///
    /// - Parameter defaultDeadline: For a request that does not say how long it may take.
    /// - Throws: ``MicroError`` with `invalidArgument`: it does not say what it is for.
    package func request(defaultDeadline: Duration) throws(MicroError) -> TransportRequest {
        guard let service, !service.isEmpty else { throw Self.missing("Micro-Service", "the service") }
        guard let endpoint = endpoint ?? method, !endpoint.isEmpty else {
            throw Self.missing("Micro-Endpoint", "the endpoint")
        }
        return TransportRequest(
            service: service, endpoint: endpoint, contentType: contentType, headers: headers,
            deadline: .now + Self.timeout(timeout, default: defaultDeadline))
    }

    private static func missing(_ name: String, _ what: String) -> MicroError {
        MicroError(
            .invalidArgument, "the header \(name) is missing: it names \(what)", origin: MicroError.Origin.server)
    }

    /// The time of a `Timeout` in nanoseconds. What no peer of this kind sends counts as absent, a negative one as
    /// passed.
    package static func timeout(_ text: String?, default: Duration) -> Duration {
        guard let text, let first = text.utf8.first else { return `default` }
        let digits = text.utf8.dropFirst(first == 0x2D ? 1 : 0)
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return `default` }
        return first == 0x2D ? .zero : .nanoseconds(Int64(text) ?? .max)
    }

    // MARK: Writing

    /// What a request is for, and what it is made of.
    package static func target(of request: TransportRequest) -> Fields {
        [
            ("Content-Type", request.contentType),
            ("Accept", request.contentType),
            ("Micro-Service", request.service),
            ("Micro-Method", request.endpoint),
            ("Micro-Endpoint", request.endpoint),
            ("X-Micro-Service", request.service),
            ("X-Micro-Method", request.endpoint),
            ("X-Micro-Endpoint", request.endpoint),
        ]
    }

    /// Which of the calls of a connection it is; nothing for nil.
    package static func identity(_ id: String?) -> Fields {
        id.map { [("Micro-Id", $0), ("X-Micro-Id", $0)] } ?? []
    }

    /// How long a request may still take: 1 ns at least, a year at most, so that every peer can hold it.
    package static func remainingTime(until deadline: ContinuousClock.Instant) -> Fields {
        let maxSeconds: Int64 = 365 * 24 * 60 * 60
        let left = ContinuousClock.now.duration(to: deadline).components
        let seconds = min(max(left.seconds, 0), maxSeconds)
        let nanoseconds = seconds * 1_000_000_000 + max(left.attoseconds, 0) / 1_000_000_000
        return [("Timeout", String(max(1, nanoseconds)))]
    }

    /// How something has failed, or ``endOfStream``.
    package static func error(_ text: String) -> Fields { [("Micro-Error", text), ("X-Micro-Error", text)] }

    /// The transport's fields by name, in lower case.
    package static let transportFields: [(text: String, name: TransportFieldName)] = {
        let micro: [(text: String, name: TransportFieldName)] = [
            ("micro-id", .id), ("micro-service", .service), ("micro-method", .method), ("micro-endpoint", .endpoint),
            ("micro-error", .error), ("micro-stream", .stream),
        ]
        let others: [(text: String, name: TransportFieldName)] = [
            ("content-type", .contentType), ("accept", .reserved), ("timeout", .timeout),
        ]
        return micro + micro.map { ("x-" + $0.text, $0.name) } + others
    }()

    /// By length, so that most of a user's fields are recognized without a comparison.
    private static let transportFieldsByLength = Dictionary(grouping: transportFields) { $0.text.utf8.count }
}
