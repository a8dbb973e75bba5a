// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import MicroConformance
import MicroCore
import NIOCore

/// Publishes in go-micro's format to all subscribers that a registry lists, without the adapter under test.
struct HTTPBrokerPeer: BrokerPeer {
    let makeRegistry: @Sendable () async throws -> any Registry

    func publish(_ body: ByteBuffer, to topic: String) async throws {
        let registry = try await makeRegistry()
        let nodes = try await registry.lookUp("topic:\(topic)").flatMap(\.nodes)
        await registry.close()
        let base64 = Data(body.readableBytesView).base64EncodedString()
        let transfer = CurlTransfer()
        for node in nodes {
            _ = try await transfer.perform(
                CurlRequest(
                    method: "POST", url: "http://\(Address(node))/_sub?id=\(node.id)",
                    body: Array(#"{"Header":{":topic":"\#(topic)"},"Body":"\#(base64)"}"#.utf8)))
        }
        await transfer.close()
    }
}
