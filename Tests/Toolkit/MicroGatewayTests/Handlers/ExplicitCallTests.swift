// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import NIOCore
import Testing

@testable import MicroGateway

/// The body of `POST /rpc`.
@Suite struct ExplicitCallTests {
    static func isJSON(_ text: String) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)) != nil
    }

    @Test(arguments: [
        (#"{"service":"s","endpoint":"A.B","request":{"n":9007199254740993}}"#, "A.B", #"{"n":9007199254740993}"#),
        (#"{"service":"s","method":"A.B","request":"{\"n\":1}"}"#, "A.B", #"{"n":1}"#),
        (#"{"service":"s","method":"A.B","endpoint":"C.D"}"#, "C.D", "{}"),
    ])
    func bodiesAreRead(_ body: String, _ endpoint: String, _ message: String) throws {
        let call = try ExplicitCall(ByteBuffer(string: body))
        #expect(call.target == GatewayTarget(service: "s", endpoint: endpoint))
        #expect(String(buffer: call.message) == message)
    }

    @Test(arguments: [("[]", "JSON object"), ("{}", "invalid service"), (#"{"service":"s"}"#, "invalid endpoint")])
    func missingMembersAreNamed(_ body: String, _ text: String) throws {
        let error = #expect(throws: MicroError.self) { try ExplicitCall(ByteBuffer(string: body)) }
        #expect(error?.message.contains(text) == true && error?.origin == "go.micro.rpc")
    }
}
