// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

// The messages of the JetStream API, under the names of the documentation
// (https://docs.nats.io/reference/reference-protocols/nats_api_reference).

/// The error in a response.
struct ApiError: Error, Sendable, Decodable {
    /// An `err_code` ([list](https://github.com/nats-io/nats-server/blob/main/server/errors.json)).
    struct ErrorCode: RawRepresentable, Hashable, Sendable {
        let rawValue: Int

        /// The limits of the account are exceeded.
        static let accountResourcesExceeded = ErrorCode(rawValue: 10002)
        /// Insufficient resources of the server.
        static let insufficientResources = ErrorCode(rawValue: 10023)
        /// The maximum number of consumers of the account or the stream is reached.
        static let maximumConsumersLimit = ErrorCode(rawValue: 10026)
        /// The maximum number of streams of the account is reached.
        static let maximumStreamsLimit = ErrorCode(rawValue: 10027)
        /// Insufficient memory resources.
        static let memoryResourcesExceeded = ErrorCode(rawValue: 10028)
        /// Insufficient storage resources.
        static let storageResourcesExceeded = ErrorCode(rawValue: 10047)
        /// A limit of the stream is exceeded.
        static let streamLimits = ErrorCode(rawValue: 10053)
        /// The message is larger than the stream accepts.
        static let streamMessageExceedsMaximum = ErrorCode(rawValue: 10054)
        /// The name is in use by a stream with a different configuration.
        static let streamNameExists = ErrorCode(rawValue: 10058)
        /// A message was not stored, for example because the stream is full.
        static let streamStoreFailed = ErrorCode(rawValue: 10077)
        /// The filter subject of a consumer is not among the subjects of the stream.
        static let consumerFilterNotSubset = ErrorCode(rawValue: 10093)
        /// The headers of the message are larger than a stream accepts.
        static let streamHeaderExceedsMaximum = ErrorCode(rawValue: 10097)
        /// The size of the stream exceeds the limit of the account.
        static let streamMaxStreamBytesExceeded = ErrorCode(rawValue: 10122)
    }

    /// Like an HTTP status.
    let code: Int
    let errCode: ErrorCode
    /// At most 200 characters.
    let description: String

    private enum CodingKeys: String, CodingKey {
        case code, description
        case errCode = "err_code"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        code = (try? container.decode(Int.self, forKey: .code)) ?? 500
        errCode = ErrorCode(rawValue: (try? container.decode(Int.self, forKey: .errCode)) ?? 0)
        let text = (try? container.decode(String.self, forKey: .description)) ?? "no description"
        description = String(text.prefix(200))
    }

    /// The code for callers.
    var microCode: MicroError.Code {
        switch errCode {
        case .accountResourcesExceeded, .insufficientResources, .maximumConsumersLimit, .maximumStreamsLimit,
            .memoryResourcesExceeded, .storageResourcesExceeded, .streamLimits, .streamMaxStreamBytesExceeded:
            .resourceExhausted
        case .streamMessageExceedsMaximum, .streamHeaderExceedsMaximum: .payloadTooLarge
        // Permanent failures to store a message, such as "maximum bytes exceeded". Other failures are temporary.
        case .streamStoreFailed where description.contains("maximum"): .resourceExhausted
        default: MicroError.Code(status: code)
        }
    }
}

/// The acknowledgement of a publication.
struct PubAck: Sendable, Decodable {
    let seq: UInt64
}

/// The configuration of a stream. Fields without a property here are kept, so that an update does not change them.
struct StreamConfig: Sendable, Codable {
    private var fields: JSONFields

    init(name: String, storage: String) {
        fields = [
            "name": .string(name), "storage": .string(storage), "retention": "limits", "max_msgs": -1,
            "max_consumers": -1, "max_msg_size": -1,
        ]
    }

    init(from decoder: any Decoder) throws { fields = try JSONFields(from: decoder) }

    func encode(to encoder: any Encoder) throws { try fields.encode(to: encoder) }

    var subjects: [String] {
        get { fields["subjects"]?.strings ?? [] }
        set { fields["subjects"] = .array(newValue.map(JSONValue.string)) }
    }

    /// The number of servers that store each message.
    var numReplicas: Int64? {
        get { fields["num_replicas"]?.integer }
        set { fields["num_replicas"] = newValue.map(JSONValue.integer) }
    }

    /// Nanoseconds; 0 for no limit.
    var maxAge: Int64? {
        get { fields["max_age"]?.integer }
        set { fields["max_age"] = newValue.map(JSONValue.integer) }
    }

