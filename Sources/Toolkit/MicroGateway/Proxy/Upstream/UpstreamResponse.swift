// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import NIOHTTP1

/// The response of a node.
package struct UpstreamResponse: Sendable {
    package enum Body: Sendable {
        /// The whole body, at most ``ProxyBody/maxBufferedSize`` bytes.
        case bytes(ByteBuffer)
        /// A larger body, or one of unknown size, which is received while it is read. Must be read once, or dropped.
        case parts(UpstreamBody, UpstreamBodyReader)
    }

    package let status: HTTPResponseStatus
    package let headers: HTTPHeaders
    package let body: Body

    init(_ head: HTTPResponseHead, _ body: Body) {
        status = head.status
        headers = head.headers
        self.body = body
    }

    /// Reads the whole body.
    ///
    /// - Throws: `NIOTooManyBytesError` for a body of more than `maxSize` bytes; the error of the connection.
    package func collect(upTo maxSize: Int) async throws -> ByteBuffer {
        switch body {
        case .parts(let parts, _): return try await parts.collect(upTo: maxSize)
        case .bytes(let bytes):
            guard bytes.readableBytes <= maxSize else { throw NIOTooManyBytesError(maxBytes: maxSize) }
            return bytes
        }
    }
}

/// The body of a response, which is received as fast as it is read, in parts of at most one read from the socket.
package typealias UpstreamBody = NIOThrowingAsyncSequenceProducer<
    ByteBuffer, any Error, NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark, UpstreamBodyReader
>

extension UpstreamBody {
    /// Creates a body and the source of its parts.
    static func make(for reader: UpstreamBodyReader) -> (body: UpstreamBody, source: UpstreamBody.Source) {
        let new = makeSequence(
            elementType: ByteBuffer.self, failureType: (any Error).self,
            backPressureStrategy: .init(lowWatermark: 2, highWatermark: 8), finishOnDeinit: true, delegate: reader)
        return (new.sequence, new.source)
    }
}

/// Reports to the connection how a body is read.
package struct UpstreamBodyReader: NIOAsyncSequenceProducerDelegate {
    let connection: NIOLoopBound<UpstreamConnection>
    /// The number of the response on its connection.
    let number: Int

    package func produceMore() {
        connection.eventLoop.execute { connection.value.resumeReading(number) }
    }

    package func didTerminate() { cancel() }

    /// Closes the connection, unless the body was received before. Reading the body fails then.
    package func cancel() {
        connection.eventLoop.execute { connection.value.abandonBody(number) }
    }
}
