// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import NIOCore
import Testing

@Suite struct JSONSlicesTests {
    @Test(arguments: [
        #""""#, #""text""#, #""a \"quoted\" word""#, #""\\""#, #""\\\\""#, #""\\\"""#, #""\"""#, #""},{""#,
        #"{"a":"]"}"#, #"["{",1]"#, "12.50", "null",
    ])
    func valueIsUnchanged(_ value: String) throws {
        let members = try #require(JSONSlices.members(of: ByteBuffer(string: #"{"first": \#(value),"second":true}"#)))
        #expect(members.map(\.key) == ["first", "second"])
        #expect(String(buffer: members[0].value) == value)
        #expect(String(buffer: members[1].value) == "true")
    }

    @Test(arguments: [#"{"a":"b}"#, #"{"a":"b\"}"#, #"{"a":"b\\\"}"#, #"{"a"#, #"{"a\"#, #"{""#, "{\"a\":\"\\"])
    func objectWithOpenStringIsRejected(_ text: String) {
        #expect(JSONSlices.members(of: ByteBuffer(string: text)) == nil)
    }
}