    /// -1 for no limit.
    var maxBytes: Int64? {
        get { fields["max_bytes"]?.integer }
        set { fields["max_bytes"] = newValue.map(JSONValue.integer) }
    }

    /// `old` or `new`: the messages that a full stream discards.
    var discard: String? {
        get { fields["discard"]?.string }
        set { fields["discard"] = newValue.map(JSONValue.string) }
    }

    /// Nanoseconds.
    var duplicateWindow: Int64? {
        get { fields["duplicate_window"]?.integer }
        set { fields["duplicate_window"] = newValue.map(JSONValue.integer) }
    }
}

/// A stream as the server describes it.
struct StreamInfo: Sendable, Decodable {
    let config: StreamConfig
    /// The time of its creation, which distinguishes a recreated stream from its predecessor.
    let created: String?
}

/// The configuration of a consumer. Fields without a property here are kept, so that an update does not change them.
struct ConsumerConfig: Sendable, Codable {
    /// Where a new consumer starts.
    enum DeliverPolicy: Sendable {
        case all
        case new
        case byStartSequence(UInt64)
    }

    private var fields: JSONFields

    init(name: String, filterSubject: String, deliverPolicy: DeliverPolicy) {
        fields = [
            "name": .string(name), "filter_subject": .string(filterSubject), "ack_policy": "explicit",
            "max_deliver": -1, "replay_policy": "instant",
            // Each client limits its own unacknowledged messages.
            "max_ack_pending": -1,
        ]
        switch deliverPolicy {
        case .all: fields["deliver_policy"] = "all"
        case .new: fields["deliver_policy"] = "new"
        case .byStartSequence(let sequence):
            fields["deliver_policy"] = "by_start_sequence"
            fields["opt_start_seq"] = .integer(Int64(clamping: sequence))
        }
    }

    init(from decoder: any Decoder) throws { fields = try JSONFields(from: decoder) }

    func encode(to encoder: any Encoder) throws { try fields.encode(to: encoder) }

    var filterSubject: String? {
        get { fields["filter_subject"]?.string }
        set { fields["filter_subject"] = newValue.map(JSONValue.string) }
    }

    var durableName: String? {
        get { fields["durable_name"]?.string }
        set { fields["durable_name"] = newValue.map(JSONValue.string) }
    }

    /// Nanoseconds.
    var ackWait: Int64? {
        get { fields["ack_wait"]?.integer }
        set { fields["ack_wait"] = newValue.map(JSONValue.integer) }
    }

    /// Nanoseconds after which the server deletes a consumer without requests.
    var inactiveThreshold: Int64? {
        get { fields["inactive_threshold"]?.integer }
        set { fields["inactive_threshold"] = newValue.map(JSONValue.integer) }
    }
}

/// A consumer as the server describes it.
struct ConsumerInfo: Sendable, Decodable {
    struct SequenceInfo: Sendable, Decodable {
        let consumerSeq: UInt64
        let streamSeq: UInt64

        private enum CodingKeys: String, CodingKey {
            case consumerSeq = "consumer_seq"
            case streamSeq = "stream_seq"
        }
    }

    /// The time of its creation, which distinguishes a recreated consumer from its predecessor.
    let created: String?

    let config: ConsumerConfig?
    /// The last message that was delivered.
    let delivered: SequenceInfo?
    /// The last message of the acknowledged beginning of the stream.
    let ackFloor: SequenceInfo?
    /// The number of messages that were delivered and not acknowledged.
    let numAckPending: Int?

    private enum CodingKeys: String, CodingKey {
        case config, created, delivered
        case ackFloor = "ack_floor"
        case numAckPending = "num_ack_pending"
    }
}

/// The request to create or update a consumer.
struct CreateConsumerRequest: Sendable, Encodable {
    let streamName: String
    let config: ConsumerConfig

    private enum CodingKeys: String, CodingKey {
        case config
        case streamName = "stream_name"
    }
}

/// The request for the next messages of a consumer.
struct GetNextRequest: Sendable {
    let batch: Int
    /// How long the server keeps the request.
    let expires: Duration
    /// How often the server sends a status while the request waits.
    let idleHeartbeat: Duration

    /// The JSON, written without an encoder because it is sent for every few messages.
    var message: BrokerMessage {
        BrokerMessage(
            text: "{\"batch\":\(batch),\"expires\":\(expires.wholeNanoseconds),"
                + "\"idle_heartbeat\":\(idleHeartbeat.wholeNanoseconds)}")
    }
}

extension Duration {
    /// The duration in nanoseconds, clamped to the range of the JetStream API.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflows ? .max : whole &+ attoseconds / 1_000_000_000
    }
}
