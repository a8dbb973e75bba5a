// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Micro

/// Sends requests without go-micro's headers, like a user with curl.
struct PlainHTTPClient {
    let address: Address

    func post(
        _ path: String, _ body: String, contentType: String = "application/json", headers: [(String, String)] = []
    ) async throws -> (status: Int, text: String) {
        try await perform(
            CurlRequest(
                method: "POST", url: "http://\(address)\(path)", headers: [("Content-Type", contentType)] + headers,
                body: Array(body.utf8)))
    }

    func get(_ path: String) async throws -> (status: Int, text: String) {
        try await perform(CurlRequest(url: "http://\(address)\(path)"))
    }

    private func perform(_ request: CurlRequest) async throws -> (status: Int, text: String) {
        let transfer = CurlTransfer()
        do {
            let response = try await transfer.perform(request)
            await transfer.close()
            return (response.status, String(decoding: response.body, as: UTF8.self))
        } catch {
            await transfer.close()
            throw error
        }
    }
}
