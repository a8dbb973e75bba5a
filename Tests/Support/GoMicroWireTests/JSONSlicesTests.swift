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

    @Test(arguments: [#""text""#, #""""#, #"{"a": 1 }"#, "12.50", "null"], ["", " ", "\n", " \t\r\n"])
    func whiteSpaceIsNoPartOfAValue(_ value: String, _ space: String) throws {
        let text = "{\(space)\"first\"\(space):\(space)\(value)\(space),\"second\":\(value)\(space)}"
        let members = try #require(JSONSlices.members(of: ByteBuffer(string: text)))
        #expect(members.map { String(buffer: $0.value) } == [value, value])
    }

    @Test func onlyStringsAreUnquoted() {
        #expect(JSONSlices.unquoted(ByteBuffer(string: #""2.0""#)) == "2.0")
        for text in ["12.05", "{a}", #"["a"]"#, "\"", ""] {
            #expect(JSONSlices.unquoted(ByteBuffer(string: text)) == nil, "\(text)")
        }
    }

    @Test(arguments: [#"{"a":"],[","b":[1,2]}"#, " {}\n", "[]", #""],""#, "1", "null"])
    func oneValueIsRecognized(_ text: String) { #expect(JSONSlices.isOneValue(ByteBuffer(string: text))) }

    @Test(arguments: [
        "", " ", "{},{}", "{", "}", #"{}],"method":"Other","params":[{}"#, #"{}]}"#, #""a"#, #"{]},"x":[1"#,
    ])
    func otherTextIsNotOneValue(_ text: String) { #expect(!JSONSlices.isOneValue(ByteBuffer(string: text))) }

    @Test(arguments: [#"{"a":"b}"#, #"{"a":"b\"}"#, #"{"a":"b\\\"}"#, #"{"a"#, #"{"a\"#, #"{""#, "{\"a\":\"\\"])
    func objectWithOpenStringIsRejected(_ text: String) {
        #expect(JSONSlices.members(of: ByteBuffer(string: text)) == nil)
    }
}
