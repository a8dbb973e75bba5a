// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import Micro

/// The codecs of bytes and text.
@Suite struct PlainCodecTests {
    private func roundTrip<Value: Equatable>(_ value: Value, _ codec: any Codec) throws -> Bool {
        let encode = try #require(codec.encoder(for: Value.self))
        var buffer = ByteBuffer()
        try encode(value, &buffer)
        let decode = try #require(codec.decoder(for: Value.self))
        return try decode(buffer) == value
    }

    @Test func rawAndTextCodecsRoundTrip() throws {
        #expect(try roundTrip(Array(UInt8.min...UInt8.max), RawCodec()))
        #expect(try roundTrip(ByteBuffer(bytes: UInt8.min...UInt8.max), RawCodec()))
        #expect(try roundTrip("☺😈\t\n", TextCodec()))
        var buffer = ByteBuffer(string: "a")
        let encode = try #require(RawCodec().encoder(for: ByteBuffer.self))
        try encode(ByteBuffer(string: "b"), &buffer)
        #expect(String(buffer: buffer) == "ab")
    }

    @Test func rawAndTextCodecsRejectOtherTypes() throws {
        #expect(RawCodec().encoder(for: String.self) == nil && RawCodec().decoder(for: [Int].self) == nil)
        #expect(TextCodec().encoder(for: [UInt8].self) == nil && TextCodec().decoder(for: Int.self) == nil)
        let decode = try #require(TextCodec().decoder(for: String.self))
        #expect { _ = try decode(ByteBuffer(bytes: [0xFF])) } throws: { ($0 as? MicroError)?.code == .invalidArgument }
    }
}
