// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOEmbedded
import NIOWebSocket
import Testing

@testable import MicroEdge

/// The handling of frames, without a connection.
@Suite struct WebSocketFrameHandlerTests {
    @Test func clientThatDoesNotReadGetsOnePong() throws {
        let producer = WebSocket.Producer.makeSequence(
            elementType: WebSocketMessage.self, failureType: (any Error).self,
            backPressureStrategy: .init(lowWatermark: 2, highWatermark: 8), finishOnDeinit: false,
            delegate: WebSocket.InboundDelegate {})
        let channel = EmbeddedChannel(
            handler: WebSocketFrameHandler(WebSocketConfiguration(), source: producer.source))
        func ping(_ byte: UInt8) throws {
            let data = ByteBuffer(bytes: [byte])
            try channel.writeInbound(WebSocketFrame(fin: true, opcode: .ping, maskKey: [0, 0, 0, 0], data: data))
        }
        func pong() throws -> [UInt8]? {
            guard let frame = try channel.readOutbound(as: WebSocketFrame.self) else { return nil }
            #expect(frame.opcode == .pong)
            return Array(frame.data.readableBytesView)
        }

        try ping(1)
        #expect(try pong() == [1])
        channel.isWritable = false
        for byte in UInt8(2)...100 { try ping(byte) }
        #expect(try pong() == nil)
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        #expect(try pong() == [100])
        #expect(try pong() == nil)
        _ = try channel.finish()
        withExtendedLifetime(producer) {}
    }
}
