// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import TestServers

@testable import Micro

extension ServerIdentity {
    /// The identity of a server that a test calls without a transport.
    static func test(name: String = "svc", codecs: [any Codec] = [JSONCodec()]) throws -> Self {
        Self(
            name: name, codecs: Codecs(codecs), logger: LogRecorder().logger, client: try ServiceFixture().makeClient())
    }
}

extension TransportRequest {
    /// A request with a JSON body.
    static func test(_ endpoint: String, body: String = "{}") -> Self {
        Self(
            service: "svc", endpoint: endpoint, contentType: "application/json", body: ByteBuffer(string: body),
            deadline: .now + .seconds(30))
    }
}
