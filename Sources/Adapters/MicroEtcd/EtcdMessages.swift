// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

// The JSON of etcd's gateway ([etcd's documentation](https://etcd.io/docs/v3.5/dev-guide/api_grpc_gateway/)): zero values
// are left out, 64-bit integers are strings, keys and values are base64.

/// The head of every answer.
struct ResponseHeader: Decodable, Sendable, Equatable {
    let clusterID: String
    /// The revision of the store when it answered.
    let revision: Int64
    /// It rises with every election.
    let raftTerm: Int64

    private enum CodingKeys: String, CodingKey {
        case clusterID = "cluster_id"
        case revision
        case raftTerm = "raft_term"
    }

    init(clusterID: String, revision: Int64, raftTerm: Int64) {
        self.clusterID = clusterID
        self.revision = revision
        self.raftTerm = raftTerm
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let text = try? container.decode(String.self, forKey: .clusterID) {
            clusterID = text
        } else {
            clusterID = "\(try container.decode(UInt64.self, forKey: .clusterID))"
        }
        revision = try container.integer(.revision)
        raftTerm = try container.integer(.raftTerm)
    }
}

/// One key with its value.
struct KeyValue: Decodable, Sendable, Equatable {
    let key: [UInt8]
    /// Empty where only keys were asked for.
    let value: [UInt8]
    let modRevision: Int64

    private enum CodingKeys: String, CodingKey {
        case key, value
        case modRevision = "mod_revision"
    }

    init(key: [UInt8], value: [UInt8], modRevision: Int64) {
        self.key = key
        self.value = value
        self.modRevision = modRevision
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        key = [UInt8](try container.decode(Data.self, forKey: .key))
        value = [UInt8](try container.decodeIfPresent(Data.self, forKey: .value) ?? Data())
        modRevision = try container.integer(.modRevision)
    }
}

/// `POST /v3/kv/range`
struct RangeRequest: Encodable, Sendable {
    let key: Data
    let rangeEnd: Data
    let limit: Int
    let revision: Int64
    let serializable: Bool
    let keysOnly: Bool

    private enum CodingKeys: String, CodingKey {
        case key, limit, revision, serializable
        case rangeEnd = "range_end"
        case keysOnly = "keys_only"
    }

    init(_ range: KeyRange, limit: Int, revision: Int64, serializable: Bool, keysOnly: Bool) {
        key = Data(range.start)
        rangeEnd = Data(range.end)
        self.limit = limit
        self.revision = revision
        self.serializable = serializable
        self.keysOnly = keysOnly
    }
}

/// The answer of `POST /v3/kv/range`.
struct RangeResponse: Decodable, Sendable {
    let header: ResponseHeader
    let kvs: [KeyValue]?
    /// Whether there are more than the limit.
    let more: Bool?
}

/// `POST /v3/lease/grant`, `/v3/lease/keepalive` and `/v3/lease/revoke`
struct LeaseRequest: Encodable, Sendable {
    let id: String
    let timeToLive: Int64?

    private enum CodingKeys: String, CodingKey {
        case id = "ID"
        case timeToLive = "TTL"
    }

    init(_ id: Int64, timeToLive: Int64? = nil) {
        self.id = "\(id)"
        self.timeToLive = timeToLive
    }
}

/// The answer about a lease. One that is not there has no time to live.
struct LeaseResponse: Decodable, Sendable {
    let header: ResponseHeader
    /// In seconds.
    let timeToLive: Int64

    private enum CodingKeys: String, CodingKey {
        case header
        case timeToLive = "TTL"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        header = try container.decode(ResponseHeader.self, forKey: .header)
        timeToLive = try container.integer(.timeToLive)
    }
}

/// One message of a stream.
struct StreamResult<Result: Decodable & Sendable>: Decodable, Sendable {
    let result: Result
}

/// `POST /v3/kv/txn`
struct TxnRequest: Encodable, Sendable {
    /// What a key must be like.
    struct Compare: Encodable, Sendable {
        let result = "EQUAL"
        let target: String
        let key: Data
        let lease: String?
        let modRevision: String?

        private enum CodingKeys: String, CodingKey {
            case result, target, key, lease
            case modRevision = "mod_revision"
        }

        init(_ key: String, is condition: EtcdKeyCondition) {
            self.key = Data(key.utf8)
            switch condition {
            case .lease(let lease):
                (target, self.lease, modRevision) = ("LEASE", "\(lease)", nil)
            case .revision(let revision):
                (target, lease, modRevision) = ("MOD", nil, "\(revision)")
            }
        }
    }

