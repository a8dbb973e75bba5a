// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The body of `POST /v3/lease/grant`.
struct LeaseGrantRequest: Encodable, Sendable {
    let id: String
    /// In seconds.
    let timeToLive: Int64

    private enum CodingKeys: String, CodingKey {
        case id = "ID"
        case timeToLive = "TTL"
    }

    init(id: Int64, timeToLive: Int64) {
        self.id = "\(id)"
        self.timeToLive = timeToLive
    }
}

/// The response of `POST /v3/lease/grant`.
struct LeaseGrantResponse: Decodable, Sendable {
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

/// The body of `POST /v3/lease/keepalive`.
struct LeaseKeepAliveRequest: Encodable, Sendable {
    let id: String

    private enum CodingKeys: String, CodingKey { case id = "ID" }

    init(id: Int64) { self.id = "\(id)" }
}

/// The response of `POST /v3/lease/keepalive`, which has the fields of ``LeaseGrantResponse``. The time to live is zero if
/// the lease does not exist.
typealias LeaseKeepAliveResponse = LeaseGrantResponse

/// The body of `POST /v3/lease/revoke`, which has the fields of ``LeaseKeepAliveRequest``.
typealias LeaseRevokeRequest = LeaseKeepAliveRequest

/// The response of `POST /v3/lease/revoke`.
struct LeaseRevokeResponse: Decodable, Sendable { let header: ResponseHeader }
