// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer

extension CurlTransfer {
    /// Sends one request on a new connection, as `curl` does.
    static func request(_ request: CurlRequest, tls: CurlTLS?) async throws -> (status: Int, text: String) {
        let transfer = CurlTransfer(configuration: .init(tls: tls ?? .init()))
        let result = await Result { try await transfer.perform(request) }
        await transfer.close()
        let response = try result.get()
        return (response.status, String(decoding: response.body, as: UTF8.self))
    }
}
