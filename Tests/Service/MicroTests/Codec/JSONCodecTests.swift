// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
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

private struct Visit: Codable, Equatable {
    var url: String
    var at: Date
}

@Suite struct JSONCodecTests {
    @Test func keysAreSortedSlashesPlainAndDatesRFC3339() throws {
        let encode = try #require(JSONCodec().encoder(for: Visit.self))
        var json = ByteBuffer()
        try encode(Visit(url: "a/b", at: Date(timeIntervalSince1970: 1_764_368_100.25)), &json)
        #expect(String(buffer: json) == #"{"at":"2025-11-28T22:15:00.250Z","url":"a/b"}"# + "\n")
    }

    @Test(arguments: [
        (#""2025-11-28T22:15:00Z""#, 0.0), (#""2025-11-28T22:15:00.25Z""#, 0.25),
        (#""2025-11-28T23:15:00.250+01:00""#, 0.25),
        (#""2025-11-28T22:15:00.123456789Z""#, 0.123_456_789), (#""2025-11-28t22:15:00z""#, 0), ("786060900.5", 0.5),
    ])
    func datesOfBothFormsAreRead(_ date: String, _ fraction: Double) throws {
        let decode = try #require(JSONCodec().decoder(for: Visit.self))
        let visit = try decode(ByteBuffer(string: #"{"url":"","at":\#(date)}"#))
        #expect(abs(visit.at.timeIntervalSince1970 - 1_764_368_100 - fraction) < 0.000_001, "\(visit.at)")
    }

    @Test(arguments: [#""yesterday""#, #""2025-11-28""#, #""2025-11-28T22:15:00.Z""#, "true"])
    func invalidDateIsNamed(_ date: String) throws {
        let decode = try #require(JSONCodec().decoder(for: Visit.self))
        let error = #expect(throws: MicroError.self) { try decode(ByteBuffer(string: #"{"url":"","at":\#(date)}"#)) }
        #expect(error?.code == .invalidArgument && error?.message.contains("at") == true, "\(error?.message ?? "")")
    }

    @Test func encoderAndDecoderCanBeReplaced() throws {
        let (encoder, decoder) = (JSONEncoder(), JSONDecoder())
        encoder.keyEncodingStrategy = .convertToSnakeCase
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        struct Message: Codable { var userName: String }
        let codec = JSONCodec(encoder: encoder, decoder: decoder)
        let encode = try #require(codec.encoder(for: Message.self))
        let decode = try #require(codec.decoder(for: Message.self))
        var json = ByteBuffer()
        try encode(Message(userName: "x"), &json)
        #expect(String(buffer: json) == #"{"user_name":"x"}"# + "\n")
        let message = try decode(json)
        #expect(message.userName == "x")
    }

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
