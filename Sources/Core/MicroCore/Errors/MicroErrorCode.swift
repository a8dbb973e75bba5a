// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension MicroError {
    /// The kind of a failure, with the status that represents it on the wire.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Value: String {
            case invalidArgument, invalidName, invalidTopic, unauthenticated, permissionDenied, notFound
            case deadlineExceeded, conflict, failedPrecondition, payloadTooLarge, unprocessable, resourceExhausted
            case `internal`, unsupported, unavailable, closed
        }

        private let value: Value
        /// The status that a peer has sent, if there is no code for it.
        private var foreignStatus: Int?

        private init(_ value: Value) { self.value = value }

        /// An argument violates the contract (400).
        public static let invalidArgument = Code(.invalidArgument)
        /// The name of a service or the ID of a node violates the rules for names (400).
        public static let invalidName = Code(.invalidName)
        /// The name of a topic violates the rules for topics (400).
        public static let invalidTopic = Code(.invalidTopic)
        /// The credentials are missing, wrong or expired (401).
        public static let unauthenticated = Code(.unauthenticated)
        /// The credentials are valid but do not permit this (403).
        public static let permissionDenied = Code(.permissionDenied)
        /// The requested object definitely does not exist (404).
        public static let notFound = Code(.notFound)
        /// The deadline passed before the operation was complete (408).
        public static let deadlineExceeded = Code(.deadlineExceeded)
        /// The request conflicts with the current state, such as a name that is taken (409).
        public static let conflict = Code(.conflict)
        /// A condition that the request requires does not hold, such as a version that has changed (412).
        public static let failedPrecondition = Code(.failedPrecondition)
        /// The body is larger than the limit (413).
        public static let payloadTooLarge = Code(.payloadTooLarge)
        /// The message is well-formed, but its content violates a rule of the service (422).
        public static let unprocessable = Code(.unprocessable)
        /// A limit is reached; another node may still have capacity (429).
        public static let resourceExhausted = Code(.resourceExhausted)
        /// The other side failed with an internal error (500).
        public static let `internal` = Code(.internal)
        /// The adapter or the peer does not support this (501).
        public static let unsupported = Code(.unsupported)
        /// The other side cannot be reached or does not accept requests now (503).
        public static let unavailable = Code(.unavailable)
        /// The object was closed by its owner. Local: it has no status on the wire.
        public static let closed = Code(.closed)

        /// The name of the code, such as `notFound`.
        public var description: String { value.rawValue }

        /// The status on the wire, which is an HTTP status (RFC 9110, section 15). A code that was created from another
        /// status keeps that status.
        public var status: Int {
            if let foreignStatus { return foreignStatus }
            return switch value {
            case .invalidArgument, .invalidName, .invalidTopic: 400
            case .unauthenticated: 401
            case .permissionDenied: 403
            case .notFound: 404
            case .deadlineExceeded: 408
            case .conflict: 409
            case .failedPrecondition: 412
            case .payloadTooLarge: 413
            case .unprocessable: 422
            case .resourceExhausted: 429
            case .internal: 500
            case .unsupported: 501
            case .unavailable, .closed: 503
            }
        }

        /// The code for a status on the wire.
        ///
        /// A status without a code is mapped to the nearest code, and kept as ``status``, so that it can be forwarded:
        /// 504 to ``deadlineExceeded``, 502 to ``unavailable``, the other 400s to ``invalidArgument``, the rest to
        /// ``internal``. Only statuses within 400…599 are kept.
        public init(status: Int) {
            switch status {
            case 401: self = .unauthenticated
            case 403: self = .permissionDenied
            case 404: self = .notFound
            case 408, 504: self = .deadlineExceeded
            case 409: self = .conflict
            case 412: self = .failedPrecondition
            case 413: self = .payloadTooLarge
            case 422: self = .unprocessable
            case 429: self = .resourceExhausted
            case 501: self = .unsupported
            case 502, 503: self = .unavailable
            case 400..<500: self = .invalidArgument
            default: self = .internal
            }
            if self.status != status, (400..<600).contains(status) { foreignStatus = status }
        }

        /// Whether the kind of failure is the same, regardless of the status that a peer has sent.
        public static func == (left: Code, right: Code) -> Bool { left.value == right.value }

        /// Codes that compare equal have the same hash.
        public func hash(into hasher: inout Hasher) { hasher.combine(value) }
    }
}
