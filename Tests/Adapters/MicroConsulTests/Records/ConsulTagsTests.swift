// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import MicroCore
import Testing

@testable import MicroConsul

@Suite struct ConsulTagsTests {
    @Test func goMicroCompressedTagsAreRead() throws {
        var skipped = 0
        let tags = ConsulTags(reading: GoMicroTags.greeter) { _ in skipped += 1 }
        #expect(skipped == 0)
        #expect(tags.version == "latest")
        #expect(
            tags.nodeMetadata == [
                "broker": "http", "server": "rpc", "registry": "consul", "protocol": "mucp", "region": "eu",
                "transport": "http",
            ])
        #expect(tags.endpoints.map(\.name) == ["Greeter.Hello", "Func"])
        let hello = try #require(tags.endpoints.first)
        #expect(hello.request?.type == "HelloRequest")
        #expect(hello.request?.values.first == ValueShape(name: "name", type: "string"))
        #expect(hello.request?.values[2].values == [ValueShape(name: "uint8", type: "uint8")])
        #expect(hello.metadata == ["stream": "false"])
        #expect(tags.endpoints.last?.response == nil)
        #expect(tags.endpoints.last?.metadata == ["subscriber": "true", "topic": "events.hello"])
    }

    @Test func goMicroSubscriberTagsAreRead() {
        let tags = ConsulTags(reading: GoMicroTags.subscriber) { _ in Issue.record("skipped") }
        #expect(tags.version == "ff.http.broadcast")
        #expect(tags.nodeMetadata == ["secure": "false"])
    }

    @Test func encodedTagsArePlainAndStable() throws {
        let tags = ConsulTags(
            version: "1.0.0", metadata: ["owner": "a/b"], endpoints: [Endpoint(name: "Greeter.Hello")],
            nodeMetadata: ["region": "eu", "k": "\"=\n"])
        #expect(
            try tags.encoded() == [
                "v=1.0.0", #"t={"k":"\"=\n"}"#, #"t={"region":"eu"}"#, #"s={"owner":"a/b"}"#,
                #"e={"metadata":{},"name":"Greeter.Hello","request":null,"response":null}"#,
            ])
    }

    @Test func tagsRoundTrip() throws {
        let shape = ValueShape(name: "n", type: "T", values: [ValueShape(name: "f", type: "[]string")])
        var metadata = ["": "", "k.with/odd=chars": "ü😈\u{0}\n\"\\", "empty": ""]
        for number in 0..<200 { metadata["key\(number)"] = String(repeating: "v", count: 600) }
        let tags = ConsulTags(
            version: "v=1 β", metadata: metadata,
            endpoints: [Endpoint(name: "E", request: shape, response: nil, metadata: metadata)], nodeMetadata: metadata)
        let read = ConsulTags(reading: try tags.encoded()) { _ in Issue.record("skipped") }
        #expect(read == tags)
    }

    @Test func foreignTagsAreIgnoredSilently() {
        let tags = ConsulTags(reading: ["primary", "", "v", "e", "version=2", "t-shirt", "urlprefix-/x"]) { _ in
            Issue.record("skipped")
        }
        #expect(tags == ConsulTags())
    }

    @Test func malformedTagsAreSkippedAndReported() {
        var skipped: [Character] = []
        let read = ConsulTags(reading: ["v=1", "t={", "e={}", "s=[1]", "t-789c00", "e=null"]) { skipped.append($0) }
        #expect(skipped == ["t", "e", "s", "t", "e"])
        #expect(read.version == "1")
    }

    @Test func zlibBombIsRejected() {
        // 1 MiB of zeros, compressed by zlib at level 9.
        let bomb = "78daedc13101000000c2a0f54f6d085fa" + String(repeating: "0", count: 2033) + "3e0300f00001"
        #expect(ZlibText.decompressed(hexadecimal: Substring(bomb)) == nil)
    }

    @Test func decompressedTextOfAllTagsIsLimited() throws {
        let tags = try (0..<64).map { number -> String in
            let json = #"{"\#(number)":"\#(String(repeating: "v", count: 200_000))"}"#
            let stream = try #require(Zlib.compressed(Array(json.utf8)))
            return "t-" + stream.map { String($0 >> 4, radix: 16) + String($0 & 0xF, radix: 16) }.joined()
        }
        let size = ConsulTags(reading: tags) { _ in }.nodeMetadata.values.reduce(0) { $0 + $1.utf8.count }
        #expect(size > 0 && size <= ConsulTags.maxDecompressedSize)
    }

    @Test(arguments: [
        "", "7", "78", "789", "zz", "789c", "789cca492c492d2e", "000000", "ä", "789cca492c492d2e01040000ffff08cc0200",
    ])
    func malformedZlibStreamsAreRejected(_ digits: String) {
        #expect(ZlibText.decompressed(hexadecimal: Substring(digits)) == nil)
    }
}
