// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The body of `POST /v3/kv/txn`.
struct TxnRequest: Encodable, Sendable {
    /// A condition of the transaction.
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

        init(_ key: String, _ condition: EtcdAPI.StoredCondition) {
            self.key = Data(key.utf8)
            switch condition {
            case .lease(let lease):
                (target, self.lease, modRevision) = ("LEASE", "\(lease)", nil)
            case .revision(let revision):
                (target, lease, modRevision) = ("MOD", nil, "\(revision)")
            }
        }
    }

    /// One operation of the transaction.
    enum RequestOp: Encodable, Sendable {
        case count(String)
        case put(String, value: [UInt8], lease: Int64)
        case delete(String)

        /// The fields that the three operations have in common.
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

/// The response of `POST /v3/kv/txn`.
struct TxnResponse: Decodable, Sendable {
    /// The response to one operation.
    struct ResponseOp: Decodable, Sendable {
        /// A ``RangeResponse``; only its count is read.
        struct ResponseRange: Decodable, Sendable {
            let count: Int64

            private enum CodingKeys: String, CodingKey { case count }

            init(from decoder: any Decoder) throws {
                count = try decoder.container(keyedBy: CodingKeys.self).integer(.count)
            }
        }

        let range: ResponseRange?

        private enum CodingKeys: String, CodingKey { case range = "response_range" }
    }

    let header: ResponseHeader
    let responses: [ResponseOp]?
}
