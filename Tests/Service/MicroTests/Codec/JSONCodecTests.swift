// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import Micro

private struct Item: Codable {
    var count: Int
    var tags: [UInt8]?
}

private struct Order: Codable {
    var id: Int64
    var item: Item?
    var items: [Item]?
}

@Suite struct JSONCodecTests {
    @Test(
        "an error names the field and its type",
        arguments: [
            (#"{"id":1.5}"#, "id is not a valid int64"), (#"{"id":9223372036854775808}"#, "id is not a valid int64"),
            (#"{"id":1,"item":{"count":0.1}}"#, "item.count is not a valid int64"),
            (#"{"id":1,"items":[{"count":1},{"count":1e99}]}"#, "items[1].count is not a valid int64"),
            (#"{"id":1,"item":{"count":1,"tags":[1,256]}}"#, "item.tags[1] is not a valid uint8"),
            (#"{"id":"1"}"#, "id is not a Int64"), ("{}", "id is missing"),
            (#"{"id":null}"#, "id is null, not a Int64"),
            (#"{"id":"#, "malformed JSON for Order"),
        ])
    func decodingErrorsNameFieldAndType(_ json: String, _ problem: String) throws {
        let decode = try #require(JSONCodec().decoder(for: Order.self))
        let error = #expect(throws: MicroError.self) { try decode(ByteBuffer(string: json)) }
        #expect(error?.code == .invalidArgument && error?.message.contains(problem) == true, "\(error?.message ?? "")")
    }
}