    /// One step.
    enum RequestOp: Encodable, Sendable {
        case count(String)
        case put(String, value: [UInt8], lease: Int64)
        case delete(String)

        private struct RequestFields: Encodable {
            var key: Data
            var value: Data?
            var lease: String?
            var countOnly: Bool?

            enum CodingKeys: String, CodingKey {
                case key, value, lease
                case countOnly = "count_only"
            }
        }

        private enum CodingKeys: String, CodingKey {
            case range = "request_range"
            case put = "request_put"
            case delete = "request_delete_range"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            switch self {
            case .count(let key):
                try container.encode(RequestFields(key: Data(key.utf8), countOnly: true), forKey: .range)
            case .put(let key, let value, let lease):
                try container.encode(
                    RequestFields(key: Data(key.utf8), value: Data(value), lease: "\(lease)"), forKey: .put)
            case .delete(let key):
                try container.encode(RequestFields(key: Data(key.utf8)), forKey: .delete)
            }
        }
    }

    var compare: [Compare] = []
    var success: [RequestOp] = []
    var failure: [RequestOp] = []
}

/// The answer of `POST /v3/kv/txn`.
struct TxnResponse: Decodable, Sendable {
    /// The answer to one step.
    struct ResponseOp: Decodable, Sendable {
        let range: RangeCountResponse?

        private enum CodingKeys: String, CodingKey { case range = "response_range" }
    }

    let header: ResponseHeader
    let responses: [ResponseOp]?
}

/// How many keys there are.
struct RangeCountResponse: Decodable, Sendable {
    let count: Int64

    private enum CodingKeys: String, CodingKey { case count }

    init(from decoder: any Decoder) throws {
        count = try decoder.container(keyedBy: CodingKeys.self).integer(.count)
    }
}

/// `POST /v3/watch`
struct WatchRequest: Encodable, Sendable {
    struct WatchCreateRequest: Encodable, Sendable {
        let key: Data
        let rangeEnd: Data
        let startRevision: String

        enum CodingKeys: String, CodingKey {
            case key
            case rangeEnd = "range_end"
            case startRevision = "start_revision"
        }
    }

    let createRequest: WatchCreateRequest

    private enum CodingKeys: String, CodingKey { case createRequest = "create_request" }

    init(_ range: KeyRange, from revision: Int64) {
        createRequest = WatchCreateRequest(
            key: Data(range.start), rangeEnd: Data(range.end), startRevision: "\(revision)")
    }
}

/// One change of a key.
struct WatchEvent: Decodable, Sendable, Equatable {
    let isDelete: Bool
    let kv: KeyValue

    private enum CodingKeys: String, CodingKey {
        case type
        case kv = "kv"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        isDelete = try container.decodeIfPresent(String.self, forKey: .type) == "DELETE"
        kv = try container.decode(KeyValue.self, forKey: .kv)
    }
}

/// One message of a watch.
struct WatchResponse: Decodable, Sendable, Equatable {
    let header: ResponseHeader
    let isCreated: Bool
    let isCanceled: Bool
    let cancelReason: String
    /// Above zero when the revision to start from is gone.
    let compactRevision: Int64
    let events: [WatchEvent]

    private enum CodingKeys: String, CodingKey {
        case header, created, canceled, events
        case cancelReason = "cancel_reason"
        case compactRevision = "compact_revision"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        header = try container.decode(ResponseHeader.self, forKey: .header)
        isCreated = try container.decodeIfPresent(Bool.self, forKey: .created) ?? false
        isCanceled = try container.decodeIfPresent(Bool.self, forKey: .canceled) ?? false
        cancelReason = try container.decodeIfPresent(String.self, forKey: .cancelReason) ?? ""
        compactRevision = try container.integer(.compactRevision)
        events = try container.decodeIfPresent([WatchEvent].self, forKey: .events) ?? []
    }
}

extension KeyedDecodingContainer {
    /// A 64-bit integer, as a string or a number; zero where it is left out. It can be counted on: none is negative.
    fileprivate func integer(_ key: Key) throws -> Int64 {
        guard contains(key) else { return 0 }
        let text = try? decode(String.self, forKey: key)
        guard let number = try text.map(Int64.init) ?? decode(Int64.self, forKey: key), (0..<Int64.max).contains(number)
        else { throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "not a number") }
        return number
    }
}
