// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The body of `POST /v3/watch`.
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

/// A change of a key.
struct Event: Decodable, Sendable, Equatable {
    let isDelete: Bool
    let kv: KeyValue

    private enum CodingKeys: String, CodingKey {
        case type, kv
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
    /// Above zero if the start revision has been compacted.
    let compactRevision: Int64
    let events: [Event]

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
        events = try container.decodeIfPresent([Event].self, forKey: .events) ?? []
    }
}
