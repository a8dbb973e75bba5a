// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import MicroEdge

/// Bodies of clients that disconnect: HTTP/2 ends them without an error.
@Suite struct CompleteBodyTests {
    private func request(_ body: String, length: String?) -> Request {
        var head = HTTPRequest(method: .post, scheme: "https", authority: "test", path: "/")
        if let length { head.headerFields[.contentLength] = length }
        return Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body)))
    }

    @Test func completeBodyIsRead() async throws {
        for length in ["3", nil] {
            let body = try await request("abc", length: length).completeBody(upTo: 10)
            #expect(String(buffer: body) == "abc")
        }
    }

    @Test func incompleteBodyIsRejected() async throws {
        let error = await #expect(throws: HTTPError.self) {
            try await request("abc", length: "4").completeBody(upTo: 10)
        }
        #expect(error?.status == .badRequest)
    }
}
