// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

// The messages of etcd's JSON gateway ([etcd's documentation](https://etcd.io/docs/v3.5/dev-guide/api_grpc_gateway/)), under
// etcd's names: zero values are omitted, 64-bit integers are strings, keys and values are base64.

/// The header of every response.
struct ResponseHeader: Decodable, Sendable, Equatable {
    let clusterID: String
    /// The revision of the store at the time of the response.
    let revision: Int64
    /// Increases with every election.
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

/// A key with its value.
struct KeyValue: Decodable, Sendable, Equatable {
    let key: [UInt8]
    /// Empty if only keys were requested.
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

/// The body of `POST /v3/kv/range`.
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

/// The response of `POST /v3/kv/range`.
struct RangeResponse: Decodable, Sendable {
    let header: ResponseHeader
    let kvs: [KeyValue]?
    /// Whether there are more keys than the limit.
    let more: Bool?
}

/// One message of a streamed response, in the wrapper of grpc-gateway.
struct StreamResult<Result: Decodable & Sendable>: Decodable, Sendable {
    let result: Result
}

/// The body of `POST /v3/auth/authenticate`.
struct AuthenticateRequest: Encodable, Sendable { let name, password: String }

/// The response of `POST /v3/auth/authenticate`.
struct AuthenticateResponse: Decodable, Sendable { let token: String }

extension KeyedDecodingContainer {
    /// A 64-bit integer, as a string or a number; zero if it is omitted.
    ///
    /// - Throws: `DecodingError` if it is negative or the maximum, so that callers can add one.
    func integer(_ key: Key) throws -> Int64 {
        guard contains(key) else { return 0 }
        let text = try? decode(String.self, forKey: key)
        guard let number = try text.map(Int64.init) ?? decode(Int64.self, forKey: key), (0..<Int64.max).contains(number)
        else { throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "not a number") }
        return number
    }
}
