// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer

extension CurlTransfer {
    /// Sends one request on a new connection, as `curl` does. It has a timeout of 15 s, because a busy disk delays a server for
    /// seconds.
    static func request(_ request: CurlRequest, tls: CurlTLS?) async throws -> (status: Int, text: String) {
        var request = request
        request.timeout = .seconds(15)
        let transfer = CurlTransfer(configuration: .init(tls: tls ?? .init()))
        let result = await Result { try await transfer.perform(request) }
        await transfer.close()
        let response = try result.get()
        return (response.status, String(decoding: response.body, as: UTF8.self))
    }
}
