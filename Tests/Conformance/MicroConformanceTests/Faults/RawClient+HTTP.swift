// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import TestSupport

/// Sends a request on a new connection, and returns the response; nil if there is none.
func request(
    _ address: Address, _ line: String = "GET /", headers: [String] = [], body: String = ""
) throws -> RawHTTPResponse? {
    let client = try RawClient(address)
    let fields = ["Host: test", "Connection: close"] + headers
    client.send("\(line) HTTP/1.1\r\n\(fields.joined(separator: "\r\n"))\r\n\r\n\(body)")
    return RawHTTPResponse(client.text())
}
